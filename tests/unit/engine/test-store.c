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
static char path[64], log_path[72];
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

static void set(Store *store, const char *first, const char *second)
{
        RRset *ours = values(first, second);

        assert_true(store_put(store, &(StoreEntry){ "home", owner, TYPE_A, ours, NULL, 0, 7, false },
                            false) >= 0);
        rrset_free(ours);
}

static void what_is_ours_survives_a_restart(void **state)
{
        Store *store;
        RRset *expected = values("192.0.2.1", "192.0.2.2");
        const StoreEntry *entry;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        set(store, "192.0.2.1", "192.0.2.2");
        assert_true(store_is_dirty(store));
        assert_int_equal(store_save(store), 0);
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

static Store *reopen(Store *store)
{
        Store *again;

        store_free(store);
        assert_int_equal(store_open(&again, path), 0);
        return again;
}

static void assert_ours(const Store *store, const char *first, const char *second)
{
        RRset *expected = values(first, second);
        const StoreEntry *entry = store_find(store, "home", &owner, TYPE_A);

        assert_non_null(entry);
        assert_true(rrset_equal(entry->ours, expected));
        rrset_free(expected);
}

/* As when the process is killed at that point: nothing is written but what was written. */
static void log_knows_what_the_file_does_not(void **state)
{
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        set(store, "192.0.2.1", NULL);
        assert_int_equal(store_log(store), 0);
        store = reopen(store);
        assert_ours(store, "192.0.2.1", NULL);
        assert_true(store_is_dirty(store)); /* to be tidied up */
        assert_int_equal(store_save(store), 0);
        set(store, "192.0.2.1", "192.0.2.2");
        assert_int_equal(store_log(store), 0);
        set(store, "192.0.2.1", NULL); /* shrinks: file and log say more than enough */
        assert_int_equal(store_log(store), 0);
        store = reopen(store);
        assert_ours(store, "192.0.2.1", "192.0.2.2");
        assert_int_equal(store_save(store), 0);
        store = reopen(store);
        assert_false(store_is_dirty(store));
        assert_ours(store, "192.0.2.1", "192.0.2.2");
        store_free(store);
        unlink(path);
        unlink(log_path);
}

static void new_values_of_an_exclusive_record_are_not_urgent(void **state)
{
        RRset *first = values("192.0.2.1", NULL), *second = values("192.0.2.2", NULL);
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        assert_int_equal(
                store_put(store, &(StoreEntry){ "home", owner, TYPE_A, first, NULL, 0, 7, false }, true), 1);
        assert_true(store_is_urgent(store)); /* nobody would know that there is anything of ours */
        assert_int_equal(store_log(store), 0);
        assert_false(store_is_urgent(store));
        assert_int_equal(
                store_put(store, &(StoreEntry){ "home", owner, TYPE_A, second, NULL, 0, 7, false }, true), 1);
        assert_false(store_is_urgent(store));
        assert_int_equal(
                store_put(store, &(StoreEntry){ "home", owner, TYPE_A, first, NULL, 0, 7, false }, false), 1);
        assert_true(store_is_urgent(store));
        assert_int_equal(store_log(store), 0);
        store = reopen(store);
        assert_ours(store, "192.0.2.1", NULL);
        assert_true(store_find(store, "home", &owner, TYPE_A)->inherited);
        store_free(store);
        rrset_free(first);
        rrset_free(second);
        unlink(log_path);
}

static void cut_line_of_the_log_is_passed_over(void **state)
{
        static const char cut[] = "nonsense\n{\"name\": \"host.exam";
        Store *store;
        FILE *log;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        set(store, "192.0.2.1", NULL);
        assert_int_equal(store_log(store), 0);
        log = fopen(log_path, "a");
        assert_non_null(log);
        fputs(cut, log);
        fclose(log);
        store = reopen(store);
        assert_ours(store, "192.0.2.1", NULL);
        store_free(store);
        unlink(path);
        unlink(log_path);
}

static void what_may_still_arrive_survives_too(void **state)
{
        RRset *ours = values("192.0.2.1", NULL), *pending = values("192.0.2.2", NULL);
        StoreEntry entry = { "home", owner, TYPE_A, ours, pending, 99, 7, false };
        const StoreEntry *found;
        Store *store;

        (void) state;
        assert_int_equal(store_open(&store, path), 0);
        assert_int_equal(store_put(store, &entry, false), 1);
        assert_int_equal(store_put(store, &entry, false), 0);
        assert_int_equal(store_save(store), 0);
        store_free(store);
        assert_int_equal(store_open(&store, path), 0);
        found = store_find(store, "home", &owner, TYPE_A);
        assert_non_null(found);
        assert_true(rrset_equal(found->ours, ours) && rrset_equal(found->pending, pending));
        assert_int_equal(found->pending_until_usec, 99);
        entry.ours = pending; /* it arrived: nothing that the file does not know */
        entry.pending = NULL;
        assert_int_equal(store_put(store, &entry, false), 1);
        assert_int_equal(store_log(store), 0);
        assert_int_equal(access(log_path, F_OK), -1);
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
        set(store, "192.0.2.1", NULL);
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
                                assert_int_equal(store_put(store,
                                                         &(StoreEntry){ "home", ours->name, TYPE_A, ours,
                                                                 NULL, 0, 1, false },
                                                         false),
                                        1);
                        assert_non_null(store_find(store, "home", &ours->name, TYPE_A));
                        rrset_free(ours);
                }
                if (round == 0) {
                        assert_int_equal(store_save(store), 0);
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
        set(store, "192.0.2.1", NULL);
        assert_true(store_save(store) < 0);
        assert_true(store_is_dirty(store));
        assert_non_null(store_find(store, "home", &owner, TYPE_A));
        store_free(store);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_ours_survives_a_restart),
                cmocka_unit_test(log_knows_what_the_file_does_not),
                cmocka_unit_test(new_values_of_an_exclusive_record_are_not_urgent),
                cmocka_unit_test(cut_line_of_the_log_is_passed_over),
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
        snprintf(log_path, sizeof log_path, "%s.log", path);
        log_set_level(LOG_EMERG);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        rmdir(directory);
        return failed;
}
