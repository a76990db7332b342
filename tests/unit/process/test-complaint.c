/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "process/complaint.h"
#include "util/cleanup.h"

static const struct {
        const char *written, *text;
} rows[] = {
        { "", NULL },
        { "\n\n", NULL },
        { " \t\n", NULL },
        { "disk full", "disk full" },
        { "disk full\n", "disk full" },
        { "disk full\n\n  \n", "disk full" },
        { "first\nsecond\n", "second" },
        { "first\nsecond", "second" },
        { "first\n\nsecond\n \n", "second" },
        { "  indented  \r\n", "indented" },
        { "a\tb\rc\n", "a b c" },
        { "\x1b[31mred\x1b[0m\n", "?[31mred?[0m" },
        { "caf\xc3\xa9\n", "caf\xc3\xa9" },
        { "caf\xe9\n", "caf?" },
};

static void the_last_line_that_is_not_blank_is_the_complaint(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Complaint complaint = { 0 };
                const char *text;

                complaint_add(&complaint, rows[i].written, strlen(rows[i].written));
                text = complaint_to_text(&complaint);
                if (rows[i].text)
                        assert_string_equal(text, rows[i].text);
                else
                        assert_null(text);
        }
}

static void it_does_not_matter_in_which_pieces_it_comes(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Complaint whole = { 0 }, pieces = { 0 };

                complaint_add(&whole, rows[i].written, strlen(rows[i].written));
                for (const char *at = rows[i].written; *at; at++)
                        complaint_add(&pieces, at, 1);
                assert_memory_equal(&whole, &pieces, sizeof whole);
        }
}

static void a_long_line_is_cut_and_the_next_one_is_not(void **state)
{
        char line[3 * COMPLAINT_MAX];
        Complaint complaint = { 0 };

        (void) state;
        memset(line, 'x', sizeof line);
        complaint_add(&complaint, line, sizeof line);
        assert_int_equal(strlen(complaint_to_text(&complaint)), COMPLAINT_MAX);
        complaint_add(&complaint, "\nend", 4);
        assert_string_equal(complaint_to_text(&complaint), "end");
}

static void a_null_byte_ends_nothing(void **state)
{
        Complaint complaint = { 0 };

        (void) state;
        complaint_add(&complaint, "a\0b", 3);
        assert_string_equal(complaint_to_text(&complaint), "a?b");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_last_line_that_is_not_blank_is_the_complaint),
                cmocka_unit_test(it_does_not_matter_in_which_pieces_it_comes),
                cmocka_unit_test(a_long_line_is_cut_and_the_next_one_is_not),
                cmocka_unit_test(a_null_byte_ends_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
