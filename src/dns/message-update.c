/* SPDX-License-Identifier: BSD-3-Clause */

/* DNS UPDATE (RFC 2136): changes as prerequisites and updates, in as few records as will do. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "dns/message.h"
#include "dns/packet.h"
#include "dns/tsig.h"

enum {
        POINTER = 2,       /* an owner name that is compressed away */
        RECORD_FIXED = 10, /* type, class, TTL, RDLENGTH */
};

static bool expects_values(const Change *change)
{
        return change->expect == EXPECT_EXACTLY && !rrset_is_empty(change->expected);
}

static bool expects_nothing(const Change *change)
{
        return change->expect != EXPECT_ANY && !expects_values(change);
}

static size_t count_missing(const RRset *set, const RRset *from)
{
        size_t n = 0;

        for (size_t i = 0; i < set->count; i++)
                n += !rrset_contains(from, set->rdata[i]);
        return n;
}

/* Value by value, or the RRset as a whole? We must know what is there (a TTL goes with the whole RRset), and
 * it must not take more records: a set that is mostly new is smaller as a whole. */
static bool goes_by_value(const Change *change)
{
        if (!expects_values(change) || rrset_is_empty(change->want) ||
                change->expected->ttl != change->want->ttl)
                return false;
        return count_missing(change->expected, change->want) +
                       count_missing(change->want, change->expected) <=
               1 + change->want->count;
}

/* How a change goes into the message, and at most how much of it it takes. */
typedef struct Plan {
        bool by_value;
        bool early; /* its first prerequisite goes to the very beginning */
        size_t size;
} Plan;

/* Records, and bytes of RDATA. */
typedef struct Extent {
        size_t records;
        size_t data;
} Extent;

static void count_values(Extent *extent, const RRset *set, const RRset *without)
{
        for (size_t i = 0; set && i < set->count; i++) {
                if (rrset_contains(without, set->rdata[i]))
                        continue;
                extent->records++;
                extent->data += set->rdata[i]->length;
        }
}

static Extent extent_of(const Change *change, bool by_value)
{
        Extent extent = { 0 };

        if (expects_values(change))
                count_values(&extent, change->expected, NULL);
        else
                extent.records += expects_nothing(change);
        if (by_value) {
                count_values(&extent, change->expected, change->want);
                count_values(&extent, change->want, change->expected);
        } else {
                extent.records += !expects_nothing(change); /* the deletion of what is there */
                count_values(&extent, change->want, NULL);
        }
        return extent;
}

/* Compression reaches back to names in the first 16 KiB only. The first prerequisites of large changes
 * therefore stand at the very beginning: counted four times over, those of MESSAGE_CHANGES_MAX bytes of
 * changes come to 15 KB and so lie within reach. Where that does not pay, a change is counted as if nothing
 * were compressed. */
static Plan plan_of(const Change *change)
{
        Plan plan = { .by_value = goes_by_value(change) };
        Extent extent = extent_of(change, plan.by_value);
        size_t first, compressed;

        plan.size = extent.records * (change->name.length + RECORD_FIXED) + extent.data;
        if (!expects_values(change))
                return plan;
        first = change->name.length + RECORD_FIXED + change->expected->rdata[0]->length;
        compressed = 4 * first + (extent.records - 1) * (POINTER + RECORD_FIXED) + extent.data;
        if (compressed < plan.size) {
                plan.early = true;
                plan.size = compressed;
        }
        return plan;
}

size_t message_change_size(const Change *change)
{
        return plan_of(change).size;
}

/* Those values of `set` that `without` (may be NULL) does not have. */
static int add_values(
        ldns_pkt *packet, WireSection section, const RRHead *head, const RRset *set, const RRset *without)
{
        for (size_t i = 0; set && i < set->count; i++) {
                int r;

                if (rrset_contains(without, set->rdata[i]))
                        continue;
                r = packet_add(packet, section, head, set->rdata[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_first_prerequisite(ldns_pkt *packet, const Change *change)
{
        RRHead exists = { &change->name, change->type, CLASS_IN, 0 };

        return packet_add(packet, SECTION_ANSWER, &exists, change->expected->rdata[0]);
}

/* RFC 2136 section 2.4: "RRset exists (value dependent)", "RRset does not exist" */
static int add_prerequisites(ldns_pkt *packet, const Change *change, const Plan *plan)
{
        RRHead exists = { &change->name, change->type, CLASS_IN, 0 };
        RRHead absent = { &change->name, change->type, CLASS_NONE, 0 };

        if (expects_nothing(change))
                return packet_add(packet, SECTION_ANSWER, &absent, NULL);
        if (!expects_values(change))
                return 0;
        for (size_t i = plan->early ? 1 : 0; i < change->expected->count; i++) {
                int r = packet_add(packet, SECTION_ANSWER, &exists, change->expected->rdata[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* RFC 2136 section 2.5 */
static int add_updates(ldns_pkt *packet, const Change *change, const Plan *plan)
{
        RRHead add = { &change->name, change->type, CLASS_IN, change->want ? change->want->ttl : 0 };
        RRHead delete_value = { &change->name, change->type, CLASS_NONE, 0 };
        RRHead delete_set = { &change->name, change->type, CLASS_ANY, 0 };
        int r;

        if (plan->by_value) {
                r = add_values(packet, SECTION_AUTHORITY, &delete_value, change->expected, change->want);
                return r < 0 ? r
                             : add_values(packet, SECTION_AUTHORITY, &add, change->want, change->expected);
        }
        if (!expects_nothing(change)) {
                r = packet_add(packet, SECTION_AUTHORITY, &delete_set, NULL);
                if (r < 0)
                        return r;
        }
        return add_values(packet, SECTION_AUTHORITY, &add, change->want, NULL);
}

static int add_changes(ldns_pkt *packet, const ChangeSet *changes, Plan *plans)
{
        int r = 0;

        for (size_t i = 0; r >= 0 && i < changes->count; i++) {
                plans[i] = plan_of(&changes->changes[i]);
                if (plans[i].early)
                        r = add_first_prerequisite(packet, &changes->changes[i]);
        }
        for (size_t i = 0; r >= 0 && i < changes->count; i++)
                r = add_prerequisites(packet, &changes->changes[i], &plans[i]);
        for (size_t i = 0; r >= 0 && i < changes->count; i++)
                r = add_updates(packet, &changes->changes[i], &plans[i]);
        return r;
}

int message_new_update(Message **ret, uint16_t id, const Name *zone, const ChangeSet *changes)
{
        AUTO(packet_freep) ldns_pkt *packet = ldns_pkt_new();
        AUTO_FREE Plan *plans = calloc(changes->count + 1, sizeof *plans);
        RRHead question = { zone, TYPE_SOA, CLASS_IN, 0 };

        if (!packet || !plans || packet_add(packet, SECTION_QUESTION, &question, NULL) < 0 ||
                add_changes(packet, changes, plans) < 0)
                return -ENOMEM;
        ldns_pkt_set_id(packet, id);
        ldns_pkt_set_opcode(packet, (ldns_pkt_opcode) OPCODE_UPDATE);
        return packet_render(packet, WIRE_MESSAGE_MAX - TSIG_RECORD_MAX, ret);
}
