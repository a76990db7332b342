/* SPDX-License-Identifier: BSD-3-Clause */

/* Change: two states of an object, told as what happened between them. */

#include "ctl/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/string-list.h"

enum {
        ADDRESSES_TOLD = 12, /* of how it stands; of what happens, all are */
};

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

static void tell_numbers(Line *line, const char *what, uint32_t before, uint32_t after)
{
        if (before != after)
                fprintf(next_part(line), "%s %" PRIu32 " -> %" PRIu32, what, before, after);
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

static void tell_publication(Line *line, const Publication *before, const Publication *after, usec_t now_usec)
{
        bool published = !string_list_same_set(before->published, after->published);

        tell_texts(line, "", before->state, after->state);
        tell_lists(line, "published", before->published, after->published);
        /* What was wanted is what is published now: said once. */
        if (!published || describe_wants_other(after))
                tell_lists(line, "wanted", before->wanted, after->wanted);
        tell_texts(line, "provider ", before->provider, after->provider);
        tell_numbers(line, "ttl", before->ttl, after->ttl);
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
        tell_texts(line, "observer ", before->observer, after->observer);
}

/* An operator's failovers that began, or ended. */
static void tell_overrides(Line *line, const Overrides *before, const Overrides *after, usec_t now_usec)
{
        for (size_t i = 0; i < after->n; i++) {
                AUTO_FREE char *text = describe_override(&after->overrides[i], now_usec);

                if (!overrides_contain(before, &after->overrides[i]))
                        fputs(text ? text : "?", next_part(line));
        }
        for (size_t i = 0; i < before->n; i++)
                if (!overrides_contain(after, &before->overrides[i]))
                        fprintf(next_part(line), "failover to %s ended", before->overrides[i].member);
}

/* How many members are up the members' own lines say. */
static void tell_pool(Line *line, const Pool *before, const Pool *after, usec_t now_usec)
{
        tell_texts(line, "", before->condition, after->condition);
        tell_overrides(line, &before->overrides, &after->overrides, now_usec);
        tell_numbers(line, "priority", before->priority, after->priority);
        tell_publication(line, &before->publication, &after->publication, now_usec);
        tell_texts(line, "policy ", before->policy, after->policy);
}

static void tell_admin(Line *line, const Member *before, const Member *after, usec_t now_usec)
{
        AUTO_FREE char *text = describe_admin(after, now_usec);

        if (strcmp(before->admin, after->admin) == 0 && before->admin_until == after->admin_until &&
                strcmp(before->admin_user, after->admin_user) == 0 &&
                strcmp(before->admin_reason, after->admin_reason) == 0)
                return;
        if (text && !*text)
                fprintf(next_part(line), "%s ended", before->admin);
        else
                fputs(text ? text : "?", next_part(line));
}

/* Its address in DNS is told of the pool. */
static void tell_member(Line *line, const Member *before, const Member *after, usec_t now_usec)
{
        tell_texts(line, "", before->health, after->health);
        if (*after->last_error && strcmp(before->last_error, after->last_error) != 0)
                fputs(after->last_error, next_part(line));
        tell_admin(line, before, after, now_usec);
        tell_texts(line, "address ", before->address, after->address);
        tell_numbers(line, "priority", before->priority, after->priority);
}

static void tell_difference(Line *line, const Object *before, const Object *after, usec_t now_usec)
{
        switch (after->kind) {
        case OBJECT_MANAGER:
                tell_manager(line, &before->manager, &after->manager);
                return;
        case OBJECT_RECORD:
                tell_publication(line, &before->record, &after->record, now_usec);
                return;
        case OBJECT_POOL:
                tell_pool(line, &before->pool, &after->pool, now_usec);
                return;
        case OBJECT_MEMBER:
                tell_member(line, &before->member, &after->member, now_usec);
                return;
        case OBJECT_PROVIDER:
                tell_provider(line, &before->provider, &after->provider, now_usec);
                return;
        }
}

static void tell_present_publication(Line *line, const Publication *publication, usec_t now_usec)
{
        AUTO_FREE char *published = describe_some_addresses(publication->published, ADDRESSES_TOLD);
        AUTO_FREE char *wanted = describe_some_addresses(publication->wanted, ADDRESSES_TOLD);

        fprintf(next_part(line), "published %s", published ? published : "?");
        if (describe_wants_other(publication))
                fprintf(next_part(line), "wanted %s", wanted ? wanted : "?");
        tell_problem(line, publication->state, publication->last_error, publication->next_retry, now_usec);
}

static void tell_present_pool(Line *line, const Pool *pool, usec_t now_usec)
{
        const Overrides none = { 0 };

        fprintf(next_part(line), "%" PRIu32 " of %" PRIu32 " up", pool->members_up, pool->members_total);
        tell_overrides(line, &none, &pool->overrides, now_usec);
        fputs(pool->publication.state, next_part(line));
        tell_present_publication(line, &pool->publication, now_usec);
}

static void tell_present_member(Line *line, const Member *member, usec_t now_usec)
{
        AUTO_FREE char *admin = describe_admin(member, now_usec);

        fputs(member->address, next_part(line));
        if (*member->last_error)
                fputs(member->last_error, next_part(line));
        if (admin && *admin)
                fputs(admin, next_part(line));
}

static void tell_present(Line *line, const Object *object, usec_t now_usec)
{
        fputs(object_state(object), next_part(line));
        switch (object->kind) {
        case OBJECT_MANAGER:
                fputs(object->manager.online ? "online" : "offline", next_part(line));
                if (describe_observer(object->manager.observer))
                        fprintf(next_part(line), "observer %s", object->manager.observer);
                return;
        case OBJECT_RECORD:
                tell_present_publication(line, &object->record, now_usec);
                return;
        case OBJECT_POOL:
                tell_present_pool(line, &object->pool, now_usec);
                return;
        case OBJECT_MEMBER:
                tell_present_member(line, &object->member, now_usec);
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
