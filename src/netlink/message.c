/* SPDX-License-Identifier: BSD-3-Clause */

/* Message: what one rtnetlink message means for the table. Attributes are read where they lie and nothing
 * is allocated, because this stands between the kernel's word and ours. A message that is cut short or
 * that lacks what it should have is passed over: only the kernel sends them, and it does not. */

#include "netlink/message.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

/* False: it does not concern us. */
static bool read_address(
        const struct nlmsghdr *message, int *ret_index, AddressFact *ret_fact, bool *ret_peer)
{
        static const struct nla_policy policy[IFA_FLAGS + 1] = { [IFA_FLAGS] = { .type = NLA_U32 } };
        struct nlattr *attributes[IFA_FLAGS + 1], *own;
        const struct ifaddrmsg *header;
        AddressFact fact = { 0 };

        if (nlmsg_parse((struct nlmsghdr *) message, sizeof *header, attributes, IFA_FLAGS, policy) < 0)
                return false;
        header = nlmsg_data(message);
        /* On a point-to-point link IFA_ADDRESS is the peer's; IPv6 sends IFA_LOCAL only there. */
        own = attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
        if (!own || address_from_bytes(
                            &fact.address, header->ifa_family, nla_data(own), (size_t) nla_len(own)) < 0)
                return false;
        fact.prefix_length = header->ifa_prefixlen;
        fact.scope = header->ifa_scope;
        fact.flags = attributes[IFA_FLAGS] ? nla_get_u32(attributes[IFA_FLAGS]) : header->ifa_flags;
        *ret_index = (int) header->ifa_index;
        *ret_fact = fact;
        *ret_peer = attributes[IFA_LOCAL] && attributes[IFA_ADDRESS] &&
                    nla_memcmp(attributes[IFA_ADDRESS], nla_data(own), (size_t) nla_len(own)) != 0;
        return true;
}

static int apply_address(const struct nlmsghdr *message, Interfaces *table)
{
        AddressFact fact;
        bool peer;
        int index;

        if (!read_address(message, &index, &fact, &peer))
                return 0;
        if (message->nlmsg_type == RTM_NEWADDR)
                return interfaces_set_address(table, index, &fact);
        /* One IPv4 address may serve several peers of one link; when one of them goes, only a dump tells
         * whether it still serves another. */
        if (peer && fact.address.family == AF_INET)
                return MESSAGE_ASK_AGAIN;
        return interfaces_remove_address(table, index, &fact.address, fact.prefix_length);
}

static int apply_link(const struct nlmsghdr *message, Interfaces *table)
{
        static const struct nla_policy policy[IFLA_WIRELESS + 1] = {
                [IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IF_NAMESIZE },
        };
        struct nlattr *attributes[IFLA_WIRELESS + 1];
        const struct ifinfomsg *header;
        char name[IF_NAMESIZE];

        if (nlmsg_parse((struct nlmsghdr *) message, sizeof *header, attributes, IFLA_WIRELESS, policy) < 0)
                return 0;
        header = nlmsg_data(message);
        /* AF_BRIDGE speaks of a bridge's port: its DELLINK means that the link left the bridge. */
        if (header->ifi_family != AF_UNSPEC)
                return 0;
        if (message->nlmsg_type == RTM_DELLINK)
                return interfaces_remove_link(table, header->ifi_index);
        /* Wireless events wait in a queue of their own, so that their flags may be older than what the
         * kernel has told since. */
        if (attributes[IFLA_WIRELESS] || !attributes[IFLA_IFNAME])
                return 0;
        nla_strlcpy(name, attributes[IFLA_IFNAME], sizeof name);
        return interfaces_set_link(table, header->ifi_index, name, header->ifi_flags & IFF_UP,
                header->ifi_flags & IFF_LOWER_UP, header->ifi_flags & IFF_LOOPBACK);
}

int message_apply(const struct nlmsghdr *message, Interfaces *table)
{
        switch (message->nlmsg_type) {
        case RTM_NEWADDR:
        case RTM_DELADDR:
                return apply_address(message, table);
        case RTM_NEWLINK:
        case RTM_DELLINK:
                return apply_link(message, table);
        default:
                return 0;
        }
}

bool message_is_default_route(const struct nlmsghdr *message)
{
        static const struct nla_policy policy[RTA_TABLE + 1] = { [RTA_TABLE] = { .type = NLA_U32 } };
        struct nlattr *attributes[RTA_TABLE + 1];
        const struct rtmsg *header;
        uint32_t table;

        if (message->nlmsg_type != RTM_NEWROUTE ||
                nlmsg_parse((struct nlmsghdr *) message, sizeof *header, attributes, RTA_TABLE, policy) < 0)
                return false;
        header = nlmsg_data(message);
        table = attributes[RTA_TABLE] ? nla_get_u32(attributes[RTA_TABLE]) : header->rtm_table;
        /* Another type leads nowhere: "unreachable default" is a default route too. */
        return table == RT_TABLE_MAIN && header->rtm_dst_len == 0 && header->rtm_type == RTN_UNICAST;
}
