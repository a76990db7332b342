/* SPDX-License-Identifier: BSD-3-Clause */

/* What a check by a command makes of the command's end. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
        char directory[64];
        char program[80]; /* for one that is not as it should be */
        int stderr_fd;    /* what it was before the log went to a file; -1: it still is */
        int log_fd;
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

static void wait_for_result(World *world)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        while (world->times == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                assert_true(sd_event_run(world->event, PATIENCE) >= 0);
        }
        assert_int_equal(world->times, 1);
}

static void assert_script(
        World *world, const char *script, usec_t timeout_usec, CheckResult result, const char *reason)
{
        Probe *probe;

        assert_int_equal(start_script(world, &probe, script, timeout_usec), 0);
        wait_for_result(world);
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

static void log_to_file(World *world)
{
        world->log_fd = memfd_create("log", MFD_CLOEXEC);
        world->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        assert_true(world->log_fd >= 0 && world->stderr_fd >= 0);
        assert_int_equal(dup2(world->log_fd, STDERR_FILENO), STDERR_FILENO);
}

/* So many warnings so far, and nothing else. */
static void assert_logged(const World *world, unsigned expected)
{
        static const char beginning[] = "warning: checks by a command are impossible: /";
        char text[4096] = "";
        unsigned found = 0;

        assert_true(pread(world->log_fd, text, sizeof text - 1, 0) >= 0);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
                assert_memory_equal(line, beginning, strlen(beginning));
                found++;
        }
        assert_int_equal(found, expected);
}

/* The file for a program that is not as it should be. */
static void put_program(const char *path, const char *text, mode_t mode)
{
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static void assert_impossible(World *world, const char *program, const char *why)
{
        char *command[] = { (char *) program, NULL };
        char reason[sizeof world->reason];
        Probe *probe;

        snprintf(reason, sizeof reason, "%s cannot be run: %s", program, why);
        assert_int_equal(start(world, &probe, command, PATIENCE), 0);
        assert_int_equal(world->times, 0); /* never from within the call */
        wait_for_result(world);
        assert_int_equal(world->result, CHECK_INDETERMINATE);
        assert_string_equal(world->reason, reason);
}

static void one_that_cannot_be_started_says_why_and_nothing_about_the_target(void **state)
{
        World *world = *state;

        assert_impossible(world, "/no/such", "No such file or directory");
        put_program(world->program, "#!/bin/sh\n", 0600);
        assert_impossible(world, world->program, "Permission denied");
        put_program(world->program, "#!/no/such/interpreter\n", 0700);
        assert_impossible(world, world->program, "its interpreter does not exist");
        put_program(world->program, "exit 0\n", 0700);
        assert_impossible(world, world->program, "Exec format error");
}

static void one_that_cannot_be_started_is_logged_once_until_it_could_be(void **state)
{
        World *world = *state;
        char *command[] = { world->program, NULL };
        Probe *probe;

        log_to_file(world);
        assert_impossible(world, world->program, "No such file or directory");
        assert_impossible(world, world->program, "No such file or directory");
        assert_logged(world, 1);
        assert_impossible(world, "/no/such", "No such file or directory"); /* one of its own */
        assert_logged(world, 2);
        put_program(world->program, "#!/bin/sh\n", 0700);
        assert_int_equal(start(world, &probe, command, PATIENCE), 0);
        wait_for_result(world);
        assert_int_equal(world->result, CHECK_OK);
        assert_logged(world, 2);
        assert_int_equal(unlink(world->program), 0);
        assert_impossible(world, world->program, "No such file or directory");
        assert_impossible(world, "/no/such", "No such file or directory");
        assert_logged(world, 3);
}

static void one_that_cannot_be_started_can_be_cancelled(void **state)
{
        World *world = *state;
        char *command[] = { (char *) "/no/such", NULL };
        Probe *probe;

        assert_int_equal(start(world, &probe, command, PATIENCE), 0);
        prober_cancel(world->prober, probe);
        assert_true(sd_event_run(world->event, 10 * USEC_PER_MSEC) >= 0);
        assert_int_equal(world->times, 0);
}

static void want_of_descriptors_is_no_fault_of_the_program(void **state)
{
        World *world = *state;
        char *command[] = { (char *) "/bin/true", NULL };
        struct rlimit before, none;
        Probe *probe;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = (struct rlimit){ .rlim_cur = 3, .rlim_max = before.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        assert_int_equal(start(world, &probe, command, PATIENCE), -EMFILE);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
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
        world->stderr_fd = world->log_fd = -1;
        strcpy(world->directory, "/tmp/signpost-test-XXXXXX");
        if (!mkdtemp(world->directory))
                return -1;
        snprintf(world->program, sizeof world->program, "%s/program", world->directory);
        return sd_event_new(&world->event) < 0 || exec_prober_new(&world->prober, world->event) < 0;
}

static int end(void **state)
{
        World *world = *state;

        if (world->stderr_fd >= 0)
                dup2(world->stderr_fd, STDERR_FILENO);
        close_fd(world->stderr_fd);
        close_fd(world->log_fd);
        unlink(world->program);
        rmdir(world->directory);
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
                TEST(one_that_cannot_be_started_says_why_and_nothing_about_the_target),
                TEST(one_that_cannot_be_started_is_logged_once_until_it_could_be),
                TEST(one_that_cannot_be_started_can_be_cancelled),
                TEST(want_of_descriptors_is_no_fault_of_the_program),
                TEST(what_is_cancelled_ends_and_tells_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
