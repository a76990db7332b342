/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/log.h"

/* What `write` sends to stderr, at most 64 KB of it. */
static char *capture(void (*write)(void))
{
        int ends[2], saved = dup(STDERR_FILENO);
        char *text = malloc(65536);
        ssize_t size;

        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        write();
        assert_true(dup2(saved, STDERR_FILENO) >= 0);
        size = read(ends[0], text, 65535);
        text[size > 0 ? size : 0] = '\0';
        close(ends[0]);
        close(ends[1]);
        close(saved);
        return text;
}

static void every_level_has_its_name(void **state)
{
        static const char *const names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info",
                "debug" };

        (void) state;
        for (int level = 0; level < 8; level++) {
                assert_int_equal(log_level_from_text(names[level]), level);
                assert_string_equal(log_level_to_text(level), names[level]);
        }
}

static void common_spellings_are_understood(void **state)
{
        static const struct {
                const char *text;
                int level;
        } rows[] = {
                { "error", LOG_ERR },
                { "warn", LOG_WARNING },
                { "INFO", LOG_INFO },
                { "Error", LOG_ERR },
                { "", -EINVAL },
                { "7", -EINVAL },
                { "inf", -EINVAL },
                { "infos", -EINVAL },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                assert_int_equal(log_level_from_text(rows[i].text), rows[i].level);
        assert_string_equal(log_level_to_text(-1), "?");
        assert_string_equal(log_level_to_text(8), "?");
}

static void every_target_has_its_name(void **state)
{
        (void) state;
        assert_int_equal(log_target_from_text("journal"), LOG_TARGET_JOURNAL);
        assert_int_equal(log_target_from_text("console"), LOG_TARGET_CONSOLE);
        assert_int_equal(log_target_from_text("Console"), -EINVAL);
        assert_int_equal(log_target_from_text(""), -EINVAL);
        assert_string_equal(log_target_to_text(LOG_TARGET_JOURNAL), "journal");
        assert_string_equal(log_target_to_text(LOG_TARGET_CONSOLE), "console");
}

static void write_one_of_each(void)
{
        log_error("%d", LOG_ERR);
        log_warning("%d", LOG_WARNING);
        log_notice("%d", LOG_NOTICE);
        log_info("%d", LOG_INFO);
        log_debug("%d", LOG_DEBUG);
}

static void level_decides_what_is_written(void **state)
{
        static const struct {
                int level;
                const char *text;
        } rows[] = {
                { LOG_CRIT, "" },
                { LOG_ERR, "error: 3\n" },
                { LOG_WARNING, "error: 3\nwarning: 4\n" },
                { LOG_INFO, "error: 3\nwarning: 4\n5\n6\n" },
                { LOG_DEBUG, "error: 3\nwarning: 4\n5\n6\n7\n" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *text = NULL;

                log_setup(rows[i].level);
                assert_int_equal(log_get_level(), rows[i].level);
                text = capture(write_one_of_each);
                assert_string_equal(text, rows[i].text);
        }
}

static void write_a_long_one(void)
{
        char message[10000];

        memset(message, 'x', sizeof message - 1);
        message[sizeof message - 1] = '\0';
        log_message(LOG_INFO, "0123456789abcdef0123456789abcdef", LOG_FIELDS({ "SIGNPOST_NAME", message }),
                "%s", message);
}

static void long_messages_are_cut_to_one_line(void **state)
{
        AUTO_FREE char *text = NULL;

        (void) state;
        log_setup(LOG_INFO);
        text = capture(write_a_long_one);
        assert_in_range(strlen(text), 1000, 4000);
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void write_with_errno(void)
{
        errno = ENOSPC;
        log_info("message");
        assert_int_equal(errno, ENOSPC);
}

static void logging_leaves_errno_alone(void **state)
{
        AUTO_FREE char *text = NULL;

        (void) state;
        log_setup(LOG_INFO);
        text = capture(write_with_errno);
        assert_string_equal(text, "message\n");
}

/* A stream that is not ours must not send the messages elsewhere. */
static void journal_is_used_only_when_stderr_is_connected_to_it(void **state)
{
        static const char *const streams[] = { "", "x", "1", "1:2", "0:0", "99999999999999999999:1" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(streams); i++) {
                AUTO_FREE char *text = NULL;

                setenv("JOURNAL_STREAM", streams[i], 1);
                log_setup(LOG_ERR);
                assert_int_equal(log_get_target(), LOG_TARGET_CONSOLE);
                text = capture(write_one_of_each);
                assert_string_equal(text, "error: 3\n");
        }
        unsetenv("JOURNAL_STREAM");
}

static void target_can_be_changed(void **state)
{
        AUTO_FREE char *text = NULL, *again = NULL;

        (void) state;
        log_setup(-1); /* nothing gets through to a journal that happens to be there */
        log_set_target(LOG_TARGET_JOURNAL);
        assert_int_equal(log_get_target(), LOG_TARGET_JOURNAL);
        text = capture(write_one_of_each);
        assert_string_equal(text, "");
        log_set_target(LOG_TARGET_CONSOLE);
        log_set_level(LOG_ERR);
        again = capture(write_one_of_each);
        assert_string_equal(again, "error: 3\n");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_level_has_its_name),
                cmocka_unit_test(common_spellings_are_understood),
                cmocka_unit_test(every_target_has_its_name),
                cmocka_unit_test(level_decides_what_is_written),
                cmocka_unit_test(long_messages_are_cut_to_one_line),
                cmocka_unit_test(logging_leaves_errno_alone),
                cmocka_unit_test(journal_is_used_only_when_stderr_is_connected_to_it),
                cmocka_unit_test(target_can_be_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
