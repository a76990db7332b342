/* SPDX-License-Identifier: BSD-3-Clause */

/* Explain: the log's answer to "why is this address (not) in DNS?", given when the answer changes. */

#include "engine/explain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

enum {
        ADDRESSES_TOLD = 64, /* one by one; more are only counted */
};

typedef struct ExplainedAddress {
        Address address;
        char interface[IF_NAMESIZE];
        SelectReason reason;
        char text[SELECT_TEXT_MAX + ADDRESS_TEXT_MAX];
} ExplainedAddress;

typedef struct Collection {
        ExplainedAddress *addresses; /* room for ADDRESSES_TOLD */
        size_t count;
} Collection;

void explained_done(Explained *told)
{
        free(told->addresses);
        *told = (Explained){ 0 };
}

static void collect(void *userdata, const SelectVerdict *verdict)
{
        Collection *collection = userdata;
        ExplainedAddress *told = &collection->addresses[collection->count];
        char reason[SELECT_TEXT_MAX], address[ADDRESS_TEXT_MAX];

        collection->count++;
        *told = (ExplainedAddress){ .address = verdict->address, .reason = verdict->reason };
        if (verdict->interface)
                strncpy(told->interface, verdict->interface, IF_NAMESIZE - 1);
        if (!select_reason_is_taken(verdict->reason))
                snprintf(told->text, sizeof told->text, "left out: %s",
                        select_verdict_to_text(verdict, reason));
        else if (address_equal(&verdict->published, &verdict->address))
                snprintf(told->text, sizeof told->text, "taken");
        else
                snprintf(told->text, sizeof told->text, "taken as %s",
                        address_to_text(&verdict->published, address));
}

static const ExplainedAddress *find(
        const ExplainedAddress *addresses, size_t count, const ExplainedAddress *wanted)
{
        for (size_t i = 0; i < count; i++)
                if (address_equal(&addresses[i].address, &wanted->address) &&
                        strcmp(addresses[i].interface, wanted->interface) == 0)
                        return &addresses[i];
        return NULL;
}

static void tell(const ExplainedAddress *address, const char *record, const char *text)
{
        char buffer[ADDRESS_TEXT_MAX];

        log_message(LOG_INFO, NULL,
                LOG_FIELDS({ "SIGNPOST_NAME", record },
                        { "SIGNPOST_ADDRESS", address_to_text(&address->address, buffer) },
                        { "SIGNPOST_INTERFACE", address->interface }),
                "%s: %s%s%s is %s", record, buffer, address->interface[0] ? " on " : "", address->interface,
                text);
}

static void tell_differences(const Explained *before, const Explained *after, const char *record)
{
        for (size_t i = 0; i < before->count; i++)
                if (!find(after->addresses, after->count, &before->addresses[i]))
                        tell(&before->addresses[i], record, "gone");
        for (size_t i = 0; i < after->count; i++) {
                const ExplainedAddress *old = find(before->addresses, before->count, &after->addresses[i]);

                if (!old || strcmp(old->text, after->addresses[i].text) != 0)
                        tell(&after->addresses[i], record, after->addresses[i].text);
        }
}

static size_t count_of_family(const Interfaces *facts, int family)
{
        size_t n = 0;

        for (size_t l = 0; l < facts->n_links; l++)
                for (size_t a = 0; a < facts->links[l].n_addresses; a++)
                        n += facts->links[l].addresses[a].address.family == family;
        return n;
}

/* Too many to tell one by one. */
static void tell_counts(Explained *told, const char *record, int family, size_t n_taken, size_t n_all)
{
        if (told->n_taken == n_taken && told->n_all == n_all)
                return;
        explained_done(told);
        told->n_taken = n_taken;
        told->n_all = n_all;
        log_info("%s: %zu of %zu IPv%c addresses are taken", record, n_taken, n_all,
                family == AF_INET ? '4' : '6');
}

void explained_update(Explained *told, const SourceConfig *source, const Selection *selection,
        const Interfaces *facts, const Name *record)
{
        AUTO_FREE ExplainedAddress *addresses = NULL;
        AUTO(selection_done) Selection again = { 0 };
        Collection collection = { 0 };
        char name[NAME_TEXT_MAX];
        size_t n_all;
        Explained after;

        if (log_get_level() < LOG_INFO || facts->state != FACT_KNOWN)
                return;
        name_to_text(record, name);
        n_all = source->type == SOURCE_STATIC ? source->n_addresses : count_of_family(facts, source->family);
        if (n_all > ADDRESSES_TOLD) {
                tell_counts(told, name, source->family, selection->count, n_all);
                return;
        }
        addresses = reallocarray(NULL, ADDRESSES_TOLD, sizeof *addresses);
        if (!addresses)
                return;
        collection.addresses = addresses;
        if (select_addresses(&again, source, facts, collect, &collection) < 0)
                return;
        after = (Explained){ .count = collection.count, .addresses = addresses };
        tell_differences(told, &after, name);
        explained_done(told);
        /* Most hosts have a handful. */
        told->addresses =
                after.count > 0 ? reallocarray(STEAL(addresses), after.count, sizeof *addresses) : NULL;
        told->count = told->addresses ? after.count : 0;
}
