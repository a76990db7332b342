/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/pace.h"

#define FIRST_GAP_USEC  (2 * USEC_PER_MSEC)
#define FIRST_MOST_USEC (5 * USEC_PER_SEC)

/* What of an interval is left to chance, in thousandths. */
enum {
        JITTER_LEAST = 10,
        JITTER_MOST = 100,
};

static usec_t least(usec_t a, usec_t b)
{
        return a < b ? a : b;
}

usec_t pace_usec(usec_t interval_usec, uint32_t chance)
{
        return interval_usec -
               interval_usec * (JITTER_LEAST + chance % (JITTER_MOST - JITTER_LEAST + 1)) / 1000;
}

usec_t pace_first_usec(size_t i, size_t n, usec_t interval_usec)
{
        return least(n * FIRST_GAP_USEC, least(interval_usec, FIRST_MOST_USEC)) * i / n;
}

uint16_t pace_phase(size_t i, size_t n)
{
        return (uint16_t) ((i + 1) * PACE_WHOLE / n);
}
