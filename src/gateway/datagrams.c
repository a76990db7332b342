/* SPDX-License-Identifier: BSD-3-Clause */

/* Datagrams: the UDP side. Nothing is kept from one datagram to the next, and nothing waits: an answer that
 * the kernel does not take now is lost, and whoever asked will ask again (RFC 1035 section 4.2.1). */

#include "gateway/datagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Datagrams a turn: other parts of the daemon want theirs too. */
#define BATCH 32

/* Where a datagram came from, and which of our addresses it was sent to. */
typedef struct Path {
        struct sockaddr_storage peer;
        socklen_t peer_size;
        _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
        size_t control_size;
} Path;

static int set_option(int fd, int level, int option, int value)
{
        return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* PMTUDISC_OMIT: a forged "fragmentation needed" must not make us send fragments, into which false data can
 * be slipped; our answers are small enough for every path. */
int datagrams_prepare(int fd, int family)
{
        int r;

        if (family == AF_INET) {
                r = set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
                return r < 0 ? r : set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
        }
        r = set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
        return r < 0 ? r : set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/* What was received says where it went to; the same, given to send, says where the answer comes from. The
 * interface is the routing table's to choose, save where the address has no meaning without it. */
static void turn_around(struct msghdr *header)
{
        for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
                if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
                        struct in_pktinfo info;

                        memcpy(&info, CMSG_DATA(c), sizeof info);
                        info.ipi_ifindex = 0;
                        memcpy(CMSG_DATA(c), &info, sizeof info);
                } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
                        struct in6_pktinfo info;

                        memcpy(&info, CMSG_DATA(c), sizeof info);
                        if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
                                info.ipi6_ifindex = 0;
                        memcpy(CMSG_DATA(c), &info, sizeof info);
                }
        }
}

static ssize_t receive(int fd, uint8_t *buffer, Path *ret)
{
        struct iovec iov = { buffer, WIRE_MESSAGE_MAX };
        struct msghdr header = {
                .msg_name = &ret->peer,
                .msg_namelen = sizeof ret->peer,
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = ret->control,
                .msg_controllen = sizeof ret->control,
        };
        ssize_t n = recvmsg(fd, &header, MSG_DONTWAIT);

        if (n < 0)
                return n;
        turn_around(&header);
        ret->peer_size = header.msg_namelen;
        ret->control_size = header.msg_controllen;
        return n;
}

static void reply(int fd, const Message *answer, Path *path)
{
        struct iovec iov = { (void *) answer->data, answer->size };
        struct msghdr header = {
                .msg_name = &path->peer,
                .msg_namelen = path->peer_size,
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = path->control,
                .msg_controllen = path->control_size,
        };

        (void) !sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void datagrams_answer(
        int fd, uint8_t buffer[static WIRE_MESSAGE_MAX], QueryFindZone find_zone, void *userdata)
{
        for (unsigned i = 0; i < BATCH; i++) {
                AUTO(message_freep) Message *answer = NULL;
                Path path;
                ssize_t n = receive(fd, buffer, &path);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return;
                if (query_answer(&answer, buffer, (size_t) n, false, find_zone, userdata) >= 0 && answer)
                        reply(fd, answer, &path);
        }
}
