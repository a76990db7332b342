/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define INTERVAL_USEC (10 * USEC_PER_SEC)

static void interval_is_never_exceeded_and_nine_tenths_of_it_at_least(void **state)
{
        (void) state;
        for (uint32_t chance = 0; chance < 1000; chance++)
                assert_in_range(pace_usec(INTERVAL_USEC, chance), 9 * USEC_PER_SEC,
                        INTERVAL_USEC - 100 * USEC_PER_MSEC);
        assert_true(pace_usec(INTERVAL_USEC, 0) != pace_usec(INTERVAL_USEC, 1));
        assert_int_equal(pace_usec(86400 * USEC_PER_SEC, 0), 86400 * USEC_PER_SEC / 100 * 99);
}

static void few_are_looked_at_at_once_and_many_within_seconds(void **state)
{
        static const struct {
                size_t n;
                usec_t interval_usec, last_usec;
        } rows[] = {
                { 1, INTERVAL_USEC, 0 },
                { 3, INTERVAL_USEC, 4 * USEC_PER_MSEC },
                { 1000, INTERVAL_USEC, 1998 * USEC_PER_MSEC },
                { 10000, INTERVAL_USEC, 4999500 },
                { 1000, USEC_PER_SEC, 999 * USEC_PER_MSEC },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                assert_int_equal(pace_first_usec(0, rows[i].n, rows[i].interval_usec), 0);
                assert_int_equal(
                        pace_first_usec(rows[i].n - 1, rows[i].n, rows[i].interval_usec), rows[i].last_usec);
        }
}

static void phases_fill_the_interval_evenly(void **state)
{
        (void) state;
        assert_int_equal(pace_phase(0, 1), PACE_WHOLE);
        assert_int_equal(pace_phase(0, 3), PACE_WHOLE / 3);
        assert_int_equal(pace_phase(2, 3), PACE_WHOLE);
        for (size_t i = 1; i < 10000; i++)
                assert_in_range(pace_phase(i, 10000) - pace_phase(i - 1, 10000), PACE_WHOLE / 10000,
                        PACE_WHOLE / 10000 + 1);
        assert_true(pace_phase(0, 10000) > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(interval_is_never_exceeded_and_nine_tenths_of_it_at_least),
                cmocka_unit_test(few_are_looked_at_at_once_and_many_within_seconds),
                cmocka_unit_test(phases_fill_the_interval_evenly),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
