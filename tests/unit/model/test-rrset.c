/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/rrset.h"

static RRset *new_set(const char *name, uint16_t type, uint32_t ttl)
{
        RRset *set;
        Name parsed;

        assert_int_equal(name_from_text(&parsed, name), 0);
        set = rrset_new(&parsed, type, ttl);
        assert_non_null(set);
        return set;
}

/* values: addresses, separated by spaces. */
static RRset *set_of(const char *name, uint32_t ttl, const char *values)
{
        RRset *set = new_set(name, TYPE_A, ttl);
        char copy[512], *rest;

        strcpy(copy, values);
        for (char *value = strtok_r(copy, " ", &rest); value; value = strtok_r(NULL, " ", &rest)) {
                Address address;

                assert_int_equal(address_from_text(&address, value), 0);
                assert_int_equal(rrset_add_address(set, &address), 1);
        }
        return set;
}

static void values_are_sorted_and_there_once(void **state)
{
        AUTO(rrset_freep) RRset *set = new_set("host.example", TYPE_TXT, 300);
        static const char *const added[] = { "b", "a", "", "ab", "aa", "b", "a\xff", "a" };
        static const char *const sorted[] = { "", "a", "aa", "ab", "a\xff", "b" };
        static const int results[] = { 1, 1, 1, 1, 1, 0, 1, 0 };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(added); i++)
                assert_int_equal(rrset_add(set, added[i], (uint16_t) strlen(added[i])), results[i]);
        assert_int_equal(set->count, ARRAY_LENGTH(sorted));
        for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++) {
                assert_int_equal(set->rdata[i]->length, strlen(sorted[i]));
                assert_memory_equal(set->rdata[i]->bytes, sorted[i], strlen(sorted[i]));
        }
}

/* Every order of arrival, and every size around the array's growth. */
static void hundreds_of_values_keep_their_order(void **state)
{
        AUTO(rrset_freep) RRset *set = new_set("host.example", TYPE_A, 300);

        (void) state;
        for (unsigned i = 0; i < 257; i++) {
                uint8_t bytes[4] = { 10, 0, (uint8_t) (i * 101 % 257 / 256), (uint8_t) (i * 101 % 257) };

                assert_int_equal(rrset_add(set, bytes, 4), 1);
        }
        assert_int_equal(set->count, 257);
        for (size_t i = 1; i < set->count; i++)
                assert_true(memcmp(set->rdata[i - 1]->bytes, set->rdata[i]->bytes, 4) < 0);
        for (unsigned i = 0; i < 257; i += 2) {
                uint8_t bytes[4] = { 10, 0, (uint8_t) (i / 256), (uint8_t) i };

                assert_true(rrset_remove(set, bytes, 4));
                assert_false(rrset_remove(set, bytes, 4));
        }
        assert_int_equal(set->count, 128);
        for (size_t i = 0; i < set->count; i++)
                assert_int_equal(set->rdata[i]->bytes[3] % 2, 1);
        /* Growing again after shrinking must not trust a stale size. */
        for (unsigned i = 0; i < 300; i++) {
                uint8_t bytes[4] = { 11, 0, (uint8_t) (i >> 8), (uint8_t) i };

                assert_int_equal(rrset_add(set, bytes, 4), 1);
        }
        assert_int_equal(set->count, 428);
}

static void contains_finds_what_is_there(void **state)
{
        AUTO(rrset_freep) RRset *set = set_of("h.example", 1, "192.0.2.1 192.0.2.3");
        AUTO(rrset_freep) RRset *others = set_of("h.example", 1, "192.0.2.2 192.0.2.3");

        (void) state;
        assert_false(rrset_contains(set, others->rdata[0]));
        assert_true(rrset_contains(set, others->rdata[1]));
        assert_false(rrset_contains(NULL, others->rdata[0]));
        assert_int_equal(rrset_add_all(set, others), 0);
        assert_int_equal(set->count, 3);
        assert_true(rrset_contains(set, others->rdata[0]));
        assert_int_equal(rrset_add_all(set, NULL), 0);
        assert_int_equal(set->count, 3);
}

static void equality_looks_at_name_type_and_values(void **state)
{
        static const struct {
                const char *name;
                uint32_t ttl;
                const char *values;
                bool same_data, equal;
        } rows[] = {
                { "h.example", 300, "192.0.2.1 192.0.2.2", true, true },
                { "H.Example", 300, "192.0.2.2 192.0.2.1", true, true },
                { "h.example", 301, "192.0.2.1 192.0.2.2", true, false },
                { "g.example", 300, "192.0.2.1 192.0.2.2", false, false },
                { "h.example", 300, "192.0.2.1", false, false },
                { "h.example", 300, "192.0.2.1 192.0.2.3", false, false },
                { "h.example", 300, "192.0.2.1 192.0.2.2 192.0.2.3", false, false },
                { "h.example", 300, "", false, false },
        };
        AUTO(rrset_freep) RRset *set = set_of("h.example", 300, "192.0.2.1 192.0.2.2");
        AUTO(rrset_freep) RRset *other_type = rrset_copy(set);

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(rrset_freep) RRset *other = set_of(rows[i].name, rows[i].ttl, rows[i].values);

                assert_int_equal(rrset_same_data(set, other), rows[i].same_data);
                assert_int_equal(rrset_same_data(other, set), rows[i].same_data);
                assert_int_equal(rrset_equal(set, other), rows[i].equal);
                assert_int_equal(rrset_equal(other, set), rows[i].equal);
        }
        other_type->type = TYPE_TXT;
        assert_false(rrset_same_data(set, other_type));
}

static void none_equals_empty(void **state)
{
        AUTO(rrset_freep) RRset *empty = set_of("h.example", 300, "");
        AUTO(rrset_freep) RRset *other = set_of("g.example", 1, "");
        AUTO(rrset_freep) RRset *set = set_of("h.example", 300, "192.0.2.1");

        (void) state;
        assert_true(rrset_is_empty(NULL));
        assert_true(rrset_is_empty(empty));
        assert_false(rrset_is_empty(set));
        assert_true(rrset_equal(NULL, NULL));
        assert_true(rrset_equal(NULL, empty));
        assert_true(rrset_equal(empty, other));
        assert_false(rrset_equal(NULL, set));
        assert_false(rrset_same_data(set, empty));
}

static void copies_are_independent(void **state)
{
        AUTO(rrset_freep) RRset *set = set_of("h.example", 300, "192.0.2.1 192.0.2.2");
        AUTO(rrset_freep) RRset *copy = rrset_copy(set);

        (void) state;
        assert_true(rrset_equal(set, copy));
        assert_true(rrset_remove(copy, "\xc0\0\2\1", 4));
        assert_int_equal(set->count, 2);
        assert_int_equal(copy->count, 1);
        assert_null(rrset_copy(NULL));
}

static void addresses_come_back_out_of_their_records(void **state)
{
        AUTO(rrset_freep) RRset *set = new_set("h.example", TYPE_AAAA, 300);
        Address address, back;

        (void) state;
        assert_int_equal(address_from_text(&address, "2001:db8::1"), 0);
        assert_int_equal(rrset_add_address(set, &address), 1);
        assert_int_equal(set->rdata[0]->length, 16);
        assert_int_equal(rdata_to_address(set->rdata[0], TYPE_AAAA, &back), 0);
        assert_true(address_equal(&address, &back));
        assert_int_equal(rdata_to_address(set->rdata[0], TYPE_A, &back), -EINVAL);
        assert_int_equal(rdata_to_address(set->rdata[0], TYPE_TXT, &back), -EINVAL);
        assert_int_equal(rrset_type_of_family(AF_INET), TYPE_A);
        assert_int_equal(rrset_type_of_family(AF_INET6), TYPE_AAAA);
}

static void types_have_their_names(void **state)
{
        char buffer[10];

        (void) state;
        assert_string_equal(rrtype_to_text(TYPE_A, buffer), "A");
        assert_string_equal(rrtype_to_text(TYPE_AAAA, buffer), "AAAA");
        assert_string_equal(rrtype_to_text(TYPE_SOA, buffer), "SOA");
        assert_string_equal(rrtype_to_text(TYPE_NS, buffer), "NS");
        assert_string_equal(rrtype_to_text(TYPE_TXT, buffer), "TXT");
        assert_string_equal(rrtype_to_text(TYPE_CNAME, buffer), "CNAME");
        assert_string_equal(rrtype_to_text(65535, buffer), "TYPE65535");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_sorted_and_there_once),
                cmocka_unit_test(hundreds_of_values_keep_their_order),
                cmocka_unit_test(contains_finds_what_is_there),
                cmocka_unit_test(equality_looks_at_name_type_and_values),
                cmocka_unit_test(none_equals_empty),
                cmocka_unit_test(copies_are_independent),
                cmocka_unit_test(addresses_come_back_out_of_their_records),
                cmocka_unit_test(types_have_their_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
