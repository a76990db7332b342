/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/wall-clock.h"

#define NOW (1000 * USEC_PER_SEC)

static void moment_stays_the_same_number(void **state)
{
        WallClock clock = { 0 };

        (void) state;
        assert_true(wall_clock_of(&clock, 500, 100, NOW) == NOW + 400);
        assert_true(wall_clock_of(&clock, 500, 200, NOW + 101) == NOW + 400);
        assert_true(wall_clock_of(&clock, 500, 900, NOW + 799) == NOW + 400); /* in the past already */
        assert_true(wall_clock_of(&clock, USEC_INFINITY, 900, NOW + 800) == 0);
}

static void clock_that_was_set_is_followed(void **state)
{
        WallClock clock = { 0 };

        (void) state;
        wall_clock_of(&clock, 500, 100, NOW);
        assert_true(wall_clock_of(&clock, 500, 100, NOW + USEC_PER_SEC) == NOW + USEC_PER_SEC + 400);
        assert_true(wall_clock_of(&clock, 500, 100, NOW - USEC_PER_SEC) == NOW - USEC_PER_SEC + 400);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(moment_stays_the_same_number),
                cmocka_unit_test(clock_that_was_set_is_followed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
