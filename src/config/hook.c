/* SPDX-License-Identifier: BSD-3-Clause */

/* Hooks: which events, and what to run. */

#include "config/hook.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "config/command.h"
#include "config/texts.h"

const char *const event_words[] = {
        [EVENT_PUBLISHED] = "published",
        [EVENT_MEMBER_DOWN] = "member-down",
        [EVENT_MEMBER_UP] = "member-up",
        [EVENT_FAILOVER] = "failover",
        [EVENT_FAILBACK] = "failback",
        [EVENT_OBSERVER_LOST] = "observer-lost",
        [EVENT_OBSERVER_OK] = "observer-ok",
        [EVENT_PARKED] = "parked",
        [EVENT_KINDS] = NULL,
};

const char *event_kind_to_text(EventKind kind)
{
        assert(kind < EVENT_KINDS);
        return event_words[kind];
}

HookDraft *hook_draft_free(HookDraft *hook)
{
        texts_free(hook->config.command);
        free(hook);
        return NULL;
}

int hook_draft_add_event(void *hook, const char *text)
{
        unsigned *events = &((HookDraft *) hook)->config.events;

        for (unsigned i = 0; i < EVENT_KINDS; i++) {
                if (strcmp(text, event_words[i]) != 0)
                        continue;
                if (*events & 1U << i)
                        return -EEXIST;
                *events |= 1U << i;
                return 0;
        }
        return -EINVAL;
}

int hook_draft_add_argument(void *hook, const char *text)
{
        return command_add(&((HookDraft *) hook)->config.command, text);
}
