/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "config/config.h"
#include "provider/embedded.h"
#include "util/cleanup.h"

/* The zones of our own that a configuration names, and the listener in front of them. */
typedef struct Hosting Hosting;

/* directory: where zones are kept; hostname: their name server. Both borrowed. */
int hosting_new(Hosting **ret, sd_event *event, const char *directory, const char *hostname);
Hosting *hosting_free(Hosting *hosting);
DEFINE_FREEP(Hosting, hosting_free)

/* Makes the zones that the configuration needs; those of the old one stay until hosting_commit(). */
int hosting_prepare(Hosting *hosting, const Config *config);

/* Drops zones that nobody needs now, and (listen) serves the others where the configuration says. */
int hosting_commit(Hosting *hosting, const Config *config, bool listen);

/* Owned by `hosting`; NULL: the configuration that was prepared last has no such zone. */
EmbeddedZone *hosting_find(const Hosting *hosting, const Name *apex);
