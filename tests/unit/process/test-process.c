/* SPDX-License-Identifier: BSD-3-Clause */

/* Real children: short shell scripts that end in the status which the test looks at. */

#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PATIENCE  (20 * USEC_PER_SEC) /* nothing here may take that long */
#define FOR_EVER  (3600 * USEC_PER_SEC)
#define IN_A_WINK (50 * USEC_PER_MSEC)

typedef struct World {
        sd_event *event;
        char directory[64];
        char file[80]; /* for a script to write into: $FILE */
        char variable[96];
        unsigned ends;
        ProcessEnd end;
        char text[PROCESS_TEXT_MAX];
} World;

static void on_end(void *userdata, const ProcessEnd *end)
{
        World *world = userdata;

        world->ends++;
        world->end = *end;
        process_end_to_text(end, world->text);
}

/* A script for /bin/sh. */
static int start(World *world, Process **ret, const char *script, ProcessOptions options)
{
        const char *environment[] = { world->variable, NULL };

        options.command = (char *[]){ (char *) "/bin/sh", (char *) "-c", (char *) script, NULL };
        options.environment = environment;
        if (options.timeout_usec == 0)
                options.timeout_usec = FOR_EVER;
        return process_start(ret, world->event, &options, on_end, world);
}

static void run_until_ends(World *world, unsigned ends)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        while (world->ends < ends) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                assert_true(sd_event_run(world->event, PATIENCE) >= 0);
        }
}

/* Runs it to its end. */
static void run(World *world, const char *script, ProcessOptions options)
{
        Process *process;

        world->ends = 0;
        assert_int_equal(start(world, &process, script, options), 0);
        run_until_ends(world, 1);
}

static void assert_exited(const World *world, int status)
{
        if (world->end.result != PROCESS_EXITED || world->end.status != status)
                fail_msg("not exit status %d but: %s", status, world->text);
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
        assert_int_equal(errno, ECHILD);
}

static pid_t read_pid(const World *world)
{
        AUTO_FCLOSE FILE *file = fopen(world->file, "re");
        int pid = 0;

        assert_non_null(file);
        assert_int_equal(fscanf(file, "%d", &pid), 1);
        return pid;
}

/* That of a grandchild, whose number the script wrote into the file. */
static void assert_grandchild_is_killed(const World *world)
{
        AUTO_CLOSE int fd = pidfd_open(read_pid(world), 0);
        struct pollfd wait = { .fd = fd, .events = POLLIN };

        if (fd < 0)
                assert_int_equal(errno, ESRCH);
        else
                assert_int_equal(poll(&wait, 1, (int) (PATIENCE / USEC_PER_MSEC)), 1);
}

/* Returns when the script has written its file. */
static void wait_for_file(World *world)
{
        struct stat status;
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        while (stat(world->file, &status) < 0 || status.st_size == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                sd_event_run(world->event, 1000);
        }
}

/* The end. */

static void exit_status_and_last_line_of_stderr_are_told(void **state)
{
        World *world = *state;

        run(world, "exit 0", (ProcessOptions){ 0 });
        assert_string_equal(world->text, "exit status 0");
        run(world, "echo nothing of this; exit 7", (ProcessOptions){ 0 });
        assert_string_equal(world->text, "exit status 7");
        run(world, "echo first >&2; echo disk full >&2; exit 2", (ProcessOptions){ 0 });
        assert_exited(world, 2);
        assert_string_equal(world->text, "exit status 2: disk full");
}

static void a_signal_that_killed_it_is_told_by_name(void **state)
{
        World *world = *state;

        run(world, "echo ouch >&2; kill -SEGV $$", (ProcessOptions){ 0 });
        assert_int_equal(world->end.result, PROCESS_KILLED);
        assert_int_equal(world->end.status, SIGSEGV);
        assert_string_equal(world->text, "killed by SIGSEGV: ouch");
        run(world, "kill -40 $$", (ProcessOptions){ 0 });
        assert_string_equal(world->text, "killed by signal 40");
}

static void a_program_that_cannot_be_started_is_an_error_at_once(void **state)
{
        static const struct {
                const char *path;
                int error;
        } rows[] = {
                { "/nonexistent/program", -ENOENT },
                { "/etc/passwd", -EACCES },
                { "/etc", -EACCES },
        };
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                ProcessOptions options = { .command = (char *[]){ (char *) rows[i].path, NULL },
                        .timeout_usec = FOR_EVER };
                Process *process;

                assert_int_equal(
                        process_start(&process, world->event, &options, on_end, world), rows[i].error);
        }
}

static void without_file_descriptors_nothing_is_started(void **state)
{
        World *world = *state;
        struct rlimit before, none;

        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        for (rlim_t limit = 0; limit < 64; limit++) {
                Process *process = NULL;
                int r;

                none = (struct rlimit){ .rlim_cur = limit, .rlim_max = before.rlim_max };
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
                r = start(world, &process, "exit 0", (ProcessOptions){ .input = "text" });
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
                assert_true(r == 0 || r == -EMFILE);
                process_free(process);
                if (r == 0) {
                        assert_true(limit > 3);
                        assert_no_child_remains(world);
                        return;
                }
                assert_no_child_remains(world);
        }
        fail_msg("never started");
}

/* What it gets. */

static void the_text_is_its_standard_input(void **state)
{
        World *world = *state;

        run(world, "read -r line && [ \"$line\" = 'hello  world' ]",
                (ProcessOptions){ .input = "hello  world\nmore\n" });
        assert_exited(world, 0);
        run(world, "[ $(wc -c </dev/stdin) -eq 5 ]", (ProcessOptions){ .input = "12345" });
        assert_exited(world, 0);
        run(world, "[ $(wc -c) -eq 0 ]", (ProcessOptions){ .input = "" });
        assert_exited(world, 0);
        run(world, "[ $(wc -c) -eq 0 ]", (ProcessOptions){ .input = NULL });
        assert_exited(world, 0);
}

static void a_long_text_needs_no_reader(void **state)
{
        enum {
                SIZE = 4 * 1024 * 1024
        };
        AUTO_FREE char *text = malloc(SIZE + 1);
        World *world = *state;

        memset(text, 'x', SIZE);
        text[SIZE] = '\0';
        run(world, "exit 3", (ProcessOptions){ .input = text });
        assert_exited(world, 3);
        run(world, "[ $(wc -c) -eq 4194304 ]", (ProcessOptions){ .input = text });
        assert_exited(world, 0);
}

static void its_environment_is_path_lang_and_what_is_added(void **state)
{
        World *world = *state;

        setenv("SIGNPOST_SECRET", "secret", 1);
        run(world, "exit $(tr '\\0' '\\n' </proc/$$/environ | grep -vc '^PATH=/\\|^LANG=.\\|^FILE=/')",
                (ProcessOptions){ 0 });
        unsetenv("SIGNPOST_SECRET");
        assert_exited(world, 0);
        run(world, "[ \"$(tr '\\0' '\\n' </proc/$$/environ | wc -l)\" -eq 3 ]", (ProcessOptions){ 0 });
        assert_exited(world, 0);
}

static void path_is_there_even_if_we_have_none(void **state)
{
        AUTO_FREE char *path = strdup(getenv("PATH"));
        World *world = *state;

        unsetenv("PATH");
        run(world, "tr '\\0' '\\n' </proc/$$/environ | grep -q '^PATH=.*:/usr/bin:'", (ProcessOptions){ 0 });
        setenv("PATH", path, 1);
        assert_exited(world, 0);
}

static void descriptors_signals_and_folder_of_ours_stay_here(void **state)
{
        World *world = *state;
        sigset_t set, before;
        int fd = fcntl(STDERR_FILENO, F_DUPFD, 77); /* not close-on-exec */

        assert_true(fd >= 77);
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, &before);
        signal(SIGUSR1, SIG_IGN);
        run(world,
                "[ ! -e /proc/$$/fd/77 ] && [ $PWD = / ] &&"
                /* glibc leaves its own two signals, 32 and 33, ignored. */
                " [ $(grep -Ec '^Sig(Blk|Ign):[[:space:]]*0+([01]80000000)?$' /proc/$$/status) = 2 ]",
                (ProcessOptions){ 0 });
        signal(SIGUSR1, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(fd);
        assert_exited(world, 0);
}

static void it_has_a_session_of_its_own(void **state)
{
        World *world = *state;

        run(world, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ]", (ProcessOptions){ 0 });
        assert_exited(world, 0);
}

/* Its time. */

static void at_the_time_out_it_dies_with_its_children(void **state)
{
        World *world = *state;

        run(world, "trap '' TERM; sleep 1000 & echo $! >$FILE; echo waiting >&2; wait",
                (ProcessOptions){ .timeout_usec = 300 * USEC_PER_MSEC });
        assert_int_equal(world->end.result, PROCESS_TIMED_OUT);
        assert_string_equal(world->text, "timed out: waiting");
        assert_grandchild_is_killed(world);
}

static void what_it_leaves_behind_ends_with_it(void **state)
{
        World *world = *state;

        run(world, "sleep 1000 & echo $! >$FILE; exit 5", (ProcessOptions){ 0 });
        assert_exited(world, 5);
        assert_grandchild_is_killed(world);
}

static void with_grace_it_may_clean_up(void **state)
{
        World *world = *state;

        run(world, "trap 'echo bye >&2; exit 0' TERM; sleep 1000 & echo $! >$FILE; wait",
                (ProcessOptions){ .timeout_usec = 300 * USEC_PER_MSEC, .grace_usec = FOR_EVER });
        assert_int_equal(world->end.result, PROCESS_TIMED_OUT);
        assert_string_equal(world->text, "timed out: bye");
        assert_grandchild_is_killed(world);
}

static void grace_ends_too(void **state)
{
        World *world = *state;

        run(world, "trap '' TERM; sleep 1000 & echo $! >$FILE; while :; do wait; done",
                (ProcessOptions){ .timeout_usec = 200 * USEC_PER_MSEC, .grace_usec = IN_A_WINK });
        assert_int_equal(world->end.result, PROCESS_TIMED_OUT);
        assert_grandchild_is_killed(world);
}

static void an_end_in_time_is_one_even_if_the_loop_was_late(void **state)
{
        World *world = *state;
        siginfo_t info;
        Process *process;

        world->ends = 0;
        assert_int_equal(start(world, &process, "exit 0", (ProcessOptions){ .timeout_usec = 1000 }), 0);
        assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
        poll(NULL, 0, 20); /* the time-out passes while the loop does not run */
        run_until_ends(world, 1);
        assert_exited(world, 0);
}

/* Taking leave. */

static void a_freed_one_dies_and_tells_nothing(void **state)
{
        World *world = *state;
        Process *process;

        world->ends = 0;
        unlink(world->file);
        assert_int_equal(
                start(world, &process, "sleep 1000 & echo $! >$FILE; wait", (ProcessOptions){ 0 }), 0);
        wait_for_file(world);
        process_free(process);
        assert_no_child_remains(world);
        assert_grandchild_is_killed(world);
        assert_int_equal(world->ends, 0);
}

typedef struct Pair {
        Process *processes[2];
        unsigned ends;
} Pair;

static void on_end_of_first(void *userdata, const ProcessEnd *end)
{
        Pair *pair = userdata;

        (void) end;
        pair->ends++;
        pair->processes[0] = NULL;
        pair->processes[1] = process_free(pair->processes[1]);
}

static void on_end_of_second(void *userdata, const ProcessEnd *end)
{
        Pair *pair = userdata;

        (void) end;
        pair->ends++;
        pair->processes[1] = NULL;
        pair->processes[0] = process_free(pair->processes[0]);
}

/* Without the loop's knowledge. */
static void wait_for_all_children(void)
{
        AUTO_FCLOSE FILE *file = fopen("/proc/thread-self/children", "re");
        siginfo_t info;
        int pid;

        assert_non_null(file);
        while (fscanf(file, "%d", &pid) == 1)
                assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
}

static void one_that_ended_may_free_another_that_ended(void **state)
{
        ProcessOptions options = { .command = (char *[]){ (char *) "/bin/true", NULL },
                .timeout_usec = FOR_EVER };
        World *world = *state;
        Pair pair = { 0 };

        assert_int_equal(
                process_start(&pair.processes[0], world->event, &options, on_end_of_first, &pair), 0);
        assert_int_equal(
                process_start(&pair.processes[1], world->event, &options, on_end_of_second, &pair), 0);
        wait_for_all_children();
        assert_no_child_remains(world);
        /* Whoever came first freed the other one, which then told nothing. */
        assert_int_equal(pair.ends, 1);
}

static void the_loop_may_end_before_the_children(void **state)
{
        World *world = *state;
        sd_event *event;
        Process *process;
        ProcessOptions options = { .command = (char *[]){ (char *) "/bin/sleep", (char *) "1000", NULL },
                .timeout_usec = FOR_EVER };

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(process_start(&process, event, &options, on_end, world), 0);
        process_free(process);
        sd_event_unref(event);
        assert_true(wait(NULL) > 0); /* it was killed, and nobody else has buried it */
}

/* What it may not do to us. */

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata)
{
        unsigned *ticks = userdata;

        (void) usec;
        ++*ticks;
        sd_event_source_set_time_relative(source, USEC_PER_MSEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void a_flood_on_stderr_does_not_hold_up_the_loop(void **state)
{
        World *world = *state;
        sd_event_source *ticker;
        uint64_t before, after;
        unsigned ticks = 0;

        assert_true(sd_event_add_time_relative(
                            world->event, &ticker, CLOCK_MONOTONIC, 0, 1, on_tick, &ticks) >= 0);
        assert_true(sd_event_get_iteration(world->event, &before) >= 0);
        run(world, "yes $(head -c 2000 /dev/zero | tr '\\0' x) >&2",
                (ProcessOptions){ .timeout_usec = 500 * USEC_PER_MSEC });
        assert_true(sd_event_get_iteration(world->event, &after) >= 0);
        sd_event_source_disable_unref(ticker);
        assert_int_equal(world->end.result, PROCESS_TIMED_OUT);
        assert_true(ticks > 50); /* of 500, on a machine that has other things to do too */
        /* 16 times in 100 ms it was listened to. */
        assert_true(after - before - ticks < 500);
        assert_non_null(strstr(world->text, "timed out: xxx"));
}

static void one_that_closes_stderr_is_waited_for_in_peace(void **state)
{
        World *world = *state;
        uint64_t before, after;

        assert_true(sd_event_get_iteration(world->event, &before) >= 0);
        run(world, "exec 2>&-; read line; sleep 0.3; exit 4", (ProcessOptions){ 0 });
        assert_true(sd_event_get_iteration(world->event, &after) >= 0);
        assert_exited(world, 4);
        assert_true(after - before < 20);
}

static void many_run_at_once(void **state)
{
        World *world = *state;
        Process *process;

        world->ends = 0;
        for (unsigned i = 0; i < 50; i++)
                assert_int_equal(start(world, &process, "cat >/dev/null; echo done >&2",
                                         (ProcessOptions){ .input = "text" }),
                        0);
        run_until_ends(world, 50);
}

static int begin(void **state)
{
        World *world = calloc(1, sizeof *world);

        *state = world;
        strcpy(world->directory, "/tmp/signpost-process-XXXXXX");
        if (!mkdtemp(world->directory))
                return -1;
        snprintf(world->file, sizeof world->file, "%s/file", world->directory);
        snprintf(world->variable, sizeof world->variable, "FILE=%s", world->file);
        return sd_event_new(&world->event) < 0 ? -1 : 0;
}

static int end(void **state)
{
        World *world = *state;

        assert_no_child_remains(world);
        sd_event_unref(world->event);
        unlink(world->file);
        rmdir(world->directory);
        free(world);
        return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(exit_status_and_last_line_of_stderr_are_told),
                TEST(a_signal_that_killed_it_is_told_by_name),
                TEST(a_program_that_cannot_be_started_is_an_error_at_once),
                TEST(without_file_descriptors_nothing_is_started),
                TEST(the_text_is_its_standard_input),
                TEST(a_long_text_needs_no_reader),
                TEST(its_environment_is_path_lang_and_what_is_added),
                TEST(path_is_there_even_if_we_have_none),
                TEST(descriptors_signals_and_folder_of_ours_stay_here),
                TEST(it_has_a_session_of_its_own),
                TEST(at_the_time_out_it_dies_with_its_children),
                TEST(what_it_leaves_behind_ends_with_it),
                TEST(with_grace_it_may_clean_up),
                TEST(grace_ends_too),
                TEST(an_end_in_time_is_one_even_if_the_loop_was_late),
                TEST(a_freed_one_dies_and_tells_nothing),
                TEST(one_that_ended_may_free_another_that_ended),
                TEST(the_loop_may_end_before_the_children),
                TEST(a_flood_on_stderr_does_not_hold_up_the_loop),
                TEST(one_that_closes_stderr_is_waited_for_in_peace),
                TEST(many_run_at_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
