/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/health.h"
#include "util/cleanup.h"

static const HealthOptions options = {
        .rise = 3,
        .fall = 3,
        .hold_down_usec = 30 * USEC_PER_SEC,
        .hold_down_max_usec = 600 * USEC_PER_SEC,
};

static usec_t seconds(unsigned n)
{
        return (1000 + n) * USEC_PER_SEC;
}

/* Feeds '+' OK, '-' FAIL, '?' INDETERMINATE, one a second from `from` on; '=' is a second without a check. */
static void feed(Health *health, bool published, unsigned from, const char *results)
{
        for (size_t i = 0; results[i]; i++) {
                CheckResult result = results[i] == '+'   ? CHECK_OK
                                     : results[i] == '-' ? CHECK_FAIL
                                                         : CHECK_INDETERMINATE;

                if (results[i] != '=')
                        health_step(health, &options, result, published, seconds(from + (unsigned) i));
        }
}

static void each_sequence_ends_in_its_state(void **state)
{
        static const struct {
                bool published;
                const char *results;
                HealthState expected;
        } rows[] = {
                { true, "", HEALTH_UNKNOWN }, { true, "+", HEALTH_UP }, { false, "+", HEALTH_UNKNOWN },
                { false, "++", HEALTH_UNKNOWN }, { false, "+++", HEALTH_UP },
                { false, "++-++", HEALTH_UNKNOWN }, { true, "-", HEALTH_UNKNOWN },
                { true, "--", HEALTH_UNKNOWN }, { true, "---", HEALTH_DOWN }, { true, "--+", HEALTH_UP },
                { true, "--?-", HEALTH_DOWN }, { true, "????????", HEALTH_UNKNOWN },
                { true, "+-", HEALTH_FAILING }, { true, "+--", HEALTH_FAILING },
                { true, "+---", HEALTH_DOWN }, { true, "+-?-?-", HEALTH_DOWN },
                { true, "+-???????", HEALTH_FAILING }, { true, "+-+", HEALTH_FAILING },
                { true, "+-++", HEALTH_UP }, { true, "+-+-+-+-", HEALTH_FAILING },
                /* 5 of the last 10 */
                { true, "+-+-+-+-+-", HEALTH_DOWN }, { true, "+-++-++-++-++-++-", HEALTH_FAILING },
                { true, "+---+", HEALTH_RISING }, { true, "+---+-", HEALTH_DOWN },
                { true, "+---++++++++++", HEALTH_RISING }, /* held down */
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Health health = { 0 };

                feed(&health, rows[i].published, 0, rows[i].results);
                if (health.state != rows[i].expected)
                        fail_msg("\"%s\" is %s, not %s", rows[i].results, health_state_to_text(health.state),
                                health_state_to_text(rows[i].expected));
        }
}

static void it_says_when_the_state_is_another_one(void **state)
{
        Health health = { 0 };

        (void) state;
        assert_true(health_step(&health, &options, CHECK_OK, true, seconds(0)));
        assert_false(health_step(&health, &options, CHECK_OK, true, seconds(1)));
        assert_true(health_step(&health, &options, CHECK_FAIL, true, seconds(2)));
        assert_false(health_step(&health, &options, CHECK_FAIL, true, seconds(3)));
        assert_int_equal(health.failing_since_usec, seconds(2));
        assert_true(health_step(&health, &options, CHECK_FAIL, true, seconds(4)));
}

static void it_stays_down_for_the_hold_down(void **state)
{
        Health health = { 0 };

        (void) state;
        feed(&health, true, 0, "+---"); /* down at 3 */
        feed(&health, true, 4, "+++");
        assert_int_equal(health.state, HEALTH_RISING);
        feed(&health, true, 32, "+");
        assert_int_equal(health.state, HEALTH_RISING);
        feed(&health, true, 33, "+");
        assert_int_equal(health.state, HEALTH_UP);
        assert_int_equal(health.up_since_usec, seconds(33));
}

static void after_the_hold_down_it_still_needs_its_rise(void **state)
{
        Health health = { 0 };

        (void) state;
        feed(&health, true, 0, "+---");
        feed(&health, true, 100, "++");
        assert_int_equal(health.state, HEALTH_RISING);
        feed(&health, true, 102, "+");
        assert_int_equal(health.state, HEALTH_UP);
}

/* Lets it fall at `at`, and returns how long it is held down. */
static usec_t fall_at(Health *health, unsigned at)
{
        feed(health, true, at, "+++---");
        assert_int_equal(health->state, HEALTH_DOWN);
        return health->hold_down_usec / USEC_PER_SEC;
}

static void each_fall_soon_after_another_doubles_the_hold_down_up_to_its_most(void **state)
{
        Health health = { 0 };
        unsigned at = 0;
        static const usec_t expected[] = { 30, 60, 120, 240, 480 };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
                assert_int_equal(fall_at(&health, at), expected[i]);
                at += (unsigned) expected[i] + 10;
        }
        assert_int_equal(fall_at(&health, at), 600);
        assert_int_equal(fall_at(&health, at + 610), 600);
}

static void who_was_up_for_long_begins_anew(void **state)
{
        Health health = { 0 };

        (void) state;
        assert_int_equal(fall_at(&health, 0), 30);
        assert_int_equal(fall_at(&health, 40), 60);
        feed(&health, true, 140, "+++"); /* up at 142 */
        assert_int_equal(fall_at(&health, 142 + 600), 30);
}

static void what_is_forgiven_counts_no_more(void **state)
{
        Health health = { 0 };

        (void) state;
        feed(&health, true, 0, "+--");
        health_forgive(&health);
        assert_int_equal(health.state, HEALTH_FAILING);
        feed(&health, true, 3, "--");
        assert_int_equal(health.state, HEALTH_FAILING);
        feed(&health, true, 5, "-");
        assert_int_equal(health.state, HEALTH_DOWN);
}

static void after_a_restart_it_rises_without_a_hold_down(void **state)
{
        Health health = { 0 };

        (void) state;
        feed(&health, true, 0, "+");
        health_restart(&health);
        assert_int_equal(health.state, HEALTH_DOWN);
        feed(&health, true, 2, "++");
        assert_int_equal(health.state, HEALTH_RISING);
        feed(&health, true, 4, "+");
        assert_int_equal(health.state, HEALTH_UP);
}

static void doubt_needs_a_verdict_anew_and_remembers_the_fall(void **state)
{
        Health health = { 0 };

        (void) state;
        feed(&health, true, 0, "+---");
        health_doubt(&health);
        assert_int_equal(health.state, HEALTH_UNKNOWN);
        feed(&health, true, 4, "+");
        assert_int_equal(health.state, HEALTH_UP);
        assert_int_equal(fall_at(&health, 5), 60);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_sequence_ends_in_its_state),
                cmocka_unit_test(it_says_when_the_state_is_another_one),
                cmocka_unit_test(it_stays_down_for_the_hold_down),
                cmocka_unit_test(after_the_hold_down_it_still_needs_its_rise),
                cmocka_unit_test(each_fall_soon_after_another_doubles_the_hold_down_up_to_its_most),
                cmocka_unit_test(who_was_up_for_long_begins_anew),
                cmocka_unit_test(what_is_forgiven_counts_no_more),
                cmocka_unit_test(after_a_restart_it_rises_without_a_hold_down),
                cmocka_unit_test(doubt_needs_a_verdict_anew_and_remembers_the_fall),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
