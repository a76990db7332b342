/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "bus/digest.h"
#include "engine/status.h"

/* org.signpost1.Record: one object for each record. */

#define RECORD_INTERFACE "org.signpost1.Record"

typedef enum RecordProperty {
        RECORD_PROPERTY_NAME,
        RECORD_PROPERTY_PROVIDER,
        RECORD_PROPERTY_TTL,
        RECORD_PROPERTY_STATE,
        RECORD_PROPERTY_WANTED,
        RECORD_PROPERTY_PUBLISHED,
        RECORD_PROPERTY_LAST_ERROR,
        RECORD_PROPERTY_LAST_CHANGE,
        RECORD_PROPERTY_NEXT_RETRY,
        RECORD_PROPERTIES, /* how many there are */
} RecordProperty;

extern const char *const record_properties[RECORD_PROPERTIES];

/* Puts the objects on a connection that has not begun. */
int record_add_objects(Bus *bus, sd_bus *connection);

/* Malloc'ed; NULL when out of memory. */
char *record_path(const Engine *engine, size_t index);

/* Another digest is another value. */
void record_digest(const RecordStatus *status, Digest ret[static RECORD_PROPERTIES]);
