/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "model/change.h"
#include "model/zone.h"
#include "provider/provider.h"
#include "util/cleanup.h"

/* A zone of the daemon's own: in memory, and in a file before a change counts as applied. */
typedef struct EmbeddedZone EmbeddedZone;

/* Loads DIRECTORY/zones/NAME.zone or makes a new zone: one SOA and one NS, naming this host within the zone:
 * `hostname` itself when it lies there, else its first label. A file that is damaged or cannot be read is set
 * aside as *.damaged-SECONDS and a new zone begun, said in the log.
 * Storage that fails (full disk) does not stop the zone: it serves from memory, says so once, and tries again
 * with the next change. The event loop lends its clock. -ENOMEM. */
int embedded_zone_new(
        EmbeddedZone **ret, sd_event *event, const Name *apex, const char *directory, const char *hostname);
EmbeddedZone *embedded_zone_free(EmbeddedZone *zone);
DEFINE_FREEP(EmbeddedZone, embedded_zone_free)

/* For queries: what is there now. Good until the next change: ask again rather than keep it. */
const Zone *embedded_zone_contents(const EmbeddedZone *zone);

/* All of the changes or none, with the serial one up when they change anything. `ret` is APPLIED (and stored,
 * or the log says why not), CONFLICT, or REFUSED when the zone could not be loaded any more with them.
 * -ENOMEM. */
int embedded_zone_apply(EmbeddedZone *zone, const ChangeSet *changes, Outcome *ret);
