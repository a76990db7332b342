/* SPDX-License-Identifier: BSD-3-Clause */

/* A host's addresses: hosts(5), else A and AAAA at the same time. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns/hosts.h"
#include "dns/resolver-query.h"

/* So long may one family keep us waiting when the other has answered: some servers never answer for AAAA. */
#define OTHER_FAMILY_USEC USEC_PER_SEC

enum {
        CNAMES_MAX = 16,
        HOSTS_TTL_SEC = 60, /* the file may change at any time */
};

static int ipv6_first(const void *a, const void *b)
{
        const Address *left = a, *right = b;

        if (left->family != right->family)
                return left->family == AF_INET6 ? -1 : 1;
        return address_compare(left, right);
}

static void finish(ResolverQuery *query)
{
        Address *addresses = STEAL(query->addresses);
        ResolvedAddresses result = { .count = query->n_addresses, .addresses = addresses, .ttl = query->ttl };
        char failure[FAILURE_TEXT_MAX];

        resolver_query_stop(query);
        if (result.count == 0) {
                memcpy(failure, query->failure, sizeof failure);
                result = (ResolvedAddresses){ .error = failure };
        } else {
                qsort(addresses, result.count, sizeof *addresses, ipv6_first);
        }
        query->addresses_done(query->userdata, &result);
        free(addresses);
}

static int add_address(ResolverQuery *query, const Address *address)
{
        Address *larger = reallocarray(query->addresses, query->n_addresses + 1, sizeof *larger);

        if (!larger)
                return -ENOMEM;
        query->addresses = larger;
        query->addresses[query->n_addresses++] = *address;
        return 0;
}

static int add_set(ResolverQuery *query, const RRset *set)
{
        for (size_t i = 0; i < set->count; i++) {
                Address address;

                if (rdata_to_address(set->rdata[i], set->type, &address) < 0)
                        continue;
                if (add_address(query, &address) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* The addresses of `name`, by CNAMEs (which may go round in circles). -ENOENT: there are none. */
static int collect(ResolverQuery *query, const WireMessage *answer, uint16_t type)
{
        Name name = query->name;

        for (unsigned i = 0; i <= CNAMES_MAX; i++) {
                AUTO(rrset_freep) RRset *set = NULL, *alias = NULL;
                int r = wire_collect_rrset(answer, SECTION_ANSWER, &name, type, &set);

                if (r >= 0 && !set)
                        r = wire_collect_rrset(answer, SECTION_ANSWER, &name, TYPE_CNAME, &alias);
                if (r < 0)
                        return r;
                if (!set && !alias)
                        return -ENOENT;
                if ((set ? set : alias)->ttl < query->ttl)
                        query->ttl = (set ? set : alias)->ttl;
                if (set)
                        return add_set(query, set);
                if (name_from_wire(&name, alias->rdata[0]->bytes, alias->rdata[0]->length) < 0)
                        return -EBADMSG;
        }
        return -ELOOP;
}

static void note_answer(ResolverQuery *query, const WireMessage *answer, uint16_t type)
{
        if (answer->rcode == RCODE_NXDOMAIN) {
                resolver_query_note_failure(query, FAILURE_NO_SUCH_NAME, "no such name (NXDOMAIN)");
                return;
        }
        switch (collect(query, answer, type)) {
        case 0:
                return;
        case -ENOENT:
                resolver_query_note_failure(query, FAILURE_NO_ADDRESS, "has no address");
                return;
        case -ELOOP:
                resolver_query_note_failure(query, FAILURE_NO_ANSWER, "its aliases (CNAME) have no end");
                return;
        case -ENOMEM:
                resolver_query_note_failure(query, FAILURE_NO_ANSWER, "out of memory");
                return;
        default:
                resolver_query_note_failure(query, FAILURE_NO_ANSWER, "a damaged answer");
        }
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        finish(userdata);
        return 0;
}

static void on_answer(void *userdata, const WireMessage *answer, const char *failure)
{
        QueryPart *part = userdata;
        ResolverQuery *query = part->query;

        if (answer)
                note_answer(query, answer, part->type);
        else
                resolver_query_note_failure(query, FAILURE_NO_ANSWER, failure);
        part->lookup = lookup_free(part->lookup);
        if (!query->parts[0].lookup && !query->parts[1].lookup) {
                finish(query);
                return;
        }
        /* Without a timer we just wait for the other as long as it takes. */
        if (query->n_addresses > 0)
                sd_event_add_time_relative(resolver_query_event(query), &query->timer, CLOCK_MONOTONIC,
                        OTHER_FAMILY_USEC, USEC_PER_MSEC, on_time, query);
}

static int on_hosts(sd_event_source *source, void *userdata)
{
        (void) source;
        finish(userdata);
        return 0;
}

/* 1: the file has the name. */
static int look_into_hosts(ResolverQuery *query)
{
        AUTO_FREE char *text = resolver_read_hosts(query->resolver);
        int r;

        if (!text)
                return 0;
        r = hosts_find(text, &query->name, &query->addresses, &query->n_addresses);
        if (r < 0 || query->n_addresses == 0)
                return r;
        query->ttl = HOSTS_TTL_SEC;
        r = sd_event_add_defer(resolver_query_event(query), &query->timer, on_hosts, query);
        return r < 0 ? r : 1;
}

static int ask(ResolverQuery *query)
{
        int r = look_into_hosts(query);

        if (r != 0)
                return r;
        query->ttl = TTL_MAX;
        r = resolver_query_ask(query, &query->parts[0], &query->name, TYPE_AAAA, on_answer);
        return r < 0 ? r : resolver_query_ask(query, &query->parts[1], &query->name, TYPE_A, on_answer);
}

int resolver_find_addresses(
        ResolverQuery **ret, Resolver *resolver, const Name *host, ResolverAddressesDone done, void *userdata)
{
        AUTO(resolver_query_freep) ResolverQuery *query = resolver_query_new(resolver, host, userdata);
        int r;

        if (!query)
                return -ENOMEM;
        query->addresses_done = done;
        r = ask(query);
        if (r < 0)
                return r;
        *ret = STEAL(query);
        return 0;
}
