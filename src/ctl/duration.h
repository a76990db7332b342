/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "util/clock.h"

enum {
        DURATION_DAYS_MAX = 3650,
};

/* "90s", "30m", "1h30m", "2d"; a number without a unit: seconds. More than 0, at most DURATION_DAYS_MAX.
 * -EINVAL. */
int duration_parse(const char *text, usec_t *ret_usec);
