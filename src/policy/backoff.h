/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "util/clock.h"

/* How long to wait after the n-th failure in a row (n >= 1): `first`, doubled each time, at most `most`; then
 * spread over 75 to 100 % by the random number, so that many hosts do not come back in step. */
usec_t backoff_delay_usec(unsigned failures, usec_t first, usec_t most, uint32_t random);
