/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Times that were measured, and what stands out of them. */
typedef struct Samples {
        size_t count;
        uint64_t *nsec;
} Samples;

void samples_init(Samples *ret, size_t most); /* exits when out of memory */
void samples_done(Samples *samples);

void samples_add(Samples *samples, uint64_t nsec); /* at most `most` */

/* The smallest value that `percent` of all do not exceed, in microseconds; 50 is the median. Sorts the
 * samples. */
double samples_percentile_usec(Samples *samples, unsigned percent);

/* "  31.2    40.9    88.0": median, 90 %, 99 %, under "median     p90     p99". Writes into `buffer` and
 * returns it. */
#define SAMPLES_TEXT_MAX 64
#define SAMPLES_HEADING  "   median       p90       p99"
const char *samples_to_text(Samples *samples, char buffer[static SAMPLES_TEXT_MAX]);
