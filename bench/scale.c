/* SPDX-License-Identifier: BSD-3-Clause */

/* What a change costs on a host with many addresses, and with many records that follow it, beside the floor
 * on the same kind of host. Unsigned.
 *
 *     scale SIGNPOSTD FLOOR [RUNS] */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "comparison.h"
#include "util/cleanup.h"

#define PAUSE_NSEC 2000000ULL

typedef struct Size {
        unsigned addresses;
        unsigned records;
        unsigned limit; /* of addresses in a record, so that the UPDATE stays the same; 0: none */
} Size;

static void measure(const char *signpostd, const char *floor_program, const Size *size, unsigned runs)
{
        SubjectOptions options = {
                .kind = SUBJECT_SIGNPOST,
                .program = signpostd,
                .addresses = size->addresses,
                .signpost = { .records = size->records, .limit = size->limit },
        };
        char text[COMPARISON_TEXT_MAX];
        Comparison comparison;

        comparison_run(&comparison, &options, floor_program, runs, PAUSE_NSEC);
        printf("%9u %7u %5u %s %9.1f %8.2f %7zu %7zu\n", size->addresses, size->records, runs,
                comparison_to_text(&comparison, text), (double) comparison.cpu_nsec / 1000,
                (double) comparison.memory_kib / 1024, comparison.last.updates, comparison.last.size);
        fflush(stdout);
        comparison_done(&comparison);
}

int main(int argc, char *argv[])
{
        static const Size sizes[] = {
                { 10, 1, 10 },
                { 100, 1, 10 },
                { 1000, 1, 10 },
                { 10000, 1, 10 },
                { 1, 1, 0 },
                { 1, 10, 0 },
                { 1, 100, 0 },
                { 1, 1000, 0 },
        };
        unsigned runs;

        if (argc < 3 || argc > 4)
                errx(EXIT_FAILURE, "usage: %s SIGNPOSTD FLOOR [RUNS]", argv[0]);
        runs = argc > 3 ? (unsigned) strtoul(argv[3], NULL, 10) : 200;
        if (runs < 10)
                errx(EXIT_FAILURE, "%s: at least 10 runs", argv[3]);
        printf("From RTM_NEWADDR to the last UPDATE at the server, microseconds; CPU for each change; the "
               "UPDATEs of one change\n"
               "%-23s %-31s |%-31s |\n%9s %7s %5s %s %9s %8s %7s %7s\n",
                "", "  signpostd", "  floor beside it", "addresses", "records", "runs", COMPARISON_HEADING,
                "CPU us", "RSS MiB", "UPDATEs", "bytes");
        for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
                measure(argv[1], argv[2], &sizes[i], runs);
        return EXIT_SUCCESS;
}
