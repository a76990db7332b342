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
        WORDS_MAX = 10,
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

/* Either may be NULL. */
static void assert_text(const char *text, const char *expected)
{
        assert_int_equal(!text, !expected);
        if (expected)
                assert_string_equal(text, expected);
}

static void commands_take_what_they_are_given(void **state)
{
        static const struct {
                const char *words[WORDS_MAX];
                const char *command, *operand, *second;
                bool json, no_legend, force;
                ColourWhen colour;
                usec_t timeout_usec, for_usec;
                const char *reason;
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
                { { "list", "www.example" }, .command = "list", .operand = "www.example" },
                { { "failover", "www.example", "web2", "--for", "1h30m", "--reason", "new kernel",
                          "--force" },
                        .command = "failover", .operand = "www.example", .second = "web2", .force = true,
                        .for_usec = 90 * 60 * USEC_PER_SEC, .reason = "new kernel" },
                { { "failback", "--reason=", "www.example" }, .command = "failback", .operand = "www.example",
                        .reason = "" },
                { { "drain", "--for=90", "a", "b" }, .command = "drain", .operand = "a", .second = "b",
                        .for_usec = 90 * USEC_PER_SEC },
                { { "auto", "a", "--", "-b" }, .command = "auto", .operand = "a", .second = "-b" },
                { { "check", "a" }, .command = "check", .operand = "a" },
                { { "check", "a", "b", "--json" }, .command = "check", .operand = "a", .second = "b",
                        .json = true },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                usec_t timeout = rows[i].timeout_usec > 0 ? rows[i].timeout_usec : 8 * USEC_PER_SEC;
                Arguments arguments;

                assert_int_equal(parse(rows[i].words, &arguments), 1);
                assert_string_equal(arguments.command->name, rows[i].command);
                assert_text(arguments.operands[0], rows[i].operand);
                assert_text(arguments.operands[1], rows[i].second);
                assert_text(arguments.reason, rows[i].reason);
                assert_int_equal(arguments.for_usec, rows[i].for_usec);
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
                { "list", "a", "b" },
                { "failover", "a" },
                { "failover" },
                { "failover", "a", "b", "c" },
                { "failover", "a", "" },
                { "failback" },
                { "failback", "a", "b" },
                { "failback", "a", "--force" },
                { "failback", "a", "--for=1h" },
                { "drain", "a", "b", "--for" },
                { "drain", "a", "b", "--for=" },
                { "drain", "a", "b", "--for=0" },
                { "drain", "a", "b", "--for=soon" },
                { "drain", "a", "b", "--json" },
                { "auto", "a", "b", "--for=1h" },
                { "auto", "a", "b", "--force" },
                { "drain", "a", "b\xff" },
                { "drain", "a", "b", "--reason=\xc3" },
                { "drain", "a", "b", "--reason" },
                { "check" },
                { "check", "a", "b", "--force" },
                { "status", "--reason=why" },
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
                assert_int_equal(command->run == admin_run, command->admin != NULL);
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
