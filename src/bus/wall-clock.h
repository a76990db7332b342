/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/clock.h"

/* Tells moments of CLOCK_BOOTTIME as CLOCK_REALTIME: the same moment as the same number, as long as nobody
 * sets a clock. Begins zeroed. */
typedef struct WallClock {
        bool known;
        int64_t offset_usec; /* CLOCK_REALTIME less CLOCK_BOOTTIME */
} WallClock;

/* The two clocks are what they say now. USEC_INFINITY becomes 0, "never". */
usec_t wall_clock_of(WallClock *clock, usec_t moment, usec_t boottime_now, usec_t realtime_now);
