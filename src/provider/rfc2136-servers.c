/* SPDX-License-Identifier: BSD-3-Clause */

#include "provider/rfc2136-servers.h"

#include <errno.h>
#include <string.h>

#include "util/clock.h"

enum {
        TTL_MIN_SEC = 5,
        TTL_LONGEST_SEC = 3600,
};

struct Servers {
        sd_event *event;
        Resolver *resolver;
        const ProviderConfig *config;
        Name zone_hint;

        bool has_zone, has_name;
        Name zone, name;
        bool fixed; /* the configuration has the address itself */
        size_t count, preferred;
        ServerAddress *addresses;
        usec_t expire_usec; /* CLOCK_BOOTTIME */

        ResolverQuery *query;
        ServersFound found;
        void *userdata;
};

static usec_t now_usec(const Servers *servers)
{
        uint64_t now;

        return sd_event_now(servers->event, CLOCK_BOOTTIME, &now) < 0 ? clock_now_usec(CLOCK_BOOTTIME) : now;
}

bool servers_are_known(const Servers *servers)
{
        return servers->has_zone && servers->count > 0 &&
               (servers->fixed || now_usec(servers) < servers->expire_usec);
}

const Name *servers_zone(const Servers *servers)
{
        return servers->has_zone ? &servers->zone : NULL;
}

size_t servers_count(const Servers *servers)
{
        return servers->count;
}

const ServerAddress *servers_at(const Servers *servers, size_t i)
{
        return &servers->addresses[(servers->preferred + i) % servers->count];
}

void servers_prefer(Servers *servers, size_t i)
{
        servers->preferred = (servers->preferred + i) % servers->count;
}

void servers_forget(Servers *servers)
{
        if (servers->fixed)
                return;
        servers->expire_usec = 0;
        if (!servers->config->server)
                servers->has_name = false;
}

static void finish(Servers *servers, const char *error)
{
        servers->found(servers->userdata, error);
}

static int look_up(Servers *servers);

static void go_on(Servers *servers)
{
        int r = servers_are_known(servers) ? 0 : look_up(servers);

        if (r < 0)
                finish(servers, strerror(-r));
        else if (!servers->query)
                finish(servers, NULL);
}

static void on_zone(void *userdata, const ResolvedZone *result)
{
        Servers *servers = userdata;

        servers->query = resolver_query_free(servers->query);
        if (result->error) {
                finish(servers, result->error);
                return;
        }
        if (!servers->config->has_zone) {
                servers->zone = result->zone;
                servers->has_zone = true;
        }
        if (!servers->config->server) {
                servers->name = result->mname;
                servers->has_name = true;
        }
        go_on(servers);
}

static void on_addresses(void *userdata, const ResolvedAddresses *result)
{
        Servers *servers = userdata;
        ServerAddress *addresses;
        uint32_t ttl = result->ttl;

        servers->query = resolver_query_free(servers->query);
        if (result->error) {
                finish(servers, result->error);
                return;
        }
        addresses = reallocarray(NULL, result->count, sizeof *addresses);
        if (!addresses) {
                finish(servers, strerror(ENOMEM));
                return;
        }
        for (size_t i = 0; i < result->count; i++)
                server_address_set(&addresses[i], &result->addresses[i], servers->config->port);
        free(servers->addresses);
        servers->addresses = addresses;
        servers->count = result->count;
        servers->preferred = 0;
        if (ttl < TTL_MIN_SEC)
                ttl = TTL_MIN_SEC;
        if (ttl > TTL_LONGEST_SEC)
                ttl = TTL_LONGEST_SEC;
        servers->expire_usec = now_usec(servers) + ttl * USEC_PER_SEC;
        go_on(servers);
}

static int look_up(Servers *servers)
{
        if (!servers->has_zone || !servers->has_name)
                return resolver_find_zone(&servers->query, servers->resolver,
                        servers->has_zone ? &servers->zone : &servers->zone_hint, on_zone, servers);
        return resolver_find_addresses(
                &servers->query, servers->resolver, &servers->name, on_addresses, servers);
}

int servers_find(Servers *servers, ServersFound found, void *userdata)
{
        servers->found = found;
        servers->userdata = userdata;
        return look_up(servers);
}

void servers_cancel(Servers *servers)
{
        servers->query = resolver_query_free(servers->query);
}

/* "server" is an address or a host name; the configuration has checked that it is one of them. */
static int take_server(Servers *servers)
{
        const ProviderConfig *config = servers->config;
        Address address;

        if (!config->server)
                return 0;
        servers->has_name = true;
        if (address_from_text(&address, config->server) < 0)
                return name_from_text(&servers->name, config->server);
        servers->addresses = calloc(1, sizeof *servers->addresses);
        if (!servers->addresses)
                return -ENOMEM;
        server_address_set(servers->addresses, &address, config->port);
        servers->count = 1;
        servers->fixed = true;
        return 0;
}

int servers_new(Servers **ret, sd_event *event, Resolver *resolver, const ProviderConfig *config,
        const Name *zone_hint)
{
        AUTO(servers_freep) Servers *servers = calloc(1, sizeof *servers);
        int r;

        if (!servers)
                return -ENOMEM;
        servers->event = event;
        servers->resolver = resolver;
        servers->config = config;
        servers->zone_hint = *zone_hint;
        servers->has_zone = config->has_zone;
        servers->zone = config->zone;
        r = take_server(servers);
        if (r < 0)
                return r;
        *ret = STEAL(servers);
        return 0;
}

Servers *servers_free(Servers *servers)
{
        if (!servers)
                return NULL;
        resolver_query_free(servers->query);
        free(servers->addresses);
        free(servers);
        return NULL;
}
