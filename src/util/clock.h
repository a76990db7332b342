/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>
#include <time.h>

typedef uint64_t usec_t; /* microseconds; which clock is for the name of the variable to say */

#define USEC_PER_MSEC ((usec_t) 1000)
#define USEC_PER_SEC  ((usec_t) 1000000)
#define USEC_INFINITY UINT64_MAX

/* The clock's value now, in microseconds. Cannot fail for the clocks that we use. */
static inline usec_t clock_now_usec(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (usec_t) now.tv_sec * USEC_PER_SEC + (usec_t) now.tv_nsec / 1000;
}
