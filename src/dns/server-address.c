/* SPDX-License-Identifier: BSD-3-Clause */

#include "dns/server-address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

void server_address_set(ServerAddress *ret, const Address *address, uint16_t port)
{
        memset(ret, 0, sizeof *ret);
        if (address->family == AF_INET) {
                ret->ipv4.sin_family = AF_INET;
                ret->ipv4.sin_addr = address->ipv4;
                ret->ipv4.sin_port = htons(port);
                return;
        }
        ret->ipv6.sin6_family = AF_INET6;
        ret->ipv6.sin6_addr = address->ipv6;
        ret->ipv6.sin6_port = htons(port);
}

socklen_t server_address_size(const ServerAddress *server)
{
        return server->sa.sa_family == AF_INET ? sizeof server->ipv4 : sizeof server->ipv6;
}

bool server_address_equal(const ServerAddress *a, const ServerAddress *b)
{
        if (a->sa.sa_family != b->sa.sa_family)
                return false;
        if (a->sa.sa_family == AF_INET)
                return a->ipv4.sin_addr.s_addr == b->ipv4.sin_addr.s_addr &&
                       a->ipv4.sin_port == b->ipv4.sin_port;
        return memcmp(&a->ipv6.sin6_addr, &b->ipv6.sin6_addr, sizeof a->ipv6.sin6_addr) == 0 &&
               a->ipv6.sin6_port == b->ipv6.sin6_port;
}

const char *server_address_to_text(const ServerAddress *server, char buffer[static SERVER_ADDRESS_TEXT_MAX])
{
        char host[INET6_ADDRSTRLEN], scope[16] = "";

        if (server->sa.sa_family == AF_INET) {
                inet_ntop(AF_INET, &server->ipv4.sin_addr, host, sizeof host);
                snprintf(buffer, SERVER_ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(server->ipv4.sin_port));
                return buffer;
        }
        inet_ntop(AF_INET6, &server->ipv6.sin6_addr, host, sizeof host);
        if (server->ipv6.sin6_scope_id != 0)
                snprintf(scope, sizeof scope, "%%%u", server->ipv6.sin6_scope_id);
        snprintf(buffer, SERVER_ADDRESS_TEXT_MAX, "[%s%s]:%u", host, scope, ntohs(server->ipv6.sin6_port));
        return buffer;
}
