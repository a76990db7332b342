/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "provider/embedded-zone.h"
#include "provider/provider.h"

/* The provider's face of an embedded zone: several may share one. `zone` and `config` are borrowed.
 * -ENOMEM. */
int embedded_new(Provider **ret, sd_event *event, EmbeddedZone *zone, const ProviderConfig *config,
        const ProviderEvents *events);
