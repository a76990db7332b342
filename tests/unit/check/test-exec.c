/* SPDX-License-Identifier: BSD-3-Clause */

/* What a check by a command makes of the command's end. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "check/probe.h"

#define PATIENCE (20 * USEC_PER_SEC) /* nothing here may take that long */

typedef struct World {
        sd_event *event;
        Prober *prober;
        unsigned times;
        CheckResult result;
        char reason[400]; /* "": NULL */
} World;

static void on_done(void *userdata, CheckResult result, const char *reason)
{
        World *world = userdata;

        world->times++;
        world->result = result;
        snprintf(world->reason, sizeof world->reason, "%s", reason ?: "");
}

static int start(World *world, Probe **ret, char *const *command, usec_t timeout_usec)
{
        static CheckConfig config; /* lives as long as the probe */
        Address address;

        world->times = 0;
        config = (CheckConfig){
                .type = CHECK_EXEC, .command = (char **) command, .timeout_usec = timeout_usec
        };
        assert_int_equal(address_from_text(&address, "2001:db8::7"), 0);
        return prober_start(world->prober, ret, &config, &address, on_done, world);
}

static int start_script(World *world, Probe **ret, const char *script, usec_t timeout_usec)
{
        char *command[] = { (char *) "/bin/sh", (char *) "-c", (char *) script, NULL };

        return start(world, ret, command, timeout_usec);
}

static void assert_script(
        World *world, const char *script, usec_t timeout_usec, CheckResult result, const char *reason)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;
        Probe *probe;

        assert_int_equal(start_script(world, &probe, script, timeout_usec), 0);
        while (world->times == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                assert_true(sd_event_run(world->event, PATIENCE) >= 0);
        }
        assert_int_equal(world->times, 1);
        assert_string_equal(world->reason, reason);
        assert_int_equal(world->result, result);
}

/* As soon as the loop has buried whoever it was left. */
static void assert_no_child_remains(World *world)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;
        siginfo_t info;

        while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                sd_event_run(world->event, 10 * USEC_PER_MSEC);
        }
}

static void only_status_0_is_ok(void **state)
{
        World *world = *state;

        assert_script(world, "exit 0", PATIENCE, CHECK_OK, "");
        assert_script(world, "echo fine >&2", PATIENCE, CHECK_OK, "");
        assert_script(world, "exit 1", PATIENCE, CHECK_FAIL, "exit status 1");
        assert_script(world, "echo nobody is at home >&2; exit 255", PATIENCE, CHECK_FAIL,
                "exit status 255: nobody is at home");
        assert_script(world, "kill -KILL $$", PATIENCE, CHECK_FAIL, "killed by SIGKILL");
}

static void the_command_is_told_the_address(void **state)
{
        assert_script(*state, "[ \"$SIGNPOST_ADDRESS\" = 2001:db8::7 ]", PATIENCE, CHECK_OK, "");
}

static void one_that_hangs_with_a_child_fails_in_time(void **state)
{
        World *world = *state;

        assert_script(world, "echo asking >&2; sleep 1000 & wait", 300 * USEC_PER_MSEC, CHECK_FAIL,
                "timed out: asking");
}

static void one_that_cannot_be_started_says_nothing_about_the_target(void **state)
{
        World *world = *state;
        char *command[] = { (char *) "/nonexistent", NULL };
        Probe *probe;

        assert_int_equal(start(world, &probe, command, PATIENCE), -ENOENT);
        assert_int_equal(world->times, 0);
}

static void what_is_cancelled_ends_and_tells_nothing(void **state)
{
        World *world = *state;
        Probe *probe;

        assert_int_equal(start_script(world, &probe, "exec sleep 1000", PATIENCE), 0);
        prober_cancel(world->prober, probe);
        assert_no_child_remains(world);
        assert_int_equal(world->times, 0);
}

static int begin(void **state)
{
        World *world = calloc(1, sizeof *world);

        *state = world;
        return sd_event_new(&world->event) < 0 || exec_prober_new(&world->prober, world->event) < 0;
}

static int end(void **state)
{
        World *world = *state;

        assert_no_child_remains(world);
        prober_free(world->prober);
        sd_event_unref(world->event);
        free(world);
        return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(only_status_0_is_ok),
                TEST(the_command_is_told_the_address),
                TEST(one_that_hangs_with_a_child_fails_in_time),
                TEST(one_that_cannot_be_started_says_nothing_about_the_target),
                TEST(what_is_cancelled_ends_and_tells_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
