/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/address.h"

static Address parse(const char *text)
{
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        return address;
}

static void texts_come_back_in_the_usual_form(void **state)
{
        static const struct {
                const char *text, *usual;
                int family;
        } rows[] = {
                { "192.0.2.1", "192.0.2.1", AF_INET },
                { "0.0.0.0", "0.0.0.0", AF_INET },
                { "255.255.255.255", "255.255.255.255", AF_INET },
                { "2001:DB8:0:0:0:0:0:1", "2001:db8::1", AF_INET6 },
                { "::", "::", AF_INET6 },
                { "::ffff:192.0.2.1", "::ffff:192.0.2.1", AF_INET6 },
                { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                        AF_INET6 },
        };
        char buffer[ADDRESS_TEXT_MAX];

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Address address = parse(rows[i].text);

                assert_int_equal(address.family, rows[i].family);
                assert_int_equal(address_size(&address), rows[i].family == AF_INET ? 4 : 16);
                assert_int_equal(address_bits(&address), rows[i].family == AF_INET ? 32 : 128);
                assert_string_equal(address_to_text(&address, buffer), rows[i].usual);
        }
}

static void other_texts_are_no_addresses(void **state)
{
        static const char *const rows[] = {
                "",
                " ",
                "host",
                "192.0.2",
                "192.0.2.256",
                "192.0.2.1 ",
                " 192.0.2.1",
                "192.0.2.1:53",
                "192.0.2.01x",
                "fe80::1%eth0",
                "[::1]",
                "1::2::3",
                "12345::",
                ":",
                "1:2:3:4:5:6:7:8:9",
                "192.0.2.1/24",
                "0x7f.1",
                "2130706433",
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Address address = { .family = -7 };

                assert_int_equal(address_from_text(&address, rows[i]), -EINVAL);
                assert_int_equal(address.family, -7); /* untouched */
        }
}

static void bytes_must_fit_the_family(void **state)
{
        static const uint8_t bytes[16] = { 192, 0, 2, 1, 9, 9 };
        Address address;

        (void) state;
        assert_int_equal(address_from_bytes(&address, AF_INET, bytes, 16), -EAFNOSUPPORT);
        assert_int_equal(address_from_bytes(&address, AF_INET6, bytes, 4), -EAFNOSUPPORT);
        assert_int_equal(address_from_bytes(&address, AF_UNIX, bytes, 4), -EAFNOSUPPORT);
        assert_int_equal(address_from_bytes(&address, AF_INET, bytes, 4), 0);
        assert_memory_equal(address.bytes, ((uint8_t[16]){ 192, 0, 2, 1 }), 16); /* the rest is zero */
        assert_int_equal(address_from_bytes(&address, AF_INET6, bytes, 16), 0);
        assert_memory_equal(address.bytes, bytes, 16);
}

static void ipv4_sorts_before_ipv6_and_then_by_bytes(void **state)
{
        static const char *const sorted[] = {
                "0.0.0.0",
                "9.255.255.255",
                "10.0.0.0",
                "192.0.2.1",
                "192.0.2.2",
                "::",
                "::1",
                "2001:db8::",
                "fe80::",
        };

        (void) state;
        for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
                for (size_t j = 0; j < sizeof sorted / sizeof *sorted; j++) {
                        Address a = parse(sorted[i]), b = parse(sorted[j]);
                        int order = address_compare(&a, &b);

                        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
                        assert_int_equal(address_equal(&a, &b), i == j);
                }
}

enum {
        UNSPECIFIED = 1 << 0,
        LOOPBACK = 1 << 1,
        LINK_LOCAL = 1 << 2,
        MULTICAST = 1 << 3,
        V4_MAPPED = 1 << 4,
        TEREDO = 1 << 5,
        UNIQUE_LOCAL = 1 << 6,
        PRIVATE = 1 << 7,
};

static unsigned classes_of(const Address *a)
{
        return (address_is_unspecified(a) ? UNSPECIFIED : 0U) | (address_is_loopback(a) ? LOOPBACK : 0U) |
               (address_is_link_local(a) ? LINK_LOCAL : 0U) | (address_is_multicast(a) ? MULTICAST : 0U) |
               (address_is_v4_mapped(a) ? V4_MAPPED : 0U) | (address_is_teredo(a) ? TEREDO : 0U) |
               (address_is_unique_local(a) ? UNIQUE_LOCAL : 0U) | (address_is_private(a) ? PRIVATE : 0U);
}

/* Both sides of each border. */
static void each_address_has_its_classes(void **state)
{
        static const struct {
                const char *text;
                unsigned classes;
        } rows[] = {
                { "0.0.0.0", UNSPECIFIED },
                { "0.0.0.1", 0 },
                { "9.255.255.255", 0 },
                { "10.0.0.0", PRIVATE },
                { "10.255.255.255", PRIVATE },
                { "11.0.0.0", 0 },
                { "100.63.255.255", 0 },
                { "100.64.0.0", PRIVATE },
                { "100.127.255.255", PRIVATE },
                { "100.128.0.0", 0 },
                { "126.255.255.255", 0 },
                { "127.0.0.0", LOOPBACK },
                { "127.255.255.255", LOOPBACK },
                { "128.0.0.0", 0 },
                { "169.253.255.255", 0 },
                { "169.254.0.0", LINK_LOCAL },
                { "169.254.255.255", LINK_LOCAL },
                { "169.255.0.0", 0 },
                { "172.15.255.255", 0 },
                { "172.16.0.0", PRIVATE },
                { "172.31.255.255", PRIVATE },
                { "172.32.0.0", 0 },
                { "192.167.255.255", 0 },
                { "192.168.0.0", PRIVATE },
                { "192.168.255.255", PRIVATE },
                { "192.169.0.0", 0 },
                { "223.255.255.255", 0 },
                { "224.0.0.0", MULTICAST },
                { "239.255.255.255", MULTICAST },
                { "240.0.0.0", 0 },
                { "255.255.255.254", 0 },
                { "255.255.255.255", MULTICAST },
                { "::", UNSPECIFIED },
                { "::1", LOOPBACK },
                { "::192.0.2.1", V4_MAPPED },
                { "::ffff:0.0.0.0", V4_MAPPED },
                { "::ffff:192.0.2.1", V4_MAPPED },
                { "::fffe:192.0.2.1", 0 },
                { "::1:0:0:1", 0 },
                { "64:ff9b::192.0.2.1", 0 },
                { "2000:ffff::", 0 },
                { "2001::", TEREDO },
                { "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", TEREDO },
                { "2001:1::", 0 },
                { "2001:db8::1", 0 },
                { "2002:a00:1::", 0 },
                { "fbff:ffff::", 0 },
                { "fc00::", UNIQUE_LOCAL },
                { "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UNIQUE_LOCAL },
                { "fe00::", 0 },
                { "fe7f:ffff::", 0 },
                { "fe80::", LINK_LOCAL },
                { "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", LINK_LOCAL },
                { "fec0::", 0 },
                { "feff:ffff::", 0 },
                { "ff00::", MULTICAST },
                { "ff02::1", MULTICAST },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Address address = parse(rows[i].text);

                if (classes_of(&address) != rows[i].classes)
                        fail_msg("%s: classes 0x%x, expected 0x%x", rows[i].text, classes_of(&address),
                                rows[i].classes);
        }
}

static void prefixes_contain_what_they_should(void **state)
{
        static const struct {
                const char *prefix, *address;
                bool contains;
        } rows[] = {
                { "10.0.0.0/8", "10.255.255.255", true },
                { "10.0.0.0/8", "11.0.0.0", false },
                { "10.1.2.3/8", "10.9.9.9", true }, /* host bits do not count */
                { "192.0.2.128/25", "192.0.2.128", true },
                { "192.0.2.128/25", "192.0.2.127", false },
                { "192.0.2.1", "192.0.2.1", true },
                { "192.0.2.1", "192.0.2.2", false },
                { "192.0.2.2/31", "192.0.2.3", true },
                { "192.0.2.2/31", "192.0.2.4", false },
                { "0.0.0.0/0", "255.255.255.255", true },
                { "0.0.0.0/0", "::", false },
                { "::/0", "0.0.0.0", false },
                { "::/0", "ffff::", true },
                { "fc00::/7", "fdff::1", true },
                { "fc00::/7", "fe00::", false },
                { "2001:db8::/33", "2001:db8:7fff::", true },
                { "2001:db8::/33", "2001:db8:8000::", false },
                { "2001:db8::1", "2001:db8::1", true },
                { "2001:db8::1/127", "2001:db8::", true },
                { "2001:db8::1/128", "2001:db8::", false },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Address address = parse(rows[i].address);
                Prefix prefix;

                assert_int_equal(prefix_from_text(&prefix, rows[i].prefix), 0);
                if (prefix_contains(&prefix, &address) != rows[i].contains)
                        fail_msg("%s, %s", rows[i].prefix, rows[i].address);
        }
}

static void other_texts_are_no_prefixes(void **state)
{
        static const char *const rows[] = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/ 8",
                "10.0.0.0/8 ",
                "10.0.0.0/8/8",
                "10.0.0.0/0x8",
                "10/8",
                "10.0.0.0/99999999999999999999",
                "x/8",
                "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64",
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Prefix prefix;

                assert_int_equal(prefix_from_text(&prefix, rows[i]), -EINVAL);
        }
}

static void combine_takes_prefix_and_suffix_bit_by_bit(void **state)
{
        static const struct {
                const char *prefix, *suffix;
                unsigned length;
                const char *result;
        } rows[] = {
                { "2001:db8:1:2:3:4:5:6", "::211:32ff:fe12:3456", 48, "2001:db8:1:0:211:32ff:fe12:3456" },
                { "2001:db8:1:2fff:3:4:5:6", "0:0:0:1122::1", 48, "2001:db8:1:1122::1" },
                { "2001:db8:1:2fff:3:4:5:6", "0:0:0:1122::1", 56, "2001:db8:1:2f22::1" },
                { "2001:db8:1:2fff:3:4:5:6", "0:0:0:1122::1", 60, "2001:db8:1:2ff2::1" },
                { "2001:db8:1:2fff:3:4:5:6", "0:0:0:1122::1", 64, "2001:db8:1:2fff::1" },
                { "2001:db8:1:2:3:4:5:6", "ffff:ffff:ffff:ffff:1:2:3:4", 64, "2001:db8:1:2:1:2:3:4" },
                { "ffff:ffff::", "::1", 1, "8000::1" },
                { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", 127,
                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" },
                { "2001:db8::5", "::1", 128, "2001:db8::5" },
                { "2001:db8::5", "::1", 0, "::1" },
                { "192.0.2.99", "0.0.0.7", 24, "192.0.2.7" },
                { "192.0.2.255", "255.255.255.1", 30, "192.0.2.253" },
        };
        char buffer[ADDRESS_TEXT_MAX];

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Address prefix = parse(rows[i].prefix), suffix = parse(rows[i].suffix);
                Address result = address_combine(&prefix, &suffix, rows[i].length);

                assert_int_equal(result.family, prefix.family);
                assert_string_equal(address_to_text(&result, buffer), rows[i].result);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(texts_come_back_in_the_usual_form),
                cmocka_unit_test(other_texts_are_no_addresses),
                cmocka_unit_test(bytes_must_fit_the_family),
                cmocka_unit_test(ipv4_sorts_before_ipv6_and_then_by_bytes),
                cmocka_unit_test(each_address_has_its_classes),
                cmocka_unit_test(prefixes_contain_what_they_should),
                cmocka_unit_test(other_texts_are_no_prefixes),
                cmocka_unit_test(combine_takes_prefix_and_suffix_bit_by_bit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
