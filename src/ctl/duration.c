/* SPDX-License-Identifier: BSD-3-Clause */

/* Duration: whole numbers with their units, the larger unit first, each at most once. */

#include "ctl/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/cleanup.h"

static const struct {
        char letter;
        uint64_t seconds;
} units[] = {
        { 'd', 24 * 60 * 60 },
        { 'h', 60 * 60 },
        { 'm', 60 },
        { 's', 1 },
};

enum {
        SECONDS_MAX = DURATION_DAYS_MAX * 24 * 60 * 60,
};

/* The digits at *text, which it moves behind. -EINVAL: there is none, or they are too many. */
static int read_number(const char **text, uint64_t *ret)
{
        uint64_t number = 0;

        if (!isdigit((unsigned char) **text))
                return -EINVAL;
        for (; isdigit((unsigned char) **text); (*text)++) {
                number = number * 10 + (uint64_t) (**text - '0');
                if (number > SECONDS_MAX)
                        return -EINVAL;
        }
        *ret = number;
        return 0;
}

int duration_parse(const char *text, usec_t *ret_usec)
{
        const char *rest = text;
        uint64_t seconds = 0, number;

        if (read_number(&rest, &number) >= 0 && !*rest) {
                seconds = number;
        } else {
                rest = text;
                for (size_t i = 0; i < ARRAY_LENGTH(units) && *rest; i++) {
                        const char *end = rest;

                        if (read_number(&end, &number) < 0)
                                return -EINVAL;
                        if (*end != units[i].letter)
                                continue; /* it has a smaller one, or none */
                        seconds += number * units[i].seconds;
                        rest = end + 1;
                }
        }
        if (*rest || seconds == 0 || seconds > SECONDS_MAX)
                return -EINVAL;
        *ret_usec = seconds * USEC_PER_SEC;
        return 0;
}
