/* SPDX-License-Identifier: BSD-3-Clause */

/* Host: the place that a program is measured in, and the hand that changes its addresses: by the same message
 * to the kernel that ip(8) and DHCP clients send. */

#include "host.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/socket.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "util/cleanup.h"

enum {
        NETWORK = 0xc6120000, /* 198.18.0.0/15 */
        NETWORK_BITS = 15,
};

struct Host {
        int home;
        int namespace;
        int netlink;
        unsigned link;
};

uint64_t now_nsec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

void host_enter(const Host *host)
{
        if (setns(host->namespace, CLONE_NEWNET) < 0)
                err(EXIT_FAILURE, "setns");
}

void host_leave(const Host *host)
{
        if (setns(host->home, CLONE_NEWNET) < 0)
                err(EXIT_FAILURE, "setns");
}

static int open_namespace(void)
{
        int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                err(EXIT_FAILURE, "/proc/thread-self/ns/net");
        return fd;
}

static void check_nl(int r, const char *what)
{
        if (r < 0)
                errx(EXIT_FAILURE, "%s: %s", what, nl_geterror(r));
}

static void disable_ipv6(void)
{
        AUTO_CLOSE int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

        if (fd < 0)
                return; /* a kernel without it */
        if (write(fd, "1", 1) < 0)
                err(EXIT_FAILURE, "disable_ipv6");
}

static void set_link_up(struct nl_sock *socket, const char *name)
{
        struct rtnl_link *link = rtnl_link_alloc(), *change = rtnl_link_alloc();

        if (!link || !change)
                errx(EXIT_FAILURE, "out of memory");
        rtnl_link_set_ifindex(link, (int) if_nametoindex(name));
        rtnl_link_set_flags(change, IFF_UP);
        check_nl(rtnl_link_change(socket, link, change, 0), name);
        rtnl_link_put(link);
        rtnl_link_put(change);
}

static void make_links(void)
{
        struct nl_sock *socket = nl_socket_alloc();

        if (!socket)
                errx(EXIT_FAILURE, "out of memory");
        check_nl(nl_connect(socket, NETLINK_ROUTE), "netlink");
        check_nl(rtnl_link_veth_add(socket, "eth0", "far0", getpid()), "veth");
        set_link_up(socket, "lo");
        set_link_up(socket, "eth0");
        set_link_up(socket, "far0");
        nl_socket_free(socket);
}

static uint64_t send_address(const Host *host, uint16_t message_type, uint32_t address)
{
        uint16_t flags =
                NLM_F_REQUEST | NLM_F_ACK | (message_type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);
        struct {
                struct nlmsghdr header;
                struct ifaddrmsg body;
                struct rtattr attribute;
                uint32_t address;
        } request = {
                .header = { .nlmsg_len = sizeof request, .nlmsg_type = message_type, .nlmsg_flags = flags },
                .body = { .ifa_family = AF_INET, .ifa_prefixlen = NETWORK_BITS, .ifa_index = host->link },
                .attribute = { .rta_len = RTA_LENGTH(sizeof request.address), .rta_type = IFA_LOCAL },
                .address = htonl(address),
        };
        struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
        uint64_t begun_nsec = now_nsec();

        if (sendto(host->netlink, &request, sizeof request, 0, (struct sockaddr *) &kernel, sizeof kernel) <
                0)
                err(EXIT_FAILURE, "netlink");
        return begun_nsec;
}

uint64_t host_request_address(const Host *host, uint16_t message_type)
{
        return send_address(host, message_type, NETWORK + 1);
}

void host_confirm_address(const Host *host)
{
        struct {
                struct nlmsghdr header;
                struct nlmsgerr body;
                char more[256];
        } answer;

        if (recv(host->netlink, &answer, sizeof answer, 0) < (ssize_t) NLMSG_LENGTH(sizeof answer.body))
                err(EXIT_FAILURE, "netlink");
        if (answer.header.nlmsg_type != NLMSG_ERROR || answer.body.error != 0)
                errx(EXIT_FAILURE, "the kernel does not change the address: %s",
                        strerror(-answer.body.error));
}

Host *host_new(unsigned n_addresses)
{
        Host *host = calloc(1, sizeof *host);

        if (!host)
                errx(EXIT_FAILURE, "out of memory");
        host->home = open_namespace();
        if (unshare(CLONE_NEWNET) < 0)
                err(EXIT_FAILURE, "no network namespaces here (root is needed)");
        host->namespace = open_namespace();
        disable_ipv6();
        make_links();
        host->link = if_nametoindex("eth0");
        host->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (host->link == 0 || host->netlink < 0)
                err(EXIT_FAILURE, "eth0");
        host_leave(host);
        for (unsigned i = 0; i < n_addresses; i++) {
                send_address(host, RTM_NEWADDR, NETWORK + 2 + i);
                host_confirm_address(host);
        }
        return host;
}

Host *host_free(Host *host)
{
        if (!host)
                return NULL;
        close_fd(host->netlink);
        close_fd(host->namespace);
        close_fd(host->home);
        free(host);
        return NULL;
}
