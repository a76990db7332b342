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

#include "model/interfaces.h"

static AddressFact fact_of(const char *text, uint8_t prefix_length)
{
        AddressFact fact = { .prefix_length = prefix_length };

        assert_int_equal(address_from_text(&fact.address, text), 0);
        return fact;
}

static int set(Interfaces *table, int index, const char *text, uint8_t prefix_length)
{
        AddressFact fact = fact_of(text, prefix_length);

        return interfaces_set_address(table, index, &fact);
}

static int unset(Interfaces *table, int index, const char *text, uint8_t prefix_length)
{
        AddressFact fact = fact_of(text, prefix_length);

        return interfaces_remove_address(table, index, &fact.address, fact.prefix_length);
}

static Address numbered(uint32_t number)
{
        Address address = { .family = AF_INET, .ipv4.s_addr = htonl(0x0a000000 + number) };

        return address;
}

static void assert_sorted(const Interfaces *table)
{
        for (size_t i = 0; i < table->n_links; i++) {
                const LinkFact *link = &table->links[i];

                assert_true(i == 0 || link[-1].index < link->index);
                for (size_t j = 1; j < link->n_addresses; j++) {
                        const AddressFact *fact = &link->addresses[j];
                        int order = address_compare(&fact[-1].address, &fact->address);

                        assert_true(
                                order < 0 || (order == 0 && fact[-1].prefix_length < fact->prefix_length));
                }
        }
}

static void new_table_is_unknown_and_empty(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        assert_non_null(table);
        assert_int_equal(table->state, FACT_UNKNOWN);
        assert_null(interfaces_link(table, 1));
        assert_int_equal(interfaces_count_addresses(table), 0);
        assert_null(interfaces_free(NULL));
}

static void link_reports_each_change_once(void **state)
{
        static const struct {
                const char *name;
                bool up, carrier, loopback;
                int changed;
        } steps[] = {
                { "eth0", false, false, false, 1 }, /* new */
                { "eth0", false, false, false, 0 },
                { "eth0", true, false, false, 1 }, /* up */
                { "eth0", true, true, false, 1 },  /* carrier */
                { "eth0", true, true, false, 0 },
                { "lan0", true, true, false, 1 }, /* renamed */
                { "lan", true, true, false, 1 },  /* to a beginning of the old name */
                { "lan", true, false, false, 1 }, /* carrier lost */
                { "lan", true, false, true, 1 },
                { "lan", true, false, true, 0 },
        };
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
                const LinkFact *link;

                assert_int_equal(interfaces_set_link(table, 7, steps[i].name, steps[i].up, steps[i].carrier,
                                         steps[i].loopback),
                        steps[i].changed);
                link = interfaces_link(table, 7);
                assert_non_null(link);
                assert_string_equal(link->name, steps[i].name);
                assert_int_equal(link->up, steps[i].up);
                assert_int_equal(link->carrier, steps[i].carrier);
                assert_int_equal(link->loopback, steps[i].loopback);
                assert_true(link->known);
        }
}

static void longest_name_fits(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        assert_int_equal(interfaces_set_link(table, 1, "abcdefghijklmno", true, true, false), 1);
        assert_string_equal(interfaces_link(table, 1)->name, "abcdefghijklmno");
        assert_int_equal(interfaces_set_link(table, 1, "abcdefghijklmno", true, true, false), 0);
        assert_int_equal(interfaces_set_link(table, 1, "abcdefghijklmnp", true, true, false), 1);
}

static void address_reports_what_matters(void **state)
{
        static const struct {
                const char *text;
                uint8_t prefix_length, scope;
                uint32_t flags;
                int changed;
                size_t count;
        } steps[] = {
                { "2001:db8::1", 64, 0, 0x40, 1, 1 }, /* tentative */
                { "2001:db8::1", 64, 0, 0x40, 0, 1 },
                { "2001:db8::1", 64, 0, 0x80, 1, 1 },  /* permanent */
                { "2001:db8::1", 64, 0, 0x880, 1, 1 }, /* a flag beyond eight bits */
                { "2001:db8::1", 64, 200, 0x880, 1, 1 },
                { "2001:db8::1", 64, 200, 0x880, 0, 1 },
                { "2001:db8::1", 128, 200, 0x880, 1, 2 }, /* the prefix length belongs to the key */
                { "192.0.2.1", 24, 0, 0x80, 1, 3 },
                { "192.0.2.1", 24, 0, 0x81, 1, 3 },
        };
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        interfaces_set_link(table, 2, "eth0", true, true, false);
        for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
                AddressFact fact = fact_of(steps[i].text, steps[i].prefix_length);

                fact.scope = steps[i].scope;
                fact.flags = steps[i].flags;
                fact.generation = 99; /* the table's own: what the caller has there does not count */
                assert_int_equal(interfaces_set_address(table, 2, &fact), steps[i].changed);
                assert_int_equal(interfaces_count_addresses(table), steps[i].count);
        }
        assert_sorted(table);
        assert_int_equal(interfaces_link(table, 2)->addresses[0].flags, 0x81); /* IPv4 first */
}

static void address_may_come_before_its_link(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();
        const LinkFact *link;

        (void) state;
        assert_int_equal(set(table, 3, "192.0.2.1", 24), 1);
        link = interfaces_link(table, 3);
        assert_non_null(link);
        assert_false(link->known || link->up || link->carrier);
        assert_int_equal(interfaces_set_link(table, 3, "", false, false, false), 1);
        assert_true(interfaces_link(table, 3)->known);
        assert_int_equal(interfaces_link(table, 3)->n_addresses, 1);
}

static void unannounced_link_goes_with_its_last_address(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        set(table, 3, "192.0.2.1", 24);
        set(table, 3, "192.0.2.2", 24);
        assert_int_equal(unset(table, 3, "192.0.2.1", 24), 1);
        assert_non_null(interfaces_link(table, 3));
        assert_int_equal(unset(table, 3, "192.0.2.2", 24), 1);
        assert_null(interfaces_link(table, 3));
}

static void remove_takes_only_what_is_there(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        interfaces_set_link(table, 1, "lo", true, true, true);
        interfaces_set_link(table, 2, "eth0", true, true, false);
        set(table, 2, "192.0.2.1", 24);
        assert_int_equal(unset(table, 2, "192.0.2.1", 32), 0);
        assert_int_equal(unset(table, 2, "192.0.2.2", 24), 0);
        assert_int_equal(unset(table, 1, "192.0.2.1", 24), 0);
        assert_int_equal(unset(table, 9, "192.0.2.1", 24), 0);
        assert_int_equal(interfaces_count_addresses(table), 1);
        assert_int_equal(unset(table, 2, "192.0.2.1", 24), 1);
        assert_int_equal(unset(table, 2, "192.0.2.1", 24), 0);
        assert_true(interfaces_link(table, 2)->known); /* a link that was announced stays */
        assert_int_equal(interfaces_remove_link(table, 9), 0);
        assert_int_equal(interfaces_remove_link(table, 2), 1);
        assert_int_equal(interfaces_remove_link(table, 2), 0);
        assert_non_null(interfaces_link(table, 1));
}

static void removed_link_takes_its_addresses_along(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        set(table, 2, "192.0.2.1", 24);
        set(table, 4, "192.0.2.2", 24);
        interfaces_remove_link(table, 2);
        assert_int_equal(interfaces_count_addresses(table), 1);
        interfaces_set_link(table, 2, "eth0", true, true, false); /* the index comes back */
        assert_int_equal(interfaces_link(table, 2)->n_addresses, 0);
}

static void first_sweep_makes_known(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        interfaces_begin_sync(table);
        assert_int_equal(interfaces_sweep(table), 1);
        assert_int_equal(table->state, FACT_KNOWN);
        interfaces_begin_sync(table);
        assert_int_equal(table->state, FACT_KNOWN); /* what was known does not become unknown meanwhile */
        assert_int_equal(interfaces_sweep(table), 0);
}

static void sweep_takes_what_the_dump_did_not_bring(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        for (int index = 1; index <= 3; index++) {
                interfaces_set_link(table, index, "eth", true, true, false);
                set(table, index, "192.0.2.1", 24);
                set(table, index, "192.0.2.2", 24);
        }
        interfaces_sweep(table);

        interfaces_begin_sync(table);
        assert_int_equal(interfaces_set_link(table, 1, "eth", true, true, false), 0);
        assert_int_equal(interfaces_set_link(table, 3, "eth", true, true, false), 0);
        assert_int_equal(set(table, 1, "192.0.2.1", 24), 0);
        assert_int_equal(set(table, 1, "192.0.2.2", 24), 0);
        assert_int_equal(set(table, 3, "192.0.2.2", 24), 0);
        assert_int_equal(interfaces_sweep(table), 1);

        assert_int_equal(interfaces_link(table, 1)->n_addresses, 2);
        assert_null(interfaces_link(table, 2));
        assert_int_equal(interfaces_link(table, 3)->n_addresses, 1);
        assert_int_equal(interfaces_link(table, 3)->addresses[0].address.bytes[3], 2);
        assert_int_equal(interfaces_sweep(table), 0);
}

static void what_comes_while_a_dump_runs_stays(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        interfaces_begin_sync(table);
        assert_int_equal(set(table, 5, "192.0.2.9", 24), 1);
        interfaces_sweep(table);
        assert_int_equal(interfaces_count_addresses(table), 1);
        assert_false(interfaces_link(table, 5)->known);
}

/* The link dump did not bring the index, the address dump brought an address of it: a new link. */
static void swept_link_with_a_fresh_address_is_another_link(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();
        const LinkFact *link;

        (void) state;
        interfaces_set_link(table, 5, "old", true, true, false);
        set(table, 5, "192.0.2.1", 24);
        interfaces_sweep(table);
        interfaces_begin_sync(table);
        set(table, 5, "192.0.2.2", 24);
        assert_int_equal(interfaces_sweep(table), 1);
        link = interfaces_link(table, 5);
        assert_non_null(link);
        assert_false(link->known || link->up || link->carrier);
        assert_string_equal(link->name, "");
        assert_int_equal(link->n_addresses, 1);
}

/* Ten thousand, in an order that is neither sorted nor sorted backwards, in and out again. */
static void ten_thousand_addresses_on_one_link(void **state)
{
        enum {
                COUNT = 10000,
                STEP = 3571 /* shares no factor with COUNT */
        };
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();

        (void) state;
        for (uint32_t i = 0, at = 0; i < COUNT; i++, at = (at + STEP) % COUNT) {
                AddressFact fact = { .address = numbered(at), .prefix_length = 8 };

                assert_int_equal(interfaces_set_address(table, 2, &fact), 1);
                assert_int_equal(interfaces_set_address(table, 2, &fact), 0);
        }
        assert_int_equal(interfaces_count_addresses(table), COUNT);
        assert_sorted(table);
        for (uint32_t i = 0, at = 0; i < COUNT; i++, at = (at + STEP) % COUNT) {
                Address address = numbered(at);

                assert_int_equal(interfaces_remove_address(table, 2, &address, 8), 1);
                assert_int_equal(interfaces_count_addresses(table), COUNT - 1 - i);
        }
        assert_int_equal(table->n_links, 0);
}

static void thousand_links_in_any_order(void **state)
{
        enum {
                COUNT = 1000,
                STEP = 617
        };
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();
        char name[IF_NAMESIZE];

        (void) state;
        for (int i = 0, at = 0; i < COUNT; i++, at = (at + STEP) % COUNT) {
                snprintf(name, sizeof name, "eth%d", at);
                assert_int_equal(interfaces_set_link(table, at + 1, name, true, true, false), 1);
        }
        assert_sorted(table);
        for (int i = 0; i < COUNT; i++) {
                snprintf(name, sizeof name, "eth%d", i);
                assert_string_equal(interfaces_link(table, i + 1)->name, name);
        }
        for (int i = 0; i < COUNT; i += 2)
                assert_int_equal(interfaces_remove_link(table, i + 1), 1);
        for (int i = 0; i < COUNT; i++)
                assert_int_equal(interfaces_link(table, i + 1) != NULL, i % 2);
}

static void marks_end_one_by_one(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = interfaces_new();
        AddressFact fact = { .prefix_length = 24 };
        uint64_t next;

        (void) state;
        assert_int_equal(address_from_text(&fact.address, "192.0.2.1"), 0);
        for (int i = 1; i <= 2; i++) {
                interfaces_set_link(table, i, i == 1 ? "eth1" : "eth2", true, true, false);
                interfaces_set_address(table, i, &fact);
        }
        assert_int_equal(interfaces_set_leaving(table, "eth0", 10), -ENODEV);
        assert_int_equal(interfaces_set_leaving(table, "eth1", 10), 1);
        assert_int_equal(interfaces_set_leaving(table, "eth2", 20), 1);
        assert_int_equal(interfaces_set_leaving(table, "eth1", 15), 0); /* later, but nothing new */
        assert_int_equal(interfaces_end_leaving(table, 14, &next), 0);
        assert_true(next == 15);
        assert_int_equal(interfaces_end_leaving(table, 15, &next), 1);
        assert_true(next == 20);
        assert_false(interfaces_link(table, 1)->addresses[0].leaving);
        assert_true(interfaces_link(table, 2)->addresses[0].leaving);
        assert_int_equal(interfaces_end_leaving(table, 99, &next), 1);
        assert_true(next == UINT64_MAX);
        assert_int_equal(interfaces_end_leaving(table, 99, &next), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(new_table_is_unknown_and_empty),
                cmocka_unit_test(link_reports_each_change_once),
                cmocka_unit_test(longest_name_fits),
                cmocka_unit_test(address_reports_what_matters),
                cmocka_unit_test(address_may_come_before_its_link),
                cmocka_unit_test(unannounced_link_goes_with_its_last_address),
                cmocka_unit_test(remove_takes_only_what_is_there),
                cmocka_unit_test(removed_link_takes_its_addresses_along),
                cmocka_unit_test(first_sweep_makes_known),
                cmocka_unit_test(sweep_takes_what_the_dump_did_not_bring),
                cmocka_unit_test(what_comes_while_a_dump_runs_stays),
                cmocka_unit_test(swept_link_with_a_fresh_address_is_another_link),
                cmocka_unit_test(ten_thousand_addresses_on_one_link),
                cmocka_unit_test(thousand_links_in_any_order),
                cmocka_unit_test(marks_end_one_by_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
