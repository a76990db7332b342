/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/address.h"

/* Where a server listens: an address and a port, as the kernel takes them. */
typedef union ServerAddress {
        struct sockaddr sa;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        struct sockaddr_storage storage;
} ServerAddress;

void server_address_set(ServerAddress *ret, const Address *address, uint16_t port);
socklen_t server_address_size(const ServerAddress *server);

/* The same family, address, and port. */
bool server_address_equal(const ServerAddress *a, const ServerAddress *b);

/* "192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%2]:53". Writes into `buffer` and returns it. */
#define SERVER_ADDRESS_TEXT_MAX 80
const char *server_address_to_text(const ServerAddress *server, char buffer[static SERVER_ADDRESS_TEXT_MAX]);
