/* SPDX-License-Identifier: BSD-3-Clause */

/* The floor: the least that any program on libnl and sd-event does between the kernel's word and its own. For
 * each address message it sends one datagram that never changes; it reads nothing, decides nothing, remembers
 * nothing.
 *
 *     floor IPV4-ADDRESS PORT */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

/* A well-formed UPDATE, so that the receiver treats it as any other: example.com, host0 A 198.18.0.1. */
static const char datagram[] = "\0\0\x28\0\0\1\0\0\0\1\0\0"
                               "\7example\3com\0\0\6\0\1"
                               "\5host0\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\1";

typedef struct Floor {
        struct nl_sock *netlink;
        int udp;
        struct sockaddr_in receiver;
} Floor;

static int on_message(struct nl_msg *message, void *userdata)
{
        const Floor *floor = userdata;
        int type = nlmsg_hdr(message)->nlmsg_type;

        if (type == RTM_NEWADDR || type == RTM_DELADDR)
                sendto(floor->udp, datagram, sizeof datagram - 1, 0,
                        (const struct sockaddr *) &floor->receiver, sizeof floor->receiver);
        return NL_OK;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Floor *floor = userdata;

        (void) source;
        (void) fd;
        (void) events;
        nl_recvmsgs_default(floor->netlink);
        return 0;
}

static void open_netlink(Floor *floor)
{
        floor->netlink = nl_socket_alloc();
        if (!floor->netlink)
                errx(EXIT_FAILURE, "out of memory");
        nl_socket_disable_seq_check(floor->netlink);
        nl_socket_modify_cb(floor->netlink, NL_CB_VALID, NL_CB_CUSTOM, on_message, floor);
        if (nl_connect(floor->netlink, NETLINK_ROUTE) < 0 || nl_socket_set_nonblocking(floor->netlink) < 0 ||
                nl_socket_add_memberships(
                        floor->netlink, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0) < 0)
                errx(EXIT_FAILURE, "netlink cannot be had");
}

static void open_udp(Floor *floor, const char *address, const char *port)
{
        floor->receiver = (struct sockaddr_in){
                .sin_family = AF_INET,
                .sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
        };
        if (inet_pton(AF_INET, address, &floor->receiver.sin_addr) != 1)
                errx(EXIT_FAILURE, "%s: not an IPv4 address", address);
        floor->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (floor->udp < 0)
                err(EXIT_FAILURE, "socket");
}

int main(int argc, char *argv[])
{
        sd_event *event = NULL;
        Floor floor;
        int r;

        if (argc != 3)
                errx(EXIT_FAILURE, "usage: %s IPV4-ADDRESS PORT", argv[0]);
        open_netlink(&floor);
        open_udp(&floor, argv[1], argv[2]);
        r = sd_event_new(&event);
        if (r >= 0)
                r = sd_event_add_io(event, NULL, nl_socket_get_fd(floor.netlink), EPOLLIN, on_io, &floor);
        if (r >= 0)
                r = sd_event_loop(event);
        errx(EXIT_FAILURE, "the event loop: %s", strerror(-r));
}
