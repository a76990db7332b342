/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/observer.h"

#define START   (5000 * USEC_PER_SEC)
#define ROUND   (12 * USEC_PER_SEC)
#define TIMEOUT (1 * USEC_PER_SEC)

static usec_t at(unsigned seconds)
{
        return START + seconds * USEC_PER_SEC;
}

/* With so many members that are up. */
static Observer observer_with(unsigned n_up)
{
        Observer observer;

        observer_init(&observer, ROUND, TIMEOUT);
        for (unsigned i = 0; i < n_up; i++)
                observer_enter(&observer, HEALTH_UP);
        observer_heard(&observer, START);
        return observer;
}

static ObserverNews look(Observer *observer, unsigned seconds)
{
        usec_t next;

        return observer_look(observer, at(seconds), &next);
}

static void begin_to_fail(Observer *observer, unsigned n)
{
        for (unsigned i = 0; i < n; i++)
                observer_count(observer, HEALTH_UP, HEALTH_FAILING);
}

static void without_carrier_it_is_lost_at_once(void **state)
{
        Observer observer = observer_with(5);

        (void) state;
        observer_set_connected(&observer, false);
        assert_int_equal(look(&observer, 1), OBSERVER_WORSE);
        assert_int_equal(observer.state, OBSERVER_LOST);
        assert_int_equal(look(&observer, 2), OBSERVER_SAME);
        observer_set_connected(&observer, true);
        assert_int_equal(look(&observer, 3), OBSERVER_RECOVERED);
        assert_int_equal(observer.state, OBSERVER_OK);
}

static void when_all_references_are_silent_it_is_lost(void **state)
{
        Observer observer = observer_with(5);

        (void) state;
        observer_set_references(&observer, 2, 1, false);
        assert_int_equal(look(&observer, 1), OBSERVER_SAME);
        observer_set_references(&observer, 2, 2, false);
        assert_int_equal(look(&observer, 2), OBSERVER_WORSE);
        assert_int_equal(observer.state, OBSERVER_LOST);
        observer_set_references(&observer, 2, 1, true);
        assert_int_equal(look(&observer, 3), OBSERVER_RECOVERED);
}

static void two_that_fail_are_believed(void **state)
{
        Observer observer = observer_with(2);

        (void) state;
        begin_to_fail(&observer, 2);
        assert_int_equal(look(&observer, 1), OBSERVER_SAME);
}

static void three_that_fail_while_nobody_answers_are_suspicious(void **state)
{
        Observer observer = observer_with(100);

        (void) state;
        begin_to_fail(&observer, 3);
        assert_int_equal(look(&observer, 1), OBSERVER_WORSE);
        assert_int_equal(observer.state, OBSERVER_SUSPECT);
}

static void an_answer_ends_a_suspicion_of_silence(void **state)
{
        Observer observer = observer_with(100);

        (void) state;
        begin_to_fail(&observer, 3);
        look(&observer, 1);
        observer_heard(&observer, at(2));
        assert_int_equal(look(&observer, 2), OBSERVER_RECOVERED);
        assert_int_equal(observer.state, OBSERVER_OK);
}

static void who_does_not_answer_may_have_been_asked_together_with_who_did(void **state)
{
        Observer observer = observer_with(100);
        usec_t next;

        (void) state;
        observer_heard(&observer, at(1) - 1);
        begin_to_fail(&observer, 3);
        assert_int_equal(observer_look(&observer, at(1), &next), OBSERVER_SAME);
        assert_int_equal(next, at(2) - 1);
        assert_int_equal(look(&observer, 2), OBSERVER_WORSE);
}

static void when_somebody_answers_after_a_long_silence_everybody_is_looked_at_again(void **state)
{
        Observer observer = observer_with(2);

        (void) state;
        observer_heard(&observer, at(12));
        assert_int_equal(look(&observer, 12), OBSERVER_SAME);
        observer_heard(&observer, at(25));
        assert_int_equal(look(&observer, 25), OBSERVER_BETTER);
        assert_int_equal(look(&observer, 25), OBSERVER_SAME);
}

static void half_of_all_that_fail_are_suspicious_though_others_answer(void **state)
{
        Observer observer = observer_with(8);

        (void) state;
        for (unsigned i = 0; i < 3; i++) {
                begin_to_fail(&observer, 1);
                observer_heard(&observer, at(1));
                assert_int_equal(look(&observer, 1), OBSERVER_SAME);
        }
        begin_to_fail(&observer, 1);
        observer_heard(&observer, at(1));
        assert_int_equal(look(&observer, 1), OBSERVER_WORSE);
        observer_heard(&observer, at(2));
        assert_int_equal(look(&observer, 2), OBSERVER_SAME);
        /* They answer again: it was us. */
        observer_count(&observer, HEALTH_FAILING, HEALTH_UP);
        assert_int_equal(look(&observer, 3), OBSERVER_RECOVERED);
}

static void a_suspicion_ends_after_half_a_minute_and_does_not_return_at_once(void **state)
{
        Observer observer = observer_with(4);
        usec_t next;

        (void) state;
        begin_to_fail(&observer, 4);
        assert_int_equal(observer_look(&observer, at(1), &next), OBSERVER_WORSE);
        assert_int_equal(next, at(31));
        assert_int_equal(look(&observer, 30), OBSERVER_SAME);
        assert_int_equal(look(&observer, 31), OBSERVER_BETTER);
        assert_int_equal(observer.state, OBSERVER_OK);
        assert_int_equal(observer_look(&observer, at(32), &next), OBSERVER_SAME);
        assert_int_equal(next, at(91));
}

static void a_reference_that_answers_clears_us(void **state)
{
        Observer observer = observer_with(4);

        (void) state;
        observer_set_references(&observer, 1, 0, true);
        begin_to_fail(&observer, 4);
        assert_int_equal(look(&observer, 1), OBSERVER_WORSE);
        assert_int_equal(look(&observer, 2), OBSERVER_SAME); /* what it answered before does not count */
        observer_set_references(&observer, 1, 0, true);
        assert_int_equal(look(&observer, 2), OBSERVER_BETTER);
}

static void a_reference_that_does_not_answer_while_suspect_makes_it_lost(void **state)
{
        Observer observer = observer_with(4);

        (void) state;
        observer_set_references(&observer, 1, 0, false);
        begin_to_fail(&observer, 4);
        look(&observer, 1);
        observer_set_references(&observer, 1, 1, false);
        assert_int_equal(look(&observer, 3), OBSERVER_WORSE);
        assert_int_equal(observer.state, OBSERVER_LOST);
}

static void somebody_elses_answer_or_half_a_minute_is_a_witness(void **state)
{
        Observer observer = observer_with(2);

        (void) state;
        assert_false(observer_has_witness(&observer, at(6), at(6), at(35)));
        assert_true(observer_has_witness(&observer, at(6), at(6), at(36)));
        observer_heard(&observer, at(6) - 1);
        assert_false(observer_has_witness(&observer, at(6), at(6), at(7)));
        observer_heard(&observer, at(6)); /* in the same turn */
        assert_true(observer_has_witness(&observer, at(6), at(6), at(7)));
}

static void after_a_recovery_nobody_is_removed_for_a_round(void **state)
{
        Observer observer = observer_with(5);
        usec_t next = 0;

        (void) state;
        observer_set_connected(&observer, false);
        look(&observer, 1);
        observer_set_connected(&observer, true);
        look(&observer, 9);
        assert_false(observer_may_remove(&observer, at(20), &next));
        assert_int_equal(next, at(9) + ROUND);
        assert_true(observer_may_remove(&observer, at(21), &next));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_carrier_it_is_lost_at_once),
                cmocka_unit_test(when_all_references_are_silent_it_is_lost),
                cmocka_unit_test(two_that_fail_are_believed),
                cmocka_unit_test(three_that_fail_while_nobody_answers_are_suspicious),
                cmocka_unit_test(an_answer_ends_a_suspicion_of_silence),
                cmocka_unit_test(who_does_not_answer_may_have_been_asked_together_with_who_did),
                cmocka_unit_test(when_somebody_answers_after_a_long_silence_everybody_is_looked_at_again),
                cmocka_unit_test(half_of_all_that_fail_are_suspicious_though_others_answer),
                cmocka_unit_test(a_suspicion_ends_after_half_a_minute_and_does_not_return_at_once),
                cmocka_unit_test(a_reference_that_answers_clears_us),
                cmocka_unit_test(a_reference_that_does_not_answer_while_suspect_makes_it_lost),
                cmocka_unit_test(somebody_elses_answer_or_half_a_minute_is_a_witness),
                cmocka_unit_test(after_a_recovery_nobody_is_removed_for_a_round),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
