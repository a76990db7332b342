/* SPDX-License-Identifier: BSD-3-Clause */

/* When the checker looks, and whom it tells, against the real kernel. */

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "check/check.h"
#include "check/checker.h"
#include "far.h"
#include "util/cleanup.h"

enum {
        KEPT = 16,
};

/* One who wants to know. */
typedef struct Listener {
        Check *check;
        unsigned count;
        CheckResult result; /* the last one */
        char reason[256];
        usec_t latency_usec;
        usec_t told_usec[KEPT]; /* when, of the first ones */
        Check **frees[2];       /* in its report; NULL: none */
        bool wants_more;        /* looks again at once, whatever it is told */
} Listener;

typedef struct World {
        Far *far;
        Checker *checker;
        bool inside; /* a function of the checker's runs: nobody may be told anything */
} World;

static World world; /* cmocka's state is the Far */

static CheckConfig every(usec_t interval_usec)
{
        return (CheckConfig){
                .type = CHECK_ICMP,
                .interval_usec = interval_usec,
                .fast_interval_usec = 20 * USEC_PER_MSEC,
                .timeout_usec = 400 * USEC_PER_MSEC,
                .rise = 3,
                .fall = 3,
        };
}

static int setup(void **state)
{
        int r = far_setup(state);

        if (r != 0)
                return r;
        world = (World){ .far = *state };
        return checker_new(&world.checker, world.far->event);
}

static int teardown(void **state)
{
        world.checker = checker_free(world.checker);
        return far_teardown(state);
}

static void on_report(void *userdata, const CheckSample *sample)
{
        Listener *listener = userdata;

        assert_false(world.inside);
        assert_int_equal(sample->result == CHECK_OK, sample->reason == NULL);
        if (listener->count < KEPT)
                listener->told_usec[listener->count] = clock_now_usec(CLOCK_MONOTONIC);
        listener->count++;
        listener->result = sample->result;
        listener->latency_usec = sample->latency_usec;
        snprintf(listener->reason, sizeof listener->reason, "%s", sample->reason ? sample->reason : "");
        if (listener->wants_more)
                check_now(listener->check);
        for (size_t i = 0; i < ARRAY_LENGTH(listener->frees); i++)
                if (listener->frees[i])
                        *listener->frees[i] = check_free(*listener->frees[i]);
}

static void add(Listener *listener, const CheckConfig *config, const char *address)
{
        Address target = address_of(address);

        world.inside = true;
        assert_int_equal(
                checker_add(world.checker, &listener->check, config, &target, on_report, listener), 0);
        world.inside = false;
}

static void leave(Listener *listener)
{
        world.inside = true;
        listener->check = check_free(listener->check);
        world.inside = false;
}

static void set_fast(Listener *listener, bool fast)
{
        world.inside = true;
        check_set_fast(listener->check, fast);
        world.inside = false;
}

static void look_now(Listener *listener)
{
        world.inside = true;
        check_now(listener->check);
        world.inside = false;
}

static void await(const Listener *listener, unsigned count)
{
        await_count(world.far, &listener->count, count);
}

static void first_look_comes_at_once_and_others_at_the_interval(void **state)
{
        CheckConfig config = every(200 * USEC_PER_MSEC);
        usec_t begin_usec = clock_now_usec(CLOCK_MONOTONIC);
        Listener listener = { 0 };

        (void) state;
        add(&listener, &config, LIVE4);
        await(&listener, 4);
        assert_int_equal(listener.result, CHECK_OK);
        assert_true(listener.latency_usec > 0);
        assert_true(listener.told_usec[0] - begin_usec < 100 * USEC_PER_MSEC);
        for (size_t i = 1; i < 4; i++)
                assert_true(listener.told_usec[i] - listener.told_usec[i - 1] > 120 * USEC_PER_MSEC);
        leave(&listener);
}

static void fast_interval_holds_while_anyone_wants_it(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener one = { 0 }, other = { 0 };
        unsigned before;

        (void) state;
        add(&one, &config, LIVE4);
        add(&other, &config, LIVE4);
        await(&one, 1);
        set_fast(&one, true);
        set_fast(&other, true);
        await(&one, 5);
        set_fast(&one, false);
        await(&one, 10);
        set_fast(&other, false);
        before = one.count;
        while (sd_event_run(world.far->event, 100 * USEC_PER_MSEC) > 0)
                assert_true(one.count <= before + 1);
        leave(&one);
        leave(&other);
}

/* Counted from the last look's start, it is over already. */
static void fast_interval_counts_from_the_last_start(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener listener = { 0 };
        usec_t begin_usec;

        (void) state;
        config.fast_interval_usec = 300 * USEC_PER_MSEC;
        add(&listener, &config, LIVE4);
        await(&listener, 1);
        usleep(300000);
        begin_usec = clock_now_usec(CLOCK_MONOTONIC);
        set_fast(&listener, true);
        await(&listener, 2);
        assert_true(listener.told_usec[1] - begin_usec < 150 * USEC_PER_MSEC);
        leave(&listener);
}

static void same_target_is_looked_at_once(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC), twin = config;
        Listener listeners[10] = { 0 };

        (void) state;
        twin.rise = twin.fall = 10;
        for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++)
                add(&listeners[i], i % 2 == 0 ? &config : &twin, i < 5 ? LIVE4 : LIVE6);
        for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++)
                await(&listeners[i], 1);
        assert_int_equal(far_echoes(world.far), 2);
        for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++)
                leave(&listeners[i]);
}

static void different_checks_of_an_address_are_not_mixed_up(void **state)
{
        CheckConfig icmp = every(3600 * USEC_PER_SEC), tcp = icmp, slow = icmp;
        Listener listeners[3] = { 0 };

        (void) state;
        tcp.type = CHECK_TCP;
        tcp.port = 1;
        slow.interval_usec *= 2;
        add(&listeners[0], &icmp, LIVE4);
        add(&listeners[1], &tcp, LIVE4);
        add(&listeners[2], &slow, LIVE4);
        for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++)
                await(&listeners[i], 1);
        assert_int_equal(listeners[0].result, CHECK_OK);
        assert_string_equal(listeners[1].reason, "connection refused");
        assert_int_equal(listeners[2].result, CHECK_OK);
        assert_int_equal(far_echoes(world.far), 2);
        for (size_t i = 0; i < ARRAY_LENGTH(listeners); i++)
                leave(&listeners[i]);
}

static void look_on_demand_comes_at_once_and_only_one(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener listener = { 0 };

        (void) state;
        add(&listener, &config, LIVE4);
        await(&listener, 1);
        for (unsigned i = 0; i < 3; i++)
                look_now(&listener);
        await(&listener, 2);
        run_pending(world.far);
        assert_int_equal(listener.count, 2);
        assert_int_equal(far_echoes(world.far), 2);
        leave(&listener);
}

/* Runs the loop until nothing more happens soon: requests are out. */
static void settle(void)
{
        while (sd_event_run(world.far->event, 20 * USEC_PER_MSEC) > 0)
                continue;
}

/* To a silent target, so that the result is under way for a while. */
static void discarded_result_is_told_to_the_others_alone(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener one = { 0 }, other = { 0 };

        (void) state;
        add(&one, &config, SILENT4);
        add(&other, &config, SILENT4);
        settle();
        world.inside = true;
        check_discard(one.check);
        world.inside = false;
        await(&other, 1);
        assert_int_equal(one.count, 0);
        look_now(&one);
        await(&one, 1);
        assert_int_equal(other.count, 2);
        leave(&one);
        leave(&other);
}

static void discard_without_a_result_under_way_loses_nothing(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener listener = { 0 };

        (void) state;
        add(&listener, &config, LIVE4);
        check_discard(listener.check);
        await(&listener, 1);
        check_discard(listener.check);
        look_now(&listener);
        await(&listener, 2);
        leave(&listener);
}

static void report_may_free_any_check(void **state)
{
        CheckConfig config = every(20 * USEC_PER_MSEC);
        Listener one = { 0 }, other = { 0 }, third = { 0 }, last = { 0 };

        (void) state;
        add(&one, &config, LIVE4);
        add(&other, &config, LIVE4);
        add(&third, &config, SILENT4);
        add(&last, &config, LIVE6);
        /* Whichever of the two is told first frees both, and what belongs to another target. */
        one.frees[0] = other.frees[0] = &one.check;
        one.frees[1] = other.frees[1] = &other.check;
        while (one.count + other.count == 0)
                assert_true(sd_event_run(world.far->event, USEC_PER_SEC) > 0);
        assert_int_equal(one.count + other.count, 1);
        assert_null(one.check);
        assert_null(other.check);
        last.frees[0] = &third.check;
        last.frees[1] = &last.check;
        while (last.check)
                assert_true(sd_event_run(world.far->event, USEC_PER_SEC) > 0);
        run_pending(world.far);
        assert_null(third.check);
}

static void target_lives_on_when_the_check_that_brought_its_configuration_leaves(void **state)
{
        CheckConfig twin = every(3600 * USEC_PER_SEC);
        CheckConfig *config = malloc(sizeof *config);
        Listener one = { 0 }, other = { 0 };

        (void) state;
        assert_non_null(config);
        *config = twin;
        add(&one, config, SILENT4);
        add(&other, &twin, SILENT4);
        settle();
        assert_int_equal(other.count, 0);
        leave(&one);
        memset(config, 0xff, sizeof *config);
        free(config);
        await(&other, 1);
        assert_string_equal(other.reason, "no answer within 400 ms");
        leave(&other);
}

static void check_may_leave_in_every_state(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener fresh = { 0 }, planned = { 0 }, running = { 0 };

        (void) state;
        add(&fresh, &config, LIVE6);
        leave(&fresh);
        add(&planned, &config, LIVE4);
        await(&planned, 1);
        leave(&planned);
        add(&running, &config, SILENT4);
        settle();
        leave(&running);
        run_pending(world.far);
        assert_int_equal(running.count, 0);
        assert_int_equal(fresh.count, 0);
}

static void time_out_that_was_noticed_too_late_says_nothing(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener listener = { 0 };

        (void) state;
        add(&listener, &config, SILENT4);
        settle();
        assert_int_equal(listener.count, 0);
        usleep(1000000);
        await(&listener, 1);
        assert_int_equal(listener.result, CHECK_INDETERMINATE);
        assert_non_null(strstr(listener.reason, "too busy"));
        look_now(&listener);
        await(&listener, 2);
        assert_int_equal(listener.result, CHECK_FAIL);
        leave(&listener);
}

static void no_route_says_nothing(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC), tcp = config;
        Listener listeners[2] = { 0 };

        (void) state;
        tcp.type = CHECK_TCP;
        tcp.port = 1;
        add(&listeners[0], &config, NO_ROUTE4);
        add(&listeners[1], &tcp, NO_ROUTE4);
        for (size_t i = 0; i < 2; i++) {
                await(&listeners[i], 1);
                assert_int_equal(listeners[i].result, CHECK_INDETERMINATE);
                assert_string_equal(listeners[i].reason, "network unreachable");
                leave(&listeners[i]);
        }
}

static void own_missing_descriptors_say_nothing(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC), tcp = config;
        Listener listeners[2] = { 0 };
        struct rlimit old, none;
        int next;

        (void) state;
        tcp.type = CHECK_TCP;
        tcp.port = 1;
        add(&listeners[0], &tcp, LIVE6); /* makes the prober, which takes some itself */
        await(&listeners[0], 1);
        next = dup(STDIN_FILENO);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
        none = (struct rlimit){ .rlim_cur = (rlim_t) next + 1, .rlim_max = old.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        add(&listeners[1], &tcp, LIVE4);
        await(&listeners[1], 1);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
        close(next);
        assert_int_equal(listeners[1].result, CHECK_INDETERMINATE);
        assert_string_equal(listeners[1].reason, "no file descriptor is left to this process");
        look_now(&listeners[1]);
        await(&listeners[1], 2);
        assert_string_equal(listeners[1].reason, "connection refused");
        leave(&listeners[0]);
        leave(&listeners[1]);
}

static void impatient_listener_does_not_hold_up_the_loop(void **state)
{
        CheckConfig config = every(3600 * USEC_PER_SEC);
        Listener impatient = { .wants_more = true }, other = { 0 };

        (void) state;
        add(&impatient, &config, NO_ROUTE4);
        await(&impatient, 3);
        add(&other, &config, LIVE4);
        await(&other, 1);
        leave(&impatient);
        leave(&other);
}

static Listener *add_many(unsigned count, const CheckConfig *config, const char *network)
{
        Listener *listeners = calloc(count, sizeof *listeners);

        assert_non_null(listeners);
        for (unsigned i = 0; i < count; i++) {
                char address[ADDRESS_TEXT_MAX];

                snprintf(address, sizeof address, "%s.%u.%u", network, i / 250, 1 + i % 250);
                add(&listeners[i], config, address);
        }
        return listeners;
}

static void leave_many(Listener *listeners, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                leave(&listeners[i]);
        free(listeners);
}

/* What comes first is spread over two milliseconds each, and then over the whole interval. */
static void thousand_targets_do_not_come_in_a_burst(void **state)
{
        enum {
                COUNT = 1000,
                BUCKETS = 10
        };
        CheckConfig config = every(2 * USEC_PER_SEC);
        Listener *listeners = add_many(COUNT, &config, "10.98");
        unsigned buckets[BUCKETS] = { 0 };
        usec_t begin_usec = clock_now_usec(CLOCK_MONOTONIC);

        (void) state;
        for (unsigned i = 0; i < COUNT; i++)
                await(&listeners[i], 3);
        for (unsigned i = 0; i < COUNT; i++) {
                usec_t second_usec = listeners[i].told_usec[1] - listeners[i].told_usec[0];
                usec_t third_usec = listeners[i].told_usec[2] - listeners[i].told_usec[1];

                assert_int_equal(listeners[i].result, CHECK_OK);
                assert_true(listeners[i].told_usec[0] - begin_usec < 2200 * USEC_PER_MSEC);
                assert_true(second_usec < 2200 * USEC_PER_MSEC);
                assert_true(third_usec > 1700 * USEC_PER_MSEC && third_usec < 2200 * USEC_PER_MSEC);
                buckets[listeners[i].told_usec[2] % (2 * USEC_PER_SEC) * BUCKETS / (2 * USEC_PER_SEC)]++;
        }
        for (size_t i = 0; i < BUCKETS; i++)
                assert_in_range(buckets[i], COUNT / BUCKETS / 3, COUNT / BUCKETS * 3);
        leave_many(listeners, COUNT);
}

/* Each holds a descriptor until its time is over. */
static void silent_thousands_raise_the_limit_of_descriptors_or_wait(void **state)
{
        enum {
                COUNT = 2000
        };
        CheckConfig config = every(3600 * USEC_PER_SEC);
        struct rlimit old, few, now;
        Listener *listeners;

        (void) state;
        config.type = CHECK_TCP;
        config.port = 1;
        config.timeout_usec = 3 * USEC_PER_SEC;
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
        few = (struct rlimit){ .rlim_cur = 1024, .rlim_max = old.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        listeners = add_many(COUNT, &config, "10.99");
        for (unsigned i = 0; i < COUNT; i++) {
                await(&listeners[i], 1);
                assert_int_not_equal(listeners[i].result, CHECK_INDETERMINATE);
        }
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
        if (old.rlim_max >= 4096)
                assert_true(now.rlim_cur > 1024);
        leave_many(listeners, COUNT);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        first_look_comes_at_once_and_others_at_the_interval, setup, teardown),
                cmocka_unit_test_setup_teardown(fast_interval_holds_while_anyone_wants_it, setup, teardown),
                cmocka_unit_test_setup_teardown(fast_interval_counts_from_the_last_start, setup, teardown),
                cmocka_unit_test_setup_teardown(same_target_is_looked_at_once, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        different_checks_of_an_address_are_not_mixed_up, setup, teardown),
                cmocka_unit_test_setup_teardown(look_on_demand_comes_at_once_and_only_one, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        discarded_result_is_told_to_the_others_alone, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        discard_without_a_result_under_way_loses_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(report_may_free_any_check, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        target_lives_on_when_the_check_that_brought_its_configuration_leaves, setup,
                        teardown),
                cmocka_unit_test_setup_teardown(check_may_leave_in_every_state, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        time_out_that_was_noticed_too_late_says_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(no_route_says_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(own_missing_descriptors_say_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        impatient_listener_does_not_hold_up_the_loop, setup, teardown),
                cmocka_unit_test_setup_teardown(thousand_targets_do_not_come_in_a_burst, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        silent_thousands_raise_the_limit_of_descriptors_or_wait, setup, teardown),
        };

        if (!far_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
