/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/backoff.h"

static void delay_doubles_up_to_the_most(void **state)
{
        static const usec_t expected_sec[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 };

        (void) state;
        for (unsigned i = 0; i < sizeof expected_sec / sizeof *expected_sec; i++)
                assert_int_equal(backoff_delay_usec(i + 1, USEC_PER_SEC, 300 * USEC_PER_SEC, 0),
                        expected_sec[i] * USEC_PER_SEC);
        assert_int_equal(
                backoff_delay_usec(UINT32_MAX, USEC_PER_SEC, 300 * USEC_PER_SEC, 0), 300 * USEC_PER_SEC);
}

static void jitter_takes_at_most_a_quarter_away(void **state)
{
        (void) state;
        assert_int_equal(
                backoff_delay_usec(3, USEC_PER_SEC, 300 * USEC_PER_SEC, UINT32_MAX), 3 * USEC_PER_SEC);
        assert_in_range(backoff_delay_usec(3, USEC_PER_SEC, 300 * USEC_PER_SEC, UINT32_MAX / 2),
                3 * USEC_PER_SEC, 4 * USEC_PER_SEC);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(delay_doubles_up_to_the_most),
                cmocka_unit_test(jitter_takes_at_most_a_quarter_away),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
