/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/clock.h"

/* How targets are kept apart in time, so that they do not come in bursts. Pure. */

#define PACE_WHOLE UINT16_MAX /* a phase: how much of its first interval a target waits */

/* From one start to the next: `interval_usec` less 1 to 10 % of it, as `chance` says. Never the whole: that
 * makes up for delays, and the interval is not exceeded. */
usec_t pace_usec(usec_t interval_usec, uint32_t chance);

/* Target `i` of `n` that were added together: until its first look. Soon, but spread over some seconds when
 * there are many. */
usec_t pace_first_usec(size_t i, size_t n, usec_t interval_usec);

/* … and where it stands in the interval from then on, so that all are spread over the whole of it. */
uint16_t pace_phase(size_t i, size_t n);
