/* SPDX-License-Identifier: BSD-3-Clause */

#include "dns/socket.h"

#include <errno.h>

int socket_open(const ServerAddress *server, int type)
{
        int family = server->sa.sa_family, on = 1;
        int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0)
                return -errno;
        /* Without it a UDP socket hears nothing of "host unreachable" (ip(7)). */
        if (type == SOCK_DGRAM)
                setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                        family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
        return fd;
}

int socket_connect(int fd, const ServerAddress *server)
{
        return connect(fd, &server->sa, server_address_size(server)) < 0 && errno != EINPROGRESS ? -errno : 0;
}

void socket_clear_errors(int fd)
{
        struct msghdr ignored = { 0 };

        while (recvmsg(fd, &ignored, MSG_ERRQUEUE) >= 0)
                continue;
}

bool socket_error_passes(int error)
{
        /* EPERM: a firewall's rule dropped this packet on its way out, and may let the next one through.
         * EMSGSIZE: the kernel has just learned the path's MTU, and will fragment. */
        return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM || error == EPERM ||
               error == EMSGSIZE;
}
