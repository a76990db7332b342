/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/change.h"
#include "ctl/describe.h"
#include "util/cleanup.h"

#define NOW ((usec_t) 1000000 * USEC_PER_SEC)

#define LIST(...) ((char *[]){ __VA_ARGS__, NULL })

/* Borrows everything: never freed. */
static Object record(const char *state, char **wanted, char **published, const char *error, usec_t next_usec)
{
        return (Object){
                .kind = OBJECT_RECORD,
                .record = {
                        .name = (char *) "host.example.com",
                        .provider = (char *) "home",
                        .ttl = 60,
                        .state = (char *) state,
                        .wanted = wanted,
                        .published = published,
                        .last_error = (char *) error,
                        .next_retry = next_usec,
                },
        };
}

static void assert_told(const Object *before, const Object *after, const char *expected)
{
        AUTO_FREE char *text = change_describe(after, before, NOW);

        assert_string_equal(text, expected);
}

static void each_change_is_told(void **state)
{
        char **one = LIST((char *) "192.0.2.1"), **two = LIST((char *) "192.0.2.1", (char *) "192.0.2.2");
        char **other = LIST((char *) "192.0.2.2");
        Object in_sync = record("in-sync", one, one, "", 0);
        Object pending = record("pending", other, one, "", 0);
        Object failed = record("retrying", other, one, "no answer", NOW + 2 * USEC_PER_SEC);
        Object failed_again = record("retrying", other, one, "no answer", NOW + 4 * USEC_PER_SEC);
        Object failed_otherwise = record("retrying", other, one, "SERVFAIL", NOW + 4 * USEC_PER_SEC);
        Object parked = record("parked", other, one, "REFUSED", 0);
        Object swapped = record("in-sync", other, other, "", 0);
        Object grown = record("in-sync", two, two, "", 0);
        Object gone = record("in-sync", NULL, NULL, "", 0);
        Object elsewhere = in_sync;

        elsewhere.record.provider = (char *) "aws";
        elsewhere.record.ttl = 300;

        (void) state;
        assert_told(&in_sync, &in_sync, "");
        assert_told(&in_sync, &pending, "in-sync -> pending; wanted +192.0.2.2 -192.0.2.1");
        assert_told(&pending, &swapped, "pending -> in-sync; published +192.0.2.2 -192.0.2.1");
        assert_told(&in_sync, &swapped, "published +192.0.2.2 -192.0.2.1");
        assert_told(&in_sync, &grown, "published +192.0.2.2");
        assert_told(&in_sync, &gone, "published -192.0.2.1");
        assert_told(&pending, &failed, "pending -> retrying; no answer; tries again in 2 s");
        assert_told(&failed, &failed_again, ""); /* only a time */
        assert_told(&failed_again, &failed_otherwise, "SERVFAIL; tries again in 4 s");
        assert_told(&failed, &parked, "retrying -> parked; REFUSED; somebody must act");
        assert_told(&in_sync, &elsewhere, "provider home -> aws; ttl 60 -> 300");
        assert_told(NULL, &in_sync, "in-sync; published 192.0.2.1");
        assert_told(NULL, &gone, "in-sync; published -");
        assert_told(NULL, &failed,
                "retrying; published 192.0.2.1; wanted 192.0.2.2; no answer; tries again in 2 s");
}

static void order_of_addresses_is_no_change(void **state)
{
        Object before =
                record("in-sync", LIST((char *) "a", (char *) "b"), LIST((char *) "a", (char *) "b"), "", 0);
        Object after =
                record("in-sync", LIST((char *) "b", (char *) "a"), LIST((char *) "b", (char *) "a"), "", 0);

        (void) state;
        assert_told(&before, &after, "");
}

static void shared_record_in_sync_wants_nothing_else(void **state)
{
        char **ours = LIST((char *) "192.0.2.1"), **all = LIST((char *) "192.0.2.1", (char *) "203.0.113.9");
        Object in_sync = record("in-sync", ours, all, "", 0), pending = record("pending", NULL, ours, "", 0);

        (void) state;
        assert_false(describe_wants_other(&in_sync.record));
        assert_true(describe_wants_other(&pending.record));
}

static void manager_and_provider_are_told(void **state)
{
        Object before = { .kind = OBJECT_MANAGER,
                .manager = { .version = (char *) "1",
                        .state = (char *) "running",
                        .observer = (char *) "ok",
                        .online = true } };
        Object after = before, lost = before;
        Object provider = { .kind = OBJECT_PROVIDER,
                .provider = { .name = (char *) "home",
                        .type = (char *) "rfc2136",
                        .zone = (char *) "",
                        .state = (char *) "ok",
                        .last_error = (char *) "" } };
        Object busy = provider, failed = provider;

        (void) state;
        after.manager.state = (char *) "degraded";
        after.manager.online = false;
        assert_told(&before, &after, "running -> degraded; offline");
        assert_told(NULL, &before, "running; online");
        lost.manager.observer = (char *) "lost";
        assert_told(&before, &lost, "observer ok -> lost");
        assert_told(NULL, &lost, "running; online; observer lost");
        busy.provider.queue_length = 7;
        assert_told(&provider, &busy, "");
        failed.provider.state = (char *) "retrying";
        failed.provider.last_error = (char *) "no answer";
        failed.provider.retry_after = NOW + USEC_PER_SEC;
        assert_told(&provider, &failed, "ok -> retrying; no answer; tries again in 1 s");
}

/* Borrows everything: never freed. */
static Object pool(const char *condition, uint32_t priority, char **published, Overrides overrides)
{
        Object object = {
                .kind = OBJECT_POOL,
                .pool = {
                        .publication = record("in-sync", published, published, "", 0).record,
                        .policy = (char *) "priority",
                        .condition = (char *) condition,
                        .priority = priority,
                        .members_up = 1,
                        .members_total = 2,
                        .overrides = overrides,
                },
        };

        return object;
}

static void pool_is_told(void **state)
{
        char **one = LIST((char *) "192.0.2.1"), **other = LIST((char *) "192.0.2.2");
        Override override = {
                .member = (char *) "web2", .user = (char *) "alice", .reason = (char *) "new kernel"
        };
        const Overrides none = { 0 }, forced = { .n = 1, .overrides = &override };
        Object normal = pool("normal", 10, one, none), degraded = pool("degraded", 20, other, none);
        Object overridden = pool("overridden", 10, other, forced), counted = normal;

        (void) state;
        counted.pool.members_up = 2;
        assert_told(NULL, &degraded, "degraded; 1 of 2 up; in-sync; published 192.0.2.2");
        assert_told(NULL, &overridden,
                "overridden; 1 of 2 up; failover to web2 by alice: new kernel; in-sync; published 192.0.2.2");
        assert_told(
                &normal, &degraded, "normal -> degraded; priority 10 -> 20; published +192.0.2.2 -192.0.2.1");
        assert_told(&normal, &overridden,
                "normal -> overridden; failover to web2 by alice: new kernel; published +192.0.2.2 "
                "-192.0.2.1");
        assert_told(&overridden, &normal,
                "overridden -> normal; failover to web2 ended; published +192.0.2.1 -192.0.2.2");
        assert_told(&normal, &counted, ""); /* the member's own line says it */
}

static Object member(const char *health, const char *error, const char *admin, usec_t until_usec)
{
        bool ordered = strcmp(admin, "none") != 0;

        return (Object){
                .kind = OBJECT_MEMBER,
                .member = {
                        .pool = (char *) "www.example",
                        .name = (char *) "web1",
                        .address = (char *) "192.0.2.1",
                        .priority = 10,
                        .origin = (char *) "configured",
                        .health = (char *) health,
                        .admin = (char *) admin,
                        .admin_user = (char *) (ordered ? "root" : ""),
                        .admin_reason = (char *) (ordered ? "disk" : ""),
                        .admin_until = until_usec,
                        .last_error = (char *) error,
                },
        };
}

static void member_is_told(void **state)
{
        Object up = member("up", "", "none", 0), published = up,
               failing = member("failing", "timed out", "none", 0);
        Object down = member("down", "timed out", "none", 0), refused = member("down", "refused", "none", 0);
        Object rising = member("rising", "", "none", 0), drained = member("up", "", "drain", 0);
        Object for_a_while = member("up", "", "drain", NOW + 3600 * USEC_PER_SEC);

        (void) state;
        published.member.published = true;
        assert_told(NULL, &down, "down; 192.0.2.1; timed out");
        assert_told(NULL, &drained, "up; 192.0.2.1; drain by root: disk");
        assert_told(&up, &failing, "up -> failing; timed out");
        assert_told(&failing, &down, "failing -> down");
        assert_told(&down, &refused, "refused");
        assert_told(&down, &rising, "down -> rising");
        assert_told(&up, &published, ""); /* the pool's line says it */
        assert_told(&up, &drained, "drain by root: disk");
        assert_told(&drained, &up, "drain ended");
        assert_told(&drained, &for_a_while, "drain by root until Jan 12 14:46:40 (in 1 h): disk");
}

static void next_step_is_told(void **state)
{
        static const struct {
                const char *state;
                usec_t next_usec;
                const char *publish, *expected;
        } rows[] = {
                { "in-sync", 0, NULL, NULL },
                { "pending", 0, NULL, NULL },
                { "pending", NOW + 8 * USEC_PER_SEC, NULL, "goes on in 8 s" },
                { "retrying", NOW + 12 * USEC_PER_SEC, "a", "tries again in 12 s" },
                { "retrying", 0, "a", "tries again now" },
                { "parked", NOW + 300 * USEC_PER_SEC, "a.example",
                        "somebody must act; looks again in 5 min, or at once after `signpostctl publish "
                        "a.example`" },
                { "parked", NOW + 300 * USEC_PER_SEC, "",
                        "somebody must act; looks again in 5 min, or at once after `signpostctl publish`" },
                { "parked", NOW + 300 * USEC_PER_SEC, NULL, "somebody must act; looks again in 5 min" },
                { "parked", 0, "", "somebody must act, and then run `signpostctl publish`" },
                { "parked", 0, NULL, "somebody must act" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *text = describe_next(rows[i].state, rows[i].next_usec, NOW, rows[i].publish);

                if (rows[i].expected)
                        assert_string_equal(text, rows[i].expected);
                else
                        assert_null(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_change_is_told),
                cmocka_unit_test(order_of_addresses_is_no_change),
                cmocka_unit_test(shared_record_in_sync_wants_nothing_else),
                cmocka_unit_test(manager_and_provider_are_told),
                cmocka_unit_test(pool_is_told),
                cmocka_unit_test(member_is_told),
                cmocka_unit_test(next_step_is_told),
        };

        setenv("TZ", "UTC", 1);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
