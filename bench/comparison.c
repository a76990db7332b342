/* SPDX-License-Identifier: BSD-3-Clause */

/* Comparison: lets two programs take turns at the same task. What a ratio is good for is for the reader to
 * say. */

#include "comparison.h"

#include <stdio.h>

enum {
        WARM_UP = 50, /* at most: a tenth of the runs when they are few */
};

static void warm_up(Subject *subject, Subject *floor, unsigned runs, uint64_t pause_nsec)
{
        Reaction ignored;

        for (unsigned i = 0; i < WARM_UP && i < runs / 10; i++) {
                subject_react(subject, pause_nsec, &ignored);
                subject_react(floor, pause_nsec, &ignored);
        }
}

static void take_turns(
        Comparison *comparison, Subject *subject, Subject *floor, unsigned runs, uint64_t pause_nsec)
{
        uint64_t cpu_nsec = program_cpu_nsec(subject_program(subject));
        Reaction reaction;

        for (unsigned i = 0; i < runs; i++) {
                subject_react(subject, pause_nsec, &comparison->last);
                samples_add(&comparison->subject, comparison->last.nsec);
                subject_react(floor, pause_nsec, &reaction);
                samples_add(&comparison->floor, reaction.nsec);
        }
        /* Each run is two changes: the address comes and goes. */
        comparison->cpu_nsec = (program_cpu_nsec(subject_program(subject)) - cpu_nsec) / (2 * runs);
}

void comparison_run(Comparison *ret, const SubjectOptions *options, const char *floor_program, unsigned runs,
        uint64_t pause_nsec)
{
        SubjectOptions floor_options = {
                .kind = SUBJECT_FLOOR,
                .program = floor_program,
                .addresses = options->addresses,
                .signpost.records = 1,
        };
        Subject *subject = subject_new(options), *floor = subject_new(&floor_options);

        *ret = (Comparison){ 0 };
        samples_init(&ret->subject, runs);
        samples_init(&ret->floor, runs);
        warm_up(subject, floor, runs, pause_nsec);
        take_turns(ret, subject, floor, runs, pause_nsec);
        ret->ratio = samples_percentile_usec(&ret->subject, 50) / samples_percentile_usec(&ret->floor, 50);
        ret->memory_kib = program_memory_kib(subject_program(subject), "VmRSS");
        subject_free(subject);
        subject_free(floor);
}

void comparison_done(Comparison *comparison)
{
        samples_done(&comparison->subject);
        samples_done(&comparison->floor);
}

const char *comparison_to_text(Comparison *comparison, char buffer[static COMPARISON_TEXT_MAX])
{
        char subject[SAMPLES_TEXT_MAX], floor[SAMPLES_TEXT_MAX];

        snprintf(buffer, COMPARISON_TEXT_MAX, "%s  |%s  | %5.2f",
                samples_to_text(&comparison->subject, subject), samples_to_text(&comparison->floor, floor),
                comparison->ratio);
        return buffer;
}
