/* SPDX-License-Identifier: BSD-3-Clause */

/* Samples: keeps times and ranks them. It throws no outlier away. */

#include "samples.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

void samples_init(Samples *ret, size_t most)
{
        *ret = (Samples){ .nsec = calloc(most, sizeof *ret->nsec) };
        if (!ret->nsec)
                errx(EXIT_FAILURE, "out of memory");
}

void samples_done(Samples *samples)
{
        free(samples->nsec);
}

void samples_add(Samples *samples, uint64_t nsec)
{
        samples->nsec[samples->count++] = nsec;
}

static int compare(const void *a, const void *b)
{
        const uint64_t *left = a, *right = b;

        return (*left > *right) - (*left < *right);
}

double samples_percentile_usec(Samples *samples, unsigned percent)
{
        size_t rank = (samples->count * percent + 99) / 100;

        qsort(samples->nsec, samples->count, sizeof *samples->nsec, compare);
        return (double) samples->nsec[rank > 0 ? rank - 1 : 0] / 1000;
}

const char *samples_to_text(Samples *samples, char buffer[static SAMPLES_TEXT_MAX])
{
        snprintf(buffer, SAMPLES_TEXT_MAX, "%9.1f %9.1f %9.1f", samples_percentile_usec(samples, 50),
                samples_percentile_usec(samples, 90), samples_percentile_usec(samples, 99));
        return buffer;
}
