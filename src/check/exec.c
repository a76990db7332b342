/* SPDX-License-Identifier: BSD-3-Clause */

/* Exec: a command that is told the address and judges by its exit status. What cannot even be started says
 * nothing about the target; the log tells of such a program once, until it could be started again. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "check/probe.h"
#include "check/reason.h"
#include "process/process.h"
#include "util/log.h"
#include "util/message-id.h"

/* A program that could not be started the last time. */
typedef struct Broken {
        LIST_ENTRY(Broken) entry;
        char program[];
} Broken;

typedef struct ExecProber {
        Prober prober;
        sd_event *event;
        LIST_HEAD(, Broken) broken;
} ExecProber;

struct Probe {
        Process *process;       /* NULL: it could not be started … */
        sd_event_source *later; /* … which is told in the loop's next turn */
        char *reason;
        ProbeDone done;
        void *userdata;
};

static void on_end(void *userdata, const ProcessEnd *end)
{
        Probe *probe = userdata;
        ProbeDone done = probe->done;
        char reason[PROCESS_TEXT_MAX];

        userdata = probe->userdata;
        free(probe);
        if (end->result == PROCESS_EXITED && end->status == 0)
                done(userdata, CHECK_OK, NULL);
        else
                done(userdata, CHECK_FAIL, process_end_to_text(end, reason));
}

/* What cannot be started. */

static Broken *find_broken(ExecProber *exec, const char *program)
{
        Broken *broken;

        LIST_FOREACH(broken, &exec->broken, entry)
                if (strcmp(broken->program, program) == 0)
                        return broken;
        return NULL;
}

static void forget_broken(Broken *broken)
{
        LIST_REMOVE(broken, entry);
        free(broken);
}

static void tell_once(ExecProber *exec, const char *program, const char *reason)
{
        size_t size = strlen(program) + 1;
        Broken *broken;

        if (find_broken(exec, program))
                return;
        log_message(LOG_WARNING, MESSAGE_CHECK_IMPOSSIBLE, NULL, "checks by a command are impossible: %s",
                reason);
        broken = malloc(sizeof *broken + size);
        if (!broken)
                return;
        memcpy(broken->program, program, size);
        LIST_INSERT_HEAD(&exec->broken, broken, entry);
}

static Probe *probe_free(Probe *probe)
{
        process_free(probe->process);
        sd_event_source_disable_unref(probe->later);
        free(probe->reason);
        free(probe);
        return NULL;
}
DEFINE_FREEP(Probe, probe_free)

static int on_later(sd_event_source *source, void *userdata)
{
        Probe *probe = userdata;
        AUTO_FREE char *reason = STEAL(probe->reason);
        ProbeDone done = probe->done;

        (void) source;
        userdata = probe->userdata;
        probe_free(probe);
        done(userdata, CHECK_INDETERMINATE, reason);
        return 0;
}

static int tell_later(ExecProber *exec, Probe *probe, const char *program, int error)
{
        if (asprintf(&probe->reason, "%s cannot be run: %s", program, process_error_to_text(program, error)) <
                0) {
                probe->reason = NULL;
                return -ENOMEM;
        }
        tell_once(exec, program, probe->reason);
        return sd_event_add_defer(exec->event, &probe->later, on_later, probe);
}

/* Is it for want of something that this host has too little of, whatever the program? */
static bool is_shortage(int error)
{
        return error == EAGAIN || reason_is_ours(error);
}

static int start(ExecProber *exec, Probe *probe, const CheckConfig *config, const Address *address)
{
        char text[ADDRESS_TEXT_MAX], variable[sizeof "SIGNPOST_ADDRESS=" + ADDRESS_TEXT_MAX];
        ProcessOptions options = {
                .command = config->command,
                .environment = (const char *const[]){ variable, NULL },
                .timeout_usec = config->timeout_usec,
        };
        Broken *broken;
        int r;

        snprintf(variable, sizeof variable, "SIGNPOST_ADDRESS=%s", address_to_text(address, text));
        r = process_start(&probe->process, exec->event, &options, on_end, probe);
        if (r < 0)
                return is_shortage(-r) ? r : tell_later(exec, probe, config->command[0], -r);
        broken = find_broken(exec, config->command[0]);
        if (broken)
                forget_broken(broken);
        return 0;
}

static int exec_start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        AUTO(probe_freep) Probe *probe = calloc(1, sizeof *probe);
        int r;

        if (!probe)
                return -ENOMEM;
        *probe = (Probe){ .done = done, .userdata = userdata };
        r = start((ExecProber *) prober, probe, config, address);
        if (r < 0)
                return r;
        *ret = STEAL(probe);
        return 0;
}

static void exec_cancel(Prober *prober, Probe *probe)
{
        (void) prober;
        probe_free(probe);
}

static Prober *exec_free(Prober *prober)
{
        ExecProber *exec = (ExecProber *) prober;

        while (!LIST_EMPTY(&exec->broken))
                forget_broken(LIST_FIRST(&exec->broken));
        sd_event_unref(exec->event);
        free(exec);
        return NULL;
}

int exec_prober_new(Prober **ret, sd_event *event)
{
        static const ProberOps ops = { .start = exec_start, .cancel = exec_cancel, .free = exec_free };
        ExecProber *exec = calloc(1, sizeof *exec);

        if (!exec)
                return -ENOMEM;
        exec->prober.ops = &ops;
        exec->event = sd_event_ref(event);
        LIST_INIT(&exec->broken);
        *ret = &exec->prober;
        return 0;
}
