/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "engine/event.h"
#include "util/cleanup.h"

/* An event as hooks are told of it: a JSON object, and the same as environment variables. Shared by the hooks
 * that it waits for. */
typedef struct HookMessage HookMessage;

/* host: the full name of this host. NULL: out of memory. */
HookMessage *hook_message_new(const Event *event, const char *host);
HookMessage *hook_message_ref(HookMessage *message);
HookMessage *hook_message_unref(HookMessage *message); /* NULL */
DEFINE_FREEP(HookMessage, hook_message_unref)

/* One line. lost: how many earlier events this hook was not told of; 0 does not show. Malloc'ed; NULL: out of
 * memory. */
char *hook_message_to_json(HookMessage *message, unsigned lost);

/* "SIGNPOST_EVENT=member-down", …, ended by NULL. */
const char *const *hook_message_environment(const HookMessage *message);

/* "member-down" */
const char *hook_message_event(const HookMessage *message);
/* What it concerns; NULL: nothing alone. */
const char *hook_message_name(const HookMessage *message);
