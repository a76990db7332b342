/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "config/config.h"
#include "engine/event.h"
#include "util/cleanup.h"

/* Commands that are told of events: in order, one at a time for each hook, in the background. */
typedef struct HookRunner HookRunner;

/* Has no hooks before it is configured. */
int hook_runner_new(HookRunner **ret, sd_event *event);
/* Ends the commands that run and waits for none of them. */
HookRunner *hook_runner_free(HookRunner *runner);
DEFINE_FREEP(HookRunner, hook_runner_free)

/* hooks: borrowed until the next call; those of the last one may go when this returns. What waits for a hook
 * whose command is still there goes on waiting; else it is dropped, and the command ended. host: the full
 * host name (copied). -ENOMEM: there are no hooks then. */
int hook_runner_configure(HookRunner *runner, const HookConfig *hooks, size_t n_hooks, const char *host);

/* For every hook that wants such events. Copies what it needs, starts nothing within this call, and never
 * fails: what cannot be told is logged. */
void hook_runner_tell(HookRunner *runner, const Event *event);
