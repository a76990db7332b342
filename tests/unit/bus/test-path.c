/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bus/path.h"

static Name parse(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static void records_have_the_paths_of_their_names(void **state)
{
        static const struct {
                const char *name, *path;
        } rows[] = {
                { "host.example.com", "/org/signpost1/record/host_2eexample_2ecom" },
                { "host.example.com.", "/org/signpost1/record/host_2eexample_2ecom" },
                { "HOST.Example.com", "/org/signpost1/record/host_2eexample_2ecom" },
                { "a_b.x", "/org/signpost1/record/a_5fb_2ex" },
                { "*.x", "/org/signpost1/record/_2a_2ex" },
                { "1.x", "/org/signpost1/record/_31_2ex" },
                { "a\\.b.x", "/org/signpost1/record/a_5c_2eb_2ex" },
                { "\\255.x", "/org/signpost1/record/_5c255_2ex" },
                { ".", "/org/signpost1/record/_2e" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Name name = parse(rows[i].name), back;
                AUTO_FREE char *path = path_of_record(&name);

                assert_string_equal(path, rows[i].path);
                assert_int_equal(path_to_record(path, &back), 0);
                assert_true(name_equal(&back, &name));
        }
}

static void the_longest_name_has_a_path(void **state)
{
        AUTO_FREE char *path = NULL;
        Name name = { .length = NAME_WIRE_MAX }, back;

        (void) state;
        for (unsigned at = 0; at < NAME_WIRE_MAX - 1; at += 1U + name.wire[at]) {
                name.wire[at] = (uint8_t) (NAME_WIRE_MAX - 1 - at > 63 ? 63 : NAME_WIRE_MAX - 2 - at);
                memset(name.wire + at + 1, 0xff, name.wire[at]);
        }
        path = path_of_record(&name);
        assert_non_null(path);
        assert_int_equal(path_to_record(path, &back), 0);
        assert_true(name_equal(&back, &name));
}

static void other_paths_name_no_record(void **state)
{
        static const char *const paths[] = {
                "/",
                "/org/signpost1",
                "/org/signpost1/record",
                "/org/signpost1/record/_",           /* the empty text */
                "/org/signpost1/record/_2ex",        /* an empty label */
                "/org/signpost1/record/HOST_2ex",    /* not in lower case */
                "/org/signpost1/record/host_2Ex",    /* the escape is not */
                "/org/signpost1/record/host_2ex_2e", /* with the last dot */
                "/org/signpost1/record/_68ost_2ex",  /* what needs no escape */
                "/org/signpost1/record/host_2e_31",  /* the same */
                "/org/signpost1/record/host_",       /* half an escape */
                "/org/signpost1/record/host_2",
                "/org/signpost1/record/host_zz",
                "/org/signpost1/record/host_00",
                "/org/signpost1/record/host_2ex/more",
                "/org/signpost1/provider/host_2ex",
                "/org/signpost1/records/host_2ex",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
                Name name;

                if (path_to_record(paths[i], &name) != -ENOENT)
                        fail_msg("%s names a record", paths[i]);
        }
}

static void providers_have_the_paths_of_their_ids(void **state)
{
        static const struct {
                const char *id, *path;
        } rows[] = {
                { "home", "/org/signpost1/provider/home" },
                { "Home", "/org/signpost1/provider/Home" },
                { "a b/c", "/org/signpost1/provider/a_20b_2fc" },
                { "", "/org/signpost1/provider/_" },
                { "_", "/org/signpost1/provider/_5f" },
                { "\xc3\xa4\xff", "/org/signpost1/provider/_c3_a4_ff" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *path = path_of_provider(rows[i].id), *id = NULL;

                assert_string_equal(path, rows[i].path);
                assert_int_equal(path_to_provider(path, &id), 0);
                assert_string_equal(id, rows[i].id);
        }
}

static void other_paths_name_no_provider(void **state)
{
        static const char *const paths[] = {
                "/org/signpost1",
                "/org/signpost1/provider",
                "/org/signpost1/provider/_68ome",
                "/org/signpost1/provider/a_2",
                "/org/signpost1/provider/home/more",
                "/org/signpost1/record/home",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
                AUTO_FREE char *id = NULL;

                if (path_to_provider(paths[i], &id) != -ENOENT)
                        fail_msg("%s names a provider", paths[i]);
        }
}

static void members_have_a_path_below_their_pools(void **state)
{
        static const struct {
                const char *pool, *member, *path;
        } rows[] = {
                { "www.x", "web1", "/org/signpost1/pool/www_2ex/web1" },
                { "WWW.X.", "Web1", "/org/signpost1/pool/www_2ex/Web1" },
                { "www.x", "192.0.2.1", "/org/signpost1/pool/www_2ex/_3192_2e0_2e2_2e1" },
                { "www.x", "2001:db8::1", "/org/signpost1/pool/www_2ex/_32001_3adb8_3a_3a1" },
                { "www.x", "a/b", "/org/signpost1/pool/www_2ex/a_2fb" },
                { "www.x", "_", "/org/signpost1/pool/www_2ex/_5f" },
                { "www.x", "\xff", "/org/signpost1/pool/www_2ex/_ff" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Name pool = parse(rows[i].pool), back;
                AUTO_FREE char *path = path_of_member(&pool, rows[i].member), *member = NULL;

                assert_string_equal(path, rows[i].path);
                assert_int_equal(path_to_member(path, &back, &member), 0);
                assert_true(name_equal(&back, &pool));
                assert_string_equal(member, rows[i].member);
                assert_int_equal(path_to_pool(path, &back), -ENOENT);
        }
}

static void other_paths_name_no_pool_and_no_member(void **state)
{
        static const char *const paths[] = {
                "/",
                "/org/signpost1/pool",
                "/org/signpost1/pool/_",
                "/org/signpost1/pool/WWW_2ex",
                "/org/signpost1/pool/WWW_2ex/web1",
                "/org/signpost1/pool/www_2Ex/web1",
                "/org/signpost1/pool/www_2ex/web_31", /* what needs no escape */
                "/org/signpost1/pool/www_2ex/a_2Fb",  /* the escape is not in lower case */
                "/org/signpost1/pool/www_2ex/web1_",  /* half an escape */
                "/org/signpost1/pool/www_2ex/web1/more",
                "/org/signpost1/record/www_2ex",
                "/org/signpost1/record/www_2ex/web1",
                "/org/signpost1/pools/www_2ex/web1",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
                AUTO_FREE char *member = NULL;
                Name pool;

                if (path_to_pool(paths[i], &pool) != -ENOENT)
                        fail_msg("%s names a pool", paths[i]);
                if (path_to_member(paths[i], &pool, &member) != -ENOENT)
                        fail_msg("%s names a member", paths[i]);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(records_have_the_paths_of_their_names),
                cmocka_unit_test(the_longest_name_has_a_path),
                cmocka_unit_test(other_paths_name_no_record),
                cmocka_unit_test(providers_have_the_paths_of_their_ids),
                cmocka_unit_test(other_paths_name_no_provider),
                cmocka_unit_test(members_have_a_path_below_their_pools),
                cmocka_unit_test(other_paths_name_no_pool_and_no_member),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
