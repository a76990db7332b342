/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/verdict.h"

#define NOW ((usec_t) 1000000 * USEC_PER_SEC)

enum {
        MEMBERS = 3,
};

#define FAMILY_OF(i) ((i) == 2 ? "2001:db8::2" : (i) == 1 ? "192.0.2.1" : "192.0.2.0")

/* The first member of three is judged: "a" and "b" are of one family, "c" is of the other. */
typedef struct Row {
        const char *policy, *condition;
        uint32_t in_use, priority;
        const char *health, *error, *admin, *failover;
        bool wanted, published;
        const char *expected;
} Row;

static Object *new_member(size_t i)
{
        char name[] = { (char) ('a' + i), '\0' };
        AUTO_FREE char *path = object_member_path("/org/signpost1/pool/www_2eexample", name);
        Object *object = object_new(OBJECT_MEMBER, path);

        free(object->member.name);
        free(object->member.address);
        object->member.name = strdup(name);
        object->member.address = strdup(FAMILY_OF(i));
        return object;
}

static void set(char **place, const char *text)
{
        free(*place);
        *place = strdup(text);
}

static void assert_verdict(const Row *row)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        AUTO(verdict_done) Verdict verdict = { 0 };
        Override override = {
                .member = (char *) (row->failover ? row->failover : ""),
                .user = (char *) "root",
                .reason = (char *) "test",
        };
        const char *other = row->failover && *row->failover != 'a' ? FAMILY_OF(*row->failover - 'a') : NULL;
        char *wanted[] = { (char *) (row->wanted ? FAMILY_OF(0) : other),
                (char *) (row->wanted ? other : NULL), NULL };
        const Pool pool = {
                .publication = { .name = (char *) "www.example", .wanted = wanted },
                .policy = (char *) (row->policy ? row->policy : "all"),
                .condition = (char *) (row->condition ? row->condition : "normal"),
                .priority = row->in_use,
                .overrides = { .n = row->failover ? 1 : 0, .overrides = &override },
        };
        Member *member;

        for (size_t i = 0; i < MEMBERS; i++)
                assert_int_equal(snapshot_put(&snapshot, new_member(i)), 0);
        member = &snapshot.objects[0]->member;
        member->priority = row->priority;
        member->published = row->published;
        set(&member->health, row->health);
        set(&member->last_error, row->error ? row->error : "");
        set(&member->admin, row->admin ? row->admin : "none");
        set(&member->admin_user, row->admin ? "alice" : "");
        assert_int_equal(verdict_of(&verdict, &snapshot, &pool, member, NOW), 0);
        assert_int_equal(verdict.wanted, row->wanted);
        assert_string_equal(verdict.reason, row->expected);
}

static void each_reason_is_found(void **state)
{
        static const Row rows[] = {
                { .health = "up", .wanted = true, .published = true, .expected = "it is up" },
                { .health = "up", .wanted = true, .expected = "it is up; DNS does not have it yet" },
                { .health = "failing",
                        .error = "timed out",
                        .wanted = true,
                        .published = true,
                        .expected = "failing: timed out; not yet often enough to be taken out" },
                { .health = "unknown",
                        .wanted = true,
                        .published = true,
                        .expected = "its checks have not decided yet, and DNS has it" },
                { .health = "unknown",
                        .expected = "its checks have not decided yet, and DNS does not have it" },
                { .health = "down", .error = "refused", .expected = "down: refused" },
                { .health = "down",
                        .error = "refused",
                        .published = true,
                        .expected = "down: refused; DNS still has it" },
                { .health = "down", .expected = "down" },
                { .health = "rising",
                        .expected = "it answers again, but has to go on with that for a while" },
                { .health = "down",
                        .error = "refused",
                        .condition = "held",
                        .wanted = true,
                        .published = true,
                        .expected =
                                "down: refused; fewer than the minimum are up, and \"all_down\" says so" },
                { .health = "down",
                        .error = "refused",
                        .condition = "frozen",
                        .wanted = true,
                        .published = true,
                        .expected = "down: refused; kept: this host cannot judge others" },
                { .health = "failing",
                        .error = "timed out",
                        .condition = "frozen",
                        .wanted = true,
                        .published = true,
                        .expected = "failing: timed out; kept: this host cannot judge others" },
                { .health = "up",
                        .error = "host unreachable",
                        .condition = "frozen",
                        .wanted = true,
                        .published = true,
                        .expected = "it was up, and this host cannot judge others now: host unreachable" },
                { .health = "down",
                        .error = "refused",
                        .condition = "degraded",
                        .wanted = true,
                        .published = true,
                        .expected = "down: refused; kept for now: not all may go at once" },
                { .health = "up",
                        .policy = "priority",
                        .in_use = 10,
                        .priority = 20,
                        .expected = "up, but its priority is 20, and 10 is in use" },
                { .health = "up",
                        .policy = "priority",
                        .in_use = 20,
                        .priority = 10,
                        .expected = "up; waits to take over from priority 20 (its delay, or signpostctl "
                                    "failback)" },
                { .health = "up", .in_use = 10, .priority = 20, .expected = "up; about to be added" },
                { .health = "up",
                        .condition = "starting",
                        .expected = "nothing is changed until each member was judged" },
                { .health = "up",
                        .condition = "frozen",
                        .expected = "up, but nothing is changed while this host cannot judge others" },
                { .health = "up",
                        .condition = "held",
                        .expected = "up, but fewer than the minimum are, and \"all_down\" decides" },
                { .health = "up", .admin = "drain", .expected = "drain by alice" },
                { .health = "down",
                        .error = "refused",
                        .admin = "maintenance",
                        .expected = "maintenance by alice" },
                { .health = "down",
                        .admin = "up",
                        .wanted = true,
                        .published = true,
                        .expected = "up by alice" },
                { .health = "up",
                        .admin = "down",
                        .condition = "held",
                        .wanted = true,
                        .published = true,
                        .expected = "down by alice; but fewer than the minimum are up, and \"all_down\" says "
                                    "so" },
                { .health = "up",
                        .failover = "a",
                        .wanted = true,
                        .published = true,
                        .expected = "failover to a by root: test" },
                { .health = "up", .failover = "b", .expected = "failover to b by root: test" },
                /* Another family's is none of its business. */
                { .health = "up",
                        .failover = "c",
                        .wanted = true,
                        .published = true,
                        .expected = "it is up" },
                { .health = "down", .error = "refused", .failover = "c", .expected = "down: refused" },
                /* Not in force: whom it names is down, and not wanted. */
                { .health = "down", .error = "refused", .failover = "a", .expected = "down: refused" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                assert_verdict(&rows[i]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_reason_is_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
