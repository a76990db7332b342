/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/* The packets of ICMP: echo requests go out, replies and errors come in. One socket for any number of
 * targets. */

enum {
        ICMP_BATCH = 32, /* packets a system call */
};

typedef struct IcmpSocket {
        int family;
        int fd;   /* -1: not open */
        bool raw; /* else a ping socket: the kernel sets the identifier, and sorts the replies by it */
        uint16_t identifier; /* raw: ours */
} IcmpSocket;

typedef struct IcmpEcho {
        Address address;
        uint16_t sequence;
        uint64_t cookie; /* what nobody can know who did not see the request */
} IcmpEcho;

/* Somebody on the way cannot bring the request to its target. */
typedef struct IcmpError {
        IcmpEcho echo;    /* the request, as far as it was quoted */
        bool has_cookie;  /* it was quoted that far */
        Address from;     /* who says so */
        const char *text; /* "host unreachable"; NULL: something that does not concern us */
} IcmpError;

/* A ping socket, which takes no privilege; where the system does not allow these to this process (sysctl
 * net.ipv4.ping_group_range), a raw one (CAP_NET_RAW). Negative errno: -EPERM when neither is allowed. */
int icmp_socket_open(IcmpSocket *ret, int family);
void icmp_socket_close(IcmpSocket *socket);

/* Sends the first of them, up to ICMP_BATCH; returns how many. Negative errno: the first one could not be
 * sent, for reasons of this host. */
int icmp_socket_send(const IcmpSocket *socket, const IcmpEcho *echoes, size_t count);

/* Reads what is there, up to ICMP_BATCH packets. Returns how many were read, of which *ret_count are replies;
 * -EAGAIN: none. */
int icmp_socket_receive(const IcmpSocket *socket, IcmpEcho ret[static ICMP_BATCH], size_t *ret_count);

/* One error. False: there is none. */
bool icmp_socket_receive_error(const IcmpSocket *socket, IcmpError *ret);
