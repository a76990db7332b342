/* SPDX-License-Identifier: BSD-3-Clause */

/* Change: two states of an object, told as what happened between them. */

#include "ctl/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/string-list.h"

/* Parts of a line, with "; " between them. */
typedef struct Line {
        FILE *file;
        bool started;
} Line;

static FILE *next_part(Line *line)
{
        if (line->started)
                fputs("; ", line->file);
        line->started = true;
        return line->file;
}

static void tell_texts(Line *line, const char *what, const char *before, const char *after)
{
        if (strcmp(before, after) != 0)
                fprintf(next_part(line), "%s%s -> %s", what, *before ? before : "none",
                        *after ? after : "none");
}

/* "published +192.0.2.8 -192.0.2.7" */
static void tell_lists(Line *line, const char *what, char *const *before, char *const *after)
{
        if (string_list_same_set(before, after))
                return;
        fputs(what, next_part(line));
        for (size_t i = 0; after && after[i]; i++)
                if (!string_list_contains(before, after[i]))
                        fprintf(line->file, " +%s", after[i]);
        for (size_t i = 0; before && before[i]; i++)
                if (!string_list_contains(after, before[i]))
                        fprintf(line->file, " -%s", before[i]);
}

/* Why it is in this state, and what happens next. */
static void tell_problem(Line *line, const char *state, const char *reason, usec_t next_usec, usec_t now_usec)
{
        AUTO_FREE char *next = describe_next(state, next_usec, now_usec, NULL);

        if (!*reason)
                return;
        fputs(reason, next_part(line));
        if (next)
                fputs(next, next_part(line));
}

static void tell_record(Line *line, const Record *before, const Record *after, usec_t now_usec)
{
        bool published = !string_list_same_set(before->published, after->published);

        tell_texts(line, "", before->state, after->state);
        tell_lists(line, "published", before->published, after->published);
        /* What was wanted is what is published now: said once. */
        if (!published || describe_wants_other(after))
                tell_lists(line, "wanted", before->wanted, after->wanted);
        tell_texts(line, "provider ", before->provider, after->provider);
        if (before->ttl != after->ttl)
                fprintf(next_part(line), "ttl %u -> %u", before->ttl, after->ttl);
        if (strcmp(before->state, after->state) != 0 || strcmp(before->last_error, after->last_error) != 0)
                tell_problem(line, after->state, after->last_error, after->next_retry, now_usec);
}

static void tell_provider(Line *line, const Provider *before, const Provider *after, usec_t now_usec)
{
        tell_texts(line, "", before->state, after->state);
        tell_texts(line, "type ", before->type, after->type);
        tell_texts(line, "zone ", before->zone, after->zone);
        if (strcmp(before->state, after->state) != 0 || strcmp(before->last_error, after->last_error) != 0)
                tell_problem(line, after->state, after->last_error, after->retry_after, now_usec);
}

static void tell_manager(Line *line, const Manager *before, const Manager *after)
{
        tell_texts(line, "", before->state, after->state);
        tell_texts(line, "version ", before->version, after->version);
        if (before->online != after->online)
                fputs(after->online ? "online" : "offline", next_part(line));
}

static void tell_difference(Line *line, const Object *before, const Object *after, usec_t now_usec)
{
        switch (after->kind) {
        case OBJECT_MANAGER:
                tell_manager(line, &before->manager, &after->manager);
                return;
        case OBJECT_RECORD:
                tell_record(line, &before->record, &after->record, now_usec);
                return;
        case OBJECT_PROVIDER:
                tell_provider(line, &before->provider, &after->provider, now_usec);
                return;
        }
}

static void tell_present_record(Line *line, const Record *record, usec_t now_usec)
{
        AUTO_FREE char *published = describe_addresses(record->published);
        AUTO_FREE char *wanted = describe_addresses(record->wanted);

        fprintf(next_part(line), "published %s", published ? published : "?");
        if (describe_wants_other(record))
                fprintf(next_part(line), "wanted %s", wanted ? wanted : "?");
        tell_problem(line, record->state, record->last_error, record->next_retry, now_usec);
}

static void tell_present(Line *line, const Object *object, usec_t now_usec)
{
        fputs(object_state(object), next_part(line));
        switch (object->kind) {
        case OBJECT_MANAGER:
                fputs(object->manager.online ? "online" : "offline", next_part(line));
                return;
        case OBJECT_RECORD:
                tell_present_record(line, &object->record, now_usec);
                return;
        case OBJECT_PROVIDER:
                tell_problem(line, object->provider.state, object->provider.last_error,
                        object->provider.retry_after, now_usec);
                return;
        }
}

char *change_describe(const Object *object, const Object *before, usec_t now_usec)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        Line line = { .file = open_memstream(&text, &size) };

        if (!line.file)
                return NULL;
        if (before)
                tell_difference(&line, before, object, now_usec);
        else
                tell_present(&line, object, now_usec);
        return fclose(line.file) == 0 ? STEAL(text) : NULL;
}
