/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/change.h"
#include "model/name.h"
#include "model/rrset.h"
#include "util/cleanup.h"

/* A zone's contents in memory: its RRsets in canonical order. Whoever owns it keeps the promises about
 * serial and storage; this is the set and how to look into it. */
typedef struct Zone Zone;

Zone *zone_new(const Name *apex); /* NULL: out of memory */
Zone *zone_copy(const Zone *zone); /* NULL: out of memory */
Zone *zone_free(Zone *zone);
DEFINE_FREEP(Zone, zone_free)

const Name *zone_apex(const Zone *zone);

/* The RRset, owned by the zone and good until its next change; NULL when there is none. */
const RRset *zone_find(const Zone *zone, const Name *name, uint16_t type);

/* Does the name exist: does it own an RRset, or lie above a name that does (an empty non-terminal,
 * RFC 4592 section 2.2.2)? */
bool zone_has_name(const Zone *zone, const Name *name);

/* All RRsets, canonical order of names, then by type; false stops. */
void zone_each(const Zone *zone, bool (*visit)(const RRset *set, void *userdata), void *userdata);
/* Those of one name. */
void zone_each_of_name(const Zone *zone, const Name *name, bool (*visit)(const RRset *set, void *userdata),
        void *userdata);

/* Puts `set` in place of the RRset of its name and type and takes it over, also on error.
 * An empty one removes it.
 * 1: something changed; 0: the same was there; -ENOMEM; -ERANGE: the name is not within the zone. */
int zone_replace(Zone *zone, RRset *set);
/* 1: it was there. */
int zone_remove(Zone *zone, const Name *name, uint16_t type);

/* Is what a change expects what is there? (RFC 2136 section 2.4) */
bool zone_meets(const Zone *zone, const Change *change);

/* The serial of the SOA at the apex; 0 when there is none. */
uint32_t zone_serial(const Zone *zone);
int zone_set_serial(Zone *zone, uint32_t serial); /* -ENOENT: no SOA */
