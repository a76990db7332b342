/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bus/user.h"
#include "util/cleanup.h"

static void users_are_told_by_name_or_else_by_number(void **state)
{
        static const struct {
                uid_t user;
                const char *text;
        } rows[] = {
                { 0, "root" },
                { 1, "daemon" }, /* of every Debian's passwd */
                { 4242424, "4242424" },
                { (uid_t) -2, "4294967294" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                char buffer[USER_TEXT_MAX];

                assert_string_equal(user_to_text(rows[i].user, buffer), rows[i].text);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(users_are_told_by_name_or_else_by_number),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
