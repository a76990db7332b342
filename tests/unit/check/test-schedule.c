/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
        MOST = 2000,
};

typedef struct Item {
        ScheduleEntry entry; /* first */
        usec_t at_usec;
        unsigned done;
} Item;

typedef struct Fixture {
        sd_event *event;
        Schedule *schedule;
        usec_t begin_usec;
        usec_t last_usec; /* of the item that was done last */
        unsigned done;
        bool ordered;
        usec_t again_usec; /* items that are done are set again, to this; 0: they are not */
        Item items[MOST];
} Fixture;

static void on_due(void *userdata, ScheduleEntry *entry)
{
        Fixture *fixture = userdata;
        Item *item = (Item *) entry;

        assert_int_equal(entry->place, 0);
        if (item->at_usec < fixture->last_usec)
                fixture->ordered = false;
        fixture->last_usec = item->at_usec;
        fixture->done++;
        item->done++;
        if (fixture->again_usec > 0)
                schedule_set(fixture->schedule, entry, fixture->again_usec);
}

static void make(Fixture *fixture, usec_t slack_usec)
{
        ScheduleOptions options = { .slack_usec = slack_usec, .due = on_due, .userdata = fixture };

        assert_int_equal(schedule_new(&fixture->schedule, fixture->event, &options), 0);
        assert_int_equal(schedule_reserve(fixture->schedule, MOST), 0);
}

static int setup(void **state)
{
        Fixture *fixture = calloc(1, sizeof *fixture);

        assert_non_null(fixture);
        assert_int_equal(sd_event_new(&fixture->event), 0);
        fixture->begin_usec = clock_now_usec(CLOCK_MONOTONIC);
        fixture->ordered = true;
        *state = fixture;
        return 0;
}

static int teardown(void **state)
{
        Fixture *fixture = *state;

        schedule_free(fixture->schedule);
        sd_event_unref(fixture->event);
        free(fixture);
        return 0;
}

static void set(Fixture *fixture, size_t i, usec_t at_usec)
{
        fixture->items[i].at_usec = at_usec;
        schedule_set(fixture->schedule, &fixture->items[i].entry, at_usec);
}

static void run_until(Fixture *fixture, unsigned done)
{
        while (fixture->done < done)
                assert_true(sd_event_run(fixture->event, 10 * USEC_PER_SEC) > 0);
}

static void all_is_done_in_order_and_once(void **state)
{
        Fixture *fixture = *state;
        unsigned removed = 0;

        make(fixture, 0);
        srandom(1);
        for (size_t i = 0; i < MOST; i++)
                set(fixture, i, fixture->begin_usec + (usec_t) random() % 50000);
        for (size_t i = 0; i < MOST; i += 3)
                set(fixture, i, fixture->begin_usec + (usec_t) random() % 50000);
        for (size_t i = 0; i < MOST; i += 7, removed++)
                schedule_remove(fixture->schedule, &fixture->items[i].entry);
        run_until(fixture, MOST - removed);
        assert_int_equal(sd_event_run(fixture->event, 0), 0);
        assert_true(fixture->ordered);
        for (size_t i = 0; i < MOST; i++)
                assert_int_equal(fixture->items[i].done, i % 7 == 0 ? 0 : 1);
}

static void nothing_is_done_early_without_slack(void **state)
{
        Fixture *fixture = *state;

        make(fixture, 0);
        set(fixture, 0, fixture->begin_usec + 20 * USEC_PER_MSEC);
        set(fixture, 1, fixture->begin_usec + 40 * USEC_PER_MSEC);
        run_until(fixture, 1);
        assert_true(clock_now_usec(CLOCK_MONOTONIC) >= fixture->begin_usec + 20 * USEC_PER_MSEC);
        assert_int_equal(fixture->items[1].done, 0);
        run_until(fixture, 2);
        assert_true(clock_now_usec(CLOCK_MONOTONIC) >= fixture->begin_usec + 40 * USEC_PER_MSEC);
}

static void what_is_due_within_the_slack_takes_one_wake_up(void **state)
{
        Fixture *fixture = *state;

        make(fixture, 10 * USEC_PER_SEC);
        set(fixture, 0, fixture->begin_usec + 9 * USEC_PER_SEC);
        set(fixture, 1, fixture->begin_usec + 10 * USEC_PER_MSEC);
        assert_true(sd_event_run(fixture->event, 10 * USEC_PER_SEC) > 0);
        assert_int_equal(fixture->done, 2);
}

static void earlier_time_moves_the_timer(void **state)
{
        Fixture *fixture = *state;

        make(fixture, 0);
        set(fixture, 0, fixture->begin_usec + 3600 * USEC_PER_SEC);
        set(fixture, 1, fixture->begin_usec + 3600 * USEC_PER_SEC);
        assert_int_equal(sd_event_run(fixture->event, 0), 0);
        set(fixture, 1, fixture->begin_usec);
        run_until(fixture, 1);
        assert_int_equal(fixture->items[1].done, 1);
}

/* A report that asks for another check at once must not hold up the loop. */
static void what_is_set_again_waits_for_the_next_turn(void **state)
{
        Fixture *fixture = *state;

        make(fixture, 0);
        fixture->again_usec = fixture->begin_usec;
        set(fixture, 0, fixture->begin_usec);
        assert_true(sd_event_run(fixture->event, 10 * USEC_PER_SEC) > 0);
        assert_int_equal(fixture->done, 1);
        run_until(fixture, 2);
}

/* Thousands that are due at once leave the loop to others in between. */
static void turns_are_short(void **state)
{
        Fixture *fixture = *state;

        make(fixture, 0);
        for (size_t i = 0; i < MOST; i++)
                set(fixture, i, fixture->begin_usec);
        assert_true(sd_event_run(fixture->event, 10 * USEC_PER_SEC) > 0);
        assert_true(fixture->done <= 256);
        run_until(fixture, MOST);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(all_is_done_in_order_and_once, setup, teardown),
                cmocka_unit_test_setup_teardown(nothing_is_done_early_without_slack, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        what_is_due_within_the_slack_takes_one_wake_up, setup, teardown),
                cmocka_unit_test_setup_teardown(earlier_time_moves_the_timer, setup, teardown),
                cmocka_unit_test_setup_teardown(what_is_set_again_waits_for_the_next_turn, setup, teardown),
                cmocka_unit_test_setup_teardown(turns_are_short, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
