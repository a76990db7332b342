/* SPDX-License-Identifier: BSD-3-Clause */

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/store.h"
#include "util/file.h"
#include "util/log.h"

static char directory[] = "/tmp/signpost-store-XXXXXX";
static char path[64];
static Name owner;

static RRset *values(const char *first, const char *second)
{
        RRset *set = rrset_new(&owner, TYPE_A, 60);
        Address address;

        assert_non_null(set);
        for (int i = 0; i < 2; i++) {
                const char *text = i == 0 ? first : second;

                if (!text)
                        continue;
                assert_int_equal(address_from_text(&address, text), 0);
                assert_int_equal(rrset_add_address(set, &address), 1);
        }
        return set;
}

static void set(Store *store, const char *first, const char *second, bool any_value)
{
        RRset *ours = values(first, second);

        assert_true(
                store_put(store, &(StoreEntry){ "home", owner, TYPE_A, ours, NULL, 0, 7 }, any_value) >= 0);
        rrset_free(ours);
}

static void what_is_ours_survives_a_restart(void **state)
{
        Store *store;
        RRset *expected = values("192.0.2.1", "192.0.2.2");
        const StoreEntry *entry;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        set(store, "192.0.2.1", "192.0.2.2", false);
        assert_true(store_is_dirty(store));
        assert_int_equal(store_save(store, true), 0);
        assert_false(store_is_dirty(store));
        store_free(store);

        assert_int_equal(store_open(&store, path), 0);
        assert_false(store_is_dirty(store));
        entry = store_find(store, "home", &owner, TYPE_A);
        assert_non_null(entry);
        assert_true(rrset_equal(entry->ours, expected));
        assert_int_equal(entry->changed_usec, 7);
        assert_null(store_find(store, "elsewhere", &owner, TYPE_A));
        assert_null(store_find(store, "home", &owner, TYPE_AAAA));
        store_free(store);
        rrset_free(expected);
        unlink(path);
}

static void growth_is_noticed_until_it_is_saved(void **state)
{
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        assert_false(store_has_grown(store));
        set(store, "192.0.2.1", "192.0.2.2", false);
        assert_true(store_has_grown(store));
        assert_int_equal(store_save(store, false), 0);
        assert_false(store_has_grown(store));
        set(store, "192.0.2.1", NULL, false); /* shrinks: the file says more than enough */
        assert_false(store_has_grown(store));
        assert_true(store_is_dirty(store));
        set(store, "192.0.2.3", NULL, true); /* exclusive: the entry stands for any value */
        assert_false(store_has_grown(store));
        set(store, "192.0.2.4", NULL, false);
        assert_true(store_has_grown(store));
        store_free(store);
        unlink(path);
}

static void what_may_still_arrive_survives_too(void **state)
{
        RRset *ours = values("192.0.2.1", NULL), *pending = values("192.0.2.2", NULL);
        StoreEntry entry = { "home", owner, TYPE_A, ours, pending, 99, 7 };
        const StoreEntry *found;
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        assert_int_equal(store_put(store, &entry, false), 1);
        assert_int_equal(store_put(store, &entry, false), 0);
        assert_int_equal(store_save(store, false), 0);
        store_free(store);
        assert_int_equal(store_open(&store, path), 0);
        found = store_find(store, "home", &owner, TYPE_A);
        assert_non_null(found);
        assert_true(rrset_equal(found->ours, ours) && rrset_equal(found->pending, pending));
        assert_int_equal(found->pending_until_usec, 99);
        entry.ours = pending; /* it arrived: nothing that the file does not know */
        entry.pending = NULL;
        assert_int_equal(store_put(store, &entry, false), 1);
        assert_false(store_has_grown(store));
        store_free(store);
        rrset_free(ours);
        rrset_free(pending);
        unlink(path);
}

static void damaged_file_is_set_aside(void **state)
{
        static const char *const damaged[] = {
                "",
                "{",
                "[]",
                "{\"version\": 1}",
                "{\"version\": 2, \"published\": []}",
                "{\"version\": 1, \"published\": [{\"name\": \"a\"}]}",
                "{\"version\": 1, \"published\": [{\"name\": \"a\", \"type\": \"A\", \"provider\": \"p\", "
                "\"ttl\": 1, "
                "\"changed\": 0, \"values\": [\"2001:db8::1\"]}]}",
                "{\"version\": 1, \"published\": [7]}",
        };

        (void) state;
        for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
                char pattern[96];
                Store *store;
                glob_t found;

                assert_int_equal(file_replace(path, damaged[i], strlen(damaged[i]), false), 0);
                assert_int_equal(store_open(&store, path), 0);
                assert_null(store_find(store, "p", &owner, TYPE_A));
                assert_int_equal(access(path, F_OK), -1);
                snprintf(pattern, sizeof pattern, "%s.damaged-*", path);
                assert_int_equal(glob(pattern, 0, NULL, &found), 0);
                assert_int_equal(found.gl_pathc, 1);
                unlink(found.gl_pathv[0]);
                globfree(&found);
                store_free(store);
        }
}

static void forgetting_leaves_nothing(void **state)
{
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, NULL), 0);
        set(store, "192.0.2.1", NULL, false);
        store_clear(store);
        assert_null(store_find(store, "home", &owner, TYPE_A));
        store_free(store);
}

static void many_entries_are_found(void **state)
{
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 1000; i++) {
                        char text[64];
                        RRset *ours = values("192.0.2.1", NULL);

                        snprintf(text, sizeof text, "h%d.example.com", i * 7919 % 1000);
                        assert_int_equal(name_from_text(&ours->name, text), 0);
                        if (round == 0)
                                assert_int_equal(
                                        store_put(store,
                                                &(StoreEntry){ "home", ours->name, TYPE_A, ours, NULL, 0, 1 },
                                                false),
                                        1);
                        assert_non_null(store_find(store, "home", &ours->name, TYPE_A));
                        rrset_free(ours);
                }
                if (round == 0) {
                        assert_int_equal(store_save(store, true), 0);
                        store_free(store);
                        assert_int_equal(store_open(&store, path), 0);
                }
        }
        store_free(store);
        unlink(path);
}

static void a_file_that_cannot_be_written_is_an_error_not_an_end(void **state)
{
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, "/proc/no-such-folder/state.json"), 0);
        set(store, "192.0.2.1", NULL, false);
        assert_true(store_save(store, true) < 0);
        assert_true(store_is_dirty(store));
        assert_non_null(store_find(store, "home", &owner, TYPE_A));
        store_free(store);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_ours_survives_a_restart),
                cmocka_unit_test(growth_is_noticed_until_it_is_saved),
                cmocka_unit_test(what_may_still_arrive_survives_too),
                cmocka_unit_test(damaged_file_is_set_aside),
                cmocka_unit_test(forgetting_leaves_nothing),
                cmocka_unit_test(many_entries_are_found),
                cmocka_unit_test(a_file_that_cannot_be_written_is_an_error_not_an_end),
        };
        int failed;

        if (!mkdtemp(directory) || name_from_text(&owner, "host.example.com") < 0)
                return 1;
        snprintf(path, sizeof path, "%s/state.json", directory);
        log_set_level(LOG_EMERG);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        rmdir(directory);
        return failed;
}
