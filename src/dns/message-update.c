/* SPDX-License-Identifier: BSD-3-Clause */

/* DNS UPDATE (RFC 2136): changes as prerequisites and updates, in as few records as will do. Written here,
 * not by ldns: nothing else stands between the kernel's news and the packet, and a writer that knows the zone
 * needs no search for names to compress. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/bytes.h"
#include "dns/message.h"
#include "dns/tsig.h"

enum {
        POINTER = 2,           /* an owner name, or the end of one, that stands elsewhere */
        POINTER_REACH = 16383, /* RFC 1035 section 4.1.4 */
        RECORD_FIXED = 10,     /* type, class, TTL, RDLENGTH */
        QUESTION_FIXED = 4,    /* type, class */
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

static Extent extent_of(const Change *change)
{
        Extent extent = { 0 };

        if (expects_values(change))
                count_values(&extent, change->expected, NULL);
        else
                extent.records += expects_nothing(change);
        if (goes_by_value(change)) {
                count_values(&extent, change->expected, change->want);
                count_values(&extent, change->want, change->expected);
        } else {
                extent.records += !expects_nothing(change); /* the deletion of what is there */
                count_values(&extent, change->want, NULL);
        }
        return extent;
}

/* The labels of a name that stand before the zone's. */
static size_t length_within(const Name *name, const Name *zone)
{
        return name_is_within(name, zone) ? (size_t) (name->length - zone->length) : name->length;
}

size_t message_change_size(const Change *change, const Name *zone)
{
        Extent extent = extent_of(change);

        return extent.records * (length_within(&change->name, zone) + POINTER + RECORD_FIXED) + extent.data;
}

typedef struct Writer {
        Message *message;
        const Name *zone; /* its name stands in the question, right behind the header */
        bool full;
} Writer;

/* The owner name of one change, and where it stands already (0: nowhere in reach). */
typedef struct Owner {
        const Name *name;
        size_t place;
} Owner;

static void put_pointer(Writer *writer, size_t place)
{
        put_u16(writer->message->data + writer->message->size, (uint16_t) (0xc000 | place));
        writer->message->size += POINTER;
}

static void put_name(Writer *writer, const Name *name, size_t length)
{
        memcpy(writer->message->data + writer->message->size, name->wire, length);
        writer->message->size += length;
}

static void put_owner(Writer *writer, Owner *owner)
{
        size_t place = writer->message->size, length = length_within(owner->name, writer->zone);

        if (owner->place) {
                put_pointer(writer, owner->place);
                return;
        }
        put_name(writer, owner->name, length);
        if (length < owner->name->length)
                put_pointer(writer, WIRE_HEADER);
        if (place <= POINTER_REACH)
                owner->place = place;
}

/* rdata may be NULL for none. Returns 1, the number of records, or 0 when the message is full. */
static unsigned put_record(
        Writer *writer, Owner *owner, uint16_t type, uint16_t class, uint32_t ttl, const RData *rdata)
{
        size_t length = rdata ? rdata->length : 0;
        uint8_t *at;

        if (writer->message->size + owner->name->length + POINTER + RECORD_FIXED + length >
                writer->message->capacity - TSIG_RECORD_MAX) {
                writer->full = true;
                return 0;
        }
        put_owner(writer, owner);
        at = writer->message->data + writer->message->size;
        at = put_u16(at, type);
        at = put_u16(at, class);
        at = put_u32(at, ttl);
        at = put_u16(at, (uint16_t) length);
        if (length > 0)
                memcpy(at, rdata->bytes, length);
        writer->message->size += RECORD_FIXED + length;
        return 1;
}

/* Those values of `set` that `without` (may be NULL) does not have. */
static unsigned put_values(
        Writer *writer, Owner *owner, const RRset *set, uint16_t class, uint32_t ttl, const RRset *without)
{
        unsigned n = 0;

        for (size_t i = 0; set && i < set->count && !writer->full; i++)
                if (!rrset_contains(without, set->rdata[i]))
                        n += put_record(writer, owner, set->type, class, ttl, set->rdata[i]);
        return n;
}

/* RFC 2136 section 2.4: "RRset exists (value dependent)", "RRset does not exist" */
static unsigned put_prerequisites(Writer *writer, Owner *owner, const Change *change)
{
        if (expects_nothing(change))
                return put_record(writer, owner, change->type, CLASS_NONE, 0, NULL);
        return expects_values(change) ? put_values(writer, owner, change->expected, CLASS_IN, 0, NULL) : 0;
}

/* RFC 2136 section 2.5 */
static unsigned put_updates(Writer *writer, Owner *owner, const Change *change)
{
        uint32_t ttl = change->want ? change->want->ttl : 0;
        unsigned n = 0;

        if (goes_by_value(change)) {
                n = put_values(writer, owner, change->expected, CLASS_NONE, 0, change->want);
                return n + put_values(writer, owner, change->want, CLASS_IN, ttl, change->expected);
        }
        if (!expects_nothing(change))
                n = put_record(writer, owner, change->type, CLASS_ANY, 0, NULL);
        return n + put_values(writer, owner, change->want, CLASS_IN, ttl, NULL);
}

static void put_header(Writer *writer, uint16_t id)
{
        uint8_t *at = writer->message->data;

        memset(at, 0, WIRE_HEADER);
        put_u16(at, id);
        put_u16(at + 2, OPCODE_UPDATE << 11);
        put_u16(at + 4, 1);
        writer->message->size = WIRE_HEADER;
        put_name(writer, writer->zone, writer->zone->length);
        at = put_u16(writer->message->data + writer->message->size, TYPE_SOA);
        put_u16(at, CLASS_IN);
        writer->message->size += QUESTION_FIXED;
}

static int put_changes(Writer *writer, const ChangeSet *changes)
{
        AUTO_FREE Owner *owners = calloc(changes->count + 1, sizeof *owners);
        unsigned prerequisites = 0, updates = 0;

        if (!owners)
                return -ENOMEM;
        for (size_t i = 0; i < changes->count; i++) {
                owners[i].name = &changes->changes[i].name;
                prerequisites += put_prerequisites(writer, &owners[i], &changes->changes[i]);
        }
        for (size_t i = 0; i < changes->count; i++)
                updates += put_updates(writer, &owners[i], &changes->changes[i]);
        put_u16(writer->message->data + 6, (uint16_t) prerequisites);
        put_u16(writer->message->data + 8, (uint16_t) updates);
        return writer->full ? -EMSGSIZE : 0;
}

int message_new_update(Message **ret, uint16_t id, const Name *zone, const ChangeSet *changes)
{
        AUTO(message_freep) Message *message = NULL;
        Writer writer = { .zone = zone };
        size_t size = WIRE_HEADER + zone->length + QUESTION_FIXED;
        int r;

        for (size_t i = 0; i < changes->count; i++)
                size += message_change_size(&changes->changes[i], zone) + NAME_WIRE_MAX;
        if (size > WIRE_MESSAGE_MAX - TSIG_RECORD_MAX)
                size = WIRE_MESSAGE_MAX - TSIG_RECORD_MAX;
        message = malloc(sizeof *message + size + TSIG_RECORD_MAX);
        if (!message)
                return -ENOMEM;
        message->capacity = size + TSIG_RECORD_MAX;
        writer.message = message;
        put_header(&writer, id);
        r = put_changes(&writer, changes);
        if (r < 0)
                return r;
        *ret = STEAL(message);
        return 0;
}
