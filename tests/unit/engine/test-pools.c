/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "engine/status.h"
#include "util/log.h"
#include "world.h"

static const Order order = { .user = "jane", .reason = "because" };
static const Order by_force = { .user = "jane", .reason = "because", .force = true };

/* Mostly it is settled already when the samples have been taken in. */
static void settle(World *world)
{
        world_turn(world);
        if (!engine_is_settled(world->engine))
                world_settle(world);
}

/* Everybody is up, and published. */
static void begin(World *world, size_t n_members)
{
        world_begin(world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(world, n_members);
        world_have(world, "192.0.2.200");
        world_configure(world, false, false);
        world_turn(world);
        for (size_t i = 0; i < n_members; i++) {
                char address[ADDRESS_TEXT_MAX];

                world_look(world, address_to_text(&world->members[i].address, address), CHECK_OK, 2);
        }
        settle(world);
}

static const Name *pool_name(const World *world)
{
        return &world->pool.record.name;
}

static MemberStatus member(const World *world, const char *name)
{
        MemberStatus status;

        assert_true(engine_find_member(world->engine, pool_name(world), name, &status));
        return status;
}

static PoolStatus pool(const World *world)
{
        PoolStatus status;

        assert_true(engine_find_pool(world->engine, pool_name(world), &status));
        return status;
}

/* It dies while 192.0.2.11 answers. */
static void kill_member(World *world, const char *address)
{
        for (unsigned i = 0; i < 3; i++) {
                world_look(world, address, CHECK_FAIL, 1);
                world_look(world, "192.0.2.11", CHECK_OK, 1);
        }
}

static void who_is_up_is_published_and_who_dies_is_taken_out(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12 192.0.2.13");
        assert_int_equal(pool(&world).condition, POOL_NORMAL);
        assert_int_equal(world.n_events[EVENT_MEMBER_UP], 0); /* at the start it is no news */
        kill_member(&world, "192.0.2.12");
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.13");
        assert_int_equal(pool(&world).condition, POOL_DEGRADED);
        assert_int_equal(pool(&world).n_up, 2);
        assert_int_equal(member(&world, "m2").health, HEALTH_DOWN);
        assert_string_equal(member(&world, "m2").problem, "it does not look well");
        assert_false(member(&world, "m2").published);
        assert_int_equal(world.n_events[EVENT_MEMBER_DOWN], 1);
        assert_int_equal(world.n_events[EVENT_PUBLISHED], 2);
        world_look(&world, "192.0.2.12", CHECK_OK, 2);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12 192.0.2.13");
        assert_int_equal(world.n_events[EVENT_MEMBER_UP], 1);
        world_end(&world);
}

static void it_looks_often_while_the_verdict_is_open(void **state)
{
        World world;

        (void) state;
        begin(&world, 2);
        assert_false(world_check(&world, "192.0.2.12")->fast);
        world_look(&world, "192.0.2.12", CHECK_FAIL, 1);
        assert_true(world_check(&world, "192.0.2.12")->fast);
        assert_int_equal(world_check(&world, "192.0.2.11")->n_now, 1); /* is it us? */
        world_look(&world, "192.0.2.12", CHECK_OK, 2);
        assert_false(world_check(&world, "192.0.2.12")->fast);
        world_end(&world);
}

static void a_conflict_is_read_and_decided_again(void **state)
{
        World world;

        (void) state;
        begin(&world, 2);
        world.pool.hold_down_usec = world.pool.hold_down_max_usec = 30 * USEC_PER_SEC;
        world_edit_pool(&world, "192.0.2.11"); /* another daemon was faster */
        kill_member(&world, "192.0.2.12");
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11");
        world_edit_pool(&world, "192.0.2.12 192.0.2.77");
        engine_publish(world.engine, pool_name(&world), false);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12 192.0.2.77"); /* contested */
        world_end(&world);
}

static void without_carrier_nothing_changes_and_what_failed_is_forgotten(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        world_have(&world, "");
        assert_int_equal(engine_observer(world.engine), OBSERVER_OK); /* it is looked at in this turn */
        world_turn(&world);
        assert_int_equal(engine_observer(world.engine), OBSERVER_LOST);
        assert_int_equal(pool(&world).condition, POOL_FROZEN);
        for (unsigned i = 0; i < 10; i++)
                for (unsigned m = 11; m <= 13; m++) {
                        char address[40];

                        snprintf(address, sizeof address, "192.0.2.%u", m);
                        world_look(&world, address, CHECK_FAIL, 1);
                }
        assert_int_equal(member(&world, "m1").health, HEALTH_UP);
        assert_int_equal(world.n_events[EVENT_OBSERVER_LOST], 1);
        world_have(&world, "192.0.2.200");
        world_turn(&world);
        assert_int_equal(world.n_events[EVENT_OBSERVER_OK], 1);
        assert_int_equal(world_check(&world, "192.0.2.11")->n_discards, 1);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12 192.0.2.13");
        world_end(&world);
}

static void an_order_is_done_at_once_and_shown_with_its_reason(void **state)
{
        World world;

        (void) state;
        begin(&world, 2);
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_DRAIN, &order), ORDER_DONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12");
        assert_int_equal(member(&world, "m1").admin, ADMIN_DRAIN);
        assert_string_equal(member(&world, "m1").admin_user, "jane");
        assert_string_equal(member(&world, "m1").admin_reason, "because");
        assert_int_equal(member(&world, "m1").health, HEALTH_UP); /* its real health */
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_NONE, &order), ORDER_DONE);
        world_turn(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12"); /* it has to rise first */
        world_look(&world, "192.0.2.11", CHECK_OK, 2);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12");
        world_end(&world);
}

static void what_would_empty_the_pool_is_refused_unless_forced(void **state)
{
        World world;

        (void) state;
        begin(&world, 2);
        engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_MAINTENANCE, &order);
        assert_int_equal(engine_set_admin(world.engine, pool_name(&world), "m2", ADMIN_DOWN, &order),
                ORDER_WOULD_EMPTY);
        assert_int_equal(member(&world, "m2").admin, ADMIN_NONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12");
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m2", ADMIN_DOWN, &by_force), ORDER_DONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "");
        world_end(&world);
}

static void a_bad_order_changes_nothing(void **state)
{
        Order late = order;
        World world;
        Name other;

        (void) state;
        begin(&world, 2);
        late.until_usec = clock_now_usec(CLOCK_REALTIME) - 1;
        name_from_text(&other, "other.example.com");
        assert_int_equal(engine_set_admin(world.engine, &other, "m1", ADMIN_DOWN, &order), ORDER_NO_POOL);
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m9", ADMIN_DOWN, &order), ORDER_NO_MEMBER);
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_DOWN, &late), ORDER_PAST);
        assert_int_equal(engine_failover(world.engine, pool_name(&world), "m9", &order), ORDER_NO_MEMBER);
        assert_int_equal(engine_failback(world.engine, pool_name(&world), &order), ORDER_NO_OVERRIDE);
        kill_member(&world, "192.0.2.12");
        settle(&world);
        assert_int_equal(engine_failover(world.engine, pool_name(&world), "m2", &order), ORDER_MEMBER_DOWN);
        world_turn(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11");
        engine_withdraw(world.engine);
        assert_int_equal(engine_failback(world.engine, pool_name(&world), &order), -ESHUTDOWN);
        assert_int_equal(engine_check_now(world.engine, pool_name(&world), NULL), -ESHUTDOWN);
        world_end(&world);
}

static void a_failover_serves_alone_until_failback(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        assert_int_equal(engine_failover(world.engine, pool_name(&world), "m2", &order), ORDER_DONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12");
        assert_int_equal(pool(&world).condition, POOL_OVERRIDDEN);
        assert_string_equal(pool(&world).overrides[0].member, "m2");
        assert_string_equal(pool(&world).overrides[0].user, "jane");
        assert_int_equal(world.n_events[EVENT_FAILOVER], 1);
        assert_int_equal(engine_failback(world.engine, pool_name(&world), &order), ORDER_DONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12 192.0.2.13");
        assert_int_equal(world.n_events[EVENT_FAILBACK], 1);
        assert_null(pool(&world).overrides[0].member);
        world_end(&world);
}

static void whom_a_failover_has_serve_is_not_drained(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        engine_failover(world.engine, pool_name(&world), "m2", &order);
        assert_int_equal(engine_set_admin(world.engine, pool_name(&world), "m2", ADMIN_DRAIN, &order),
                ORDER_IN_FAILOVER);
        assert_int_equal(
                engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_DRAIN, &order), ORDER_DONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12");
        world_end(&world);
}

static void an_order_acts_before_everybody_has_been_judged(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(&world, 3);
        world_edit_pool(&world, "192.0.2.11 192.0.2.12 192.0.2.13");
        world_have(&world, "192.0.2.200");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.11", CHECK_OK, 1);
        assert_int_equal(pool(&world).condition, POOL_STARTING);
        engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_DRAIN, &order);
        world_turn(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12 192.0.2.13");
        world_end(&world);
}

static void an_order_for_an_own_address_waits_for_it_to_come_back(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(&world, 0);
        world.pool.record.ipv4 = &world.source;
        world_edit_pool(&world, "192.0.2.50");
        world_have(&world, "192.0.2.200 192.0.2.201");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.200", CHECK_OK, 2);
        world_look(&world, "192.0.2.201", CHECK_OK, 2);
        settle(&world);
        engine_set_admin(world.engine, pool_name(&world), "192.0.2.200", ADMIN_MAINTENANCE, &order);
        settle(&world);
        world_have(&world, "192.0.2.201");
        settle(&world);
        engine_set_admin(world.engine, pool_name(&world), "192.0.2.201", ADMIN_NONE, &order); /* saves */
        world_have(&world, "192.0.2.200 192.0.2.201");
        world_turn(&world);
        world_look(&world, "192.0.2.200", CHECK_OK, 3);
        settle(&world);
        assert_int_equal(member(&world, "192.0.2.200").admin, ADMIN_MAINTENANCE);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.50 192.0.2.201");
        world_end(&world);
}

static void who_was_discovered_and_taken_out_is_known_after_a_reload(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(&world, 1);
        world.pool.discover = true;
        world_edit_pool(&world, "192.0.2.50");
        world_have(&world, "192.0.2.200");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.11", CHECK_OK, 2);
        world_look(&world, "192.0.2.50", CHECK_OK, 1);
        kill_member(&world, "192.0.2.50");
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.11", CHECK_OK, 1);
        world_look(&world, "192.0.2.50", CHECK_OK, 2);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.50");
        world_end(&world);
}

static void an_order_expires(void **state)
{
        Order brief = order;
        World world;

        (void) state;
        begin(&world, 2);
        brief.until_usec = clock_now_usec(CLOCK_REALTIME) + 20 * USEC_PER_MSEC;
        engine_failover(world.engine, pool_name(&world), "m2", &brief);
        engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_UP, &brief);
        for (unsigned i = 0; i < 1000 && (pool(&world).overrides[0].member || member(&world, "m1").admin);
                i++)
                sd_event_run(world.event, USEC_PER_SEC);
        assert_null(pool(&world).overrides[0].member);
        assert_int_equal(member(&world, "m1").admin, ADMIN_NONE);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12");
        world_end(&world);
}

/* A file that is gone at the end. */
static char *temporary_path(char path[static 64])
{
        strcpy(path, "/tmp/signpost-test-pools-XXXXXX");
        assert_non_null(mkdtemp(path));
        return strcat(path, "/pools.json");
}

static void remove_path(char *path)
{
        unlink(path);
        *strrchr(path, '/') = '\0';
        rmdir(path);
}

static void orders_and_health_survive_a_restart(void **state)
{
        char path[64];
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world.pools_path = temporary_path(path);
        world_restart(&world);
        world_add_pool(&world, 3);
        world.pool.hold_down_usec = world.pool.hold_down_max_usec = 3600 * USEC_PER_SEC;
        world_have(&world, "192.0.2.200");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.11", CHECK_OK, 2);
        world_look(&world, "192.0.2.12", CHECK_OK, 2);
        world_look(&world, "192.0.2.13", CHECK_FAIL, 3);
        settle(&world);
        engine_set_admin(world.engine, pool_name(&world), "m1", ADMIN_MAINTENANCE, &order);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12");
        world_restart(&world);
        world_configure(&world, false, false);
        world_turn(&world);
        assert_int_equal(member(&world, "m1").admin, ADMIN_MAINTENANCE);
        assert_string_equal(member(&world, "m1").admin_user, "jane");
        assert_int_equal(member(&world, "m2").health, HEALTH_UP);
        assert_int_equal(member(&world, "m3").health, HEALTH_DOWN);
        world_look(&world, "192.0.2.11", CHECK_OK, 3);
        world_look(&world, "192.0.2.12", CHECK_OK, 3);
        world_look(&world, "192.0.2.13", CHECK_OK, 3);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.12"); /* m3 is held down still */
        assert_int_equal(member(&world, "m3").health, HEALTH_RISING);
        world_end(&world);
        remove_path(path);
}

static void a_damaged_file_is_set_aside(void **state)
{
        char path[64], command[128];
        World world;
        FILE *file;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        temporary_path(path);
        file = fopen(path, "we");
        fputs("{ \"version\": 1, \"pools\": [ { \"name\": \"www.example.com\", \"members\": [ { } ] } ] }",
                file);
        fclose(file);
        world.pools_path = path;
        world_restart(&world);
        assert_int_equal(access(path, F_OK), -1);
        snprintf(command, sizeof command, "rm %s.damaged-*", path);
        assert_int_equal(system(command), 0);
        world_end(&world);
        remove_path(path);
}

static void a_reload_changes_nothing_that_it_does_not_say(void **state)
{
        World world;
        size_t n_writes;

        (void) state;
        begin(&world, 2);
        kill_member(&world, "192.0.2.12");
        settle(&world);
        n_writes = world.n_writes;
        world_configure(&world, false, false);
        world_turn(&world);
        assert_int_equal(member(&world, "m1").health, HEALTH_UP);
        assert_int_equal(member(&world, "m2").health, HEALTH_DOWN);
        world_look(&world, "192.0.2.11", CHECK_OK, 1);
        world_look(&world, "192.0.2.12", CHECK_FAIL, 1);
        settle(&world);
        assert_int_equal(world.n_writes, n_writes);
        world_end(&world);
}

static void a_member_that_leaves_the_configuration_leaves_dns(void **state)
{
        World world;

        (void) state;
        begin(&world, 3);
        world.pool.n_members = 2;
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.11", CHECK_OK, 1);
        world_look(&world, "192.0.2.12", CHECK_OK, 1);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.12");
        assert_int_equal(engine_count_members(world.engine, 0), 2);
        assert_null(world_check(&world, "192.0.2.13"));
        world_end(&world);
}

static void whoever_is_in_dns_is_watched(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(&world, 1);
        world.pool.discover = true;
        world_edit_pool(&world, "192.0.2.50 192.0.2.51");
        world_have(&world, "192.0.2.200");
        world_configure(&world, false, false);
        world_turn(&world);
        assert_int_equal(engine_count_members(world.engine, 0), 3);
        assert_int_equal(member(&world, "192.0.2.50").origin, MEMBER_DISCOVERED);
        assert_true(member(&world, "192.0.2.50").published);
        assert_true(world.n_members_changed > 0);
        world_look(&world, "192.0.2.11", CHECK_OK, 2);
        world_look(&world, "192.0.2.51", CHECK_OK, 2);
        world_look(&world, "192.0.2.50", CHECK_OK, 1);
        kill_member(&world, "192.0.2.50");
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11 192.0.2.51");
        /* Its owner takes the other one away: nobody puts it back. */
        world_edit_pool(&world, "192.0.2.11");
        engine_refresh(world.engine);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.11");
        assert_null(world_check(&world, "192.0.2.51"));
        world_end(&world);
}

static void this_host_publishes_itself_while_its_own_check_is_well(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 0, OWNERSHIP_EXCLUSIVE);
        world_add_pool(&world, 0);
        world.pool.record.ipv4 = &world.source;
        world_edit_pool(&world, "192.0.2.50");
        world_have(&world, "192.0.2.200");
        world_configure(&world, false, false);
        world_turn(&world);
        world_look(&world, "192.0.2.200", CHECK_OK, 2);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.50 192.0.2.200");
        world_look(&world, "192.0.2.200", CHECK_FAIL, 3);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.50");
        world_look(&world, "192.0.2.200", CHECK_OK, 2);
        settle(&world);
        world_have(&world, "192.0.2.201"); /* it moves */
        world_turn(&world);
        world_look(&world, "192.0.2.201", CHECK_OK, 2);
        settle(&world);
        assert_string_equal(world_held_by_pool(&world), "192.0.2.50 192.0.2.201");
        world_end(&world);
}

static void only_what_changed_is_news(void **state)
{
        MemberStatus changed;
        PoolStatus status;
        World world;

        (void) state;
        begin(&world, 2);
        while (engine_next_changed_pool(world.engine, &status) ||
                engine_next_changed_member(world.engine, &changed))
                continue;
        world_look(&world, "192.0.2.11", CHECK_OK, 5);
        assert_false(engine_next_changed_member(world.engine, &changed));
        assert_false(engine_next_changed_pool(world.engine, &status));
        world_look(&world, "192.0.2.12", CHECK_FAIL, 1);
        assert_true(engine_next_changed_member(world.engine, &changed));
        assert_string_equal(changed.name, "m2");
        assert_int_equal(changed.health, HEALTH_FAILING);
        assert_false(engine_next_changed_member(world.engine, &changed));
        world_end(&world);
}

static void a_check_can_be_asked_for(void **state)
{
        World world;

        (void) state;
        begin(&world, 2);
        assert_int_equal(engine_check_now(world.engine, pool_name(&world), "m1"), ORDER_DONE);
        assert_int_equal(world_check(&world, "192.0.2.11")->n_now, 1);
        assert_int_equal(world_check(&world, "192.0.2.12")->n_now, 0);
        assert_int_equal(engine_check_now(world.engine, pool_name(&world), NULL), ORDER_DONE);
        assert_int_equal(world_check(&world, "192.0.2.12")->n_now, 1);
        assert_int_equal(engine_check_now(world.engine, pool_name(&world), "m7"), ORDER_NO_MEMBER);
        world_end(&world);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_is_up_is_published_and_who_dies_is_taken_out),
                cmocka_unit_test(it_looks_often_while_the_verdict_is_open),
                cmocka_unit_test(a_conflict_is_read_and_decided_again),
                cmocka_unit_test(without_carrier_nothing_changes_and_what_failed_is_forgotten),
                cmocka_unit_test(an_order_is_done_at_once_and_shown_with_its_reason),
                cmocka_unit_test(what_would_empty_the_pool_is_refused_unless_forced),
                cmocka_unit_test(a_bad_order_changes_nothing),
                cmocka_unit_test(a_failover_serves_alone_until_failback),
                cmocka_unit_test(whom_a_failover_has_serve_is_not_drained),
                cmocka_unit_test(an_order_acts_before_everybody_has_been_judged),
                cmocka_unit_test(an_order_for_an_own_address_waits_for_it_to_come_back),
                cmocka_unit_test(who_was_discovered_and_taken_out_is_known_after_a_reload),
                cmocka_unit_test(an_order_expires),
                cmocka_unit_test(orders_and_health_survive_a_restart),
                cmocka_unit_test(a_damaged_file_is_set_aside),
                cmocka_unit_test(a_reload_changes_nothing_that_it_does_not_say),
                cmocka_unit_test(a_member_that_leaves_the_configuration_leaves_dns),
                cmocka_unit_test(whoever_is_in_dns_is_watched),
                cmocka_unit_test(this_host_publishes_itself_while_its_own_check_is_well),
                cmocka_unit_test(only_what_changed_is_news),
                cmocka_unit_test(a_check_can_be_asked_for),
        };

        log_setup(LOG_ERR);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
