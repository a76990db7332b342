/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/describe.h"

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
                { "retrying", COLOUR_YELLOW },
                { "degraded", COLOUR_YELLOW },
                { "parked", COLOUR_RED },
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

bool describe_wants_other(const Record *record)
{
        return strcmp(record->state, "in-sync") != 0 &&
               !string_list_same_set(record->wanted, record->published);
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
