/* SPDX-License-Identifier: BSD-3-Clause */

/* Wall clock: two clocks are never read at once, so their difference is a microsecond more now, and less
 * then. It is kept until it is off by so much that somebody set a clock, or has slewed it for long. */

#include "bus/wall-clock.h"

#include <stdlib.h>

#define TOLERANCE_USEC (10 * (int64_t) USEC_PER_MSEC)

usec_t wall_clock_of(WallClock *clock, usec_t moment, usec_t boottime_now, usec_t realtime_now)
{
        int64_t offset = (int64_t) (realtime_now - boottime_now);

        if (moment == USEC_INFINITY)
                return 0;
        if (!clock->known || llabs(offset - clock->offset_usec) > TOLERANCE_USEC)
                *clock = (WallClock){ .known = true, .offset_usec = offset };
        return moment + (usec_t) clock->offset_usec;
}
