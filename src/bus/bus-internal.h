/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the objects on the bus share. */

#include "bus/announce.h"
#include "bus/authorization.h"
#include "bus/bus.h"
#include "bus/connection.h"
#include "bus/errand.h"
#include "bus/kind.h"
#include "bus/wall-clock.h"

struct Bus {
        sd_event *event;
        Engine *engine;
        BusOperations operations;

        Authorizer *authorizer;
        Errands *errands;
        Announcer *announcer;
        Connection *connection;

        bool connected;
        sd_event_source *tick; /* errands and announcements, together */
        usec_t ticked_usec;    /* CLOCK_MONOTONIC */
        unsigned congestions;  /* ticks in a row in which the bus did not take everything */

        WallClock clock;
        Branch branches[KINDS];
};
