/* SPDX-License-Identifier: BSD-3-Clause */

/* Hooks that are shell scripts. What they do they write into a file, which is all that the tests look at:
 * whoever is told of which event, in which order, and who of them runs at the same time. */

#include "hook/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "util/file.h"
#include "util/log.h"

#define PATIENCE   (20 * USEC_PER_SEC) /* nothing here may take that long */
#define FOR_EVER   (3600 * USEC_PER_SEC)
#define ALL_EVENTS ((1U << EVENT_KINDS) - 1)

enum {
        HOOKS_MAX = 8,
};

typedef struct World {
        sd_event *event;
        HookRunner *runner;
        char directory[64];
        HookConfig hooks[HOOKS_MAX];
        size_t n_hooks;
} World;

static char *path_of(const World *world, const char *name)
{
        return path_join(world->directory, name);
}

/* A script for /bin/sh, in which $0 is the folder, and $1 a name. */
static HookConfig *add_hook(World *world, const char *script, const char *name, unsigned events)
{
        HookConfig *hook = &world->hooks[world->n_hooks++];
        const char *command[] = { "/bin/sh", "-c", script, world->directory, name, NULL };

        *hook = (HookConfig){ .events = events, .timeout_usec = FOR_EVER };
        hook->command = malloc(sizeof command);
        memcpy(hook->command, command, sizeof command);
        return hook;
}

static void forget_hooks(World *world)
{
        for (size_t i = 0; i < world->n_hooks; i++)
                free(world->hooks[i].command);
        world->n_hooks = 0;
}

/* With the hooks of another. */
static void configure_as(World *world, const World *other)
{
        assert_int_equal(hook_runner_configure(world->runner, other->hooks, other->n_hooks, "host"), 0);
}

static void configure(World *world)
{
        configure_as(world, world);
}

/* The number travels as the reason. */
static void tell(World *world, EventKind kind, unsigned number)
{
        char reason[16];
        Event event = { .kind = kind, .reason = reason };

        snprintf(reason, sizeof reason, "%u", number);
        hook_runner_tell(world->runner, &event);
}

/* What the scripts have written so far. */
static char *read_output(const World *world)
{
        AUTO_FREE char *path = path_of(world, "output");
        char *text = NULL;
        size_t size;

        return file_read(path, 1 << 20, &text, &size, NULL) < 0 ? strdup("") : text;
}

static size_t count_lines(const World *world)
{
        AUTO_FREE char *text = read_output(world);
        size_t n = 0;

        for (const char *at = text; *at; at++)
                n += *at == '\n';
        return n;
}

static void wait_for_lines(World *world, size_t n)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        while (count_lines(world) < n) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                assert_true(sd_event_run(world->event, 10 * USEC_PER_MSEC) >= 0);
        }
}

static bool has_children(void)
{
        siginfo_t info;

        return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Until every command has ended and nothing waits. */
static void run_to_the_end(World *world)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;
        bool had_children = true;

        for (;;) {
                int r = sd_event_run(world->event, 10 * USEC_PER_MSEC);
                bool has = has_children();

                assert_true(r >= 0);
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                if (r == 0 && !has && !had_children)
                        return;
                had_children = has;
        }
}

static void run_for(World *world, usec_t time_usec)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + time_usec;

        while (clock_now_usec(CLOCK_MONOTONIC) < until)
                sd_event_run(world->event, 10 * USEC_PER_MSEC);
}

static void touch(const World *world, const char *name)
{
        AUTO_FREE char *path = path_of(world, name);
        AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
}

static void assert_output(const World *world, const char *text)
{
        AUTO_FREE char *output = read_output(world);

        assert_string_equal(output, text);
}

#define WRITE       "echo $1 $SIGNPOST_EVENT $SIGNPOST_REASON >>$0/output"
#define WAIT_FOR_GO "while [ ! -e $0/go ]; do sleep 0.01; done"
#define WRITE_LOST                                                                              \
        "read -r line; case $line in *lost*) lost=$(echo ${line##*lost} | tr -dc 0-9) ;; esac;" \
        " echo $SIGNPOST_REASON $lost >>$0/output"
#define NOT_TWICE "mkdir $0/lock || echo overlap >>$0/output; " WRITE "; sleep 0.01; rmdir $0/lock"

/* Who is told what. */

static void each_hook_is_told_what_it_wants_in_order(void **state)
{
        World *world = *state;

        add_hook(world, WRITE, "a", 1U << EVENT_MEMBER_UP | 1U << EVENT_MEMBER_DOWN);
        configure(world);
        tell(world, EVENT_MEMBER_DOWN, 1);
        tell(world, EVENT_PUBLISHED, 2);
        tell(world, EVENT_MEMBER_UP, 3);
        tell(world, EVENT_MEMBER_DOWN, 4);
        run_to_the_end(world);
        assert_output(world, "a member-down 1\na member-up 3\na member-down 4\n");
}

static void nothing_is_started_before_the_loop_runs(void **state)
{
        World *world = *state;

        add_hook(world, WRITE, "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PARKED, 1);
        assert_false(has_children());
        assert_int_equal(errno, ECHILD);
        run_to_the_end(world);
        assert_output(world, "a parked 1\n");
}

static void without_hooks_nothing_happens(void **state)
{
        World *world = *state;

        tell(world, EVENT_PARKED, 1);
        configure(world);
        tell(world, EVENT_PARKED, 2);
        run_to_the_end(world);
        assert_output(world, "");
}

static void the_event_is_on_standard_input(void **state)
{
        World *world = *state;

        add_hook(world, "cat >>$0/output", "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_OBSERVER_OK, 1);
        run_to_the_end(world);
        assert_output(world, "{\"version\":1,\"event\":\"observer-ok\",\"time\":\"1970-01-01T00:00:00."
                             "000000Z\",\"host\":\"host\","
                             "\"reason\":\"1\"}\n");
}

/* How many at once. */

static void one_hook_runs_one_command_at_a_time(void **state)
{
        World *world = *state;

        add_hook(world, NOT_TWICE, "a", ALL_EVENTS);
        configure(world);
        for (unsigned i = 1; i <= 5; i++)
                tell(world, EVENT_PUBLISHED, i);
        run_to_the_end(world);
        assert_output(world, "a published 1\na published 2\na published 3\na published 4\na published 5\n");
}

static void four_run_at_once_and_each_has_its_turn(void **state)
{
        static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
        AUTO_FREE char *output = NULL;
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
                add_hook(world, WRITE "; while [ ! -e $0/go ] && [ ! -e $0/go-$1 ]; do sleep 0.01; done",
                        names[i], ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        wait_for_lines(world, 4);
        run_for(world, 100 * USEC_PER_MSEC);
        assert_int_equal(count_lines(world), 4);
        /* Those that had to wait come before anybody's second time. */
        touch(world, "go-a");
        wait_for_lines(world, 5);
        touch(world, "go-b");
        wait_for_lines(world, 6);
        output = read_output(world);
        assert_string_equal(output + 4 * strlen("a published 1\n"), "e published 1\nf published 1\n");
        touch(world, "go");
        run_to_the_end(world);
        assert_int_equal(count_lines(world), 12);
}

/* Trouble. */

static void of_too_many_the_oldest_are_dropped_and_counted(void **state)
{
        World *world = *state;
        char expected[4096] = "1\n", line[32];

        add_hook(world, WRITE_LOST "; " WAIT_FOR_GO, "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        wait_for_lines(world, 1);
        for (unsigned i = 2; i <= 267; i++) /* 256 can wait */
                tell(world, EVENT_PUBLISHED, i);
        touch(world, "go");
        run_to_the_end(world);
        for (unsigned i = 12; i <= 267; i++) {
                snprintf(line, sizeof line, "%u%s\n", i, i == 12 ? " 10" : "");
                strcat(expected, line);
        }
        assert_output(world, expected);
}

static void a_flood_takes_no_more_than_its_due(void **state)
{
        World *world = *state;

        add_hook(world, WRITE, "a", ALL_EVENTS);
        configure(world);
        for (unsigned i = 1; i <= 100000; i++)
                tell(world, EVENT_PUBLISHED, i);
        run_to_the_end(world);
        assert_int_equal(count_lines(world), 256);
}

static void a_hook_that_fails_is_told_of_the_next_event_all_the_same(void **state)
{
        World *world = *state;

        add_hook(world, WRITE "; exit 3", "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        run_to_the_end(world);
        assert_output(world, "a published 1\na published 2\n");
}

static void a_hook_that_is_not_there_does_not_stop_the_others(void **state)
{
        World *world = *state;
        HookConfig *missing = add_hook(world, "", "a", ALL_EVENTS);

        missing->command[0] = (char *) "/nonexistent/hook";
        add_hook(world, WRITE, "b", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        run_to_the_end(world);
        assert_output(world, "b published 1\nb published 2\n");
}

static void a_hook_that_hangs_ends_in_time_and_holds_up_nobody(void **state)
{
        World *world = *state;
        HookConfig *hanging = add_hook(world, WRITE "; sleep 1000", "a", ALL_EVENTS);

        hanging->timeout_usec = 300 * USEC_PER_MSEC;
        add_hook(world, WRITE, "b", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        run_to_the_end(world);
        assert_int_equal(count_lines(world), 4);
}

/* The log, as a console shows it. */
static char *log_of_one_event(World *world)
{
        AUTO_FREE char *path = path_of(world, "log");
        int before = dup(STDERR_FILENO), fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        char *text = NULL;
        size_t size;

        assert_true(before >= 0 && fd >= 0);
        log_setup(LOG_WARNING);
        log_set_target(LOG_TARGET_CONSOLE);
        dup2(fd, STDERR_FILENO);
        tell(world, EVENT_MEMBER_DOWN, 1);
        run_to_the_end(world);
        dup2(before, STDERR_FILENO);
        close(before);
        close(fd);
        assert_int_equal(file_read(path, 1 << 20, &text, &size, NULL), 0);
        return text;
}

static void a_failure_is_logged_with_its_reason(void **state)
{
        World *world = *state;
        AUTO_FREE char *log = NULL;

        add_hook(world, "echo first >&2; echo no such mailbox >&2; exit 75", "a", ALL_EVENTS);
        configure(world);
        log = log_of_one_event(world);
        assert_non_null(strstr(log, "hook /bin/sh: member-down: exit status 75: no such mailbox\n"));
}

static void success_is_not_logged(void **state)
{
        World *world = *state;
        AUTO_FREE char *log = NULL;

        add_hook(world, "echo all is well >&2", "a", ALL_EVENTS);
        configure(world);
        log = log_of_one_event(world);
        assert_string_equal(log, "");
}

static void that_events_are_dropped_is_logged_once(void **state)
{
        World *world = *state;
        AUTO_FREE char *log = NULL;
        const char *at;

        add_hook(world, WRITE, "a", 1U << EVENT_MEMBER_DOWN);
        configure(world);
        for (unsigned i = 0; i < 255; i++)
                tell(world, EVENT_MEMBER_DOWN, i);
        tell(world, EVENT_MEMBER_DOWN, 255);
        log = log_of_one_event(world); /* the 257th */
        at = strstr(log, "more than 256 events wait for it; the oldest are dropped");
        assert_non_null(at);
        assert_null(strstr(at + 1, "more than 256"));
}

/* Another configuration. */

static void a_reload_keeps_what_waits_for_a_hook_that_stays(void **state)
{
        World *world = *state;
        World next = { 0 };

        memcpy(next.directory, world->directory, sizeof next.directory);
        add_hook(world, "", "gone", ALL_EVENTS);
        add_hook(world, WRITE "; " WAIT_FOR_GO, "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        wait_for_lines(world, 1);

        add_hook(&next, WRITE "; " WAIT_FOR_GO, "a", 1U << EVENT_PARKED)->timeout_usec = 2 * FOR_EVER;
        configure_as(world, &next);
        forget_hooks(world);
        tell(world, EVENT_PUBLISHED, 3); /* wanted no more */
        tell(world, EVENT_PARKED, 4);
        touch(world, "go");
        run_to_the_end(world);
        configure_as(world, world);
        forget_hooks(&next);
        assert_output(world, "a published 1\na published 2\na parked 4\n");
}

static void a_reload_ends_a_hook_that_goes(void **state)
{
        World *world = *state;

        add_hook(world, WRITE "; sleep 1000", "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        wait_for_lines(world, 1);
        assert_int_equal(hook_runner_configure(world->runner, NULL, 0, "host"), 0);
        forget_hooks(world);
        run_to_the_end(world);
        assert_output(world, "a published 1\n");
}

static void two_hooks_with_one_command_stay_two(void **state)
{
        World *world = *state;

        for (int i = 0; i < 2; i++)
                add_hook(world, WRITE, "a", i == 0 ? 1U << EVENT_PARKED : ALL_EVENTS);
        configure(world);
        configure(world);
        tell(world, EVENT_PARKED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        run_to_the_end(world);
        assert_int_equal(count_lines(world), 3);
}

static void the_end_waits_for_nobody(void **state)
{
        World *world = *state;
        usec_t begun;

        add_hook(world, WRITE "; trap '' TERM; sleep 1000", "a", ALL_EVENTS);
        configure(world);
        tell(world, EVENT_PUBLISHED, 1);
        tell(world, EVENT_PUBLISHED, 2);
        wait_for_lines(world, 1);
        begun = clock_now_usec(CLOCK_MONOTONIC);
        world->runner = hook_runner_free(world->runner);
        assert_true(clock_now_usec(CLOCK_MONOTONIC) - begun < USEC_PER_SEC);
        run_to_the_end(world);
}

static int begin(void **state)
{
        World *world = calloc(1, sizeof *world);

        *state = world;
        log_setup(LOG_ERR);
        strcpy(world->directory, "/tmp/signpost-hook-XXXXXX");
        if (!mkdtemp(world->directory))
                return -1;
        return sd_event_new(&world->event) < 0 || hook_runner_new(&world->runner, world->event) < 0;
}

static int end(void **state)
{
        static const char *const names[] = { "output", "go", "go-a", "go-b", "log" };
        World *world = *state;

        hook_runner_free(world->runner);
        run_to_the_end(world);
        sd_event_unref(world->event);
        forget_hooks(world);
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
                AUTO_FREE char *path = path_of(world, names[i]);

                unlink(path);
        }
        assert_int_equal(rmdir(world->directory), 0);
        free(world);
        return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(each_hook_is_told_what_it_wants_in_order),
                TEST(nothing_is_started_before_the_loop_runs),
                TEST(without_hooks_nothing_happens),
                TEST(the_event_is_on_standard_input),
                TEST(one_hook_runs_one_command_at_a_time),
                TEST(four_run_at_once_and_each_has_its_turn),
                TEST(of_too_many_the_oldest_are_dropped_and_counted),
                TEST(a_flood_takes_no_more_than_its_due),
                TEST(a_hook_that_fails_is_told_of_the_next_event_all_the_same),
                TEST(a_hook_that_is_not_there_does_not_stop_the_others),
                TEST(a_hook_that_hangs_ends_in_time_and_holds_up_nobody),
                TEST(a_failure_is_logged_with_its_reason),
                TEST(success_is_not_logged),
                TEST(that_events_are_dropped_is_logged_once),
                TEST(a_reload_keeps_what_waits_for_a_hook_that_stays),
                TEST(a_reload_ends_a_hook_that_goes),
                TEST(two_hooks_with_one_command_stay_two),
                TEST(the_end_waits_for_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
