/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* The connection to the system bus, and calls to signpostd on it. */

#define DAEMON_NAME         "org.signpost1"
#define DAEMON_PATH         "/org/signpost1"
#define MANAGER_INTERFACE   "org.signpost1.Manager"
#define PROPERTY_INTERFACE  "org.freedesktop.DBus.Properties"
#define OBJECTS_INTERFACE   "org.freedesktop.DBus.ObjectManager"
#define CLIENT_TIMEOUT_USEC (30 * USEC_PER_SEC) /* the daemon's own are shorter */

typedef struct Client Client;

/* Only connects; authentication goes on with the first call. Negative errno: there is no bus. */
int client_new(Client **ret);
Client *client_free(Client *client);
DEFINE_FREEP(Client, client_free)

sd_bus *client_bus(Client *client); /* borrowed */

/* A call to be filled in. It does not start the daemon. */
int client_new_call(
        Client *client, sd_bus_message **ret, const char *path, const char *interface, const char *member);

/* For what not everybody may do: polkit may ask the person at the terminal, if there is one. */
int client_new_privileged_call(
        Client *client, sd_bus_message **ret, const char *path, const char *interface, const char *member);

/* Returns after this time whatever happens, even if the bus does not answer at all: -ETIMEDOUT. Another
 * negative errno with *error set: the daemon's, or the bus's, answer. A person who is asked gets more time.
 * ret_reply may be NULL. */
int client_call(Client *client, sd_bus_message *call, usec_t timeout_usec, sd_bus_message **ret_reply,
        sd_bus_error *error);

/* Has the bus let us in? */
bool client_is_connected(Client *client);
