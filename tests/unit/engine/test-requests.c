/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/status.h"
#include "util/log.h"
#include "world.h"

static void begin(World *world, size_t n_records, const char *addresses)
{
        world_begin(world, n_records, OWNERSHIP_EXCLUSIVE);
        for (size_t i = 0; i < n_records; i++)
                world->records[i].withdraw_delay_usec = 3600 * USEC_PER_SEC;
        world_have(world, addresses);
        world_configure(world, false, false);
        world_settle(world);
}

static void publish_puts_right_what_others_changed(void **state)
{
        World world;

        (void) state;
        begin(&world, 2, "192.0.2.1");
        world_edit(&world, 0, "198.51.100.9");
        world_edit(&world, 1, "198.51.100.9");
        assert_int_equal(engine_publish(world.engine, &world.records[0].name, false), 0);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        assert_string_equal(world_held(&world, 1), "198.51.100.9"); /* nobody asked */
        assert_int_equal(engine_publish(world.engine, NULL, false), 0);
        world_settle(&world);
        assert_string_equal(world_held(&world, 1), "192.0.2.1");
        world_end(&world);
}

static void publish_writes_only_by_force_what_stands_there(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        assert_int_equal(world.n_writes, 1);
        engine_publish(world.engine, NULL, false);
        world_settle(&world);
        assert_int_equal(world.n_writes, 1);
        engine_publish(world.engine, NULL, true);
        world_settle(&world);
        assert_int_equal(world.n_writes, 2);
        engine_publish(world.engine, NULL, false); /* the force was for once */
        world_settle(&world);
        assert_int_equal(world.n_writes, 2);
        world_end(&world);
}

static void publish_of_another_name_is_told(void **state)
{
        World world;
        Name name;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        assert_int_equal(name_from_text(&name, "h7.example.com"), 0);
        assert_int_equal(engine_publish(world.engine, &name, false), -ENOENT);
        assert_int_equal(engine_explain(world.engine, &name, NULL, NULL), -ENOENT);
        world_end(&world);
}

static void asked_record_is_pending_until_the_verdict(void **state)
{
        RecordStatus status;
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        engine_publish(world.engine, NULL, false);
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_PENDING);
        world_settle(&world);
        engine_record(world.engine, 0, &status);
        assert_int_equal(status.state, PUBLICATION_IN_SYNC);
        world_end(&world);
}

/* A second after the last operation, at the latest, whatever the pause was to be. */
static void request_ends_the_wait(void **state)
{
        static const struct {
                Act act;
                bool refresh;
        } rows[] = {
                { ACT_REFUSE, false },
                { ACT_REFUSE_ALL, false },
                { ACT_RETRY, false },
                { ACT_RETRY, true },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                RecordStatus status;
                World world;

                world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
                world.acts[world.n_acts++] = rows[i].act;
                world_have(&world, "192.0.2.1");
                world_configure(&world, false, false);
                world_settle(&world);
                engine_record(world.engine, 0, &status);
                assert_int_equal(
                        status.state, rows[i].act == ACT_RETRY ? PUBLICATION_RETRYING : PUBLICATION_PARKED);
                if (rows[i].refresh)
                        engine_refresh(world.engine);
                else
                        engine_publish(world.engine, NULL, false);
                world_settle(&world);
                assert_string_equal(world_held(&world, 0), "192.0.2.1");
                world_end(&world);
        }
}

static void refresh_does_not_try_again_what_was_refused(void **state)
{
        static const Act acts[] = { ACT_REFUSE, ACT_REFUSE_ALL };

        (void) state;
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
                RecordStatus status;
                World world;

                world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
                world.acts[world.n_acts++] = acts[i];
                world_have(&world, "192.0.2.1");
                world_configure(&world, false, false);
                world_settle(&world);
                assert_int_equal(world.n_writes, 1);
                engine_refresh(world.engine);
                world_settle(&world);
                assert_int_equal(world.n_writes, 1);
                engine_record(world.engine, 0, &status);
                assert_int_equal(status.state, PUBLICATION_PARKED);
                assert_string_equal(status.problem, "refused");
                world_end(&world);
        }
}

static void other_writes(World *world)
{
        world_edit(world, 0, "198.51.100.9");
        world->before_write = NULL;
}

/* Between our read and our write. */
static void force_does_not_remove_what_others_wrote(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        world.records[0].withdraw_delay_usec = 0;
        engine_publish(world.engine, NULL, true); /* reads first … */
        world_have(&world, "");                   /* … and has nothing to publish when the answer comes */
        world.before_write = other_writes;
        world_settle(&world);
        assert_int_equal(world.n_writes, 2);
        assert_string_equal(world_held(&world, 0), "198.51.100.9");
        world_end(&world);
}

static void who_stops_is_not_asked(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        world.records[0].withdraw_on_stop = true;
        engine_withdraw(world.engine);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "");
        assert_int_equal(engine_publish(world.engine, NULL, true), -ESHUTDOWN);
        engine_refresh(world.engine);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_end(&world);
}

static void refresh_reads_back(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        world_edit(&world, 0, "198.51.100.9");
        engine_refresh(world.engine);
        world_settle(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

/* withdraw_delay is an hour here. */
static void interface_that_goes_is_withdrawn_at_once(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        assert_int_equal(engine_withdraw_interface(world.engine, "eth0"), 0);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_have(&world, ""); /* the kernel takes them away */
        world_turn(&world);
        world_have(&world, "192.0.2.1"); /* and it comes back, at once */
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void withdrawal_that_waits_goes_when_the_interface_does(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        world.source.exclude = &(Prefix){ .address = { .family = AF_INET }, .length = 0 };
        world.source.n_exclude = 1; /* gone for another reason: waits for an hour */
        world_have(&world, "192.0.2.1 192.0.2.2");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world.source.n_exclude = 0;
        assert_int_equal(engine_withdraw_interface(world.engine, "eth0"), 0);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_end(&world);
}

static void renewed_address_stays_withdrawn(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        engine_withdraw_interface(world.engine, "eth0");
        world_turn(&world);
        world_have(&world, "192.0.2.1"); /* a router advertisement, or a dump */
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_have(&world, "192.0.2.1 192.0.2.2"); /* a new one is another matter */
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.2");
        world_end(&world);
}

static void link_that_went_down_and_up_counts_again(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        engine_withdraw_interface(world.engine, "eth0");
        world_turn(&world);
        interfaces_set_link(world.interfaces, 2, "eth0", false, false, false);
        engine_facts_changed(world.engine);
        interfaces_set_link(world.interfaces, 2, "eth0", true, true, false);
        engine_facts_changed(world.engine);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

/* eth1 has one address, too. */
static void add_second_interface(World *world)
{
        AddressFact fact = { .prefix_length = 24 };

        interfaces_set_link(world->interfaces, 3, "eth1", true, true, false);
        assert_int_equal(address_from_text(&fact.address, "192.0.2.200"), 0);
        interfaces_set_address(world->interfaces, 3, &fact);
        engine_facts_changed(world->engine);
        world_turn(world);
        assert_string_equal(world_held(world, 0), "192.0.2.1 192.0.2.200");
}

/* A carrier that is lost for a moment must not empty the name while another interface is about to go down. */
static void haste_is_for_the_interface_that_was_named(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        add_second_interface(&world);
        engine_withdraw_interface(world.engine, "eth0");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.200");
        interfaces_set_link(world.interfaces, 3, "eth1", true, false, false);
        engine_facts_changed(world.engine);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.200");
        world_end(&world);
}

static void last_of_two_that_go_is_withdrawn_at_once(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        add_second_interface(&world);
        engine_withdraw_interface(world.engine, "eth1");
        engine_withdraw_interface(world.engine, "eth0");
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "");
        world_end(&world);
}

/* Whoever says so too late says nothing about the next time that it is up. */
static void link_that_is_down_already_is_not_marked(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        interfaces_set_link(world.interfaces, 2, "eth0", false, false, false);
        assert_int_equal(engine_withdraw_interface(world.engine, "eth0"), 0);
        interfaces_set_link(world.interfaces, 2, "eth0", true, true, false);
        engine_facts_changed(world.engine);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void unknown_interface_is_told(void **state)
{
        World world;

        (void) state;
        begin(&world, 1, "192.0.2.1");
        assert_int_equal(engine_withdraw_interface(world.engine, "eth7"), -ENODEV);
        world_turn(&world);
        assert_string_equal(world_held(&world, 0), "192.0.2.1");
        world_end(&world);
}

typedef struct Explained {
        size_t n;
        SelectReason reasons[4];
} Explained;

static void on_verdict(void *userdata, const SelectVerdict *verdict)
{
        Explained *explained = userdata;

        assert_true(explained->n < 4);
        explained->reasons[explained->n++] = verdict->reason;
}

static void explanation_names_each_address(void **state)
{
        Explained explained = { 0 };
        World world;

        (void) state;
        begin(&world, 1, "127.0.0.5 192.0.2.1");
        assert_int_equal(engine_explain(world.engine, &world.records[0].name, on_verdict, &explained), 0);
        assert_int_equal(explained.n, 2);
        assert_int_equal(explained.reasons[0], SELECT_LOOPBACK);
        assert_int_equal(explained.reasons[1], SELECT_TAKEN);
        engine_withdraw_interface(world.engine, "eth0");
        explained.n = 0;
        engine_explain(world.engine, &world.records[0].name, on_verdict, &explained);
        assert_int_equal(explained.reasons[1], SELECT_LEAVING);
        world_end(&world);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(publish_puts_right_what_others_changed),
                cmocka_unit_test(publish_writes_only_by_force_what_stands_there),
                cmocka_unit_test(publish_of_another_name_is_told),
                cmocka_unit_test(asked_record_is_pending_until_the_verdict),
                cmocka_unit_test(request_ends_the_wait),
                cmocka_unit_test(refresh_does_not_try_again_what_was_refused),
                cmocka_unit_test(force_does_not_remove_what_others_wrote),
                cmocka_unit_test(who_stops_is_not_asked),
                cmocka_unit_test(haste_is_for_the_interface_that_was_named),
                cmocka_unit_test(last_of_two_that_go_is_withdrawn_at_once),
                cmocka_unit_test(link_that_is_down_already_is_not_marked),
                cmocka_unit_test(refresh_reads_back),
                cmocka_unit_test(interface_that_goes_is_withdrawn_at_once),
                cmocka_unit_test(withdrawal_that_waits_goes_when_the_interface_does),
                cmocka_unit_test(renewed_address_stays_withdrawn),
                cmocka_unit_test(link_that_went_down_and_up_counts_again),
                cmocka_unit_test(unknown_interface_is_told),
                cmocka_unit_test(explanation_names_each_address),
        };

        log_set_level(LOG_EMERG);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
