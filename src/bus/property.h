/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bus/digest.h"
#include "bus/wall-clock.h"
#include "engine/status.h"

/* The properties of an object as they are now. Each interface lists them in one place: getters answer from
 * that list, and announcements compare it with what was told last. */

enum {
        PROPERTIES_MAX = 20, /* of one interface */
};

typedef enum PropertyType {
        PROPERTY_TEXT,      /* "s"; NULL: "" */
        PROPERTY_NAME,      /* "s": a domain name */
        PROPERTY_ADDRESS,   /* "s" */
        PROPERTY_BOOLEAN,   /* "b" */
        PROPERTY_NUMBER,    /* "u" */
        PROPERTY_TIME,      /* "t": microseconds, as they are */
        PROPERTY_MOMENT,    /* "t": one of CLOCK_BOOTTIME, told as CLOCK_REALTIME; USEC_INFINITY: 0 */
        PROPERTY_ADDRESSES, /* "as": those of A, then of AAAA; either may be NULL */
        PROPERTY_OVERRIDES, /* "a(stss)": likewise */
} PropertyType;

/* The value is borrowed. */
typedef struct Property {
        const char *name;
        PropertyType type;
        bool silent; /* nobody is told when it changes */
        union {
                const char *text;
                const Name *domain;
                const Address *address;
                uint64_t number;
                const RRset *const *sets;
                const OverrideStatus *overrides;
        };
} Property;

/* Ended by one without a name. */
typedef struct PropertyList {
        Property properties[PROPERTIES_MAX + 1];
} PropertyList;

const Property *property_find(const PropertyList *list, const char *name); /* NULL: it is not there */

/* Another digest is another value; a silent property's is always the same. */
Digest property_digest(const Property *property);

/* Appends the value to the message. -ENOMEM. */
int property_append(const Property *property, sd_bus_message *message, WallClock *clock);
