/* SPDX-License-Identifier: BSD-3-Clause */

/* Query: one request in, one answer out, nothing remembered in between (RFC 1034 section 4.3.2). It changes
 * nothing and asks nobody: no recursion, and what is not in the zone is not looked for. */

#include "gateway/query.h"

#include <errno.h>
#include <string.h>

#include "dns/wire.h"

enum {
        UDP_PLAIN = 512,    /* RFC 1035 section 4.2.1 */
        UDP_LARGEST = 1232, /* what every path lets through unfragmented */
        CHAIN_MAX = 16,     /* aliases that are followed */
        GLUE_MAX = 32,
};

/* An answer as it comes together. Most RRsets are the zone's; what had to be made is owned here. */
typedef struct Reply {
        const Zone *zone;
        unsigned rcode;
        bool referral;
        size_t n_answer, n_authority, n_additional, n_made;
        const RRset *answer[CHAIN_MAX + 1];
        const RRset *authority[1];
        const RRset *additional[GLUE_MAX];
        RRset *made[CHAIN_MAX + 2];
} Reply;

static void reply_done(Reply *reply)
{
        for (size_t i = 0; i < reply->n_made; i++)
                rrset_free(reply->made[i]);
}

/* A copy that can be changed and lives as long as the reply. */
static RRset *reply_make(Reply *reply, const RRset *original)
{
        RRset *copy = rrset_copy(original);

        if (copy)
                reply->made[reply->n_made++] = copy;
        return copy;
}

/* --- Where a name is --- */

/* How far a zone knows a name. */
typedef struct Place {
        Name encloser;    /* the closest ancestor that exists; the name itself when it does */
        const RRset *cut; /* the NS RRset below the apex that delegates the name away, or NULL */
} Place;

static Name last_labels(const Name *name, unsigned labels)
{
        Name rest = *name;

        for (unsigned n = name_labels(name); n > labels; n--)
                name_parent(&rest, &rest);
        return rest;
}

/* Downwards from the apex, so that the work is bounded by the depth of the zone, not of the question. */
static Place find_place(const Zone *zone, const Name *name)
{
        Place place = { .encloser = *zone_apex(zone) };
        unsigned depth = name_labels(zone_apex(zone)), labels = name_labels(name);

        while (depth < labels && !place.cut) {
                Name next = last_labels(name, ++depth);

                if (!zone_has_name(zone, &next))
                        break;
                place.encloser = next;
                place.cut = zone_find(zone, &next, TYPE_NS);
        }
        return place;
}

/* The name whose data answers: itself, or the wildcard that stands for it (RFC 4592 section 3.3.1). */
static bool find_source(const Zone *zone, const Name *name, const Place *place, Name *ret)
{
        if (name_equal(&place->encloser, name)) {
                *ret = *name;
                return true;
        }
        /* The name is longer than its encloser by a label at least, so there is room for this one. */
        ret->wire[0] = 1;
        ret->wire[1] = '*';
        memcpy(ret->wire + 2, place->encloser.wire, place->encloser.length);
        ret->length = (uint8_t) (place->encloser.length + 2);
        return zone_has_name(zone, ret);
}

/* --- Sections: 1 when done, or -ENOMEM --- */

static int add_answer(Reply *reply, const Name *name, const RRset *set)
{
        if (!name_equal(name, &set->name)) {
                RRset *copy = reply_make(reply, set);

                if (!copy)
                        return -ENOMEM;
                copy->name = *name; /* a wildcard's data go by the name that was asked for */
                set = copy;
        }
        reply->answer[reply->n_answer++] = set;
        return 1;
}

static void add_glue(Reply *reply, const RRset *servers)
{
        static const uint16_t types[] = { TYPE_A, TYPE_AAAA };

        for (size_t i = 0; i < servers->count; i++) {
                Name server;

                if (name_from_wire(&server, servers->rdata[i]->bytes, servers->rdata[i]->length) < 0)
                        continue;
                for (size_t t = 0; t < ARRAY_LENGTH(types); t++) {
                        const RRset *glue = zone_find(reply->zone, &server, types[t]);

                        if (glue && reply->n_additional < GLUE_MAX)
                                reply->additional[reply->n_additional++] = glue;
                }
        }
}

static uint32_t soa_minimum(const RRset *soa)
{
        const RData *rdata = soa->rdata[0];
        const uint8_t *p = rdata->bytes + rdata->length - 4;

        return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

/* "No" with the SOA, which says how long it may be believed (RFC 2308 section 3). */
static int deny(Reply *reply, unsigned rcode)
{
        const RRset *soa = zone_find(reply->zone, zone_apex(reply->zone), TYPE_SOA);
        RRset *copy;

        reply->rcode = rcode;
        if (!soa || soa->rdata[0]->length < 22) {
                reply->rcode = RCODE_SERVFAIL;
                return 1;
        }
        copy = reply_make(reply, soa);
        if (!copy)
                return -ENOMEM;
        if (soa_minimum(copy) < copy->ttl)
                copy->ttl = soa_minimum(copy);
        reply->authority[reply->n_authority++] = copy;
        return 1;
}

static int refer(Reply *reply, const RRset *cut)
{
        reply->referral = reply->n_answer == 0;
        reply->authority[reply->n_authority++] = cut;
        add_glue(reply, cut);
        return 1;
}

/* --- The search --- */

static bool take_first(const RRset *set, void *userdata)
{
        *(const RRset **) userdata = set;
        return false;
}

static const RRset *find_answer(const Zone *zone, const Name *source, uint16_t type)
{
        const RRset *first = NULL;

        if (type != TYPE_ANY)
                return zone_find(zone, source, type);
        zone_each_of_name(zone, source, take_first, &first);
        return first;
}

static bool was_answered(const Reply *reply, const Name *name)
{
        for (size_t i = 0; i < reply->n_answer; i++)
                if (name_equal(&reply->answer[i]->name, name))
                        return true;
        return false;
}

/* One name of the chain. 1: the answer is complete; 0: an alias, *name is where it leads; -ENOMEM. */
static int answer_name(Reply *reply, Name *name, uint16_t type)
{
        Place place = find_place(reply->zone, name);
        const RRset *set;
        Name source;
        int r;

        if (place.cut)
                return refer(reply, place.cut);
        if (!find_source(reply->zone, name, &place, &source))
                return deny(reply, RCODE_NXDOMAIN);
        set = find_answer(reply->zone, &source, type);
        if (set) {
                if (type == TYPE_NS)
                        add_glue(reply, set);
                return add_answer(reply, name, set);
        }
        set = zone_find(reply->zone, &source, TYPE_CNAME);
        if (!set)
                return deny(reply, RCODE_NOERROR);
        r = add_answer(reply, name, set);
        if (r < 0)
                return r;
        return name_from_wire(name, set->rdata[0]->bytes, set->rdata[0]->length) < 0 ? 1 : 0;
}

/* The rcode of a chain is that of its end (RFC 6604 section 2.1). */
static int answer_from_zone(Reply *reply, const WireRecord *question)
{
        Name name = question->name;

        for (unsigned i = 0; i < CHAIN_MAX; i++) {
                int r = answer_name(reply, &name, question->type);

                if (r != 0)
                        return r < 0 ? r : 0;
                if (!name_is_within(&name, zone_apex(reply->zone)) || was_answered(reply, &name))
                        return 0;
        }
        return 0;
}

/* --- The request --- */

/* What stands against answering this at all. */
static unsigned judge(const WireMessage *request, const WireRecord *question)
{
        if (request->opcode != OPCODE_QUERY)
                return RCODE_NOTIMP;
        if (request->has_edns && request->edns_version > 0)
                return RCODE_BADVERS;
        if (request->tsig != 0)
                return RCODE_NOTAUTH;
        if (question->class != CLASS_IN || question->type == TYPE_AXFR || question->type == TYPE_IXFR)
                return RCODE_REFUSED;
        return RCODE_NOERROR;
}

static size_t limit_of(const WireMessage *request, bool tcp)
{
        if (tcp)
                return WIRE_MESSAGE_MAX;
        if (!request->has_edns || request->edns_size < UDP_PLAIN)
                return UDP_PLAIN;
        return request->edns_size < UDP_LARGEST ? request->edns_size : UDP_LARGEST;
}

static int render(Message **ret, const WireMessage *request, Reply *reply, size_t limit)
{
        MessageAnswer answer = {
                .rcode = reply->rcode,
                .flags = reply->zone && !reply->referral ? FLAG_AA : 0,
                .n_answer = reply->n_answer,
                .n_authority = reply->n_authority,
                .n_additional = reply->n_additional,
                .answer = reply->answer,
                .authority = reply->authority,
                .additional = reply->additional,
        };

        return message_new_answer(ret, request, &answer, limit);
}

int query_answer(
        Message **ret, const uint8_t *data, size_t size, bool tcp, QueryFindZone find_zone, void *userdata)
{
        AUTO(reply_done) Reply reply = { 0 };
        WireMessage request;
        WireRecord question;
        int parsed = wire_parse(&request, data, size, NULL), r;

        /* Answering a response would let two servers talk to each other for ever. */
        if (size < WIRE_HEADER || request.flags & FLAG_QR) {
                *ret = NULL;
                return 0;
        }
        if (parsed < 0 || request.count[SECTION_QUESTION] != 1 || !wire_question(&request, &question))
                return message_new_error(
                        ret, &request, request.opcode == OPCODE_QUERY ? RCODE_FORMERR : RCODE_NOTIMP);
        reply.rcode = judge(&request, &question);
        if (reply.rcode == RCODE_NOERROR) {
                reply.zone = find_zone(userdata, &question.name);
                reply.rcode = reply.zone ? RCODE_NOERROR : RCODE_REFUSED;
        }
        if (reply.zone) {
                r = answer_from_zone(&reply, &question);
                if (r < 0)
                        return r;
        }
        return render(ret, &request, &reply, limit_of(&request, tcp));
}
