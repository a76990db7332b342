/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

/* The connection to the bus and our name on it: made when there is a bus, and made again when there is
 * another one. */
typedef struct Connection Connection;

typedef struct ConnectionEvents {
        /* A connection that has not begun: put the objects on it. Negative errno: it is given up. */
        int (*opened)(void *userdata, sd_bus *bus);
        /* Messages come and go from now on. Negative errno: it is given up. */
        int (*connected)(void *userdata, sd_bus *bus);
        /* After connected(): it is gone, and what was to be answered is not any more. */
        void (*lost)(void *userdata);
        void *userdata;
} ConnectionEvents;

/* Negative errno only when out of memory or descriptors. */
int connection_new(Connection **ret, sd_event *event, const ConnectionEvents *events);
/* Sends what the bus takes at once. Looks at nothing that comes in, and calls nothing. */
Connection *connection_free(Connection *connection);
DEFINE_FREEP(Connection, connection_free)
