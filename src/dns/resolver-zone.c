/* SPDX-License-Identifier: BSD-3-Clause */

/* The zone that holds a name: SOA of the name, else of its parent, and so on. The root is never an answer: it
 * holds only names that do not exist anywhere, and its servers must not get our UPDATEs. */

#include <errno.h>
#include <string.h>

#include "dns/resolver-query.h"

static void finish(ResolverQuery *query, const ResolvedZone *result)
{
        resolver_query_stop(query);
        query->zone_done(query->userdata, result);
}

static void finish_failed(ResolverQuery *query, const char *what)
{
        char failure[FAILURE_TEXT_MAX];

        resolver_query_note_failure(query, FAILURE_NO_ANSWER, what);
        memcpy(failure, query->failure, sizeof failure);
        finish(query, &(ResolvedZone){ .error = failure });
}

/* Does the record show a zone that holds the candidate? */
static bool read_soa(
        const WireMessage *answer, const WireRecord *record, const Name *candidate, ResolvedZone *ret)
{
        AUTO(rrset_freep) RRset *soa = NULL;

        if (record->type != TYPE_SOA || record->class != CLASS_IN || record->name.length <= 1 ||
                !name_is_within(candidate, &record->name))
                return false;
        if (wire_collect_rrset(answer, record->section, &record->name, TYPE_SOA, &soa) < 0 || !soa)
                return false;
        if (name_from_wire(&ret->mname, soa->rdata[0]->bytes, soa->rdata[0]->length) < 0)
                return false;
        ret->zone = record->name;
        return true;
}

static bool find_soa(const WireMessage *answer, WireSection section, const Name *candidate, ResolvedZone *ret)
{
        WireCursor cursor = wire_begin(answer, section);
        WireRecord record;

        while (wire_next(&cursor, &record))
                if (read_soa(answer, &record, candidate, ret))
                        return true;
        return false;
}

/* A CNAME is never at the top of a zone, and the SOAs behind it are its target's. */
static bool is_alias(const WireMessage *answer, const Name *name)
{
        WireCursor cursor = wire_begin(answer, SECTION_ANSWER);
        WireRecord record;

        while (wire_next(&cursor, &record))
                if (record.type == TYPE_CNAME && name_equal(&record.name, name))
                        return true;
        return false;
}

static void on_answer(void *userdata, const WireMessage *answer, const char *failure);

static void go_up(ResolverQuery *query)
{
        name_parent(&query->candidate, &query->candidate);
        if (query->candidate.length <= 1)
                finish_failed(query, "no zone holds this name");
        else if (resolver_query_ask(query, &query->parts[0], &query->candidate, TYPE_SOA, on_answer) < 0)
                finish_failed(query, "out of memory");
}

static void on_answer(void *userdata, const WireMessage *answer, const char *failure)
{
        QueryPart *part = userdata;
        ResolverQuery *query = part->query;
        ResolvedZone result = { 0 };
        bool found = false;

        if (answer && !is_alias(answer, &query->candidate))
                found = find_soa(answer, SECTION_ANSWER, &query->candidate, &result) ||
                        find_soa(answer, SECTION_AUTHORITY, &query->candidate, &result);
        part->lookup = lookup_free(part->lookup);
        if (found)
                finish(query, &result);
        else if (answer)
                go_up(query);
        else
                finish_failed(query, failure);
}

int resolver_find_zone(
        ResolverQuery **ret, Resolver *resolver, const Name *name, ResolverZoneDone done, void *userdata)
{
        AUTO(resolver_query_freep) ResolverQuery *query = resolver_query_new(resolver, name, userdata);
        int r;

        if (!query)
                return -ENOMEM;
        query->zone_done = done;
        query->candidate = *name;
        r = resolver_query_ask(query, &query->parts[0], name, TYPE_SOA, on_answer);
        if (r < 0)
                return r;
        *ret = STEAL(query);
        return 0;
}
