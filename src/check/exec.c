/* SPDX-License-Identifier: BSD-3-Clause */

/* Exec: a command that is told the address and judges by its exit status. What cannot even be started says
 * nothing about the target. */

#include <errno.h>
#include <stdio.h>

#include "check/probe.h"
#include "process/process.h"

typedef struct ExecProber {
        Prober prober;
        sd_event *event;
} ExecProber;

struct Probe {
        Process *process;
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

static int exec_start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        ExecProber *exec = (ExecProber *) prober;
        AUTO_FREE Probe *probe = calloc(1, sizeof *probe);
        char text[ADDRESS_TEXT_MAX], variable[sizeof "SIGNPOST_ADDRESS=" + ADDRESS_TEXT_MAX];
        ProcessOptions options = {
                .command = config->command,
                .environment = (const char *const[]){ variable, NULL },
                .timeout_usec = config->timeout_usec,
        };
        int r;

        if (!probe)
                return -ENOMEM;
        snprintf(variable, sizeof variable, "SIGNPOST_ADDRESS=%s", address_to_text(address, text));
        *probe = (Probe){ .done = done, .userdata = userdata };
        r = process_start(&probe->process, exec->event, &options, on_end, probe);
        if (r < 0)
                return r;
        *ret = STEAL(probe);
        return 0;
}

static void exec_cancel(Prober *prober, Probe *probe)
{
        (void) prober;
        process_free(probe->process);
        free(probe);
}

static Prober *exec_free(Prober *prober)
{
        ExecProber *exec = (ExecProber *) prober;

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
        *ret = &exec->prober;
        return 0;
}
