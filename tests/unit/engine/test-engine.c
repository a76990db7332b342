/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/log.h"
#include "world.h"

static void address_is_published_and_withdrawn(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_configure(&world, false, false);
        world_turn(&world);
        assert_int_equal(world.n_writes, 0); /* the kernel was not read yet */
        world_have(&world, "192.0.2.1");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_have(&world, "");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1"); /* withdraw_delay */
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_end(&world);
}

static void change_leaves_in_the_turn_of_the_event(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world_have(&world, "192.0.2.1 192.0.2.2"); /* no turn of the loop after this */
        assert_string_equal(world_held(&world, 0), "192.0.2.1 192.0.2.2");
        world_end(&world);
}

static void renumbering_never_empties_the_name(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world_have(&world, "");
        world_turn(&world);
        world_have(&world, "192.0.2.2");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.2");
        assert_int_equal(world.n_writes, 2);
        world_end(&world);
}

static void what_changes_meanwhile_merges(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        for (int i = 2; i < 200; i++) {
                char text[32];

                snprintf(text, sizeof text, "192.0.2.%d", i);
                world_have(&world, text);
        }
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.199");
        assert_int_equal(world.n_writes, 3); /* the first at once, the others together */
        world_end(&world);
}

static void three_records_go_in_one_change_set(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_int_equal(world.n_reads, 1);
        world_end(&world);
}

static void edit_once(World *world)
{
        world->before_write = NULL;
        world_edit(world, 0, "198.51.100.9");
}

static void conflict_is_read_and_decided_again(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world.before_write = edit_once; /* another replaces the whole RRset between our read and our write */
        world_have(&world, "192.0.2.2");
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.2 198.51.100.9");
        world_end(&world);
}

static void edit_always(World *world)
{
        char text[48];

        snprintf(text, sizeof text, "198.51.100.%zu", world->n_writes);
        world_edit(world, 0, text);
}

static void never_ending_conflict_backs_off(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world.before_write = edit_always;
        world_settle(&world);
        assert_int_equal(world.n_writes, 5);
        assert_true(world.waiting);
        world_end(&world);
}

static void shared_name_keeps_the_others(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        world_edit(&world, 0, "198.51.100.9");
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1 198.51.100.9");
        world_have(&world, "192.0.2.2");
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.2 198.51.100.9");
        world_have(&world, "");
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "198.51.100.9");
        world_end(&world);
}

static void lost_answer_is_read_back(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world.acts[1] = ACT_LOSE_ANSWER;
        world.n_acts = 2;
        world_have(&world, "192.0.2.2");
        world_settle(&world);
        assert_true(world.waiting);
        assert_int_equal(engine_count(world.engine).retrying, 1);
        while (world.waiting)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        world_turn(&world);
        assert_int_equal(engine_count(world.engine).in_sync, 1);
        assert_int_equal(world.n_writes, 2); /* it had taken: nothing to write again */
        assert_int_equal(world.n_reads, 2);
        world_end(&world);
}

static void late_arrival_is_ours_and_goes(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        world.provider.verify_usec = 30 * USEC_PER_MSEC;
        world_edit(&world, 0, "198.51.100.9");
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world.acts[1] = ACT_LOSE; /* 192.0.2.2 is on its way, and the server has nothing of it */
        world.n_acts = 2;
        world_have(&world, "192.0.2.1 192.0.2.2");
        world_settle(&world);
        world_have(&world, "192.0.2.1");
        while (engine_count(world.engine).in_sync < 1)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        world_edit(&world, 0, "192.0.2.1 192.0.2.2 198.51.100.9"); /* there it is */
        while (strcmp(world_held(&world, 0), "192.0.2.1 198.51.100.9") != 0)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        world_end(&world);
}

static void network_that_returns_ends_the_wait(void **state)
{
        World world;
        uint64_t before = clock_now_usec(CLOCK_MONOTONIC), after;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        for (size_t i = 0; i < 4; i++)
                world.acts[i] = ACT_RETRY;
        world.n_acts = 4;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        while (world.n_writes < 4) { /* its own back-off alone would take 1 + 2 + 4 seconds */
                assert_true(sd_event_run(world.event, 100 * USEC_PER_MSEC) >= 0);
                engine_network_returned(world.engine);
        }
        after = clock_now_usec(CLOCK_MONOTONIC);
        assert_true(after - before < 4 * USEC_PER_SEC);
        assert_true(after - before > 2 * USEC_PER_SEC); /* but not twice in a second */
        world_end(&world);
}

static void refusal_parks_only_the_guilty_one(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.bad_name = "h1.example.com";
        world.bad_act = ACT_REFUSE;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        assert_string_equal(world_held(&world, 1), "");
        assert_string_equal(world_held(&world, 2), "192.0.2.1");
        assert_int_equal(engine_count(world.engine).parked, 1);
        assert_int_equal(engine_count(world.engine).in_sync, 2);
        assert_false(world.waiting);
        world_end(&world);
}

static void failure_of_one_holds_up_nobody_else(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.bad_name = "h1.example.com";
        world.bad_act = ACT_FAIL;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        assert_string_equal(world_held(&world, 2), "192.0.2.1");
        assert_int_equal(engine_count(world.engine).retrying, 1);
        world.bad_name = NULL; /* mended: it is tried again by itself */
        while (engine_count(world.engine).in_sync < 3)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        assert_string_equal(world_held(&world, 1), "192.0.2.1");
        world_end(&world);
}

static void wrong_key_parks_everything_at_once(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.acts[0] = ACT_REFUSE_ALL;
        world.n_acts = 1;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_int_equal(engine_count(world.engine).parked, 3);
        engine_network_returned(world.engine);
        world_have(&world, "192.0.2.2");
        world_turn(&world);
        assert_int_equal(world.n_writes, 1); /* nobody has acted yet */
        world_configure(&world, false, false);
        world_settle(&world);
        assert_int_equal(engine_count(world.engine).in_sync, 3);
        world_end(&world);
}

static void wildcard_answers_do_not_lead_in_circles(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world.wildcard = true;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        assert_in_range(world.n_writes, 2, 3);
        world_end(&world);
}

static void others_record_is_not_removed_when_we_have_nothing(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_edit(&world, 0, "198.51.100.9");
        world_have(&world, "");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "198.51.100.9");
        assert_int_equal(world.n_writes, 0);
        world_end(&world);
}

static void ours_is_withdrawn_after_a_restart(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world_configure(&world, false, false); /* as after a restart: only the store is left */
        world_have(&world, "");
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_end(&world);
}

static void dry_run_writes_nothing_and_plans(void **state)
{
        World world;
        char *text = NULL;
        size_t size;
        FILE *out;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_edit(&world, 0, "192.0.2.9");
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, true);
        world_settle(&world);
        assert_int_equal(world.n_writes, 0);
        out = open_memstream(&text, &size);
        engine_print_plans(world.engine, out);
        fclose(out);
        assert_string_equal(text, "~ h0.example.com A at \"home\":\n"
                                  "- h0.example.com 60 IN A 192.0.2.9\n"
                                  "+ h0.example.com 60 IN A 192.0.2.1\n"
                                  "    taken 192.0.2.1 on eth0\n");
        free(text);
        world_end(&world);
}

static void force_writes_what_stands_there(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world_edit(&world, 0, "192.0.2.1");
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        assert_int_equal(world.n_writes, 0);
        world_configure(&world, true, false);
        world_settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void drift_is_repaired_by_verify(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world.provider.verify_usec = 50 * USEC_PER_MSEC;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        world_edit(&world, 0, "198.51.100.9");
        while (world.n_writes < 2)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void stopping_takes_along_what_it_is_told_to(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 2, OWNERSHIP_EXCLUSIVE);
        world.records[0].withdraw_on_stop = true;
        world_have(&world, "192.0.2.1");
        world_configure(&world, false, false);
        world_settle(&world);
        engine_withdraw(world.engine);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "");
        assert_string_equal(world_held(&world, 1), "192.0.2.1");
        world_end(&world);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(address_is_published_and_withdrawn),
                cmocka_unit_test(change_leaves_in_the_turn_of_the_event),
                cmocka_unit_test(renumbering_never_empties_the_name),
                cmocka_unit_test(what_changes_meanwhile_merges),
                cmocka_unit_test(three_records_go_in_one_change_set),
                cmocka_unit_test(conflict_is_read_and_decided_again),
                cmocka_unit_test(never_ending_conflict_backs_off),
                cmocka_unit_test(shared_name_keeps_the_others),
                cmocka_unit_test(lost_answer_is_read_back),
                cmocka_unit_test(late_arrival_is_ours_and_goes),
                cmocka_unit_test(network_that_returns_ends_the_wait),
                cmocka_unit_test(refusal_parks_only_the_guilty_one),
                cmocka_unit_test(failure_of_one_holds_up_nobody_else),
                cmocka_unit_test(wrong_key_parks_everything_at_once),
                cmocka_unit_test(wildcard_answers_do_not_lead_in_circles),
                cmocka_unit_test(others_record_is_not_removed_when_we_have_nothing),
                cmocka_unit_test(ours_is_withdrawn_after_a_restart),
                cmocka_unit_test(dry_run_writes_nothing_and_plans),
                cmocka_unit_test(force_writes_what_stands_there),
                cmocka_unit_test(drift_is_repaired_by_verify),
                cmocka_unit_test(stopping_takes_along_what_it_is_told_to),
        };

        log_set_level(LOG_EMERG);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
