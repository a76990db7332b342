/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "bus/digest.h"
#include "engine/engine.h"

/* org.signpost1.Manager: what can be asked of the daemon. */

#define MANAGER_INTERFACE "org.signpost1.Manager"

/* Those that change. */
typedef enum ManagerProperty {
        MANAGER_PROPERTY_STATE,
        MANAGER_PROPERTY_ONLINE,
        MANAGER_PROPERTIES, /* how many there are */
} ManagerProperty;

extern const char *const manager_properties[MANAGER_PROPERTIES];

/* Puts the object, which manages the others, on a connection that has not begun. */
int manager_add_object(Bus *bus, sd_bus *connection);

/* Another digest is another value. */
void manager_digest(const Engine *engine, Digest ret[static MANAGER_PROPERTIES]);
