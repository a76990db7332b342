/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "samples.h"
#include "subject.h"

/* A subject beside the floor. They take turns, so that each is measured while the other idles, on the same
 * machine in the same minute. */
typedef struct Comparison {
        Samples subject, floor;
        double ratio;        /* of the medians */
        uint64_t cpu_nsec;   /* of the subject, for each change */
        uint64_t memory_kib; /* of the subject, resident at the end */
        Reaction last;       /* of the subject */
} Comparison;

/* Starts both, each on a host of its own with as many addresses, and ends them. */
void comparison_run(Comparison *ret, const SubjectOptions *options, const char *floor_program, unsigned runs,
        uint64_t pause_nsec);
void comparison_done(Comparison *comparison);

/* The line of a table: subject, floor, ratio. Writes into `buffer` and returns it. */
#define COMPARISON_TEXT_MAX 160
#define COMPARISON_HEADING  SAMPLES_HEADING "  |" SAMPLES_HEADING "  | ratio"
const char *comparison_to_text(Comparison *comparison, char buffer[static COMPARISON_TEXT_MAX]);
