/* SPDX-License-Identifier: BSD-3-Clause */

/* Embedded zone: owns a zone's contents and its serial. Changes are made on a copy that takes the place of
 * the contents once it proved to be a zone that any server would load: so nothing is ever half done, and the
 * rules (an SOA, an NS, aliases alone) stand in one place for changes and for files. */

#include "provider/embedded-zone.h"

#include <errno.h>
#include <string.h>

#include "model/serial.h"
#include "provider/embedded-store.h"
#include "util/clock.h"

enum {
        APEX_TTL_SEC = 3600,
        SOA_REFRESH_SEC = 3600,
        SOA_RETRY_SEC = 600,
        SOA_EXPIRE_SEC = 604800,
        SOA_MINIMUM_SEC = 60, /* how long "no such name" is believed (RFC 2308 section 4) */
};

struct EmbeddedZone {
        Zone *contents;
        EmbeddedStore *store;
};

/* --- A new zone --- */

/* `label` (length byte first) below the apex; the apex itself when that would be too long for a name. */
static Name name_below(const Name *apex, const uint8_t *label)
{
        unsigned label_size = 1U + *label;
        Name name = { 0 };

        if (label_size + apex->length > NAME_WIRE_MAX)
                return *apex;
        memcpy(name.wire, label, label_size);
        memcpy(name.wire + label_size, apex->wire, apex->length);
        name.length = (uint8_t) (label_size + apex->length);
        return name;
}

static Name server_name(const Name *apex, const char *hostname)
{
        Name host;

        if (name_from_text(&host, hostname) < 0 || host.length <= 1)
                return name_below(apex, (const uint8_t *) "\2ns");
        if (name_is_within(&host, apex) && !name_equal(&host, apex))
                return host;
        return name_below(apex, host.wire);
}

static size_t put_name(uint8_t *out, const Name *name)
{
        memcpy(out, name->wire, name->length);
        return name->length;
}

static size_t put_u32(uint8_t *out, uint32_t value)
{
        out[0] = (uint8_t) (value >> 24);
        out[1] = (uint8_t) (value >> 16);
        out[2] = (uint8_t) (value >> 8);
        out[3] = (uint8_t) value;
        return 4;
}

static int add_at_apex(Zone *zone, uint16_t type, const uint8_t *rdata, size_t length)
{
        AUTO(rrset_freep) RRset *set = rrset_new(zone_apex(zone), type, APEX_TTL_SEC);
        int r;

        if (!set)
                return -ENOMEM;
        r = rrset_add(set, rdata, (uint16_t) length);
        return r < 0 ? r : zone_replace(zone, STEAL(set));
}

static int new_contents(Zone **ret, const Name *apex, const char *hostname, uint32_t serial)
{
        AUTO(zone_freep) Zone *zone = zone_new(apex);
        Name server = server_name(apex, hostname);
        Name mailbox = name_below(apex, (const uint8_t *) "\12hostmaster");
        uint8_t soa[2 * NAME_WIRE_MAX + 5 * sizeof(uint32_t)];
        size_t n = 0;
        int r;

        if (!zone)
                return -ENOMEM;
        n += put_name(soa + n, &server);
        n += put_name(soa + n, &mailbox);
        n += put_u32(soa + n, serial);
        n += put_u32(soa + n, SOA_REFRESH_SEC);
        n += put_u32(soa + n, SOA_RETRY_SEC);
        n += put_u32(soa + n, SOA_EXPIRE_SEC);
        n += put_u32(soa + n, SOA_MINIMUM_SEC);
        r = add_at_apex(zone, TYPE_SOA, soa, n);
        if (r < 0)
                return r;
        r = add_at_apex(zone, TYPE_NS, server.wire, server.length);
        if (r < 0)
                return r;
        *ret = STEAL(zone);
        return 0;
}

/* --- Rules --- */

typedef struct AliasSearch {
        const RRset *before;
        bool crowded;
} AliasSearch;

static bool look_beside_alias(const RRset *set, void *userdata)
{
        AliasSearch *search = userdata;
        const RRset *before = search->before;
        bool same_name = before && name_equal(&before->name, &set->name);

        if (set->type == TYPE_CNAME)
                search->crowded = same_name || set->count > 1;
        else
                search->crowded = same_name && before->type == TYPE_CNAME;
        search->before = set;
        return !search->crowded;
}

/* What keeps a server from loading this zone; NULL: nothing. */
static const char *find_flaw(const Zone *zone)
{
        const RRset *soa = zone_find(zone, zone_apex(zone), TYPE_SOA);
        AliasSearch search = { 0 };

        if (!soa || soa->count != 1)
                return "it has not exactly one SOA record";
        if (!zone_find(zone, zone_apex(zone), TYPE_NS))
                return "it has no NS record at its apex";
        zone_each(zone, look_beside_alias, &search);
        return search.crowded ? "a name has other data beside its CNAME" : NULL;
}

/* --- Serial --- */

/* The time as a serial: it comes after all those of a zone that was lost, or could not be stored, before. */
static uint32_t serial_of_now(void)
{
        return serial_next((uint32_t) (clock_now_usec(CLOCK_REALTIME) / USEC_PER_SEC) - 1);
}

static uint32_t serial_following(uint32_t serial)
{
        uint32_t now = serial_of_now();

        return serial_is_after(now, serial) ? now : serial_next(serial);
}

/* --- Life --- */


int embedded_zone_new(
        EmbeddedZone **ret, sd_event *event, const Name *apex, const char *directory, const char *hostname)
{
        AUTO(embedded_zone_freep) EmbeddedZone *zone = calloc(1, sizeof *zone);
        usec_t now_usec;
        int r;

        if (!zone)
                return -ENOMEM;
        r = sd_event_now(event, CLOCK_REALTIME, &now_usec);
        if (r < 0)
                return r;
        r = embedded_store_new(&zone->store, apex, directory);
        if (r < 0)
                return r;
        r = embedded_store_load(zone->store, find_flaw, now_usec, &zone->contents);
        if (r < 0)
                return r;
        if (!zone->contents) {
                r = new_contents(&zone->contents, apex, hostname, serial_of_now());
                if (r < 0)
                        return r;
                embedded_store_save(zone->store, zone->contents);
        }
        *ret = STEAL(zone);
        return 0;
}

EmbeddedZone *embedded_zone_free(EmbeddedZone *zone)
{
        if (!zone)
                return NULL;
        zone_free(zone->contents);
        embedded_store_free(zone->store);
        free(zone);
        return NULL;
}

const Zone *embedded_zone_contents(const EmbeddedZone *zone)
{
        return zone->contents;
}

/* --- Changes --- */

/* Is the change one that can be made here and now? `ret` says why not. */
static bool admit(const Zone *zone, const Change *change, Outcome *ret)
{
        char name[NAME_TEXT_MAX], apex[NAME_TEXT_MAX], type[10];

        if (!name_is_within(&change->name, zone_apex(zone))) {
                outcome_set(ret, OUTCOME_REFUSED, "%s does not lie in zone %s",
                        name_to_text(&change->name, name), name_to_text(zone_apex(zone), apex));
                return false;
        }
        if (!zone_meets(zone, change)) {
                outcome_set(ret, OUTCOME_CONFLICT, "%s %s holds something else than expected",
                        name_to_text(&change->name, name), rrtype_to_text(change->type, type));
                return false;
        }
        return true;
}

/* 1: something changed; 0: it was so already; -ENOMEM. */
static int change_one(Zone *zone, const Change *change)
{
        RRset *want;

        if (rrset_is_empty(change->want))
                return zone_remove(zone, &change->name, change->type);
        want = rrset_copy(change->want);
        return want ? zone_replace(zone, want) : -ENOMEM;
}

/* The changed copy, serial and all; *ret is NULL when nothing changes. */
static int change_copy(const Zone *before, const ChangeSet *changes, Zone **ret)
{
        AUTO(zone_freep) Zone *after = zone_copy(before);
        bool changed = false;

        *ret = NULL;
        if (!after)
                return -ENOMEM;
        for (size_t i = 0; i < changes->count; i++) {
                int r = change_one(after, &changes->changes[i]);

                if (r < 0)
                        return r;
                changed |= r > 0;
        }
        if (!changed)
                return 0;
        /* A change of the SOA itself may have brought a later serial. (Without an SOA there is none to set,
         * and find_flaw() will say so.) */
        if (!serial_is_after(zone_serial(after), zone_serial(before)))
                zone_set_serial(after, serial_following(zone_serial(before)));
        *ret = STEAL(after);
        return 0;
}

int embedded_zone_apply(EmbeddedZone *zone, const ChangeSet *changes, Outcome *ret)
{
        AUTO(zone_freep) Zone *after = NULL;
        const char *flaw;
        int r;

        for (size_t i = 0; i < changes->count; i++)
                if (!admit(zone->contents, &changes->changes[i], ret))
                        return 0;
        r = change_copy(zone->contents, changes, &after);
        if (r < 0)
                return r;
        flaw = after ? find_flaw(after) : NULL;
        if (flaw) {
                outcome_set(
                        ret, OUTCOME_REFUSED, "no server could load the zone after this change: %s", flaw);
                return 0;
        }
        if (after) {
                zone_free(zone->contents);
                zone->contents = STEAL(after);
                embedded_store_save(zone->store, zone->contents);
        } else if (embedded_store_is_behind(zone->store)) {
                embedded_store_save(zone->store, zone->contents);
        }
        *ret = (Outcome){ .kind = OUTCOME_APPLIED };
        return 0;
}
