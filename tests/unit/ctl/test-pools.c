/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/pools.h"
#include "printed.h"
#include "util/cleanup.h"

#define NOW ((usec_t) 1000000 * USEC_PER_SEC)

static void set(char **place, const char *text)
{
        free(*place);
        *place = strdup(text);
}

static void put_pool(Snapshot *snapshot, const char *name, const char *condition, const char *state)
{
        Object *object = object_new(OBJECT_POOL, name);
        Pool *pool = &object->pool;

        set(&pool->publication.name, name);
        set(&pool->publication.state, state);
        set(&pool->condition, condition);
        set(&pool->policy, "all");
        assert_int_equal(snapshot_put(snapshot, object), 0);
}

/* Of the pool "p". */
static void put_member(Snapshot *snapshot, const char *name, const char *health, const char *admin)
{
        AUTO_FREE char *path = object_member_path("/org/signpost1/pool/p", name);
        Object *object = object_new(OBJECT_MEMBER, path);
        Member *member = &object->member;

        set(&member->name, name);
        set(&member->address, "192.0.2.1");
        set(&member->health, health);
        set(&member->admin, admin);
        set(&member->admin_user, "root");
        member->priority = 10;
        assert_int_equal(snapshot_put(snapshot, object), 0);
}

static char *print(const Snapshot *snapshot, const Output *output)
{
        printed_begin();
        assert_int_equal(pools_print(snapshot, output, NOW), 0);
        return printed_end();
}

static void no_pools_are_no_lines(void **state)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        AUTO_FREE char *text = print(&snapshot, &(Output){ 0 });

        (void) state;
        assert_string_equal(text, "");
}

static void many_members_are_counted(void **state)
{
        const Output terminal = { .terminal = true, .columns = 120 };
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        AUTO_FREE char *text = NULL, *all = NULL;
        char name[16];

        (void) state;
        put_pool(&snapshot, "p", "degraded", "in-sync");
        for (unsigned i = 1; i <= 50; i++) {
                snprintf(name, sizeof name, "m%u", i);
                put_member(&snapshot, name, i <= 40 ? "down" : "up", i == 50 ? "drain" : "none");
        }
        text = print(&snapshot, &terminal);
        assert_non_null(strstr(text, "    m30  down       out"));
        assert_null(strstr(text, "    m31 "));
        assert_null(strstr(text, "    m45 "));
        assert_non_null(strstr(text, "\n    and 9 up, 11 others (`signpostctl list p` shows all)\n"));
        /* What is not read from a screen has all that somebody may want to look at. */
        all = print(&snapshot, &(Output){ 0 });
        assert_non_null(strstr(all, "    m40  down       out"));
        assert_non_null(
                strstr(all, "    m50  up         out      -           10    192.0.2.1\n      drain by root\n"));
        assert_non_null(strstr(all, "\n    and 9 up (`signpostctl list p` shows all)\n"));
}

static void worst_of_many_pools_are_shown(void **state)
{
        static const struct {
                const char *condition, *state;
        } rows[] = {
                { "normal", "in-sync" },
                { "starting", "in-sync" },
                { "degraded", "in-sync" },
                { "overridden", "in-sync" },
                { "frozen", "in-sync" },
                { "normal", "parked" },
        };
        const Output terminal = { .terminal = true, .utf8 = true, .columns = 120 };
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        AUTO_FREE char *text = NULL;
        char name[16];

        (void) state;
        for (unsigned i = 0; i < 10 * ARRAY_LENGTH(rows); i++) {
                snprintf(name, sizeof name, "p%u", i);
                put_pool(&snapshot, name, rows[i % 6].condition, rows[i % 6].state);
        }
        text = print(&snapshot, &terminal);
        assert_true(strstr(text, "● p59 ") < strstr(text, "● p4 "));
        assert_true(strstr(text, "● p58 ") < strstr(text, "● p3 "));
        assert_non_null(strstr(text, "● p57 "));
        assert_null(strstr(text, "degraded"));
        assert_null(strstr(text, "● p0 "));
        assert_non_null(strstr(text, "\n  … and 10 normal, 20 others (`signpostctl list` shows all)\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_pools_are_no_lines),
                cmocka_unit_test(many_members_are_counted),
                cmocka_unit_test(worst_of_many_pools_are_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
