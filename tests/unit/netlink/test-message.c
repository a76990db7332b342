/* SPDX-License-Identifier: BSD-3-Clause */

/* Messages that the kernel under the tests does not send when it is asked to, and broken ones. */

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "netlink/message.h"

#define LOWER_UP 0x10000 /* IFF_LOWER_UP, which <net/if.h> does not have */

/* A message under construction. */
typedef struct Draft {
        struct nlmsghdr header;
        char payload[256];
} Draft;

static Draft begin(uint16_t type, const void *header, size_t size)
{
        Draft draft = { .header = { .nlmsg_type = type, .nlmsg_len = NLMSG_LENGTH((uint32_t) size) } };

        memcpy(draft.payload, header, size);
        return draft;
}

static void put(Draft *draft, uint16_t type, const void *data, size_t size)
{
        size_t at = NLMSG_ALIGN(draft->header.nlmsg_len) - sizeof draft->header;
        struct rtattr attribute = { .rta_type = type, .rta_len = (uint16_t) RTA_LENGTH(size) };

        assert_true(at + RTA_SPACE(size) <= sizeof draft->payload);
        memcpy(draft->payload + at, &attribute, sizeof attribute);
        memcpy(draft->payload + at + sizeof attribute, data, size);
        draft->header.nlmsg_len = (uint32_t) (sizeof draft->header + at + RTA_LENGTH(size));
}

static Draft link_message(uint16_t type, uint8_t family, unsigned flags)
{
        struct ifinfomsg header = { .ifi_family = family, .ifi_index = 2, .ifi_flags = flags };
        Draft draft = begin(type, &header, sizeof header);

        put(&draft, IFLA_IFNAME, "eth0", sizeof "eth0");
        return draft;
}

static Draft address_message(uint16_t type, uint8_t family)
{
        struct ifaddrmsg header = {
                .ifa_family = family,
                .ifa_prefixlen = 24,
                .ifa_flags = IFA_F_PERMANENT,
                .ifa_scope = RT_SCOPE_LINK,
                .ifa_index = 2,
        };

        return begin(type, &header, sizeof header);
}

static Interfaces *table_with_eth0(void)
{
        Interfaces *table = interfaces_new();

        assert_non_null(table);
        assert_int_equal(interfaces_set_link(table, 2, "eth0", true, true, false), 1);
        return table;
}

static void link_flags_are_up_and_carrier(void **state)
{
        static const struct {
                unsigned flags;
                bool up, carrier, loopback;
        } rows[] = {
                { 0, false, false, false },
                { IFF_UP, true, false, false },
                { IFF_UP | IFF_RUNNING, true, false,
                        false }, /* RUNNING is the operational state, not the carrier */
                { IFF_UP | LOWER_UP, true, true, false },
                { IFF_UP | LOWER_UP | IFF_LOOPBACK, true, true, true },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(interfaces_freep) Interfaces *table = interfaces_new();
                Draft draft = link_message(RTM_NEWLINK, AF_UNSPEC, rows[i].flags);
                const LinkFact *link;

                assert_int_equal(message_apply(&draft.header, table), 1);
                assert_int_equal(message_apply(&draft.header, table), 0);
                link = interfaces_link(table, 2);
                assert_string_equal(link->name, "eth0");
                assert_int_equal(link->up, rows[i].up);
                assert_int_equal(link->carrier, rows[i].carrier);
                assert_int_equal(link->loopback, rows[i].loopback);
        }
}

static void link_that_leaves_its_bridge_is_not_deleted(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = table_with_eth0();
        Draft left = link_message(RTM_DELLINK, AF_BRIDGE, 0), port = link_message(RTM_NEWLINK, AF_BRIDGE, 0);

        (void) state;
        assert_int_equal(message_apply(&left.header, table), 0);
        assert_int_equal(message_apply(&port.header, table), 0);
        assert_true(interfaces_link(table, 2)->up);
}

static void wireless_event_says_nothing_about_the_link(void **state)
{
        AUTO(interfaces_freep) Interfaces *table = table_with_eth0();
        Draft scan = link_message(RTM_NEWLINK, AF_UNSPEC, 0);

        (void) state;
        put(&scan, IFLA_WIRELESS, "\0\0\0\0", 4);
        assert_int_equal(message_apply(&scan.header, table), 0);
        assert_true(interfaces_link(table, 2)->up);
}

static void local_address_comes_before_the_peers(void **state)
{
        static const uint8_t own[] = { 192, 0, 2, 1 }, peer[] = { 198, 51, 100, 1 };
        AUTO(interfaces_freep) Interfaces *table = table_with_eth0();
        Draft added = address_message(RTM_NEWADDR, AF_INET), removed = address_message(RTM_DELADDR, AF_INET);
        const AddressFact *fact;

        (void) state;
        put(&added, IFA_ADDRESS, peer, sizeof peer);
        put(&added, IFA_LOCAL, own, sizeof own);
        assert_int_equal(message_apply(&added.header, table), 1);
        fact = interfaces_link(table, 2)->addresses;
        assert_memory_equal(fact->address.bytes, own, sizeof own);
        assert_int_equal(fact->prefix_length, 24);
        assert_int_equal(fact->scope, RT_SCOPE_LINK);
        assert_int_equal(fact->flags, IFA_F_PERMANENT);

        put(&removed, IFA_ADDRESS, peer, sizeof peer);
        put(&removed, IFA_LOCAL, own, sizeof own);
        assert_int_equal(message_apply(&removed.header, table), MESSAGE_ASK_AGAIN);
        assert_int_equal(interfaces_count_addresses(table), 1);
}

static void wide_flags_come_before_the_narrow(void **state)
{
        static const uint8_t own[] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
        static const uint32_t flags = IFA_F_STABLE_PRIVACY | IFA_F_TENTATIVE;
        AUTO(interfaces_freep) Interfaces *table = table_with_eth0();
        Draft draft = address_message(RTM_NEWADDR, AF_INET6),
              removed = address_message(RTM_DELADDR, AF_INET6);

        (void) state;
        put(&draft, IFA_ADDRESS, own, sizeof own);
        put(&draft, IFA_FLAGS, &flags, sizeof flags);
        assert_int_equal(message_apply(&draft.header, table), 1);
        assert_int_equal(interfaces_link(table, 2)->addresses[0].flags, flags);
        put(&removed, IFA_ADDRESS, own, sizeof own);
        assert_int_equal(message_apply(&removed.header, table), 1);
        assert_int_equal(message_apply(&removed.header, table), 0);
}

static void what_lacks_something_is_passed_over(void **state)
{
        static const uint8_t bytes[16] = { 192, 0, 2, 1 };
        AUTO(interfaces_freep) Interfaces *table = table_with_eth0();
        struct ifinfomsg header = { .ifi_index = 3 };
        Draft drafts[] = {
                address_message(RTM_NEWADDR, AF_INET),      /* no address */
                address_message(RTM_NEWADDR, AF_INET),      /* too long an address */
                address_message(RTM_NEWADDR, AF_INET6),     /* too short an address */
                address_message(RTM_NEWADDR, AF_DECnet),    /* another family */
                address_message(RTM_NEWADDR, AF_INET),      /* flags cut short */
                begin(RTM_NEWADDR, bytes, 2),               /* half a header */
                begin(RTM_NEWLINK, &header, 6),             /* half a header */
                begin(RTM_NEWLINK, &header, sizeof header), /* no name */
                begin(RTM_NEWNEIGH, &header, sizeof header),
                begin(NLMSG_NOOP, bytes, 0),
        };

        (void) state;
        put(&drafts[1], IFA_LOCAL, bytes, 16);
        put(&drafts[2], IFA_LOCAL, bytes, 4);
        put(&drafts[3], IFA_LOCAL, bytes, 4);
        put(&drafts[4], IFA_LOCAL, bytes, 4);
        put(&drafts[4], IFA_FLAGS, bytes, 2);
        for (size_t i = 0; i < ARRAY_LENGTH(drafts); i++)
                assert_int_equal(message_apply(&drafts[i].header, table), 0);
        assert_int_equal(table->n_links, 1);
        assert_int_equal(interfaces_count_addresses(table), 0);
}

static void default_route_leads_somewhere_and_is_in_main(void **state)
{
        static const struct {
                uint16_t message;
                uint8_t length, type, table;
                uint32_t wide_table; /* 0: no RTA_TABLE */
                bool expected;
        } rows[] = {
                { RTM_NEWROUTE, 0, RTN_UNICAST, RT_TABLE_MAIN, 0, true },
                { RTM_NEWROUTE, 0, RTN_UNICAST, RT_TABLE_MAIN, RT_TABLE_MAIN, true },
                { RTM_NEWROUTE, 0, RTN_UNICAST, RT_TABLE_COMPAT, 1000, false },
                { RTM_NEWROUTE, 0, RTN_UNICAST, RT_TABLE_LOCAL, 0, false },
                { RTM_NEWROUTE, 8, RTN_UNICAST, RT_TABLE_MAIN, 0, false },
                { RTM_NEWROUTE, 0, RTN_UNREACHABLE, RT_TABLE_MAIN, 0, false },
                { RTM_NEWROUTE, 0, RTN_BLACKHOLE, RT_TABLE_MAIN, 0, false },
                { RTM_DELROUTE, 0, RTN_UNICAST, RT_TABLE_MAIN, 0, false },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                struct rtmsg header = {
                        .rtm_family = AF_INET,
                        .rtm_dst_len = rows[i].length,
                        .rtm_type = rows[i].type,
                        .rtm_table = rows[i].table,
                };
                Draft draft = begin(rows[i].message, &header, sizeof header);

                if (rows[i].wide_table != 0)
                        put(&draft, RTA_TABLE, &rows[i].wide_table, sizeof rows[i].wide_table);
                assert_int_equal(message_is_default_route(&draft.header), rows[i].expected);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(link_flags_are_up_and_carrier),
                cmocka_unit_test(link_that_leaves_its_bridge_is_not_deleted),
                cmocka_unit_test(wireless_event_says_nothing_about_the_link),
                cmocka_unit_test(local_address_comes_before_the_peers),
                cmocka_unit_test(wide_flags_come_before_the_narrow),
                cmocka_unit_test(what_lacks_something_is_passed_over),
                cmocka_unit_test(default_route_leads_somewhere_and_is_in_main),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
