/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/hostnames.h"
#include "util/cleanup.h"

static void percent_signs_are_expanded(void **state)
{
        static const struct {
                const char *text, *hostname, *result;
        } rows[] = {
                { "", "web1.example.com", "" }, { "www.example.com", "web1.example.com", "www.example.com" },
                { "%H", "web1.example.com", "web1.example.com" }, { "%l", "web1.example.com", "web1" },
                { "%l", "web1", "web1" }, { "%l.%l.x-%l", "web1.example.com", "web1.web1.x-web1" },
                { "%%l.100%%", "web1.example.com", "%l.100%" }, { "%%%l%%H", "web1", "%web1%H" },
                { "100%%", NULL, "100%" }, /* needs no host name */
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *result = NULL;
                const char *wrong;

                assert_int_equal(hostname_expand(&result, rows[i].text, rows[i].hostname, &wrong), 0);
                assert_string_equal(result, rows[i].result);
        }
}

static void what_cannot_be_expanded_is_told(void **state)
{
        static const char no_such[] = "must have only H, l or % after a percent sign";
        static const char no_name[] = "must be a name without %H and %l, as this host has no usable one";
        static const struct {
                const char *text, *hostname, *wrong;
        } rows[] = {
                { "%", "web1", no_such },
                { "a%", "web1", no_such },
                { "%h", "web1", no_such },
                { "%L", "web1", no_such },
                { "%l%x", "web1", no_such },
                { "%%%", "web1", no_such },
                { "%H", NULL, no_name },
                { "%l", "", no_name },
                { "%l", ".example", no_name },
                { "%l", "bad name", no_name },
                { "%H", "a..b", no_name },
                { "%l", "a\nb", no_name },
                { "%l", "caf\xc3\xa9", no_name },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                const char *wrong = NULL;
                char *result = NULL;

                assert_int_equal(hostname_expand(&result, rows[i].text, rows[i].hostname, &wrong), -EINVAL);
                assert_string_equal(wrong, rows[i].wrong);
                assert_null(result);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(percent_signs_are_expanded),
                cmocka_unit_test(what_cannot_be_expanded_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
