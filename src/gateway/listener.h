/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "config/config.h"
#include "model/zone.h"
#include "util/cleanup.h"

/* The DNS front end: UDP and TCP sockets in front of query. */
typedef struct Listener Listener;

/* Which zone answers for a name: the closest enclosing one that we have, or NULL. */
typedef const Zone *(*ListenerFindZone)(void *userdata, const Name *name);

/* Binds every address; one that cannot be bound (taken, not there yet) is logged and tried again every few
 * seconds with back-off: no error. `listen` is copied. -ENOMEM. */
int listener_new(Listener **ret, sd_event *event, const ListenConfig *listen, size_t n_listen,
        ListenerFindZone find_zone, void *userdata);
Listener *listener_free(Listener *listener);
DEFINE_FREEP(Listener, listener_free)
