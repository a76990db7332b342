/* SPDX-License-Identifier: BSD-3-Clause */

/* Channel: a non-blocking rtnetlink socket. It knows datagrams, not what they mean.
 * libnl makes the socket; we receive by ourselves, since nl_recvmsgs() copies each message and reads a
 * dump to its end before anybody else gets a turn. */

#include "netlink/channel.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
        DATAGRAM_MAX = 32 * 1024, /* the kernel never makes a larger piece of a dump (af_netlink.c) */
        RECEIVE_BUFFER = 4 * 1024 * 1024,
};

struct Channel {
        struct nl_sock *socket;
        sd_event_source *source;
        ChannelReady ready;
        void *userdata;
        bool failing; /* epoll saw an error that was not fetched yet */
        struct nlmsghdr buffer[DATAGRAM_MAX / sizeof(struct nlmsghdr)];
};

static int errno_from_nl(int error)
{
        switch (-error) {
        case NLE_NOMEM:
                return -ENOMEM;
        case NLE_AGAIN:
                return -EAGAIN;
        case NLE_BUSY:
                return -EBUSY;
        case NLE_PERM:
                return -EPERM;
        case NLE_NOACCESS:
                return -EACCES;
        case NLE_AF_NOSUPPORT:
                return -EAFNOSUPPORT;
        default:
                return -EIO;
        }
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        Channel *channel = userdata;

        (void) source;
        (void) fd;
        channel->failing = revents & (EPOLLERR | EPOLLHUP);
        channel->ready(channel->userdata);
        return 0;
}

/* Past the system's limit where we may (CAP_NET_ADMIN), up to it else. Too small a buffer costs dumps,
 * not correctness. */
static void enlarge_buffer(struct nl_sock *socket)
{
        int size = RECEIVE_BUFFER;

        if (setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
                setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static int open_socket(struct nl_sock *socket, const int *groups)
{
        int r = nl_connect(socket, NETLINK_ROUTE);

        if (r < 0)
                return errno_from_nl(r);
        r = nl_socket_set_nonblocking(socket);
        if (r < 0)
                return errno_from_nl(r);
        enlarge_buffer(socket);
        nl_socket_disable_seq_check(socket);
        nl_socket_disable_auto_ack(socket);
        for (; *groups != 0; groups++) {
                r = nl_socket_add_membership(socket, *groups);
                if (r < 0)
                        return errno_from_nl(r);
        }
        return 0;
}

int channel_new(Channel **ret, sd_event *event, const int *groups, ChannelReady ready, void *userdata)
{
        AUTO(channel_freep) Channel *channel = calloc(1, sizeof *channel);
        int r;

        if (!channel)
                return -ENOMEM;
        channel->ready = ready;
        channel->userdata = userdata;
        channel->socket = nl_socket_alloc();
        if (!channel->socket)
                return -ENOMEM;
        r = open_socket(channel->socket, groups);
        if (r < 0)
                return r;
        r = sd_event_add_io(
                event, &channel->source, nl_socket_get_fd(channel->socket), EPOLLIN, on_io, channel);
        if (r < 0)
                return r;
        *ret = STEAL(channel);
        return 0;
}

Channel *channel_free(Channel *channel)
{
        if (!channel)
                return NULL;
        sd_event_source_disable_unref(channel->source);
        nl_socket_free(channel->socket);
        free(channel);
        return NULL;
}

int channel_enable(Channel *channel, bool on)
{
        return sd_event_source_set_enabled(channel->source, on ? SD_EVENT_ON : SD_EVENT_OFF);
}

/* The kernel writes the first piece of the answer within this call. */
int channel_send_dump_request(Channel *channel, int type)
{
        struct {
                struct ifinfomsg header;
                struct rtattr attribute;
                uint32_t mask;
        } links = {
                .header = { .ifi_family = AF_UNSPEC },
                .attribute = { .rta_len = RTA_LENGTH(sizeof links.mask), .rta_type = IFLA_EXT_MASK },
                .mask = RTEXT_FILTER_SKIP_STATS,
        };
        struct ifaddrmsg addresses = { .ifa_family = AF_UNSPEC };
        void *request = type == RTM_GETLINK ? (void *) &links : &addresses;
        int r = nl_send_simple(channel->socket, type, NLM_F_DUMP, request,
                type == RTM_GETLINK ? sizeof links : sizeof addresses);

        return r < 0 ? errno_from_nl(r) : 0;
}

int channel_receive(Channel *channel, ChannelMessage message, void *userdata)
{
        struct sockaddr_nl sender = { 0 };
        struct iovec iov = { channel->buffer, sizeof channel->buffer };
        struct msghdr datagram = {
                .msg_name = &sender,
                .msg_namelen = sizeof sender,
                .msg_iov = &iov,
                .msg_iovlen = 1,
        };
        ssize_t size;
        int left;

        do
                size = recvmsg(nl_socket_get_fd(channel->socket), &datagram, 0);
        while (size < 0 && errno == EINTR);
        /* An error that epoll sees but that nobody can fetch would wake us for ever. */
        if (size < 0 && errno == EAGAIN)
                return channel->failing ? -EIO : 0;
        channel->failing = false;
        if (size < 0)
                return -errno;
        if (datagram.msg_flags & MSG_TRUNC)
                return -ENOBUFS;
        if (sender.nl_pid != 0)
                return 1; /* another process may send to our socket: only the kernel is believed */
        left = (int) size;
        for (struct nlmsghdr *at = channel->buffer; nlmsg_ok(at, left); at = nlmsg_next(at, &left))
                message(at, userdata);
        return 1;
}
