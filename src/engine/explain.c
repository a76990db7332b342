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

typedef struct ToldAddress {
        Address address;
        char interface[IF_NAMESIZE];
        SelectReason reason;
        char text[SELECT_TEXT_MAX + ADDRESS_TEXT_MAX];
} ToldAddress;

typedef struct Collection {
        ToldAddress *addresses; /* room for ADDRESSES_TOLD */
        size_t count;           /* of all, told or not */
        size_t n_taken;
} Collection;

void told_done(Told *told)
{
        free(told->addresses);
        *told = (Told){ 0 };
}

static void collect(void *userdata, const SelectVerdict *verdict)
{
        Collection *collection = userdata;
        ToldAddress *told = &collection->addresses[collection->count];
        char reason[SELECT_TEXT_MAX], address[ADDRESS_TEXT_MAX];

        if (select_reason_is_taken(verdict->reason))
                collection->n_taken++;
        if (collection->count++ >= ADDRESSES_TOLD)
                return;
        *told = (ToldAddress){ .address = verdict->address, .reason = verdict->reason };
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

static const ToldAddress *find(const ToldAddress *addresses, size_t count, const ToldAddress *wanted)
{
        for (size_t i = 0; i < count; i++)
                if (address_equal(&addresses[i].address, &wanted->address) &&
                        strcmp(addresses[i].interface, wanted->interface) == 0)
                        return &addresses[i];
        return NULL;
}

static void tell(const ToldAddress *address, const char *record, const char *text)
{
        char buffer[ADDRESS_TEXT_MAX];

        log_message(LOG_INFO, NULL,
                LOG_FIELDS({ "SIGNPOST_NAME", record },
                        { "SIGNPOST_ADDRESS", address_to_text(&address->address, buffer) },
                        { "SIGNPOST_INTERFACE", address->interface }),
                "%s: %s%s%s is %s", record, buffer, address->interface[0] ? " on " : "", address->interface,
                text);
}

static void tell_differences(const Told *before, const Told *after, const char *record)
{
        for (size_t i = 0; i < before->count; i++)
                if (!find(after->addresses, after->count, &before->addresses[i]))
                        tell(&before->addresses[i], record, "gone");
        for (size_t i = 0; i < after->count; i++) {
                const ToldAddress *old = find(before->addresses, before->count, &after->addresses[i]);

                if (!old || strcmp(old->text, after->addresses[i].text) != 0)
                        tell(&after->addresses[i], record, after->addresses[i].text);
        }
}

void told_update(Told *told, const SourceConfig *source, const Interfaces *facts, const Name *record)
{
        AUTO_FREE ToldAddress *addresses = NULL;
        AUTO(selection_done) Selection selection = { 0 };
        char name[NAME_TEXT_MAX];
        Collection collection;
        Told after;

        if (log_get_level() < LOG_INFO || facts->state != FACT_KNOWN)
                return;
        addresses = reallocarray(NULL, ADDRESSES_TOLD, sizeof *addresses);
        if (!addresses)
                return;
        collection = (Collection){ .addresses = addresses };
        if (select_addresses(&selection, source, facts, collect, &collection) < 0)
                return;
        name_to_text(record, name);
        if (collection.count > ADDRESSES_TOLD) {
                log_info("%s: %zu of %zu IPv%c addresses are taken", name, collection.n_taken,
                        collection.count, source->family == AF_INET ? '4' : '6');
                told_done(told);
                return;
        }
        after = (Told){ .count = collection.count, .addresses = addresses };
        tell_differences(told, &after, name);
        told_done(told);
        /* Most hosts have a handful. */
        told->addresses =
                after.count > 0 ? reallocarray(STEAL(addresses), after.count, sizeof *addresses) : NULL;
        told->count = told->addresses ? after.count : 0;
}
