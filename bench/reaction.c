/* SPDX-License-Identifier: BSD-3-Clause */

/* How long it takes from RTM_NEWADDR until the UPDATE arrives at the server, beside the floor and beside the
 * script that an administrator would write.
 *
 *     reaction SIGNPOSTD FLOOR SCRIPT [RUNS] */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "comparison.h"
#include "util/cleanup.h"

#define MSEC 1000000ULL

typedef struct Row {
        const char *title;
        SubjectOptions subject;
        unsigned share;      /* of the runs: one in so many */
        uint64_t pause_nsec; /* before each event, in which everything ends that the last one caused */
} Row;

static void measure(const Row *row, const char *floor_program, unsigned runs)
{
        char text[COMPARISON_TEXT_MAX];
        Comparison comparison;

        comparison_run(&comparison, &row->subject, floor_program, runs, row->pause_nsec);
        printf("%-24s %5u %s\n", row->title, runs, comparison_to_text(&comparison, text));
        fflush(stdout);
        comparison_done(&comparison);
}

int main(int argc, char *argv[])
{
        unsigned runs;

        if (argc < 4 || argc > 5)
                errx(EXIT_FAILURE, "usage: %s SIGNPOSTD FLOOR SCRIPT [RUNS]", argv[0]);
        runs = argc > 4 ? (unsigned) strtoul(argv[4], NULL, 10) : 1000;
        if (runs < 10)
                errx(EXIT_FAILURE, "%s: at least 10 runs", argv[4]);

        const char *signpostd = argv[1], *floor_program = argv[2], *script = argv[3];
        const Row rows[] = {
                {
                        .title = "signpostd, unsigned",
                        .subject = { SUBJECT_SIGNPOST, signpostd, 1, NULL, { .records = 1 } },
                        .share = 1,
                        .pause_nsec = 2 * MSEC,
                },
                {
                        .title = "signpostd, hmac-sha256",
                        .subject = { SUBJECT_SIGNPOST, signpostd, 1, NULL, { .records = 1, .is_signed = true } },
                        .share = 1,
                        .pause_nsec = 2 * MSEC,
                },
                {
                        .title = "ip monitor | nsupdate",
                        .subject = { SUBJECT_SCRIPT, script, 1, NULL, { .records = 1 } },
                        .share = 10,
                        .pause_nsec = 20 * MSEC,
                },
        };

        printf("From RTM_NEWADDR to the UPDATE at the server, microseconds\n"
               "%-24s %5s %-31s |%-31s |\n%-24s %5s %s\n",
                "", "", "  program", "  floor beside it", "", "runs", COMPARISON_HEADING);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                measure(&rows[i], floor_program, runs / rows[i].share);
        return EXIT_SUCCESS;
}
