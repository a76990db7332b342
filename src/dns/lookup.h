/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "dns/resolv-conf.h"
#include "dns/wire.h"
#include "model/name.h"
#include "util/cleanup.h"

/* One question to the system's resolvers, one after the other, until one has an answer to it. */
typedef struct Lookup Lookup;

/* answer: NOERROR or NXDOMAIN, good only in the callback; or NULL, and `failure` says what the last server
 * did ("SERVFAIL from 127.0.0.53"). Called exactly once, never from within lookup_start(); the lookup may be
 * freed in it. */
typedef void (*LookupDone)(void *userdata, const WireMessage *answer, const char *failure);

/* Copies what it is given. -ENOMEM. */
int lookup_start(Lookup **ret, sd_event *event, const ResolvConf *conf, const Name *name, uint16_t type,
        LookupDone done, void *userdata);
Lookup *lookup_free(Lookup *lookup);
DEFINE_FREEP(Lookup, lookup_free)
