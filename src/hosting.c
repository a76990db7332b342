/* SPDX-License-Identifier: BSD-3-Clause */

#include "hosting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/listener.h"

typedef struct HostedZone {
        EmbeddedZone *zone;
        bool needed; /* by the configuration that was prepared last */
} HostedZone;

struct Hosting {
        sd_event *event;
        const char *directory;
        const char *hostname;
        size_t count;
        HostedZone *zones;
        size_t n_listen; /* as the listener has it */
        ListenConfig *listen;
        Listener *listener;
};

static const Name *apex_of(const HostedZone *hosted)
{
        return zone_apex(embedded_zone_contents(hosted->zone));
}

static HostedZone *find(const Hosting *hosting, const Name *apex)
{
        for (size_t i = 0; i < hosting->count; i++)
                if (name_equal(apex_of(&hosting->zones[i]), apex))
                        return &hosting->zones[i];
        return NULL;
}

EmbeddedZone *hosting_find(const Hosting *hosting, const Name *apex)
{
        const HostedZone *hosted = find(hosting, apex);

        return hosted && hosted->needed ? hosted->zone : NULL;
}

static int need(Hosting *hosting, const Name *apex)
{
        HostedZone *hosted = find(hosting, apex), *larger;
        EmbeddedZone *zone;
        int r;

        if (hosted) {
                hosted->needed = true;
                return 0;
        }
        larger = reallocarray(hosting->zones, hosting->count + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        hosting->zones = larger;
        r = embedded_zone_new(&zone, hosting->event, apex, hosting->directory, hosting->hostname);
        if (r < 0)
                return r;
        hosting->zones[hosting->count++] = (HostedZone){ .zone = zone, .needed = true };
        return 0;
}

int hosting_prepare(Hosting *hosting, const Config *config)
{
        for (size_t i = 0; i < hosting->count; i++)
                hosting->zones[i].needed = false;
        for (size_t i = 0; i < config->n_providers; i++) {
                int r = config->providers[i]->type == PROVIDER_EMBEDDED
                                ? need(hosting, &config->providers[i]->zone)
                                : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

static void drop_unneeded(Hosting *hosting)
{
        size_t kept = 0;

        for (size_t i = 0; i < hosting->count; i++) {
                if (hosting->zones[i].needed)
                        hosting->zones[kept++] = hosting->zones[i];
                else
                        embedded_zone_free(hosting->zones[i].zone);
        }
        hosting->count = kept;
}

static const Zone *closest_zone(void *userdata, const Name *name)
{
        const Hosting *hosting = userdata;
        const HostedZone *best = NULL;

        for (size_t i = 0; i < hosting->count; i++) {
                const HostedZone *hosted = &hosting->zones[i];

                if (name_is_within(name, apex_of(hosted)) &&
                        (!best || apex_of(hosted)->length > apex_of(best)->length))
                        best = hosted;
        }
        return best ? embedded_zone_contents(best->zone) : NULL;
}

static bool listens_so_already(const Hosting *hosting, const Config *config)
{
        if (hosting->n_listen != config->n_listen)
                return false;
        for (size_t i = 0; i < config->n_listen; i++)
                if (hosting->listen[i].size != config->listen[i].size ||
                        memcmp(&hosting->listen[i].storage, &config->listen[i].storage,
                                config->listen[i].size) != 0)
                        return false;
        return true;
}

static int listen_as(Hosting *hosting, const Config *config)
{
        ListenConfig *copy;

        if (listens_so_already(hosting, config))
                return 0;
        hosting->listener = listener_free(hosting->listener);
        copy = reallocarray(NULL, config->n_listen + 1, sizeof *copy);
        if (!copy)
                return -ENOMEM;
        if (config->n_listen > 0)
                memcpy(copy, config->listen, config->n_listen * sizeof *copy);
        free(hosting->listen);
        hosting->listen = copy;
        hosting->n_listen = config->n_listen;
        if (config->n_listen == 0)
                return 0;
        return listener_new(
                &hosting->listener, hosting->event, config->listen, config->n_listen, closest_zone, hosting);
}

int hosting_commit(Hosting *hosting, const Config *config, bool listen)
{
        drop_unneeded(hosting);
        return listen ? listen_as(hosting, config) : 0;
}

int hosting_new(Hosting **ret, sd_event *event, const char *directory, const char *hostname)
{
        Hosting *hosting = calloc(1, sizeof *hosting);

        if (!hosting)
                return -ENOMEM;
        hosting->event = event;
        hosting->directory = directory;
        hosting->hostname = hostname;
        *ret = hosting;
        return 0;
}

Hosting *hosting_free(Hosting *hosting)
{
        if (!hosting)
                return NULL;
        listener_free(hosting->listener);
        for (size_t i = 0; i < hosting->count; i++)
                embedded_zone_free(hosting->zones[i].zone);
        free(hosting->zones);
        free(hosting->listen);
        free(hosting);
        return NULL;
}
