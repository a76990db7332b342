/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "dns/client.h"
#include "model/name.h"
#include "util/cleanup.h"

/* Asks the system's resolvers (resolv.conf(5), read again when it has changed; a name in hosts(5) comes first)
 * without blocking. */
typedef struct Resolver Resolver;
typedef struct ResolverQuery ResolverQuery;

/* Queries borrow the resolver. Paths: NULL for /etc/resolv.conf and /etc/hosts. Reads them when asked something,
 * not before. */
int resolver_new(Resolver **ret, sd_event *event, const char *resolv_conf, const char *hosts);
Resolver *resolver_free(Resolver *resolver);
DEFINE_FREEP(Resolver, resolver_free)

/* `error` is NULL, or says for a person what failed and where ("ns1.example.com: SERVFAIL from 127.0.0.53").
 * Called exactly once, never from within the call that began it; the query may be freed in it. */
typedef struct ResolvedAddresses {
        const char *error;
        size_t count; /* at least 1 without an error; IPv6 first where there is one */
        const Address *addresses;
        uint32_t ttl; /* seconds; the smallest */
} ResolvedAddresses;
typedef void (*ResolverAddressesDone)(void *userdata, const ResolvedAddresses *result);

typedef struct ResolvedZone {
        const char *error;
        Name zone;  /* the closest enclosing zone */
        Name mname; /* its primary server by the SOA */
} ResolvedZone;
typedef void (*ResolverZoneDone)(void *userdata, const ResolvedZone *result);

/* A and AAAA of a host; follows CNAMEs in the answer. */
int resolver_find_addresses(ResolverQuery **ret, Resolver *resolver, const Name *host, ResolverAddressesDone done,
        void *userdata);
/* The zone that holds `name`: SOA of the answer or of the authority section, going up a label while there is none.
 * Never the root: an UPDATE for a name that nobody holds must not go to the root servers. */
int resolver_find_zone(ResolverQuery **ret, Resolver *resolver, const Name *name, ResolverZoneDone done, void *userdata);

ResolverQuery *resolver_query_free(ResolverQuery *query);
DEFINE_FREEP(ResolverQuery, resolver_query_free)
