/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/serial.h"
#include "model/zone.h"

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static RRset *set_of(const char *owner, uint16_t type, uint32_t ttl, const char *data)
{
        Name name = name_of(owner);
        RRset *set = rrset_new(&name, type, ttl);

        assert_non_null(set);
        assert_int_equal(rrset_add(set, data, (uint16_t) strlen(data)), 1);
        return set;
}

static int put(Zone *zone, const char *owner, uint16_t type, const char *data)
{
        return zone_replace(zone, set_of(owner, type, 60, data));
}

static Zone *new_zone(const char *apex)
{
        Name name = name_of(apex);
        Zone *zone = zone_new(&name);

        assert_non_null(zone);
        return zone;
}

static bool has(const Zone *zone, const char *owner)
{
        Name name = name_of(owner);

        return zone_has_name(zone, &name);
}

static const RRset *look(const Zone *zone, const char *owner, uint16_t type)
{
        Name name = name_of(owner);

        return zone_find(zone, &name, type);
}

static void put_soa(Zone *zone, uint32_t serial)
{
        RRset *set = rrset_new(zone_apex(zone), TYPE_SOA, 60);
        char soa[2 + 20] = { 0 };

        assert_non_null(set);
        for (unsigned i = 0; i < 4; i++)
                soa[2 + i] = (char) (serial >> (24 - 8 * i));
        assert_int_equal(rrset_add(set, soa, sizeof soa), 1);
        assert_int_equal(zone_replace(zone, set), 1);
}

static void new_zone_is_empty(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");

        (void) state;
        assert_false(has(zone, "example.com"));
        assert_null(look(zone, "example.com", TYPE_SOA));
        assert_int_equal(zone_serial(zone), 0);
        assert_int_equal(zone_set_serial(zone, 1), -ENOENT);
}

static void replacing_says_what_changed(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");

        (void) state;
        assert_int_equal(put(zone, "a.example.com", TYPE_A, "1111"), 1);
        assert_int_equal(put(zone, "a.example.com", TYPE_A, "1111"), 0);
        assert_int_equal(put(zone, "A.Example.COM", TYPE_A, "1111"), 0);
        assert_int_equal(put(zone, "a.example.com", TYPE_A, "2222"), 1);
        assert_int_equal(zone_replace(zone, set_of("a.example.com", TYPE_A, 61, "2222")), 1);
        assert_memory_equal(look(zone, "a.example.com", TYPE_A)->rdata[0]->bytes, "2222", 4);
        assert_int_equal(look(zone, "a.example.com", TYPE_A)->ttl, 61);
}

static void names_outside_are_refused(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");

        (void) state;
        assert_int_equal(put(zone, "com", TYPE_A, "1111"), -ERANGE);
        assert_int_equal(put(zone, "anexample.com", TYPE_A, "1111"), -ERANGE);
        assert_int_equal(put(zone, "example.com", TYPE_A, "1111"), 1);
}

static void empty_set_removes(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        Name owner = name_of("a.example.com");

        (void) state;
        assert_int_equal(zone_replace(zone, rrset_new(&owner, TYPE_A, 1)), 0);
        assert_int_equal(put(zone, "a.example.com", TYPE_A, "1111"), 1);
        assert_int_equal(zone_replace(zone, rrset_new(&owner, TYPE_A, 1)), 1);
        assert_false(has(zone, "a.example.com"));
}

static void removal_takes_only_its_own(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        Name owner = name_of("a.example.com");

        (void) state;
        put(zone, "a.example.com", TYPE_A, "1111");
        put(zone, "a.example.com", TYPE_TXT, "1111");
        assert_int_equal(zone_remove(zone, &owner, TYPE_AAAA), 0);
        assert_int_equal(zone_remove(zone, &owner, TYPE_A), 1);
        assert_int_equal(zone_remove(zone, &owner, TYPE_A), 0);
        assert_null(look(zone, "a.example.com", TYPE_A));
        assert_non_null(look(zone, "a.example.com", TYPE_TXT));
}

static void names_above_a_name_exist(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        static const struct {
                const char *name;
                bool exists;
        } cases[] = {
                { "a.b.c.example.com", true },
                { "A.B.C.EXAMPLE.com", true },
                { "b.c.example.com", true },
                { "c.example.com", true },
                { "example.com", true },
                { "x.a.b.c.example.com", false },
                { "x.b.c.example.com", false },
                { "xc.example.com", false },
                { "b.example.com", false },
                { "d.example.com", false },
                { "c.example.org", false },
        };

        (void) state;
        put(zone, "a.b.c.example.com", TYPE_A, "1111");
        put(zone, "bc.example.com", TYPE_A, "1111");
        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
                if (has(zone, cases[i].name) != cases[i].exists)
                        fail_msg("%s: expected %d", cases[i].name, cases[i].exists);
}

typedef struct Seen {
        size_t n, stop_after;
        const RRset *sets[16];
} Seen;

static bool see(const RRset *set, void *userdata)
{
        Seen *seen = userdata;

        seen->sets[seen->n++] = set;
        return seen->n != seen->stop_after;
}

/* The example of RFC 4034 section 6.1, put in in another order. */
static void visits_in_canonical_order(void **state)
{
        static const char *const sorted[] = { "example", "a.example", "yljkjljk.a.example", "Z.a.example",
                "zABC.a.EXAMPLE", "z.example", "\\001.z.example", "*.z.example", "\\200.z.example" };
        static const unsigned order[] = { 4, 8, 0, 6, 2, 7, 1, 5, 3 };
        AUTO(zone_freep) Zone *zone = new_zone("example");
        Seen seen = { 0 };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
                put(zone, sorted[order[i]], TYPE_A, "1111");
        zone_each(zone, see, &seen);
        assert_int_equal(seen.n, ARRAY_LENGTH(sorted));
        for (size_t i = 0; i < seen.n; i++) {
                Name expected = name_of(sorted[i]);

                assert_true(name_equal(&seen.sets[i]->name, &expected));
        }
}

static void visits_one_name_by_type_and_stops_when_told(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        Name owner = name_of("b.example.com"), missing = name_of("aa.example.com");
        Seen seen = { 0 }, none = { 0 }, one = { .stop_after = 1 }, two = { .stop_after = 2 };

        (void) state;
        put(zone, "b.example.com", TYPE_AAAA, "1111");
        put(zone, "b.example.com", TYPE_A, "1111");
        put(zone, "b.example.com", TYPE_TXT, "1111");
        put(zone, "a.example.com", TYPE_A, "1111");
        put(zone, "a.b.example.com", TYPE_A, "1111");
        zone_each_of_name(zone, &owner, see, &seen);
        assert_int_equal(seen.n, 3);
        assert_int_equal(seen.sets[0]->type, TYPE_A);
        assert_int_equal(seen.sets[1]->type, TYPE_TXT);
        assert_int_equal(seen.sets[2]->type, TYPE_AAAA);
        zone_each_of_name(zone, &missing, see, &none);
        assert_int_equal(none.n, 0);
        zone_each_of_name(zone, &owner, see, &one);
        assert_int_equal(one.n, 1);
        zone_each(zone, see, &two);
        assert_int_equal(two.n, 2);
}

static void expectations_are_judged_as_update_does(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        AUTO(rrset_freep) RRset *same = set_of("A.example.com", TYPE_A, 999, "1111");
        AUTO(rrset_freep) RRset *more = set_of("a.example.com", TYPE_A, 60, "1111");
        AUTO(rrset_freep) RRset *other = set_of("a.example.com", TYPE_A, 60, "2222");
        const Name here = name_of("a.example.com"), there = name_of("b.example.com");
        const struct {
                const Name *name;
                uint16_t type;
                Expect expect;
                RRset *expected;
                bool met;
        } cases[] = {
                { &here, TYPE_A, EXPECT_ANY, NULL, true },
                { &there, TYPE_A, EXPECT_ANY, NULL, true },
                { &here, TYPE_A, EXPECT_ABSENT, NULL, false },
                { &here, TYPE_AAAA, EXPECT_ABSENT, NULL, true },
                { &there, TYPE_A, EXPECT_ABSENT, NULL, true },
                { &here, TYPE_A, EXPECT_EXACTLY, same, true }, /* the TTL does not count */
                { &here, TYPE_A, EXPECT_EXACTLY, more, false },
                { &here, TYPE_A, EXPECT_EXACTLY, other, false },
                { &there, TYPE_A, EXPECT_EXACTLY, same, false },
        };

        (void) state;
        rrset_add(more, "2222", 4);
        put(zone, "a.example.com", TYPE_A, "1111");
        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
                Change change = {
                        .name = *cases[i].name,
                        .type = cases[i].type,
                        .expect = cases[i].expect,
                        .expected = cases[i].expected,
                };

                if (zone_meets(zone, &change) != cases[i].met)
                        fail_msg("row %zu: expected %d", i, cases[i].met);
        }
}

static void serial_is_the_soas(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");

        (void) state;
        put_soa(zone, 0xFEDCBA98);
        assert_int_equal(zone_serial(zone), 0xFEDCBA98);
        assert_int_equal(zone_set_serial(zone, 0x80000001), 0);
        assert_int_equal(zone_serial(zone), 0x80000001);
}

static void soa_too_short_has_no_serial(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");

        (void) state;
        put(zone, "example.com", TYPE_SOA, "short");
        assert_int_equal(zone_serial(zone), 0);
        assert_int_equal(zone_set_serial(zone, 1), -ENOENT);
}

static void serials_wrap_and_pass_over_zero(void **state)
{
        (void) state;
        assert_int_equal(serial_next(0xFFFFFFFF), 1);
        assert_true(serial_is_after(1, 0xFFFFFFFF));
        assert_false(serial_is_after(0xFFFFFFFF, 1));
        assert_false(serial_is_after(7, 7));
        assert_false(serial_is_after(0x80000000, 0));
        assert_false(serial_is_after(0, 0x80000000));
}

static void copy_lives_on_its_own(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        AUTO(zone_freep) Zone *copy = NULL;

        (void) state;
        put_soa(zone, 5);
        put(zone, "a.example.com", TYPE_A, "1111");
        copy = zone_copy(zone);
        assert_non_null(copy);
        zone_set_serial(zone, 6);
        put(zone, "a.example.com", TYPE_A, "2222");
        assert_int_equal(zone_serial(copy), 5);
        assert_memory_equal(look(copy, "a.example.com", TYPE_A)->rdata[0]->bytes, "1111", 4);
        assert_int_equal(put(copy, "b.example.com", TYPE_A, "1111"), 1);
        assert_false(has(zone, "b.example.com"));
}

static void ten_thousand_names_are_found_and_removed(void **state)
{
        AUTO(zone_freep) Zone *zone = new_zone("example.com");
        char owner[64];

        (void) state;
        for (unsigned i = 0; i < 10000; i++) {
                snprintf(owner, sizeof owner, "host%u.example.com", i * 7919 % 10000);
                assert_int_equal(put(zone, owner, TYPE_A, "1111"), 1);
        }
        for (unsigned i = 0; i < 10000; i++) {
                Name name;

                snprintf(owner, sizeof owner, "host%u.example.com", i);
                name = name_of(owner);
                assert_non_null(zone_find(zone, &name, TYPE_A));
                if (i % 2 == 0)
                        assert_int_equal(zone_remove(zone, &name, TYPE_A), 1);
                assert_int_equal(zone_has_name(zone, &name), i % 2);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(new_zone_is_empty),
                cmocka_unit_test(replacing_says_what_changed),
                cmocka_unit_test(names_outside_are_refused),
                cmocka_unit_test(empty_set_removes),
                cmocka_unit_test(removal_takes_only_its_own),
                cmocka_unit_test(names_above_a_name_exist),
                cmocka_unit_test(visits_in_canonical_order),
                cmocka_unit_test(visits_one_name_by_type_and_stops_when_told),
                cmocka_unit_test(expectations_are_judged_as_update_does),
                cmocka_unit_test(serial_is_the_soas),
                cmocka_unit_test(soa_too_short_has_no_serial),
                cmocka_unit_test(serials_wrap_and_pass_over_zero),
                cmocka_unit_test(copy_lives_on_its_own),
                cmocka_unit_test(ten_thousand_names_are_found_and_removed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
