/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "dns/resolver.h"
#include "provider/provider.h"

/* DNS UPDATE to an authoritative server (RFC 2136, signed by RFC 8945).
 * zone_hint: a name in the zone, for a configuration that does not name it. All borrowed. */
int rfc2136_new(Provider **ret, sd_event *event, Resolver *resolver, const ProviderConfig *config,
        const Name *zone_hint, const ProviderEvents *events);
