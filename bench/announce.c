/* SPDX-License-Identifier: BSD-3-Clause */

/* What telling others over D-Bus costs the reaction: a daemon of 1,000 records with no bus, with a bus that
 * nobody listens to, with 100 clients that follow every signal, and with 100 that do not read; each beside
 * the floor. Unsigned.
 *
 *     announce SIGNPOSTD FLOOR LISTENER [RUNS] */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "comparison.h"
#include "util/cleanup.h"

#define MSEC 1000000ULL

typedef struct Row {
        const char *title;
        unsigned still; /* of 1,000 records: do not follow the address */
        bool has_bus;
        unsigned listeners;
        bool stopped;
} Row;

enum {
        RECORDS = 1000,
};

static void measure(const Row *row, char *argv[], unsigned runs)
{
        BusOptions bus = { .listener = argv[3], .listeners = row->listeners, .stopped = row->stopped };
        SubjectOptions options = {
                .kind = SUBJECT_SIGNPOST,
                .program = argv[1],
                .addresses = 1,
                .bus = row->has_bus ? &bus : NULL,
                .signpost = { .records = RECORDS - row->still, .still = row->still },
        };
        char text[COMPARISON_TEXT_MAX];
        Comparison comparison;

        comparison_run(&comparison, &options, argv[2], runs, 20 * MSEC);
        printf("%-28s %7u %5u %s %9.1f %8.2f\n", row->title, RECORDS - row->still, runs,
                comparison_to_text(&comparison, text), (double) comparison.cpu_nsec / 1000,
                (double) comparison.memory_kib / 1024);
        fflush(stdout);
        comparison_done(&comparison);
}

int main(int argc, char *argv[])
{
        static const Row rows[] = {
                { "no bus", RECORDS - 1, false, 0, false },
                { "a bus", RECORDS - 1, true, 0, false },
                { "100 clients listen", RECORDS - 1, true, 100, false },
                { "100 clients do not read", RECORDS - 1, true, 100, true },
                { "no bus", 0, false, 0, false },
                { "a bus", 0, true, 0, false },
                { "100 clients listen", 0, true, 100, false },
                { "100 clients do not read", 0, true, 100, true },
        };
        unsigned runs;

        if (argc < 4 || argc > 5)
                errx(EXIT_FAILURE, "usage: %s SIGNPOSTD FLOOR LISTENER [RUNS]", argv[0]);
        runs = argc > 4 ? (unsigned) strtoul(argv[4], NULL, 10) : 200;
        if (runs < 10)
                errx(EXIT_FAILURE, "%s: at least 10 runs", argv[4]);
        printf("From RTM_NEWADDR to the last UPDATE at the server, microseconds, with 1,000 records; CPU for "
               "each "
               "change\n"
               "%-42s %-31s |%-31s |\n%-28s %7s %5s %s %9s %8s\n",
                "", "  signpostd", "  floor beside it", "", "change", "runs", COMPARISON_HEADING, "CPU us",
                "RSS MiB");
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                measure(&rows[i], argv, runs);
        return EXIT_SUCCESS;
}
