/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "util/cleanup.h"

/* State and control over D-Bus: the name org.signpost1 on the system bus. Without a bus everything else goes
 * on, and when the bus (re)appears so does the name. Never waits for anybody. */
typedef struct Bus Bus;

/* What is asked of the daemon rather than the engine. */
typedef struct BusOperations {
        /* Reads the configuration again. -EBADMSG: it is bad and the old one stays in force; *ret_errors
         * (malloc'ed) has a line for each mistake. -ESHUTDOWN: the daemon stops. Another negative errno: it
         * could not be used. */
        int (*reload)(void *userdata, char **ret_errors);
        /* Reads the kernel again, and the servers: at once, or within a second of the last time. */
        int (*refresh)(void *userdata);
        void *userdata;
} BusOperations;

/* $DBUS_SYSTEM_BUS_ADDRESS names another bus. Negative errno only when out of memory or descriptors. The
 * engine is borrowed. */
int bus_new(Bus **ret, sd_event *event, Engine *engine, const BusOperations *operations);

/* Says what has to be said still, as far as the bus takes it at once. */
Bus *bus_free(Bus *bus);
DEFINE_FREEP(Bus, bus_free)

/* What engine/status.h tells may be different. Cheap: the signals go out together, a little later. */
void bus_changed(Bus *bus);

/* Records, pools and providers come from another configuration now. */
void bus_reconfigured(Bus *bus);

/* Pools have other members than before. Cheap likewise. */
void bus_members_changed(Bus *bus);

/* Something happened: tells of what is more than properties that change. Cheap likewise. */
void bus_event(Bus *bus, const Event *event);
