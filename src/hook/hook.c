/* SPDX-License-Identifier: BSD-3-Clause */

/* Hook: queues in front of commands. DNS does not wait for them: to tell is to put into a queue, and the
 * commands are started when the loop has nothing better to do. Where a command is too slow for its events,
 * the oldest that wait are dropped: how things are now matters more than how they came to be so. */

#include "hook/hook.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/message.h"
#include "process/process.h"
#include "util/log.h"
#include "util/message-id.h"

#define PRIORITY   (SD_EVENT_PRIORITY_NORMAL + 10)
#define GRACE_USEC (2 * USEC_PER_SEC)

enum {
        WAITING_MAX = 256, /* for each hook */
        RUNNING_MAX = 4,  /* of all */
};

typedef struct Hook {
        HookRunner *runner;
        const HookConfig *config;
        HookMessage *waiting[WAITING_MAX]; /* a ring */
        size_t first, n_waiting;
        unsigned lost;     /* events since the last that was told */
        unsigned dropped;  /* since it was last up to date */
        Process *process;  /* NULL: none runs */
        HookMessage *told; /* to that one */
} Hook;

struct HookRunner {
        sd_event *event;
        sd_event_source *start;
        char *host;
        size_t n_hooks;
        Hook **hooks;
        size_t next; /* whose turn it is when not all can run */
        unsigned running;
};

static void log_about(int level, const Hook *hook, const HookMessage *message, const char *text)
{
        const char *name = message ? hook_message_name(message) : NULL;
        const char *event = message ? hook_message_event(message) : NULL;

        log_message(level, MESSAGE_HOOK_FAILED,
                LOG_FIELDS({ "SIGNPOST_HOOK", hook->config->command[0] }, { "SIGNPOST_EVENT", event },
                        { "SIGNPOST_NAME", name }),
                "hook %s: %s%s%s%s%s", hook->config->command[0], event ?: "", name ? " of " : "", name ?: "",
                event ? ": " : "", text);
}

/* A hook's queue. */

static HookMessage *take_oldest(Hook *hook)
{
        HookMessage *message = STEAL(hook->waiting[hook->first]);

        hook->first = (hook->first + 1) % WAITING_MAX;
        hook->n_waiting--;
        return message;
}

static void drop_oldest(Hook *hook)
{
        char text[64];

        snprintf(text, sizeof text, "more than %d events wait for it; the oldest are dropped", WAITING_MAX);
        if (hook->dropped == 0)
                log_about(LOG_WARNING, hook, NULL, text);
        hook->lost++;
        hook->dropped++;
        hook_message_unref(take_oldest(hook));
}

static void append(Hook *hook, HookMessage *message)
{
        if (hook->n_waiting == WAITING_MAX)
                drop_oldest(hook);
        hook->waiting[(hook->first + hook->n_waiting++) % WAITING_MAX] = hook_message_ref(message);
}

static void catch_up(Hook *hook)
{
        if (hook->n_waiting > 0 || hook->dropped == 0)
                return;
        log_notice("hook %s: up to date again; it was not told of %u events", hook->config->command[0],
                hook->dropped);
        hook->dropped = 0;
}

/* Its command. */

static void start_later(HookRunner *runner)
{
        sd_event_source_set_enabled(runner->start, SD_EVENT_ONESHOT);
}

static void end_command(Hook *hook)
{
        hook->told = hook_message_unref(hook->told);
        hook->process = NULL;
        hook->runner->running--;
}

static void on_end(void *userdata, const ProcessEnd *end)
{
        char text[PROCESS_TEXT_MAX];
        Hook *hook = userdata;

        if (end->result != PROCESS_EXITED || end->status != 0)
                log_about(LOG_WARNING, hook, hook->told, process_end_to_text(end, text));
        end_command(hook);
        start_later(hook->runner);
}

static int start_command(Hook *hook, HookMessage *message)
{
        AUTO_FREE char *json = hook_message_to_json(message, hook->lost);
        ProcessOptions options = {
                .command = hook->config->command,
                .environment = hook_message_environment(message),
                .input = json,
                .timeout_usec = hook->config->timeout_usec,
                .grace_usec = GRACE_USEC,
        };

        return json ? process_start(&hook->process, hook->runner->event, &options, on_end, hook) : -ENOMEM;
}

static void tell_next(Hook *hook)
{
        AUTO(hook_message_unrefp) HookMessage *message = take_oldest(hook);
        int r = start_command(hook, message);
        char text[128];

        if (r < 0) {
                snprintf(text, sizeof text, "cannot be started: %s",
                        process_error_to_text(hook->config->command[0], -r));
                log_about(LOG_WARNING, hook, message, text);
                hook->lost++;
        } else {
                hook->lost = 0;
                hook->told = STEAL(message);
                hook->runner->running++;
        }
        catch_up(hook);
}

static Hook *hook_free(Hook *hook)
{
        if (!hook)
                return NULL;
        if (hook->process) {
                process_free(hook->process);
                end_command(hook);
        }
        while (hook->n_waiting > 0)
                hook_message_unref(take_oldest(hook));
        free(hook);
        return NULL;
}

static Hook *hook_new(HookRunner *runner)
{
        Hook *hook = calloc(1, sizeof *hook);

        if (hook)
                hook->runner = runner;
        return hook;
}

/* All hooks. */

static bool is_ready(const Hook *hook)
{
        return !hook->process && hook->n_waiting > 0;
}

/* The next in turn that has something to run; NULL: none has, or enough run. */
static Hook *next_ready(HookRunner *runner)
{
        for (size_t i = 0; i < runner->n_hooks && runner->running < RUNNING_MAX; i++) {
                size_t at = (runner->next + i) % runner->n_hooks;

                if (!is_ready(runner->hooks[at]))
                        continue;
                runner->next = at + 1;
                return runner->hooks[at];
        }
        return NULL;
}

static int on_start(sd_event_source *source, void *userdata)
{
        HookRunner *runner = userdata;
        Hook *hook = next_ready(runner);

        (void) source;
        /* One in each turn of the loop. */
        if (hook) {
                tell_next(hook);
                start_later(runner);
        }
        return 0;
}

void hook_runner_tell(HookRunner *runner, const Event *event)
{
        AUTO(hook_message_unrefp) HookMessage *message = NULL;

        for (size_t i = 0; i < runner->n_hooks; i++) {
                Hook *hook = runner->hooks[i];

                if (!(hook->config->events & (1U << event->kind)))
                        continue;
                if (!message)
                        message = hook_message_new(event, runner->host);
                if (!message) {
                        log_error("cannot tell the hooks of an event: %s", strerror(ENOMEM));
                        return;
                }
                append(hook, message);
                start_later(runner);
        }
}

static void drop_hooks(Hook **hooks, size_t n_hooks)
{
        for (size_t i = 0; i < n_hooks; i++)
                hook_free(hooks[i]);
        free(hooks);
}

static bool same_command(char *const *a, char *const *b)
{
        while (*a && *b && strcmp(*a, *b) == 0) {
                a++;
                b++;
        }
        return !*a && !*b;
}

/* The hook that ran this command so far: it keeps its queue. */
static Hook *take_over(Hook **hooks, size_t n_hooks, const HookConfig *config)
{
        for (size_t i = 0; i < n_hooks; i++)
                if (hooks[i] && same_command(hooks[i]->config->command, config->command))
                        return STEAL(hooks[i]);
        return NULL;
}

static int set_hooks(HookRunner *runner, Hook **old, size_t n_old, const HookConfig *configs, size_t n)
{
        runner->hooks = n > 0 ? calloc(n, sizeof *runner->hooks) : NULL;
        if (n > 0 && !runner->hooks)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                Hook *hook = take_over(old, n_old, &configs[i]) ?: hook_new(runner);

                if (!hook)
                        return -ENOMEM;
                hook->config = &configs[i];
                runner->hooks[runner->n_hooks++] = hook;
        }
        return 0;
}

int hook_runner_configure(HookRunner *runner, const HookConfig *hooks, size_t n_hooks, const char *host)
{
        Hook **old = STEAL(runner->hooks);
        size_t n_old = runner->n_hooks;
        char *copy = strdup(host);
        int r;

        free(runner->host);
        runner->host = copy;
        runner->n_hooks = 0;
        r = copy ? set_hooks(runner, old, n_old, hooks, n_hooks) : -ENOMEM;
        drop_hooks(old, n_old);
        if (r < 0) {
                drop_hooks(STEAL(runner->hooks), runner->n_hooks);
                runner->n_hooks = 0;
        }
        runner->next = 0;
        start_later(runner);
        return r;
}

int hook_runner_new(HookRunner **ret, sd_event *event)
{
        AUTO(hook_runner_freep) HookRunner *runner = calloc(1, sizeof *runner);
        int r;

        if (!runner)
                return -ENOMEM;
        runner->event = sd_event_ref(event);
        r = sd_event_add_defer(event, &runner->start, on_start, runner);
        if (r >= 0)
                r = sd_event_source_set_enabled(runner->start, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(runner->start, PRIORITY);
        if (r < 0)
                return r;
        *ret = STEAL(runner);
        return 0;
}

HookRunner *hook_runner_free(HookRunner *runner)
{
        if (!runner)
                return NULL;
        drop_hooks(runner->hooks, runner->n_hooks);
        sd_event_source_disable_unref(runner->start);
        sd_event_unref(runner->event);
        free(runner->host);
        free(runner);
        return NULL;
}
