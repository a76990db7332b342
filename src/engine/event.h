/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/config.h"
#include "model/rrset.h"
#include "util/clock.h"

/* Something happened that people, or their programs, want to be told of. Borrowed pointers, good until
 * whoever is told returns. */
typedef struct Event {
        EventKind kind;
        usec_t time_usec;       /* CLOCK_REALTIME */
        const Name *name;       /* the record's or pool's; NULL: it concerns none of them alone */
        bool pool;              /* `name` is a pool's */
        uint16_t type;          /* of the RRset; 0: it concerns none alone */
        const char *provider;   /* NULL: none */
        const char *member;     /* NULL: none */
        const Address *address; /* the member's; NULL: none */
        const char *user;       /* who ordered it; NULL: nobody did */
        const char *reason;     /* a sentence without its last point; NULL: there is nothing to say */
        const RRset *before,
                *after; /* what the RRset held; for failovers, what it will hold; NULL: nothing */
} Event;
