/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "bus/digest.h"
#include "engine/status.h"

/* org.signpost1.Provider: one object for each provider. */

#define PROVIDER_INTERFACE "org.signpost1.Provider"

typedef enum ProviderProperty {
        PROVIDER_PROPERTY_NAME,
        PROVIDER_PROPERTY_TYPE,
        PROVIDER_PROPERTY_ZONE,
        PROVIDER_PROPERTY_STATE,
        PROVIDER_PROPERTY_LAST_ERROR,
        PROVIDER_PROPERTY_QUEUE_LENGTH,
        PROVIDER_PROPERTY_RETRY_AFTER,
        PROVIDER_PROPERTIES, /* how many there are */
} ProviderProperty;

extern const char *const provider_properties[PROVIDER_PROPERTIES];

/* Puts the objects on a connection that has not begun. */
int provider_add_objects(Bus *bus, sd_bus *connection);

/* Malloc'ed; NULL when out of memory. */
char *provider_path(const Engine *engine, size_t index);

/* Another digest is another value. */
void provider_digest(const ProviderStatus *status, Digest ret[static PROVIDER_PROPERTIES]);
