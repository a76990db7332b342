/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/draft.h"

typedef struct HookDraft {
        Entry entry;
        HookConfig config;
} HookDraft;

/* Every kind of event by its number, ended by NULL. */
extern const char *const event_words[];

HookDraft *hook_draft_free(HookDraft *hook);

/* Setters for the schema. -EINVAL, -ENOMEM; -EEXIST: an event that is there already. */
int hook_draft_add_event(void *hook, const char *text);
int hook_draft_add_argument(void *hook, const char *text);
