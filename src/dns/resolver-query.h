/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dns/lookup.h"
#include "dns/resolver.h"

/* What the two kinds of query share. For resolver*.c alone. */

/* One of a query's questions. */
typedef struct QueryPart {
        ResolverQuery *query;
        uint16_t type;
        Lookup *lookup; /* NULL: done */
} QueryPart;

/* How much a failure says: what a server could not tell outweighs what another did. */
typedef enum FailureRank {
        FAILURE_NO_ADDRESS = 1,
        FAILURE_NO_SUCH_NAME,
        FAILURE_NO_ANSWER,
} FailureRank;

#define FAILURE_TEXT_MAX 320

struct ResolverQuery {
        Resolver *resolver;
        Name name;
        void *userdata;
        QueryPart parts[2];
        sd_event_source *timer;

        FailureRank failure_rank;
        char failure[FAILURE_TEXT_MAX];

        /* resolver_find_addresses() */
        ResolverAddressesDone addresses_done;
        size_t n_addresses;
        Address *addresses;
        uint32_t ttl;

        /* resolver_find_zone() */
        ResolverZoneDone zone_done;
        Name candidate; /* the name that is being tried as a zone's */
};

ResolverQuery *resolver_query_new(
        Resolver *resolver, const Name *name, void *userdata); /* NULL: out of memory */
sd_event *resolver_query_event(const ResolverQuery *query);

/* Asks; `done` gets the part as its userdata. */
int resolver_query_ask(
        ResolverQuery *query, QueryPart *part, const Name *name, uint16_t type, LookupDone done);

/* Keeps the failure that says most. */
void resolver_query_note_failure(ResolverQuery *query, FailureRank rank, const char *what);

/* Ends all that is under way. */
void resolver_query_stop(ResolverQuery *query);

/* The text of hosts(5); NULL when it cannot be read. malloc'ed. */
char *resolver_read_hosts(const Resolver *resolver);
