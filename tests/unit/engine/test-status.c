/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/status.h"
#include "util/log.h"
#include "world.h"

/* How often the record is on the list of those that may look different. */
static unsigned take_news(World *world, size_t record)
{
        RecordStatus status;
        unsigned n = 0;

        while (engine_next_changed(world->engine, &status))
                n += status.config == &world->records[record];
        return n;
}

static void begin(World *world, size_t n_records)
{
        world_begin(world, n_records, OWNERSHIP_EXCLUSIVE);
        world_have(world, "192.0.2.1");
        world_configure(world, false, false);
}

static void status_follows_a_change(void **state)
{
        RecordStatus status;
        World world;

        (void) state;
        begin(&world, 1);
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_UNKNOWN);
        assert_int_equal(status.wanted[0]->count, 1);
        assert_null(status.published[0]);
        assert_null(status.wanted[1]);
        world_settle(&world);
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_IN_SYNC);
        assert_int_equal(status.published[0]->count, 1);
        assert_true(status.changed_usec > 0);
        assert_true(status.next_usec == USEC_INFINITY);
        assert_null(status.problem);
        world_have(&world, "192.0.2.1 192.0.2.2");
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_PENDING);
        assert_int_equal(status.wanted[0]->count, 2);
        assert_int_equal(status.published[0]->count, 1);
        world_end(&world);
}

static void waiting_withdrawal_says_when(void **state)
{
        RecordStatus status;
        World world;

        (void) state;
        begin(&world, 1);
        world_settle(&world);
        world.records[0].withdraw_delay_usec = 3600 * USEC_PER_SEC;
        world_have(&world, "");
        world_turn(&world);
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_PENDING);
        assert_null(status.wanted[0]);
        assert_int_equal(status.published[0]->count, 1);
        assert_true(status.next_usec != USEC_INFINITY);
        assert_true(status.next_usec > clock_now_usec(CLOCK_BOOTTIME) + 3000 * USEC_PER_SEC);
        world_end(&world);
}

static void failure_has_reason_and_time(void **state)
{
        static const struct {
                Act act;
                PublicationState record;
                ProviderState provider;
                EngineState engine;
        } rows[] = {
                { ACT_OBEY, PUBLICATION_IN_SYNC, PROVIDER_OK, ENGINE_RUNNING },
                { ACT_RETRY, PUBLICATION_RETRYING, PROVIDER_RETRYING, ENGINE_DEGRADED },
                { ACT_FAIL, PUBLICATION_RETRYING, PROVIDER_OK, ENGINE_DEGRADED },
                { ACT_REFUSE, PUBLICATION_PARKED, PROVIDER_OK, ENGINE_DEGRADED },
                { ACT_REFUSE_ALL, PUBLICATION_PARKED, PROVIDER_PARKED, ENGINE_DEGRADED },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                bool bad = rows[i].act != ACT_OBEY;
                ProviderStatus provider;
                RecordStatus record;
                World world;

                world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
                world.acts[world.n_acts++] = rows[i].act;
                world_have(&world, "192.0.2.1");
                world_configure(&world, false, false);
                assert_true(engine_find_provider(world.engine, "home", &provider));
                assert_int_equal(provider.state, PROVIDER_UNKNOWN);
                assert_int_equal(provider.queue_length, 1);
                world_settle(&world);
                assert_true(engine_find_record(world.engine, &world.records[0].name, &record));
                assert_int_equal(record.state, rows[i].record);
                assert_int_equal(record.problem != NULL, bad);
                assert_int_equal(record.next_usec != USEC_INFINITY, bad);
                assert_true(engine_find_provider(world.engine, "home", &provider));
                assert_int_equal(provider.state, rows[i].provider);
                assert_int_equal(provider.problem != NULL, rows[i].provider > PROVIDER_OK);
                assert_int_equal(provider.next_usec != USEC_INFINITY, rows[i].provider > PROVIDER_OK);
                assert_int_equal(engine_state(world.engine), rows[i].engine);
                world_end(&world);
        }
}

static void only_what_changed_is_news(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        world_settle(&world);
        assert_true(take_news(&world, 0) > 0);
        assert_int_equal(take_news(&world, 0), 0);
        world_edit(&world, 1, "198.51.100.9");
        world.n_changed = 0;
        engine_publish(world.engine, &world.records[1].name, false);
        world_settle(&world);
        assert_true(world.n_changed > 0);
        assert_int_equal(take_news(&world, 1), 1);
        engine_publish(world.engine, &world.records[1].name, false);
        world_settle(&world);
        assert_int_equal(take_news(&world, 0), 0);
        world_end(&world);
}

/* What an old configuration left on the list must not outlive it (a sanitizer would see it). */
static void news_end_with_their_configuration(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        world_settle(&world);
        world.config.n_records = 1;
        world_configure(&world, false, false);
        world_settle(&world);
        assert_int_equal(engine_count_records(world.engine), 1);
        assert_int_equal(take_news(&world, 0), 1);
        world_end(&world);
}

static void online_needs_an_address_that_reaches_further(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        assert_int_equal(engine_state(world.engine), ENGINE_STARTING);
        assert_false(engine_is_online(world.engine));
        world_have(&world, "");
        assert_false(engine_is_online(world.engine));
        world_have(&world, "169.254.7.7");
        assert_false(engine_is_online(world.engine));
        world_have(&world, "169.254.7.7 10.0.0.2");
        assert_true(engine_is_online(world.engine));
        interfaces_set_link(world.interfaces, 2, "eth0", true, false, false);
        assert_false(engine_is_online(world.engine));
        world_end(&world);
}

static void stopping_is_a_state(void **state)
{
        World world;

        (void) state;
        begin(&world, 1);
        world_settle(&world);
        engine_withdraw(world.engine);
        assert_int_equal(engine_state(world.engine), ENGINE_STOPPING);
        world_end(&world);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(status_follows_a_change),
                cmocka_unit_test(waiting_withdrawal_says_when),
                cmocka_unit_test(failure_has_reason_and_time),
                cmocka_unit_test(only_what_changed_is_news),
                cmocka_unit_test(news_end_with_their_configuration),
                cmocka_unit_test(online_needs_an_address_that_reaches_further),
                cmocka_unit_test(stopping_is_a_state),
        };

        log_set_level(LOG_EMERG);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
