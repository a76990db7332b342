/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/duration.h"
#include "util/cleanup.h"

static void times_are_read_as_people_write_them(void **state)
{
        static const struct {
                const char *text;
                uint64_t seconds;
        } rows[] = {
                { "1", 1 },
                { "90", 90 },
                { "90s", 90 },
                { "30m", 1800 },
                { "1h", 3600 },
                { "2d", 2 * 86400 },
                { "1h30m", 5400 },
                { "1d2h3m4s", 93784 },
                { "1d4s", 86404 },
                { "0h30m", 1800 },
                { "90m", 5400 },
                { "3650d", (uint64_t) 3650 * 86400 },
                { "315360000", 315360000 },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                usec_t usec;

                assert_int_equal(duration_parse(rows[i].text, &usec), 0);
                assert_int_equal(usec, rows[i].seconds * USEC_PER_SEC);
        }
}

static void what_is_no_time_is_refused(void **state)
{
        static const char *const rows[] = { "", "0", "0s", "0d0h", "-1", "+1", "1.5h", "h", "1w", "1H", "1 h",
                " 1h", "1h ", "1h30", "30m1h", "1h1h", "1hm", "soon", "3651d", "3650d1s", "315360001",
                "18446744073709551617", "1e3", "99999999999999999999999d" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                usec_t usec = 7;

                assert_int_equal(duration_parse(rows[i], &usec), -EINVAL);
                assert_int_equal(usec, 7);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(times_are_read_as_people_write_them),
                cmocka_unit_test(what_is_no_time_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
