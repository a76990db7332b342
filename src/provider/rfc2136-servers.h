/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "config/config.h"
#include "dns/client.h"
#include "dns/resolver.h"
#include "util/cleanup.h"

/* Where to send updates: the zone, and the addresses of its primary server. What the configuration does not
 * say is asked of the system's resolvers, kept as long as its TTL says, and asked again when it turned out to
 * be no good. */
typedef struct Servers Servers;

/* All borrowed. zone_hint: a name in the zone, for a configuration that does not name it. */
int servers_new(Servers **ret, sd_event *event, Resolver *resolver, const ProviderConfig *config,
        const Name *zone_hint);
Servers *servers_free(Servers *servers);
DEFINE_FREEP(Servers, servers_free)

/* Are zone and addresses known, and fresh enough to use? */
bool servers_are_known(const Servers *servers);

/* Finds out what is not known. error: NULL, or what failed and where. Called once, from the loop. */
typedef void (*ServersFound)(void *userdata, const char *error);
int servers_find(Servers *servers, ServersFound found, void *userdata);
void servers_cancel(Servers *servers); /* the call does not come */

/* NULL: not known yet. */
const Name *servers_zone(const Servers *servers);

size_t servers_count(const Servers *servers);
/* The i-th to try: the one that was preferred last comes first. */
const ServerAddress *servers_at(const Servers *servers, size_t i);
void servers_prefer(Servers *servers, size_t i);

/* They did not answer, or were not the ones: look them up again next time. */
void servers_forget(Servers *servers);
