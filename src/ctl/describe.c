/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/string-list.h"
#include "ctl/text.h"

Colour describe_state_colour(const char *state)
{
        static const struct {
                const char *state;
                Colour colour;
        } colours[] = {
                { "in-sync", COLOUR_GREEN },
                { "ok", COLOUR_GREEN },
                { "running", COLOUR_GREEN },
                { "normal", COLOUR_GREEN },
                { "up", COLOUR_GREEN },
                { "retrying", COLOUR_YELLOW },
                { "degraded", COLOUR_YELLOW },
                { "overridden", COLOUR_YELLOW },
                { "frozen", COLOUR_YELLOW },
                { "suspect", COLOUR_YELLOW },
                { "failing", COLOUR_YELLOW },
                { "rising", COLOUR_YELLOW },
                { "parked", COLOUR_RED },
                { "held", COLOUR_RED },
                { "lost", COLOUR_RED },
                { "down", COLOUR_RED },
        };

        for (size_t i = 0; i < ARRAY_LENGTH(colours); i++)
                if (strcmp(colours[i].state, state) == 0)
                        return colours[i].colour;
        return COLOUR_GREY;
}

char *describe_addresses(char *const *addresses)
{
        return string_list_count(addresses) > 0 ? string_list_join(addresses, ", ") : strdup("-");
}

char *describe_some_addresses(char *const *addresses, size_t most)
{
        size_t n = string_list_count(addresses);
        AUTO_FREE char **first = calloc(most + 1, sizeof *first); /* borrowed */
        AUTO_FREE char *joined = NULL;
        char *text;

        if (n <= most)
                return describe_addresses(addresses);
        if (!first)
                return NULL;
        memcpy(first, addresses, most * sizeof *first);
        joined = string_list_join(first, ", ");
        return joined && asprintf(&text, "%s and %zu more", joined, n - most) >= 0 ? text : NULL;
}

bool describe_wants_other(const Publication *publication)
{
        return strcmp(publication->state, "in-sync") != 0 &&
               !string_list_same_set(publication->wanted, publication->published);
}

/* "drain by root until Nov 21 14:00:00 (in 2 h): new kernel" */
static char *describe_order(
        const char *what, const char *user, usec_t until_usec, const char *reason, usec_t now_usec)
{
        char moment[TEXT_TIME_MAX], from_now[TEXT_TIME_MAX];
        AUTO_FREE char *until = NULL;
        char *text;

        if (until_usec > 0 && asprintf(&until, " until %s (%s)", text_journal_time(until_usec, moment),
                                      text_until(until_usec, now_usec, from_now)) < 0) {
                until = NULL;
                return NULL;
        }
        return asprintf(&text, "%s%s%s%s%s%s", what, *user ? " by " : "", user, until ? until : "",
                       *reason ? ": " : "", reason) < 0
                       ? NULL
                       : text;
}

bool describe_is_ordered(const Member *member)
{
        return *member->admin && strcmp(member->admin, "none") != 0;
}

bool describe_is_well(const Member *member)
{
        return strcmp(member->health, "up") == 0 && !describe_is_ordered(member);
}

const char *describe_standing(const Member *member)
{
        static const struct {
                const char *admin, *standing;
        } words[] = {
                { "drain", "drained" },
                { "maintenance", "in maintenance" },
                { "down", "taken out" },
                { "up", "kept in" },
        };

        for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
                if (strcmp(words[i].admin, member->admin) == 0)
                        return words[i].standing;
        return member->health;
}

char *describe_published(const Publication *publication)
{
        AUTO_FREE char *published = string_list_join(publication->published, ", ");
        char *text;
        int n;

        if (!published)
                return NULL;
        if (*published)
                n = asprintf(&text, "published %s", published);
        else
                n = asprintf(
                        &text, "nothing is published; `signpostctl explain %s` says why", publication->name);
        return n < 0 ? NULL : text;
}

char *describe_admin(const Member *member, usec_t now_usec)
{
        if (!describe_is_ordered(member))
                return strdup("");
        return describe_order(
                member->admin, member->admin_user, member->admin_until, member->admin_reason, now_usec);
}

char *describe_override(const Override *override, usec_t now_usec)
{
        AUTO_FREE char *what = NULL;

        if (asprintf(&what, "failover to %s", override->member) < 0) {
                what = NULL;
                return NULL;
        }
        return describe_order(what, override->user, override->until, override->reason, now_usec);
}

const char *describe_latency(const Member *member, char buffer[static TEXT_TIME_MAX])
{
        if (member->latency == 0 || strcmp(member->health, "down") == 0 ||
                strcmp(member->health, "unknown") == 0)
                return strcpy(buffer, "-");
        snprintf(buffer, TEXT_TIME_MAX, "%.1f ms", (double) member->latency / (double) USEC_PER_MSEC);
        return buffer;
}

const char *describe_priority(const Pool *pool, char buffer[static TEXT_TIME_MAX])
{
        if (strcmp(pool->policy, "priority") != 0)
                return pool->policy;
        if (pool->priority == 0)
                return strcpy(buffer, "-");
        snprintf(buffer, TEXT_TIME_MAX, "%" PRIu32, pool->priority);
        return buffer;
}

const char *describe_observer(const char *observer)
{
        if (strcmp(observer, "suspect") == 0)
                return "so many members fail at once that it may be this host's network: none is taken out "
                       "for now";
        if (strcmp(observer, "lost") == 0)
                return "this host cannot judge others: without carrier, address or answer from a reference "
                       "nothing is changed because of checks";
        return NULL;
}

/* when: NULL, it waits for us alone. command: NULL, it is not told. */
static int print_parked(char **ret, const char *when, const char *command)
{
        if (when && command)
                return asprintf(
                        ret, "somebody must act; looks again %s, or at once after `%s`", when, command);
        if (when)
                return asprintf(ret, "somebody must act; looks again %s", when);
        if (command)
                return asprintf(ret, "somebody must act, and then run `%s`", command);
        return asprintf(ret, "somebody must act");
}

char *describe_next(const char *state, usec_t next_usec, usec_t now_usec, const char *publish)
{
        AUTO_FREE char *command = NULL;
        char buffer[TEXT_TIME_MAX];
        bool retrying = strcmp(state, "retrying") == 0;
        const char *when = next_usec > 0 || retrying ? text_until(next_usec, now_usec, buffer) : NULL;
        char *text;
        int n;

        if (strcmp(state, "parked") == 0) {
                if (publish &&
                        asprintf(&command, "signpostctl publish%s%s", *publish ? " " : "", publish) < 0)
                        command = NULL;
                n = print_parked(&text, when, command);
        } else if (when) {
                n = asprintf(&text, "%s %s", retrying ? "tries again" : "goes on", when);
        } else {
                return NULL;
        }
        return n < 0 ? NULL : text;
}
