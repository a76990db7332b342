/* SPDX-License-Identifier: BSD-3-Clause */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/pool.h"

enum {
        MEMBERS = 8
};

#define START (100000 * USEC_PER_SEC)

/* A pool of members 192.0.2.1, 192.0.2.2, … */
typedef struct Fixture {
        PoolConfig config;
        PoolState pool;
        PoolMember members[MEMBERS];
        PoolMember *list[MEMBERS];
        Observer observer;
        usec_t now;
        Address fallback;
} Fixture;

static void end(Fixture *fixture)
{
        free(fixture->pool.by_address);
}

static void begin(Fixture *fixture, size_t n)
{
        end(fixture);
        *fixture = (Fixture){ .now = START };
        fixture->config = (PoolConfig){
                .record = { .ttl = 30 },
                .minimum = 1,
                .removal_percent = 100,
                .removal_interval_usec = 10 * USEC_PER_SEC,
                .failback_delay_usec = 60 * USEC_PER_SEC,
                .hold_down_usec = 30 * USEC_PER_SEC,
                .hold_down_max_usec = 600 * USEC_PER_SEC,
        };
        name_from_text(&fixture->config.record.name, "www.example.com");
        address_from_text(&fixture->fallback, "192.0.2.99");
        observer_init(&fixture->observer, 0, 0);
        observer_heard(&fixture->observer, START);
        for (size_t i = 0; i < n; i++) {
                char text[40];

                snprintf(text, sizeof text, "192.0.2.%zu", i + 1);
                address_from_text(&fixture->members[i].address, text);
                fixture->members[i].priority = 10;
                fixture->members[i].observer = &fixture->observer;
                fixture->list[i] = &fixture->members[i];
        }
        fixture->pool = (PoolState){
                .config = &fixture->config, .n_members = n, .members = fixture->list, .started_usec = START
        };
        pool_index_members(&fixture->pool);
}

/* u UP, f FAILING, d DOWN, r RISING, ? UNKNOWN; one letter a member. */
static void set_health(Fixture *fixture, const char *letters)
{
        static const char order[] = { [HEALTH_UNKNOWN] = '?',
                [HEALTH_UP] = 'u',
                [HEALTH_FAILING] = 'f',
                [HEALTH_DOWN] = 'd',
                [HEALTH_RISING] = 'r' };

        for (size_t i = 0; letters[i]; i++) {
                Health *health = &fixture->members[i].health;
                HealthState state = (HealthState) ((char *) memchr(order, letters[i], sizeof order) - order);

                fixture->members[i].fresh = letters[i] != '?';
                if (state == HEALTH_UP && health->state != HEALTH_UP)
                        health->up_since_usec = fixture->now;
                if (state == HEALTH_DOWN) {
                        health->failing_since_usec = START - 1;
                        health->fails = 3;
                        fixture->members[i].confirmed = true;
                }
                health->state = state;
        }
}

/* 192.0.2.1 is "1" and so on; 'x' is a stranger, 192.0.2.77, 'F' the fallback address. */
static RRset *parse(const Fixture *fixture, const char *letters)
{
        RRset *set = rrset_new(&fixture->config.record.name, TYPE_A, 30);

        for (; *letters; letters++) {
                char text[40];
                Address address;

                snprintf(text, sizeof text, "192.0.2.%d",
                        *letters == 'x'   ? 77
                        : *letters == 'F' ? 99
                                          : *letters - '0');
                assert_int_equal(address_from_text(&address, text), 0);
                rrset_add_address(set, &address);
        }
        if (set->count == 0)
                set = rrset_free(set);
        return set;
}

static void saw(Fixture *fixture, const char *letters)
{
        AUTO(rrset_freep) RRset *seen = parse(fixture, letters);

        pool_saw(&fixture->pool, 0, seen, true, fixture->now);
}

static usec_t decide(Fixture *fixture)
{
        usec_t next;

        pool_decide(&fixture->pool, fixture->now, &next);
        return next;
}

/* What DNS is to hold when it holds `seen`. */
static void expect(Fixture *fixture, const char *seen_letters, const char *expected_letters)
{
        AUTO(rrset_freep) RRset *seen = parse(fixture, seen_letters);
        AUTO(rrset_freep) RRset *expected = parse(fixture, expected_letters);
        AUTO(rrset_freep) RRset *target = NULL;

        assert_int_equal(pool_target(&fixture->pool, 0, seen, &target), 0);
        if (!rrset_same_data(target, expected))
                fail_msg("from \"%s\": not \"%s\" but %zu values", seen_letters, expected_letters,
                        target ? target->count : 0);
}

static void pass(Fixture *fixture, unsigned seconds)
{
        fixture->now += seconds * USEC_PER_SEC;
}

typedef struct Row {
        const char *promise;
        const char *health, *seen, *target;
        unsigned minimum;
        AllDown all_down;
} Row;

static const Row rows[] = {
        { "who is up is in", "uu", "", "12", 1, ALL_DOWN_HOLD },
        { "who is down is out", "ud", "12", "1", 1, ALL_DOWN_HOLD },
        { "who rises is not in yet", "ur", "1", "1", 1, ALL_DOWN_HOLD },
        { "who begins to fail is kept", "uf", "12", "12", 1, ALL_DOWN_HOLD },
        { "who begins to fail is not put back", "uf", "1", "1", 1, ALL_DOWN_HOLD },
        { "who is unknown is kept", "u?", "12", "12", 1, ALL_DOWN_HOLD },
        { "who is unknown is not added", "u?", "1", "1", 1, ALL_DOWN_HOLD },
        { "strangers stay", "ud", "12x", "1x", 1, ALL_DOWN_HOLD },
        { "strangers do not count", "dd", "12x", "12x", 1, ALL_DOWN_HOLD },
        { "when all are down what is there is kept", "dd", "12", "12", 1, ALL_DOWN_HOLD },
        { "… and nothing is added", "dd", "1", "1", 1, ALL_DOWN_HOLD },
        { "… and an empty set stays so", "dd", "", "", 1, ALL_DOWN_HOLD },
        { "below the minimum all that is there is kept", "udd", "123", "123", 2, ALL_DOWN_HOLD },
        { "… and who is up is added", "udd", "23", "123", 2, ALL_DOWN_HOLD },
        { "all: everybody", "dd", "1", "12", 1, ALL_DOWN_ALL },
        { "all: not before everybody is judged", "d?", "1", "1", 1, ALL_DOWN_ALL },
        { "empty: nothing", "dd", "12", "", 1, ALL_DOWN_EMPTY },
        { "empty: strangers stay", "dd", "12x", "x", 1, ALL_DOWN_EMPTY },
        { "empty: not before everybody is judged", "d?", "1", "1", 1, ALL_DOWN_EMPTY },
        { "fallback: the fallback address", "dd", "12", "F", 1, ALL_DOWN_FALLBACK },
        { "fallback: goes when somebody is up", "ud", "F", "1", 1, ALL_DOWN_FALLBACK },
        { "fallback: stays while nobody knows", "??", "F", "F", 1, ALL_DOWN_FALLBACK },
        { "fallback: whoever is up beside it", "udd", "23", "1F", 2, ALL_DOWN_FALLBACK },
        { "minimum 0 takes the last one out", "dd", "12", "", 0, ALL_DOWN_HOLD },
};

static void each_row_has_its_target(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(end) Fixture fixture = { 0 };

                begin(&fixture, strlen(rows[i].health));
                fixture.config.minimum = rows[i].minimum;
                fixture.config.all_down = rows[i].all_down;
                fixture.config.fallback = &fixture.fallback;
                fixture.config.n_fallback = rows[i].all_down == ALL_DOWN_FALLBACK;
                set_health(&fixture, rows[i].health);
                saw(&fixture, rows[i].seen);
                pass(&fixture, 31); /* the start is over for those who are unknown */
                decide(&fixture);
                print_message("%s\n", rows[i].promise);
                expect(&fixture, rows[i].seen, rows[i].target);
        }
}

static void at_start_nothing_changes_until_all_are_judged_or_half_a_minute_has_passed(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "2");
        set_health(&fixture, "u?");
        assert_int_equal(decide(&fixture), START + 30 * USEC_PER_SEC);
        assert_false(fixture.pool.started);
        expect(&fixture, "2", "2");
        set_health(&fixture, "ud");
        decide(&fixture);
        assert_true(fixture.pool.started);
        expect(&fixture, "2", "1");

        begin(&fixture, 2);
        saw(&fixture, "2");
        set_health(&fixture, "u?");
        pass(&fixture, 30);
        decide(&fixture);
        expect(&fixture, "2", "12");
}

static void what_only_the_state_file_says_changes_nothing(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        set_health(&fixture, "ud");
        fixture.members[1].inherited = true;
        saw(&fixture, "12");
        assert_int_equal(fixture.members[1].health.state, HEALTH_UNKNOWN); /* somebody put it back */
        pass(&fixture, 31);
        decide(&fixture);
        expect(&fixture, "12", "12");
}

static void while_the_observer_doubts_nothing_is_added_or_removed(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        for (ObserverState doubt = OBSERVER_SUSPECT; doubt <= OBSERVER_LOST; doubt++) {
                begin(&fixture, 3);
                saw(&fixture, "12");
                set_health(&fixture, "udu");
                fixture.observer.state = doubt;
                fixture.pool.started = true;
                decide(&fixture);
                expect(&fixture, "12", "12");
                fixture.observer.state = OBSERVER_OK;
                decide(&fixture);
                expect(&fixture, "12", "13");
        }
}

static void a_member_on_this_host_needs_no_observer(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        fixture.members[0].observer = NULL;
        saw(&fixture, "12");
        set_health(&fixture, "du");
        fixture.pool.started = true;
        fixture.observer.state = OBSERVER_LOST;
        decide(&fixture);
        expect(&fixture, "12", "2");
}

static void a_removal_waits_for_somebody_elses_answer(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "12");
        set_health(&fixture, "ud");
        fixture.members[1].confirmed = false;
        fixture.members[1].health.failing_since_usec = START + USEC_PER_SEC;
        pass(&fixture, 5);
        pool_member_looked_at(&fixture.members[1], CHECK_FAIL, fixture.now);
        assert_int_equal(decide(&fixture), USEC_INFINITY);
        expect(&fixture, "12", "12");
        /* The check that failed last may have begun while we were cut off. */
        observer_heard(&fixture.observer, fixture.now);
        pass(&fixture, 1);
        pool_member_looked_at(&fixture.members[1], CHECK_FAIL, fixture.now);
        decide(&fixture);
        expect(&fixture, "12", "12");
        /* Nor is it known yet that the network still works. */
        pass(&fixture, 1);
        pool_member_looked_at(&fixture.members[1], CHECK_FAIL, fixture.now);
        decide(&fixture);
        expect(&fixture, "12", "12");
        pass(&fixture, 1);
        observer_heard(&fixture.observer, fixture.now);
        pool_member_looked_at(&fixture.members[1], CHECK_FAIL, fixture.now);
        decide(&fixture);
        expect(&fixture, "12", "1");
}

static void after_a_doubt_nobody_is_added_before_it_was_looked_at(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "1");
        set_health(&fixture, "uu");
        fixture.pool.started = true;
        pool_member_recover(&fixture.members[1], true);
        decide(&fixture);
        expect(&fixture, "1", "1");
        expect(&fixture, "12", "12");
        pool_member_looked_at(&fixture.members[1], CHECK_OK, fixture.now);
        decide(&fixture);
        expect(&fixture, "1", "12");
}

static void who_answers_again_is_not_taken_out(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "12");
        set_health(&fixture, "ud");
        decide(&fixture);
        expect(&fixture, "12", "1"); /* but it did not get that far */
        set_health(&fixture, "ur");
        decide(&fixture);
        expect(&fixture, "12", "12");
        expect(&fixture, "1", "1");
}

/* Takes results as the engine does: '+' OK, '-' FAIL; members[0] answers all the while. */
static void look(Fixture *fixture, size_t member, const char *results)
{
        const HealthOptions options = { .rise = 3, .fall = 3 };

        for (; *results; results++) {
                PoolMember *policy = &fixture->members[member];
                CheckResult result = *results == '+' ? CHECK_OK : CHECK_FAIL;

                pass(fixture, 2);
                health_step(&policy->health, &options, result, policy->published, fixture->now);
                pool_member_looked_at(policy, result, fixture->now);
                decide(fixture);
                observer_heard(&fixture->observer, fixture->now);
        }
}

static void who_answers_every_other_time_is_taken_out(void **state)
{
        static const char *const patterns[] = { "+-+-+-+-+-+-+-", "+--+--+--+--+--", "+---" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
                AUTO(end) Fixture fixture = { 0 };

                begin(&fixture, 2);
                saw(&fixture, "12");
                set_health(&fixture, "uu");
                fixture.pool.started = true;
                look(&fixture, 1, patterns[i]);
                expect(&fixture, "12", "1");
        }
}

static void without_members_everything_stays(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 0);
        fixture.config.all_down = ALL_DOWN_FALLBACK;
        fixture.config.fallback = &fixture.fallback;
        fixture.config.n_fallback = 1;
        decide(&fixture);
        expect(&fixture, "xF", "xF");
        expect(&fixture, "x", "x");
}

static void hosts_that_publish_themselves_see_that_they_are_not_alone(void **state)
{
        SourceConfig source = { .family = AF_INET };
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 1);
        fixture.config.record.ipv4 = &source;
        fixture.members[0].observer = NULL;
        saw(&fixture, "1x");
        set_health(&fixture, "d");
        decide(&fixture);
        expect(&fixture, "1x", "x");
        expect(&fixture, "1", "1");
}

static void removals_are_bounded(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 8);
        fixture.config.removal_percent = 25;
        saw(&fixture, "12345678");
        set_health(&fixture, "uuuuuddd");
        assert_int_equal(decide(&fixture), START + 10 * USEC_PER_SEC);
        expect(&fixture, "12345678", "123458");
        saw(&fixture, "123458");
        pass(&fixture, 9);
        decide(&fixture);
        expect(&fixture, "123458", "123458");
        pass(&fixture, 1);
        decide(&fixture);
        expect(&fixture, "123458", "12345");
}

static void one_may_always_be_removed(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 3);
        fixture.config.removal_percent = 1;
        saw(&fixture, "123");
        set_health(&fixture, "udd");
        decide(&fixture);
        expect(&fixture, "123", "13");
}

static void when_nobody_is_left_the_bound_does_not_thin_out_what_is_held(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 3);
        fixture.config.removal_percent = 1;
        saw(&fixture, "123");
        set_health(&fixture, "ddd");
        decide(&fixture);
        expect(&fixture, "123", "123");
}

static void who_is_put_back_by_another_stays_for_a_while_and_longer_each_time(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "12");
        set_health(&fixture, "ud");
        for (unsigned wait = 30; wait <= 600; wait = wait < 480 ? wait * 2 : 600 + (wait == 600)) {
                decide(&fixture);
                expect(&fixture, "12", "1");
                saw(&fixture, "1");
                pass(&fixture, 10);
                saw(&fixture, "12");
                decide(&fixture);
                expect(&fixture, "12", "12");
                pass(&fixture, wait - 1);
                decide(&fixture);
                expect(&fixture, "12", "12");
                pass(&fixture, 1);
        }
}

static void who_was_only_discovered_is_never_added_unless_we_took_it_out(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        fixture.members[1].borrowed = true;
        saw(&fixture, "12");
        set_health(&fixture, "uu");
        decide(&fixture);
        expect(&fixture, "12", "12");
        expect(&fixture, "1", "1"); /* it left by itself */
        set_health(&fixture, "ud");
        decide(&fixture);
        expect(&fixture, "12", "1");
        saw(&fixture, "1");
        set_health(&fixture, "uu");
        decide(&fixture);
        expect(&fixture, "1", "12");
}

static void who_is_no_member_any_more_goes_but_never_as_the_last(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        fixture.members[1].leaving = true;
        saw(&fixture, "12");
        set_health(&fixture, "uu");
        decide(&fixture);
        expect(&fixture, "12", "1");
        set_health(&fixture, "du");
        decide(&fixture);
        expect(&fixture, "2", "2");
}

/* Priorities. */

static void begin_priority(Fixture *fixture)
{
        begin(fixture, 4);
        fixture->config.policy = POOL_PRIORITY;
        fixture->members[2].priority = fixture->members[3].priority = 20;
}

static void the_best_priority_with_somebody_up_serves(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        set_health(&fixture, "uduu");
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 10);
        expect(&fixture, "", "1");
        saw(&fixture, "1");
        set_health(&fixture, "dduu");
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 20);
        expect(&fixture, "1", "34");
}

static void a_better_priority_returns_after_its_delay(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        set_health(&fixture, "dduu");
        decide(&fixture);
        saw(&fixture, "34");
        set_health(&fixture, "uduu");
        assert_int_equal(decide(&fixture), START + 60 * USEC_PER_SEC);
        expect(&fixture, "34", "34");
        pass(&fixture, 59);
        decide(&fixture);
        expect(&fixture, "34", "34");
        pass(&fixture, 1);
        decide(&fixture);
        expect(&fixture, "34", "1");
}

static void with_manual_failback_it_returns_when_a_person_says_so(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.manual_failback = true;
        set_health(&fixture, "dduu");
        decide(&fixture);
        saw(&fixture, "34");
        set_health(&fixture, "uuuu");
        pass(&fixture, 10000);
        decide(&fixture);
        expect(&fixture, "34", "34");
        fixture.pool.families[0].fail_back = true;
        decide(&fixture);
        expect(&fixture, "34", "12");
}

static void without_memory_dns_says_which_priority_is_in_use(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.manual_failback = true;
        saw(&fixture, "34");
        set_health(&fixture, "uuuu");
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 20);
        expect(&fixture, "34", "34");
}

static void another_daemons_choice_of_priority_is_adopted(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.manual_failback = true;
        set_health(&fixture, "uuuu");
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 10);
        saw(&fixture, "12");
        saw(&fixture, "34");
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 20);
        expect(&fixture, "34", "34");
}

static void the_dead_of_a_priority_that_is_given_up_go_at_once(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.removal_percent = 1;
        saw(&fixture, "12");
        set_health(&fixture, "dduu");
        decide(&fixture);
        expect(&fixture, "12", "34");
}

static void live_primaries_are_not_left_because_they_have_to_be_looked_at_again(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.manual_failback = true;
        set_health(&fixture, "uuuu");
        decide(&fixture);
        saw(&fixture, "12");
        for (size_t i = 0; i < 4; i++)
                pool_member_recover(&fixture.members[i], true);
        pool_member_looked_at(&fixture.members[2], CHECK_OK, fixture.now);
        pass(&fixture, 1000);
        decide(&fixture);
        assert_int_equal(fixture.pool.families[0].priority, 10);
        expect(&fixture, "12", "12");
}

static void a_failback_holds_until_dns_has_it(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        fixture.config.manual_failback = true;
        set_health(&fixture, "dduu");
        decide(&fixture);
        saw(&fixture, "34");
        set_health(&fixture, "uuuu");
        fixture.pool.families[0].fail_back = true;
        decide(&fixture);
        expect(&fixture, "34", "12");
        saw(&fixture, "3"); /* the write was lost, and another one seen */
        decide(&fixture);
        expect(&fixture, "3", "12");
        saw(&fixture, "12");
        assert_false(fixture.pool.families[0].fail_back);
}

/* The operator. */

static void an_operator_is_obeyed(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 3);
        saw(&fixture, "123");
        set_health(&fixture, "uud");
        fixture.members[0].admin = ADMIN_DRAIN;
        fixture.members[2].admin = ADMIN_UP;
        decide(&fixture);
        expect(&fixture, "123", "23");
        expect(&fixture, "", "23");
}

static void an_operator_is_obeyed_while_the_observer_is_lost_and_at_the_start(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        saw(&fixture, "12");
        fixture.observer.state = OBSERVER_LOST;
        fixture.members[0].admin = ADMIN_DOWN;
        decide(&fixture);
        expect(&fixture, "12", "2");
}

static void an_order_never_takes_the_last_one_unless_forced(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 2);
        set_health(&fixture, "ud");
        saw(&fixture, "1");
        decide(&fixture);
        assert_true(pool_needs(&fixture.pool, &fixture.members[0]));
        assert_false(pool_needs(&fixture.pool, &fixture.members[1]));
        fixture.members[0].admin = ADMIN_DRAIN;
        decide(&fixture);
        expect(&fixture, "1", "1"); /* the other died just now */
        fixture.members[0].forced = true;
        decide(&fixture);
        expect(&fixture, "1", "");
}

static void a_standby_makes_the_last_of_a_priority_dispensable(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin_priority(&fixture);
        set_health(&fixture, "uduu");
        decide(&fixture);
        saw(&fixture, "1");
        assert_false(pool_needs(&fixture.pool, &fixture.members[0]));
        fixture.members[0].admin = ADMIN_MAINTENANCE;
        decide(&fixture);
        expect(&fixture, "1", "34");
}

static void a_failover_serves_alone_while_its_member_is_not_down(void **state)
{
        AUTO(end) Fixture fixture = { 0 };

        (void) state;
        begin(&fixture, 3);
        fixture.config.minimum = 2;
        saw(&fixture, "123");
        set_health(&fixture, "uuu");
        fixture.pool.families[0].override.member = &fixture.members[1];
        decide(&fixture);
        assert_true(fixture.pool.families[0].overridden);
        expect(&fixture, "123x", "2x");
        set_health(&fixture, "ufu");
        decide(&fixture);
        expect(&fixture, "2", "2");
        set_health(&fixture, "udu");
        decide(&fixture);
        assert_false(fixture.pool.families[0].overridden);
        expect(&fixture, "2", "13");
        fixture.pool.families[0].override.forced = true;
        decide(&fixture);
        expect(&fixture, "13", "2");
}

static void families_are_judged_apart(void **state)
{
        AUTO(end) Fixture fixture = { 0 };
        AUTO(rrset_freep) RRset *target = NULL;

        (void) state;
        begin(&fixture, 2);
        address_from_text(&fixture.members[1].address, "2001:db8::2");
        set_health(&fixture, "ud");
        saw(&fixture, "1");
        decide(&fixture);
        expect(&fixture, "1", "1");
        fixture.members[0].admin = ADMIN_DRAIN;
        assert_true(pool_needs(&fixture.pool, &fixture.members[0]));
        assert_true(pool_is_held(&fixture.pool, 1, NULL));
        assert_false(pool_is_held(&fixture.pool, 0, NULL));
        assert_int_equal(pool_target(&fixture.pool, 1, NULL, &target), 0);
        assert_null(target);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_row_has_its_target),
                cmocka_unit_test(at_start_nothing_changes_until_all_are_judged_or_half_a_minute_has_passed),
                cmocka_unit_test(what_only_the_state_file_says_changes_nothing),
                cmocka_unit_test(while_the_observer_doubts_nothing_is_added_or_removed),
                cmocka_unit_test(a_member_on_this_host_needs_no_observer),
                cmocka_unit_test(a_removal_waits_for_somebody_elses_answer),
                cmocka_unit_test(after_a_doubt_nobody_is_added_before_it_was_looked_at),
                cmocka_unit_test(who_answers_again_is_not_taken_out),
                cmocka_unit_test(who_answers_every_other_time_is_taken_out),
                cmocka_unit_test(without_members_everything_stays),
                cmocka_unit_test(the_dead_of_a_priority_that_is_given_up_go_at_once),
                cmocka_unit_test(live_primaries_are_not_left_because_they_have_to_be_looked_at_again),
                cmocka_unit_test(a_failback_holds_until_dns_has_it),
                cmocka_unit_test(hosts_that_publish_themselves_see_that_they_are_not_alone),
                cmocka_unit_test(removals_are_bounded),
                cmocka_unit_test(one_may_always_be_removed),
                cmocka_unit_test(when_nobody_is_left_the_bound_does_not_thin_out_what_is_held),
                cmocka_unit_test(who_is_put_back_by_another_stays_for_a_while_and_longer_each_time),
                cmocka_unit_test(who_was_only_discovered_is_never_added_unless_we_took_it_out),
                cmocka_unit_test(who_is_no_member_any_more_goes_but_never_as_the_last),
                cmocka_unit_test(the_best_priority_with_somebody_up_serves),
                cmocka_unit_test(a_better_priority_returns_after_its_delay),
                cmocka_unit_test(with_manual_failback_it_returns_when_a_person_says_so),
                cmocka_unit_test(without_memory_dns_says_which_priority_is_in_use),
                cmocka_unit_test(another_daemons_choice_of_priority_is_adopted),
                cmocka_unit_test(an_operator_is_obeyed),
                cmocka_unit_test(an_operator_is_obeyed_while_the_observer_is_lost_and_at_the_start),
                cmocka_unit_test(an_order_never_takes_the_last_one_unless_forced),
                cmocka_unit_test(a_standby_makes_the_last_of_a_priority_dispensable),
                cmocka_unit_test(a_failover_serves_alone_while_its_member_is_not_down),
                cmocka_unit_test(families_are_judged_apart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
