/* SPDX-License-Identifier: BSD-3-Clause */

/* The ICMP socket: knows formats and the kernel, and no targets. What comes in may come from anybody, and is
 * taken apart with care: a raw socket gets what is meant for all other programs too. */

#include "check/icmp-socket.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "util/cleanup.h"
#include "util/random.h"

enum {
        RECEIVE_BUFFER = 8 << 20, /* as much of it as the kernel grants */
        PACKET_MAX = 128,         /* with the longest IP header; what is longer is not ours */
        CONTROL_MAX = 256,
};

typedef struct EchoPacket {
        uint8_t type, code;
        uint16_t checksum;
        uint16_t identifier, sequence; /* network order */
        uint8_t cookie[8];
} EchoPacket;

#define HEADER_SIZE offsetof(EchoPacket, cookie)

typedef union SocketAddress {
        struct sockaddr sa;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
} SocketAddress;

static socklen_t to_socket_address(SocketAddress *ret, const Address *address)
{
        *ret = (SocketAddress){ .sa.sa_family = (sa_family_t) address->family };
        if (address->family == AF_INET) {
                ret->ipv4.sin_addr = address->ipv4;
                return sizeof ret->ipv4;
        }
        ret->ipv6.sin6_addr = address->ipv6;
        return sizeof ret->ipv6;
}

static Address from_socket_address(const SocketAddress *from)
{
        Address address = { .family = from->sa.sa_family };

        if (from->sa.sa_family == AF_INET)
                address.ipv4 = from->ipv4.sin_addr;
        else if (from->sa.sa_family == AF_INET6)
                address.ipv6 = from->ipv6.sin6_addr;
        return address;
}

static bool is_shortage(int error)
{
        return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static int open_socket(IcmpSocket *icmp)
{
        int protocol = icmp->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;

        icmp->fd = socket(icmp->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        if (icmp->fd >= 0 || is_shortage(errno))
                return icmp->fd >= 0 ? 0 : -errno;
        icmp->raw = true;
        icmp->fd = socket(icmp->family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        return icmp->fd >= 0 ? 0 : -errno;
}

/* Spares us the packets of others. Each is looked at again when it is read, so it does not matter if the
 * kernel refuses, or what came before. */
static void filter(const IcmpSocket *icmp)
{
        struct sock_filter ipv4[] = {
                BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* the length of the IP header */
                BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(EchoPacket, identifier)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, icmp->identifier, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
                BPF_STMT(BPF_RET | BPF_K, 0),
        };
        struct sock_filter ipv6[] = {
                BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(EchoPacket, identifier)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, icmp->identifier, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
                BPF_STMT(BPF_RET | BPF_K, 0),
        };
        struct sock_fprog program = { .len = ARRAY_LENGTH(ipv4), .filter = ipv4 };
        struct icmp_filter replies4 = { .data = ~(1U << ICMP_ECHOREPLY) };
        struct icmp6_filter replies6;

        if (icmp->family == AF_INET) {
                setsockopt(icmp->fd, SOL_RAW, ICMP_FILTER, &replies4, sizeof replies4);
        } else {
                ICMP6_FILTER_SETBLOCKALL(&replies6);
                ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies6);
                setsockopt(icmp->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &replies6, sizeof replies6);
                program = (struct sock_fprog){ .len = ARRAY_LENGTH(ipv6), .filter = ipv6 };
        }
        setsockopt(icmp->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void set_buffer(const IcmpSocket *icmp)
{
        int size = RECEIVE_BUFFER;

        if (setsockopt(icmp->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
                setsockopt(icmp->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

int icmp_socket_open(IcmpSocket *ret, int family)
{
        IcmpSocket icmp = { .family = family, .fd = -1, .identifier = random_u16() };
        int on = 1, r;

        r = open_socket(&icmp);
        if (r < 0)
                return r;
        if (icmp.raw)
                filter(&icmp);
        set_buffer(&icmp);
        r = family == AF_INET ? setsockopt(icmp.fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on)
                              : setsockopt(icmp.fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
        if (r < 0) {
                r = -errno;
                icmp_socket_close(&icmp);
                return r;
        }
        *ret = icmp;
        return 0;
}

void icmp_socket_close(IcmpSocket *icmp)
{
        icmp->fd = close_fd(icmp->fd);
}

static uint16_t checksum(const EchoPacket *packet)
{
        uint16_t words[sizeof *packet / 2];
        uint32_t sum = 0;

        memcpy(words, packet, sizeof words);
        for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
                sum += words[i];
        sum = (sum >> 16) + (sum & 0xffff);
        return (uint16_t) ~(sum + (sum >> 16));
}

/* The checksum: for ICMPv6 the kernel makes it. */
static EchoPacket make_request(const IcmpSocket *icmp, const IcmpEcho *echo)
{
        EchoPacket packet = {
                .type = icmp->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
                .identifier = htons(icmp->identifier),
                .sequence = htons(echo->sequence),
        };

        memcpy(packet.cookie, &echo->cookie, sizeof packet.cookie);
        if (icmp->family == AF_INET)
                packet.checksum = checksum(&packet);
        return packet;
}

int icmp_socket_send(const IcmpSocket *icmp, const IcmpEcho *echoes, size_t count)
{
        struct mmsghdr messages[ICMP_BATCH] = { 0 };
        SocketAddress addresses[ICMP_BATCH];
        EchoPacket packets[ICMP_BATCH];
        struct iovec parts[ICMP_BATCH];
        int n;

        if (count > ICMP_BATCH)
                count = ICMP_BATCH;
        for (size_t i = 0; i < count; i++) {
                packets[i] = make_request(icmp, &echoes[i]);
                parts[i] = (struct iovec){ .iov_base = &packets[i], .iov_len = sizeof packets[i] };
                messages[i].msg_hdr = (struct msghdr){
                        .msg_name = &addresses[i],
                        .msg_namelen = to_socket_address(&addresses[i], &echoes[i].address),
                        .msg_iov = &parts[i],
                        .msg_iovlen = 1,
                };
        }
        n = sendmmsg(icmp->fd, messages, (unsigned) count, 0);
        return n < 0 ? -errno : n;
}

/* Takes an ICMP header and what follows it. identifier: the kernel does not give ping sockets those of
 * others. */
static bool read_echo(const IcmpSocket *icmp, const void *data, size_t size, IcmpEcho *echo)
{
        EchoPacket packet = { 0 };

        memcpy(&packet, data, size < sizeof packet ? size : sizeof packet);
        if (icmp->raw && ntohs(packet.identifier) != icmp->identifier)
                return false;
        echo->sequence = ntohs(packet.sequence);
        memcpy(&echo->cookie, packet.cookie, sizeof echo->cookie);
        return true;
}

static bool read_reply(const IcmpSocket *icmp, const uint8_t *data, size_t size, IcmpEcho *echo)
{
        size_t skip = icmp->raw && icmp->family == AF_INET && size > 0 ? (data[0] & 0xfU) * 4 : 0;

        if (size < skip + sizeof(EchoPacket))
                return false;
        if (data[skip] != (icmp->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY))
                return false;
        return read_echo(icmp, data + skip, size - skip, echo);
}

int icmp_socket_receive(const IcmpSocket *icmp, IcmpEcho ret[static ICMP_BATCH], size_t *ret_count)
{
        struct mmsghdr messages[ICMP_BATCH] = { 0 };
        SocketAddress addresses[ICMP_BATCH];
        uint8_t data[ICMP_BATCH][PACKET_MAX];
        struct iovec parts[ICMP_BATCH];
        size_t count = 0;
        int n;

        for (size_t i = 0; i < ICMP_BATCH; i++) {
                parts[i] = (struct iovec){ .iov_base = data[i], .iov_len = sizeof data[i] };
                messages[i].msg_hdr = (struct msghdr){
                        .msg_name = &addresses[i],
                        .msg_namelen = sizeof addresses[i],
                        .msg_iov = &parts[i],
                        .msg_iovlen = 1,
                };
        }
        n = recvmmsg(icmp->fd, messages, ICMP_BATCH, 0, NULL);
        if (n < 0)
                return -errno;
        for (int i = 0; i < n; i++) {
                if (!read_reply(icmp, data[i], messages[i].msg_len, &ret[count]))
                        continue;
                ret[count++].address = from_socket_address(&addresses[i]);
        }
        *ret_count = count;
        return n;
}

static const char *text_of_ipv4(uint8_t type, uint8_t code)
{
        if (type == ICMP_TIME_EXCEEDED)
                return "time to live exceeded";
        if (type != ICMP_DEST_UNREACH)
                return NULL;
        switch (code) {
        case ICMP_NET_UNREACH:
        case ICMP_NET_UNKNOWN:
        case ICMP_NET_UNR_TOS:
                return "network unreachable";
        case ICMP_FRAG_NEEDED:
                return NULL;
        case ICMP_NET_ANO:
        case ICMP_HOST_ANO:
        case ICMP_PKT_FILTERED:
                return "prohibited by a filter";
        default:
                return "host unreachable";
        }
}

static const char *text_of_ipv6(uint8_t type, uint8_t code)
{
        if (type == ICMP6_TIME_EXCEEDED)
                return "hop limit exceeded";
        if (type != ICMP6_DST_UNREACH)
                return NULL;
        switch (code) {
        case ICMP6_DST_UNREACH_NOROUTE:
                return "network unreachable";
        case ICMP6_DST_UNREACH_ADDR:
        case ICMP6_DST_UNREACH_NOPORT:
                return "host unreachable";
        default:
                return "prohibited by a filter";
        }
}

/* The packet that a message of the error queue is about, and who complains. */
static void read_complaint(struct msghdr *message, IcmpError *ret)
{
        for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
                struct {
                        struct sock_extended_err error;
                        SocketAddress from;
                } said = { 0 };
                bool ipv4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
                bool ipv6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
                size_t size = part->cmsg_len - CMSG_LEN(0);

                if (!ipv4 && !ipv6)
                        continue;
                memcpy(&said, CMSG_DATA(part), size < sizeof said ? size : sizeof said);
                if (said.error.ee_origin == SO_EE_ORIGIN_ICMP)
                        ret->text = text_of_ipv4(said.error.ee_type, said.error.ee_code);
                else if (said.error.ee_origin == SO_EE_ORIGIN_ICMP6)
                        ret->text = text_of_ipv6(said.error.ee_type, said.error.ee_code);
                ret->from = from_socket_address(&said.from);
        }
}

bool icmp_socket_receive_error(const IcmpSocket *icmp, IcmpError *ret)
{
        uint8_t control[CONTROL_MAX] __attribute__((aligned(__alignof__(struct cmsghdr))));
        uint8_t data[sizeof(EchoPacket)];
        SocketAddress to = { 0 };
        struct iovec part = { .iov_base = data, .iov_len = sizeof data };
        struct msghdr message = {
                .msg_name = &to,
                .msg_namelen = sizeof to,
                .msg_iov = &part,
                .msg_iovlen = 1,
                .msg_control = control,
                .msg_controllen = sizeof control,
        };
        IcmpError error = { 0 };
        ssize_t n = recvmsg(icmp->fd, &message, MSG_ERRQUEUE);

        if (n < 0)
                return false;
        read_complaint(&message, &error);
        error.echo.address = from_socket_address(&to);
        error.has_cookie = n >= (ssize_t) sizeof data;
        if (n < (ssize_t) HEADER_SIZE || !read_echo(icmp, data, (size_t) n, &error.echo))
                error.text = NULL;
        *ret = error;
        return true;
}
