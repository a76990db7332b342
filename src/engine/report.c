/* SPDX-License-Identifier: BSD-3-Clause */

/* Report: the engine's edge towards the log. Each thing that a person wants to know is said once. */

#include "engine/report.h"

#include <string.h>

#include "util/log.h"
#include "util/message-id.h"

enum {
        VALUES_SHOWN = 12,
};

const char *report_values(const RRset *set, size_t most, char buffer[static REPORT_VALUES_MAX])
{
        size_t used = 0;

        if (rrset_is_empty(set))
                return strcpy(buffer, "nothing");
        for (size_t i = 0; i < set->count; i++) {
                char text[ADDRESS_TEXT_MAX];
                Address address;

                if (i == most) {
                        snprintf(buffer + used, REPORT_VALUES_MAX - used, " and %zu more", set->count - i);
                        break;
                }
                if (rdata_to_address(set->rdata[i], set->type, &address) < 0)
                        continue;
                used += (size_t) snprintf(buffer + used, REPORT_VALUES_MAX - used, "%s%s", i ? ", " : "",
                        address_to_text(&address, text));
        }
        return buffer;
}

/* The texts that every line needs. */
typedef struct Names {
        char name[NAME_TEXT_MAX];
        char type_buffer[10];
        const char *type;
} Names;

static void names_of(const Publication *publication, Names *ret)
{
        name_to_text(&publication->record->name, ret->name);
        ret->type = rrtype_to_text(publication->type, ret->type_buffer);
}

#define PUBLICATION_FIELDS(publication, names)                                           \
        LOG_FIELDS({ "SIGNPOST_NAME", (names).name }, { "SIGNPOST_TYPE", (names).type }, \
                { "SIGNPOST_PROVIDER", (publication)->record->provider->id })

void report_applied(const Publication *publication)
{
        char now[REPORT_VALUES_MAX], before[REPORT_VALUES_MAX];
        Names names;

        names_of(publication, &names);
        log_message(LOG_INFO, MESSAGE_PUBLISHED, PUBLICATION_FIELDS(publication, names),
                "%s %s: published %s (before: %s) at \"%s\"", names.name, names.type,
                report_values(publication->attempt, VALUES_SHOWN, now),
                report_values(publication->synthesized ? NULL : publication->seen, VALUES_SHOWN, before),
                publication->record->provider->id);
}

void report_conflict(const Publication *publication)
{
        char expected[REPORT_VALUES_MAX];
        Names names;

        names_of(publication, &names);
        log_message(LOG_INFO, MESSAGE_CONFLICT, PUBLICATION_FIELDS(publication, names),
                "%s %s: is not what we expected (%s) at \"%s\": reading it again", names.name, names.type,
                report_values(publication->disputed, VALUES_SHOWN, expected),
                publication->record->provider->id);
}

void report_parked(const Publication *publication)
{
        Names names;

        names_of(publication, &names);
        log_message(LOG_ERR, MESSAGE_PARKED, PUBLICATION_FIELDS(publication, names), "%s %s: parked: %s",
                names.name, names.type, publication->reason ?: "refused");
}

void report_failed(const Publication *publication)
{
        Names names;

        names_of(publication, &names);
        log_message(publication->failures > 1 ? LOG_DEBUG : LOG_WARNING, MESSAGE_PROBLEM,
                PUBLICATION_FIELDS(publication, names), "%s %s: %s; trying again", names.name, names.type,
                publication->reason ?: "failed");
}

void report_planned(const Publication *publication)
{
        char now[REPORT_VALUES_MAX], want[REPORT_VALUES_MAX];
        Names names;

        names_of(publication, &names);
        log_message(LOG_INFO, MESSAGE_PLANNED, PUBLICATION_FIELDS(publication, names),
                "%s %s: dry run: would publish %s (now: %s) at \"%s\"", names.name, names.type,
                report_values(publication->attempt, VALUES_SHOWN, want),
                report_values(publication->seen, VALUES_SHOWN, now), publication->record->provider->id);
}

void report_problem(const ProviderConfig *provider, const char *reason, bool parked)
{
        log_message(parked ? LOG_ERR : LOG_WARNING, parked ? MESSAGE_PARKED : MESSAGE_PROBLEM,
                LOG_FIELDS({ "SIGNPOST_PROVIDER", provider->id }), "provider \"%s\": %s; %s", provider->id,
                reason, parked ? "parked until somebody acts" : "trying again");
}

void report_recovered(const ProviderConfig *provider)
{
        log_message(LOG_NOTICE, MESSAGE_RECOVERED, LOG_FIELDS({ "SIGNPOST_PROVIDER", provider->id }),
                "provider \"%s\": works again", provider->id);
}

static void print_side(
        const char *sign, const Publication *publication, const RRset *set, const RRset *other, FILE *out)
{
        Names names;

        names_of(publication, &names);
        for (size_t i = 0; set && i < set->count; i++) {
                char text[ADDRESS_TEXT_MAX];
                Address address;
                bool stays = other && other->ttl == set->ttl && rrset_contains(other, set->rdata[i]);

                if (stays || rdata_to_address(set->rdata[i], set->type, &address) < 0)
                        continue;
                fprintf(out, "%s %s %u IN %s %s\n", sign, names.name, set->ttl, names.type,
                        address_to_text(&address, text));
        }
}

void report_print_plan(const Publication *publication, FILE *out)
{
        Names names;

        names_of(publication, &names);
        if (!publication->planned) {
                char seen[REPORT_VALUES_MAX];

                fprintf(out, "= %s %s at \"%s\": %s\n", names.name, names.type,
                        publication->record->provider->id,
                        publication->state == PUBLICATION_IN_SYNC
                                ? report_values(publication->seen, VALUES_SHOWN, seen)
                        : publication->reason ? publication->reason
                                              : publication_state_to_text(publication->state));
                return;
        }
        fprintf(out, "~ %s %s at \"%s\":\n", names.name, names.type, publication->record->provider->id);
        print_side("-", publication, publication->synthesized ? NULL : publication->seen,
                publication->attempt, out);
        print_side("+", publication, publication->attempt, publication->seen, out);
}
