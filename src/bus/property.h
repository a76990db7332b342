/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/wall-clock.h"
#include "model/rrset.h"
#include "util/clock.h"

/* What the getters of properties share. */

/* Where the name stands in the list; `count` when it is not there. */
size_t property_find(const char *name, const char *const names[], size_t count);

/* Each appends one to the message; -ENOMEM. */

/* "as": the addresses of A and AAAA; either may be NULL. */
int property_append_addresses(sd_bus_message *message, const RRset *const sets[static 2]);

/* "t": a moment of CLOCK_BOOTTIME as CLOCK_REALTIME; USEC_INFINITY: 0. */
int property_append_moment(sd_bus_message *message, WallClock *clock, usec_t boottime_usec);
