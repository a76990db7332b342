/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ctl/text.h"
#include "util/cleanup.h"

static void nothing_that_a_terminal_obeys_gets_through(void **state)
{
        static const struct {
                const char *text, *escaped;
        } rows[] = {
                { "", "" },
                { "192.0.2.53 does not answer", "192.0.2.53 does not answer" },
                { "käse → ●", "käse → ●" },
                { "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m" },
                { "\x1b]0;title\x07", "\\x1b]0;title\\x07" },
                { "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd" },
                { "\x7f", "\\x7f" },
                { "\xc2\x9b"
                  "31m",
                        "\\u009b31m" }, /* C1: the same as ESC [ */
                { "\xe2\x80\xae"
                  "moc",
                        "\\u202emoc" }, /* right-to-left override */
                { "\xe2\x80\xa8", "\\u2028" },
                { "\xff\x9b", "\\xff\\x9b" }, /* no UTF-8: Latin-1 terminals know C1 bytes */
                { "\xc0\x9b", "\\xc0\\x9b" },
                { "\xe0\x80\x9b", "\\xe0\\x80\\x9b" },
                { "\xed\xa0\x80", "\\xed\\xa0\\x80" },
                { "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
                { "\xe2\x82", "\\xe2\\x82" },
                { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *escaped = text_escape(rows[i].text);
                AUTO_FREE char *again = text_escape(escaped);

                assert_string_equal(escaped, rows[i].escaped);
                assert_string_equal(again, escaped);
        }
}

static void width_counts_characters(void **state)
{
        (void) state;
        assert_int_equal(text_width(""), 0);
        assert_int_equal(text_width("käse ●"), 6);
        assert_int_equal(text_longest_word("a ●●●● bb"), 4);
        assert_int_equal(text_longest_word(""), 0);
}

static void lines_break_at_spaces(void **state)
{
        static const struct {
                const char *text;
                size_t width, length;
        } rows[] = {
                { "one two", 7, 7 },
                { "one two", 6, 3 },
                { "one two", 3, 3 },
                { "one two", 2, 3 }, /* at least a word */
                { "one two three", 8, 7 },
                { "unbreakable", 4, 11 },
                { "ää öö üü", 5, sizeof "ää öö" - 1 },
                { "", 0, 0 },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                assert_int_equal(text_line_length(rows[i].text, rows[i].width), rows[i].length);
}

#define NOW ((usec_t) 1795242552 * USEC_PER_SEC) /* Nov 21 2026, 06:29:12 UTC */

static void times_are_as_one_says_them(void **state)
{
        static const struct {
                uint64_t seconds;
                const char *ago, *until;
        } rows[] = {
                { 1, "1 s ago", "in 1 s" },
                { 59, "59 s ago", "in 59 s" },
                { 60, "1 min ago", "in 1 min" },
                { 119, "1 min ago", "in 2 min" },
                { 3569, "59 min ago", "in 59 min" },
                { 3599, "59 min ago", "in 1 h" },
                { 3600, "1 h ago", "in 1 h" },
                { 7199, "1 h ago", "in 2 h" },
                { 47 * 3600, "47 h ago", "in 47 h" },
                { 48 * 3600, "2 days ago", "in 2 days" },
                { 400 * 86400, "400 days ago", "in 400 days" },
        };
        char buffer[TEXT_TIME_MAX];

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                usec_t usec = rows[i].seconds * USEC_PER_SEC;

                assert_string_equal(text_ago(NOW - usec, NOW, buffer), rows[i].ago);
                assert_string_equal(text_until(NOW + usec, NOW, buffer), rows[i].until);
        }
        assert_string_equal(text_ago(0, NOW, buffer), "never");
        assert_string_equal(text_ago(NOW, NOW, buffer), "just now");
        assert_string_equal(text_ago(NOW + 90 * USEC_PER_SEC, NOW, buffer), "just now"); /* a clock was set */
        assert_string_equal(text_until(NOW, NOW, buffer), "now");
        assert_string_equal(text_until(NOW - USEC_PER_SEC, NOW, buffer), "now");
        assert_string_equal(text_until(NOW + 1, NOW, buffer), "in 1 s");
        text_ago(1, UINT64_MAX, buffer); /* fits */
        text_until(UINT64_MAX, 0, buffer);
}

static void rfc3339_is_exact(void **state)
{
        char buffer[TEXT_TIME_MAX];

        (void) state;
        assert_string_equal(text_rfc3339(NOW + 42, buffer), "2026-11-21T06:29:12.000042Z");
        assert_string_equal(text_rfc3339(1, buffer), "1970-01-01T00:00:00.000001Z");
        assert_true(strlen(text_rfc3339(UINT64_MAX, buffer)) < TEXT_TIME_MAX);
}

static void journal_time_is_local(void **state)
{
        char buffer[TEXT_TIME_MAX];

        (void) state;
        setenv("TZ", "XYZ-2", 1);
        tzset();
        assert_string_equal(text_journal_time(NOW, buffer), "Nov 21 08:29:12");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_that_a_terminal_obeys_gets_through),
                cmocka_unit_test(width_counts_characters),
                cmocka_unit_test(lines_break_at_spaces),
                cmocka_unit_test(times_are_as_one_says_them),
                cmocka_unit_test(rfc3339_is_exact),
                cmocka_unit_test(journal_time_is_local),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
