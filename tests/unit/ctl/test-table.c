/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/table.h"
#include "printed.h"
#include "util/cleanup.h"

static const char *const titles[] = { "  NAME", "STATE", "ADDRESSES" };

static void assert_prints(const Output *output, const char *expected)
{
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        AUTO_FREE char *text = NULL;

        table_add_header(table, titles);
        table_add_dotted(table, COLOUR_GREEN, "host.example.com");
        table_add(table, COLOUR_GREEN, "in-sync");
        table_add(table, COLOUR_NONE, "%s, %s", "192.0.2.1", "2001:db8::1");
        table_add_dotted(table, COLOUR_NONE, "");
        table_add(table, COLOUR_NONE, "%s", "");
        table_add(table, COLOUR_NONE, "-\n");
        printed_begin();
        assert_int_equal(table_print(table, output), 0);
        text = printed_end();
        assert_string_equal(text, expected);
}

static void columns_line_up(void **state)
{
        (void) state;
        assert_prints(&(Output){ 0 }, "  NAME              STATE    ADDRESSES\n"
                                      "* host.example.com  in-sync  192.0.2.1, 2001:db8::1\n"
                                      "                             -\\x0a\n");
        assert_prints(&(Output){ .utf8 = true, .columns = 80 },
                "  NAME              STATE    ADDRESSES\n"
                "● host.example.com  in-sync  192.0.2.1, 2001:db8::1\n"
                "                             -\\x0a\n");
}

static void narrow_terminal_breaks_the_last_cell(void **state)
{
        (void) state;
        assert_prints(&(Output){ .columns = 50 }, "  NAME              STATE    ADDRESSES\n"
                                                  "* host.example.com  in-sync  192.0.2.1,\n"
                                                  "                             2001:db8::1\n"
                                                  "                             -\\x0a\n");
}

static void narrower_terminal_has_the_last_cell_below(void **state)
{
        (void) state;
        assert_prints(&(Output){ .columns = 38 }, "  NAME              STATE    ADDRESSES\n"
                                                  "* host.example.com  in-sync\n"
                                                  "      192.0.2.1, 2001:db8::1\n"
                                                  "                             -\\x0a\n");
        assert_prints(&(Output){ .columns = 10 }, "  NAME              STATE\n"
                                                  "      ADDRESSES\n"
                                                  "* host.example.com  in-sync\n"
                                                  "      192.0.2.1,\n"
                                                  "      2001:db8::1\n"
                                                  "\n"
                                                  "      -\\x0a\n");
}

static void line_between_rows_widens_nothing(void **state)
{
        const Output narrow = { .columns = 30 };
        AUTO(table_freep) Table *table = table_new(2);
        AUTO_FREE char *text = NULL;

        (void) state;
        table_add(table, COLOUR_NONE, "a");
        table_add(table, COLOUR_NONE, "1");
        table_add_line(table, COLOUR_NONE, 4, "longer than any %s, and %s", "cell\a", "broken");
        table_add(table, COLOUR_NONE, "bb");
        table_add(table, COLOUR_NONE, "2");
        printed_begin();
        assert_int_equal(table_print(table, &narrow), 0);
        text = printed_end();
        assert_string_equal(text, "a   1\n"
                                  "    longer than any cell\\x07,\n"
                                  "    and broken\n"
                                  "bb  2\n");
}

static void colours_take_no_room(void **state)
{
        (void) state;
        assert_prints(&(Output){ .colour = true },
                "\033[0;1m  NAME\033[0m              \033[0;1mSTATE\033[0m    \033[0;1mADDRESSES\033[0m\n"
                "\033[0;32m*\033[0m host.example.com  \033[0;32min-sync\033[0m  192.0.2.1, 2001:db8::1\n"
                "                             -\\x0a\n");
}

static void paragraph_keeps_its_indentation(void **state)
{
        AUTO_FREE char *text = NULL;

        (void) state;
        printed_begin();
        output_paragraph(&(Output){ .columns = 20 }, COLOUR_NONE, 4, "192.0.2.53 does not answer\x1b");
        output_paragraph(&(Output){ 0 }, COLOUR_NONE, 2, "192.0.2.53 does not answer");
        output_paragraph(&(Output){ .columns = 3 }, COLOUR_NONE, 4, "a b");
        text = printed_end();
        assert_string_equal(text, "    192.0.2.53 does\n"
                                  "    not answer\\x1b\n"
                                  "  192.0.2.53 does not answer\n"
                                  "    a b\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(columns_line_up),
                cmocka_unit_test(narrow_terminal_breaks_the_last_cell),
                cmocka_unit_test(narrower_terminal_has_the_last_cell_below),
                cmocka_unit_test(line_between_rows_widens_nothing),
                cmocka_unit_test(colours_take_no_room),
                cmocka_unit_test(paragraph_keeps_its_indentation),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
