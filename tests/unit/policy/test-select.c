/* SPDX-License-Identifier: BSD-3-Clause */

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/select.h"

/* The default source of a family, as the configuration makes it. */
static SourceConfig source_of(int family)
{
        static char *everything[] = { (char *) "*", (char *) "!docker*", NULL };

        return (SourceConfig){ .type = SOURCE_INTERFACES,
                .family = family,
                .interfaces = everything,
                .unique_local = true,
                .private = true,
                .limit = 1000 };
}

static void add(Interfaces *table, int index, const char *text, uint32_t flags)
{
        Prefix prefix;
        AddressFact fact = { .flags = flags };

        assert_int_equal(prefix_from_text(&prefix, text), 0);
        fact.address = prefix.address;
        fact.prefix_length = (uint8_t) prefix.length;
        if (address_is_link_local(&fact.address))
                fact.scope = RT_SCOPE_LINK;
        if (address_is_loopback(&fact.address))
                fact.scope = RT_SCOPE_HOST;
        assert_int_equal(interfaces_set_address(table, index, &fact), 1);
}

static Interfaces *known_table(void)
{
        Interfaces *table = interfaces_new();

        assert_non_null(table);
        interfaces_begin_sync(table);
        interfaces_set_link(table, 1, "lo", true, true, true);
        interfaces_set_link(table, 2, "eth0", true, true, false);
        interfaces_sweep(table);
        return table;
}

typedef struct Verdicts {
        size_t count;
        SelectVerdict items[32];
} Verdicts;

static void keep(void *userdata, const SelectVerdict *verdict)
{
        Verdicts *verdicts = userdata;

        assert_in_range(verdicts->count, 0, 31);
        verdicts->items[verdicts->count++] = *verdict;
}

/* Runs both ways, with and without being told, which must agree. Returns the taken as text "a b c". */
static const char *run(const SourceConfig *source, const Interfaces *table, Verdicts *ret_verdicts)
{
        static char text[1024];
        Selection told, quiet;
        size_t used = 0;

        *ret_verdicts = (Verdicts){ 0 };
        assert_int_equal(select_addresses(&told, source, table, keep, ret_verdicts), 0);
        assert_int_equal(select_addresses(&quiet, source, table, NULL, NULL), 0);
        assert_true(selection_equal(&told, &quiet));
        text[0] = '\0';
        for (size_t i = 0; i < told.count; i++) {
                char address[ADDRESS_TEXT_MAX];

                used += (size_t) snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                        address_to_text(&told.addresses[i], address));
        }
        selection_done(&told);
        selection_done(&quiet);
        return text;
}

typedef struct Row {
        const char *address;
        uint32_t flags;
        SelectReason by_default;
        const char *switched; /* the switch that lets it in */
} Row;

static const Row rows[] = {
        { "192.0.2.1/24", IFA_F_PERMANENT, SELECT_TAKEN, NULL },
        { "192.0.2.2/24", IFA_F_PERMANENT | IFA_F_SECONDARY, SELECT_TAKEN, NULL },
        { "10.1.2.3/8", IFA_F_PERMANENT, SELECT_TAKEN, NULL },
        { "127.0.0.1/8", IFA_F_PERMANENT, SELECT_LOOPBACK, NULL },
        { "169.254.7.7/16", IFA_F_PERMANENT, SELECT_LINK_LOCAL, NULL },
        { "224.0.0.5/32", IFA_F_PERMANENT, SELECT_MULTICAST, NULL },
        { "0.0.0.0/0", IFA_F_PERMANENT, SELECT_UNSPECIFIED, NULL },
        { "2001:db8::1/64", IFA_F_PERMANENT, SELECT_TAKEN, NULL },
        { "2001:db8::2/64", IFA_F_PERMANENT | IFA_F_TENTATIVE, SELECT_TENTATIVE, NULL },
        { "2001:db8::3/64", IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_DADFAILED, SELECT_DAD_FAILED, NULL },
        { "2001:db8::4/64", IFA_F_TEMPORARY, SELECT_TEMPORARY, "temporary" },
        { "2001:db8::5/64", IFA_F_DEPRECATED, SELECT_DEPRECATED, "deprecated" },
        { "2001:0:53aa::1/32", 0, SELECT_TEREDO, "teredo" },
        { "fd00::1/64", IFA_F_PERMANENT, SELECT_TAKEN, "unique_local" },
        { "fe80::1/64", IFA_F_PERMANENT, SELECT_LINK_LOCAL, NULL },
        { "ff02::1/128", 0, SELECT_MULTICAST, NULL },
        { "::1/128", IFA_F_PERMANENT, SELECT_LOOPBACK, NULL },
        { "::ffff:192.0.2.9/128", 0, SELECT_V4_MAPPED, NULL },
};

static void each_kind_of_address_has_its_reason(void **state)
{
        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Interfaces *table = known_table();
                SourceConfig source;
                Verdicts verdicts;
                const char *taken;

                add(table, 2, rows[i].address, rows[i].flags);
                source = source_of(strchr(rows[i].address, ':') ? AF_INET6 : AF_INET);
                taken = run(&source, table, &verdicts);
                assert_int_equal(verdicts.count, 1);
                if (verdicts.items[0].reason != rows[i].by_default)
                        fail_msg("%s: reason %d", rows[i].address, verdicts.items[0].reason);
                assert_int_equal(*taken != '\0', rows[i].by_default == SELECT_TAKEN);
                interfaces_free(table);
        }
}

static void switches_let_in_and_keep_out(void **state)
{
        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Interfaces *table;
                SourceConfig source = source_of(AF_INET6);
                Verdicts verdicts;
                bool on = rows[i].by_default != SELECT_TAKEN;

                if (!rows[i].switched)
                        continue;
                table = known_table();
                add(table, 2, rows[i].address, rows[i].flags);
                *(strcmp(rows[i].switched, "temporary") == 0          ? &source.temporary
                        : strcmp(rows[i].switched, "deprecated") == 0 ? &source.deprecated
                        : strcmp(rows[i].switched, "teredo") == 0     ? &source.teredo
                                                                      : &source.unique_local) = on;
                assert_int_equal(*run(&source, table, &verdicts) != '\0', on);
                interfaces_free(table);
        }
}

static void private_ones_stay_out_when_told_so(void **state)
{
        Interfaces *table = known_table();
        SourceConfig source = source_of(AF_INET);
        Verdicts verdicts;

        (void) state;
        source.private = false;
        add(table, 2, "10.0.0.1/8", 0);
        add(table, 2, "100.64.0.1/10", 0);
        add(table, 2, "192.0.2.1/24", 0);
        assert_string_equal(run(&source, table, &verdicts), "192.0.2.1");
        assert_int_equal(verdicts.items[0].reason, SELECT_PRIVATE);
        interfaces_free(table);
}

static void unknown_kernel_is_not_an_empty_one(void **state)
{
        Interfaces *table = interfaces_new();
        SourceConfig source = source_of(AF_INET);
        Selection selection;

        (void) state;
        assert_int_equal(select_addresses(&selection, &source, table, NULL, NULL), 0);
        assert_int_equal(selection.state, FACT_UNKNOWN);
        selection_done(&selection);
        interfaces_free(table);
}

static void links_without_carrier_or_down_give_nothing(void **state)
{
        static const struct {
                bool up, carrier;
                SelectReason reason;
        } links[] = { { true, true, SELECT_TAKEN }, { true, false, SELECT_NO_CARRIER },
                { false, true, SELECT_LINK_DOWN }, { false, false, SELECT_LINK_DOWN } };

        (void) state;
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
                Interfaces *table = known_table();
                SourceConfig source = source_of(AF_INET);
                Verdicts verdicts;

                interfaces_set_link(table, 3, "eth1", links[i].up, links[i].carrier, false);
                add(table, 3, "192.0.2.1/24", 0);
                run(&source, table, &verdicts);
                assert_int_equal(verdicts.items[0].reason, links[i].reason);
                interfaces_free(table);
        }
}

static void patterns_choose_interfaces(void **state)
{
        static char *only[] = { (char *) "eth*", NULL };
        static char *all_but[] = { (char *) "!eth*", NULL };
        static char *eth_but_one[] = { (char *) "eth*", (char *) "!eth1", NULL };
        static const struct {
                char **patterns;
                const char *expected;
        } cases[] = { { only, "192.0.2.0 192.0.2.1" }, { all_but, "192.0.2.2" },
                { eth_but_one, "192.0.2.0" } };

        (void) state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Interfaces *table = known_table();
                SourceConfig source = source_of(AF_INET);
                Verdicts verdicts;

                source.interfaces = cases[i].patterns;
                interfaces_set_link(table, 3, "eth1", true, true, false);
                interfaces_set_link(table, 4, "wlan0", true, true, false);
                add(table, 2, "192.0.2.0/24", 0);
                add(table, 3, "192.0.2.1/24", 0);
                add(table, 4, "192.0.2.2/24", 0);
                assert_string_equal(run(&source, table, &verdicts), cases[i].expected);
                interfaces_free(table);
        }
}

static void reason_names_the_pattern(void **state)
{
        Interfaces *table = known_table();
        SourceConfig source = source_of(AF_INET);
        Verdicts verdicts;
        char text[SELECT_TEXT_MAX];

        (void) state;
        interfaces_set_link(table, 3, "docker0", true, true, false);
        add(table, 3, "172.17.0.1/16", 0);
        run(&source, table, &verdicts);
        assert_string_equal(
                select_verdict_to_text(&verdicts.items[0], text), "\"!docker*\" leaves its interface out");
        interfaces_free(table);
}

static void include_and_exclude_are_networks(void **state)
{
        Interfaces *table = known_table();
        SourceConfig source = source_of(AF_INET6);
        Prefix include[2], exclude;
        Verdicts verdicts;

        (void) state;
        assert_int_equal(prefix_from_text(&include[0], "2001:db8:a::/48"), 0);
        assert_int_equal(prefix_from_text(&include[1], "fc00::/7"), 0);
        assert_int_equal(prefix_from_text(&exclude, "2001:db8:a:1::/64"), 0);
        source.include = include;
        source.n_include = 2;
        source.exclude = &exclude;
        source.n_exclude = 1;
        add(table, 2, "2001:db8:a::1/64", 0);
        add(table, 2, "2001:db8:a:1::1/64", 0);
        add(table, 2, "2001:db8:b::1/64", 0);
        assert_string_equal(run(&source, table, &verdicts), "2001:db8:a::1");
        assert_int_equal(verdicts.items[1].reason, SELECT_EXCLUDED);
        assert_int_equal(verdicts.items[2].reason, SELECT_NOT_INCLUDED);
        interfaces_free(table);
}

static void suffix_takes_the_prefix_of_the_interface(void **state)
{
        static const struct {
                const char *suffix, *expected;
        } cases[] = {
                { "::211:32ff:fe12:3456/64", "2001:db8:1:2:211:32ff:fe12:3456" },
                { "::5:211:32ff:fe12:3456/56", "2001:db8:1:5:211:32ff:fe12:3456" },
                { "::f:0:0:0:1/60", "2001:db8:1:f::1" },
                { "::9:0:0:0:1/48", "2001:db8:1:9::1" },
        };

        (void) state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Interfaces *table = known_table();
                SourceConfig source = source_of(AF_INET6);
                Verdicts verdicts;

                source.has_suffix = true;
                assert_int_equal(prefix_from_text(&source.suffix, cases[i].suffix), 0);
                add(table, 2, "2001:db8:1:2::a/64", 0);
                add(table, 2, "2001:db8:1:2::b/64", 0);
                add(table, 2, "2001:db8:1:2:1:2:3:4/64", IFA_F_TEMPORARY);
                assert_string_equal(run(&source, table, &verdicts), cases[i].expected);
                assert_int_equal(verdicts.items[1].reason, SELECT_DUPLICATE);
                interfaces_free(table);
        }
}

static void limit_prefers_lasting_global_addresses(void **state)
{
        Interfaces *table = known_table();
        SourceConfig source = source_of(AF_INET6);
        Verdicts verdicts;

        (void) state;
        source.temporary = source.deprecated = true;
        add(table, 2, "2001:db8::1/64", IFA_F_DEPRECATED);
        add(table, 2, "2001:db8::2/64", IFA_F_TEMPORARY);
        add(table, 2, "2001:db8::3/64", IFA_F_PERMANENT);
        add(table, 2, "fd00::1/64", IFA_F_PERMANENT);
        source.limit = 1;
        assert_string_equal(run(&source, table, &verdicts), "2001:db8::3");
        assert_int_equal(verdicts.items[0].reason, SELECT_LIMIT);
        source.limit = 2;
        assert_string_equal(run(&source, table, &verdicts), "2001:db8::2 2001:db8::3");
        source.limit = 3;
        assert_string_equal(run(&source, table, &verdicts), "2001:db8::2 2001:db8::3 fd00::1");
        interfaces_free(table);
}

static void the_same_address_on_two_interfaces_counts_once(void **state)
{
        Interfaces *table = known_table();
        SourceConfig source = source_of(AF_INET);
        Verdicts verdicts;

        (void) state;
        interfaces_set_link(table, 3, "eth1", true, true, false);
        add(table, 2, "192.0.2.1/24", 0);
        add(table, 3, "192.0.2.1/32", 0);
        assert_string_equal(run(&source, table, &verdicts), "192.0.2.1");
        assert_int_equal(verdicts.items[0].reason, SELECT_TAKEN);
        assert_int_equal(verdicts.items[1].reason, SELECT_DUPLICATE);
        interfaces_free(table);
}

static void static_addresses_need_no_kernel(void **state)
{
        Interfaces *table = interfaces_new();
        Address addresses[3];
        SourceConfig source = {
                .type = SOURCE_STATIC, .family = AF_INET, .addresses = addresses, .n_addresses = 3
        };
        Verdicts verdicts;

        (void) state;
        address_from_text(&addresses[0], "192.0.2.9");
        address_from_text(&addresses[1], "192.0.2.1");
        address_from_text(&addresses[2], "192.0.2.9");
        assert_string_equal(run(&source, table, &verdicts), "192.0.2.1 192.0.2.9");
        interfaces_free(table);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_of_address_has_its_reason),
                cmocka_unit_test(switches_let_in_and_keep_out),
                cmocka_unit_test(private_ones_stay_out_when_told_so),
                cmocka_unit_test(unknown_kernel_is_not_an_empty_one),
                cmocka_unit_test(links_without_carrier_or_down_give_nothing),
                cmocka_unit_test(patterns_choose_interfaces),
                cmocka_unit_test(reason_names_the_pattern),
                cmocka_unit_test(include_and_exclude_are_networks),
                cmocka_unit_test(suffix_takes_the_prefix_of_the_interface),
                cmocka_unit_test(limit_prefers_lasting_global_addresses),
                cmocka_unit_test(the_same_address_on_two_interfaces_counts_once),
                cmocka_unit_test(static_addresses_need_no_kernel),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
