/* SPDX-License-Identifier: BSD-3-Clause */
/* For LD_PRELOAD: moves the wall clock that a program sees by CLOCK_SKEW seconds. libfaketime cannot serve here:
 * named's allocator (jemalloc) reads the clock before libfaketime is ready. */

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t skew(void)
{
        const char *text = getenv("CLOCK_SKEW");

        return text ? (time_t)strtoll(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
        int r = (int)syscall(SYS_clock_gettime, clock, ret);

        if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
                ret->tv_sec += skew();
        return r;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
        int r = (int)syscall(SYS_gettimeofday, ret, zone);

        if (r == 0)
                ret->tv_sec += skew();
        return r;
}

time_t time(time_t *ret)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        if (ret)
                *ret = now.tv_sec;
        return now.tv_sec;
}
