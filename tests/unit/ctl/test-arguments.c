/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/arguments.h"

enum {
        WORDS_MAX = 8,
};

static int parse(const char *const *words, Arguments *ret)
{
        char *argv[WORDS_MAX + 2] = { (char *) "signpostctl" };
        int argc = 1;

        for (; words[argc - 1]; argc++)
                argv[argc] = (char *) words[argc - 1];
        optind = 0; /* getopt begins anew */
        return arguments_parse(ret, argc, argv);
}

static void commands_take_what_they_are_given(void **state)
{
        static const struct {
                const char *words[WORDS_MAX];
                const char *command, *operand;
                bool json, no_legend, force;
                ColourWhen colour;
                usec_t timeout_usec;
        } rows[] = {
                { .command = "status" },
                { { "status", "--json" }, .command = "status", .json = true },
                { { "--json" }, .command = "status", .json = true },
                { { "list", "--no-legend" }, .command = "list", .no_legend = true },
                { { "--no-legend", "list" }, .command = "list", .no_legend = true },
                { { "explain" }, .command = "explain" },
                { { "explain", "a.example" }, .command = "explain", .operand = "a.example" },
                { { "publish", "--force", "a.example" }, .command = "publish", .operand = "a.example",
                        .force = true },
                { { "publish", "--", "--force" }, .command = "publish", .operand = "--force" },
                { { "monitor", "--color=always" }, .command = "monitor", .colour = COLOUR_ALWAYS },
                { { "--color", "never", "refresh" }, .command = "refresh", .colour = COLOUR_NEVER },
                { { "reload" }, .command = "reload" },
                { { "log-level", "debug" }, .command = "log-level", .operand = "debug" },
                { { "withdraw", "eth0", "--timeout=0.5" }, .command = "withdraw", .operand = "eth0",
                        .timeout_usec = USEC_PER_SEC / 2 },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                usec_t timeout = rows[i].timeout_usec > 0 ? rows[i].timeout_usec : 8 * USEC_PER_SEC;
                Arguments arguments;

                assert_int_equal(parse(rows[i].words, &arguments), 1);
                assert_string_equal(arguments.command->name, rows[i].command);
                assert_int_equal(!arguments.operand, !rows[i].operand);
                if (rows[i].operand)
                        assert_string_equal(arguments.operand, rows[i].operand);
                assert_int_equal(arguments.json, rows[i].json);
                assert_int_equal(arguments.no_legend, rows[i].no_legend);
                assert_int_equal(arguments.force, rows[i].force);
                assert_int_equal(arguments.colour, rows[i].colour);
                assert_in_range(arguments.timeout_usec, timeout, timeout + 1);
        }
}

static void wrong_usage_is_refused(void **state)
{
        static const char *const rows[][WORDS_MAX] = {
                { "fly" },
                { "" },
                { "status", "more" },
                { "explain", "a", "b" },
                { "withdraw" },
                { "withdraw", "" },
                { "publish", "" },
                { "publish", "--force", "" },
                { "explain", "" },
                { "log-level", "" },
                { "withdraw", "eth0", "eth1" },
                { "publish", "--json" },
                { "refresh", "--force" },
                { "status", "--no-legend" },
                { "publish", "--timeout=3" },
                { "--no-such-option" },
                { "--color" },
                { "--color=blue" },
                { "--json=yes" },
                { "withdraw", "eth0", "--timeout" },
                { "withdraw", "eth0", "--timeout=" },
                { "withdraw", "eth0", "--timeout=0" },
                { "withdraw", "eth0", "--timeout=-1" },
                { "withdraw", "eth0", "--timeout=3s" },
                { "withdraw", "eth0", "--timeout=nan" },
                { "withdraw", "eth0", "--timeout=inf" },
                { "withdraw", "eth0", "--timeout=1e9" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Arguments arguments;

                assert_int_equal(parse(rows[i], &arguments), -EINVAL);
        }
}

static void every_command_can_be_run(void **state)
{
        (void) state;
        for (const Command *command = command_table(); command->name; command++) {
                assert_non_null(command->run);
                assert_non_null(command->help);
                assert_ptr_equal(command_find(command->name), command);
                assert_true(command->operand || command->min_operands == 0);
                /* For what polkit decides there are words to say that it was refused. */
                assert_int_equal(!command->action, !command->doing);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(commands_take_what_they_are_given),
                cmocka_unit_test(wrong_usage_is_refused),
                cmocka_unit_test(every_command_can_be_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
