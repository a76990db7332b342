/* SPDX-License-Identifier: BSD-3-Clause */

/* Zone: one sorted array. The canonical order puts all that lies below a name right behind it, so "is there
 * anything at or below this name" is a look at one neighbour, and empty non-terminals need no nodes of their
 * own. */

#include "model/zone.h"

#include <errno.h>
#include <string.h>

enum {
        SOA_FIXED =
                20, /* the five numbers that end an SOA's data, the serial first (RFC 1035 section 3.3.13) */
        SOA_LENGTH_MIN = SOA_FIXED + 2,
};

struct Zone {
        Name apex;
        size_t count, capacity;
        RRset **sets; /* by canonical order of names, then by type */
};

Zone *zone_new(const Name *apex)
{
        Zone *zone = calloc(1, sizeof *zone);

        if (zone)
                zone->apex = *apex;
        return zone;
}

Zone *zone_free(Zone *zone)
{
        if (!zone)
                return NULL;
        for (size_t i = 0; i < zone->count; i++)
                rrset_free(zone->sets[i]);
        free(zone->sets);
        free(zone);
        return NULL;
}

Zone *zone_copy(const Zone *zone)
{
        AUTO(zone_freep) Zone *copy = zone_new(&zone->apex);

        if (!copy)
                return NULL;
        copy->sets = calloc(zone->count + 1, sizeof *copy->sets);
        if (!copy->sets)
                return NULL;
        copy->capacity = zone->count + 1;
        for (size_t i = 0; i < zone->count; i++) {
                copy->sets[i] = rrset_copy(zone->sets[i]);
                if (!copy->sets[i])
                        return NULL;
                copy->count++;
        }
        return STEAL(copy);
}

const Name *zone_apex(const Zone *zone)
{
        return &zone->apex;
}

/* The first RRset that is not before this name and type. */
static size_t lower_bound(const Zone *zone, const Name *name, uint16_t type)
{
        size_t low = 0, high = zone->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = name_compare(&zone->sets[middle]->name, name);

                if (order < 0 || (order == 0 && zone->sets[middle]->type < type))
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static bool is_at(const Zone *zone, size_t at, const Name *name, uint16_t type)
{
        return at < zone->count && zone->sets[at]->type == type && name_equal(&zone->sets[at]->name, name);
}

static RRset *find(const Zone *zone, const Name *name, uint16_t type)
{
        size_t at = lower_bound(zone, name, type);

        return is_at(zone, at, name, type) ? zone->sets[at] : NULL;
}

const RRset *zone_find(const Zone *zone, const Name *name, uint16_t type)
{
        return find(zone, name, type);
}

bool zone_has_name(const Zone *zone, const Name *name)
{
        size_t at = lower_bound(zone, name, 0);

        return at < zone->count && name_is_within(&zone->sets[at]->name, name);
}

void zone_each(const Zone *zone, bool (*visit)(const RRset *set, void *userdata), void *userdata)
{
        for (size_t i = 0; i < zone->count; i++)
                if (!visit(zone->sets[i], userdata))
                        return;
}

void zone_each_of_name(
        const Zone *zone, const Name *name, bool (*visit)(const RRset *set, void *userdata), void *userdata)
{
        for (size_t i = lower_bound(zone, name, 0); i < zone->count; i++)
                if (!name_equal(&zone->sets[i]->name, name) || !visit(zone->sets[i], userdata))
                        return;
}

static int make_room(Zone *zone)
{
        size_t capacity = zone->capacity == 0 ? 8 : zone->capacity * 2;
        RRset **larger;

        if (zone->count < zone->capacity)
                return 0;
        larger = reallocarray(zone->sets, capacity, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        zone->sets = larger;
        zone->capacity = capacity;
        return 0;
}

static int insert(Zone *zone, size_t at, RRset *set)
{
        int r = make_room(zone);

        if (r < 0)
                return r;
        memmove(zone->sets + at + 1, zone->sets + at, (zone->count - at) * sizeof(RRset *));
        zone->sets[at] = set;
        zone->count++;
        return 1;
}

int zone_replace(Zone *zone, RRset *set)
{
        AUTO(rrset_freep) RRset *owned = set;
        size_t at;
        int r;

        if (!name_is_within(&set->name, &zone->apex))
                return -ERANGE;
        if (rrset_is_empty(set))
                return zone_remove(zone, &set->name, set->type);
        at = lower_bound(zone, &set->name, set->type);
        if (is_at(zone, at, &set->name, set->type)) {
                if (rrset_equal(zone->sets[at], set))
                        return 0;
                rrset_free(zone->sets[at]);
                zone->sets[at] = STEAL(owned);
                return 1;
        }
        r = insert(zone, at, set);
        if (r > 0)
                owned = NULL;
        return r;
}

int zone_remove(Zone *zone, const Name *name, uint16_t type)
{
        size_t at = lower_bound(zone, name, type);

        if (!is_at(zone, at, name, type))
                return 0;
        rrset_free(zone->sets[at]);
        zone->count--;
        memmove(zone->sets + at, zone->sets + at + 1, (zone->count - at) * sizeof(RRset *));
        return 1;
}

bool zone_meets(const Zone *zone, const Change *change)
{
        const RRset *there = zone_find(zone, &change->name, change->type);

        switch (change->expect) {
        case EXPECT_ANY:
                return true;
        case EXPECT_ABSENT:
                return !there;
        case EXPECT_EXACTLY:
                return rrset_same_data(change->expected, there);
        }
        return false;
}

/* Where the serial lies in the apex SOA, or NULL. */
static uint8_t *serial_bytes(const Zone *zone)
{
        const RRset *soa = find(zone, &zone->apex, TYPE_SOA);
        RData *rdata;

        if (!soa || soa->count != 1)
                return NULL;
        rdata = soa->rdata[0];
        return rdata->length < SOA_LENGTH_MIN ? NULL : rdata->bytes + rdata->length - SOA_FIXED;
}

uint32_t zone_serial(const Zone *zone)
{
        const uint8_t *p = serial_bytes(zone);

        return p ? (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3] : 0;
}

int zone_set_serial(Zone *zone, uint32_t serial)
{
        uint8_t *p = serial_bytes(zone);

        if (!p)
                return -ENOENT;
        p[0] = (uint8_t) (serial >> 24);
        p[1] = (uint8_t) (serial >> 16);
        p[2] = (uint8_t) (serial >> 8);
        p[3] = (uint8_t) serial;
        return 0;
}
