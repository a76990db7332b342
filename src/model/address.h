/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv4 or IPv6 address, without interface or port. A value: copy it freely. */
typedef struct Address {
        int family; /* AF_INET or AF_INET6 */
        union {
                uint8_t bytes[16]; /* network order; an IPv4 address is the first four, the rest is zero */
                struct in_addr ipv4;
                struct in6_addr ipv6;
        };
} Address;

/* A network: the first `length` bits of an address. */
typedef struct Prefix {
        Address address;
        unsigned length;
} Prefix;

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN

/* Takes 4 or 16 bytes, as the family says. -EAFNOSUPPORT for another family or size. */
int address_from_bytes(Address *ret, int family, const void *bytes, size_t size);

/* "192.0.2.1", "2001:db8::1"; no scope, no port. -EINVAL for anything else. */
int address_from_text(Address *ret, const char *text);

/* Writes into `buffer` and returns it. */
const char *address_to_text(const Address *address, char buffer[static ADDRESS_TEXT_MAX]);

size_t address_size(const Address *address); /* 4 or 16 bytes */
unsigned address_bits(const Address *address); /* 32 or 128 */

/* IPv4 before IPv6, then by bytes: <0, 0, >0. */
int address_compare(const Address *a, const Address *b);
bool address_equal(const Address *a, const Address *b);

bool address_is_unspecified(const Address *address);
bool address_is_loopback(const Address *address);
bool address_is_link_local(const Address *address);  /* 169.254/16, fe80::/10 */
bool address_is_multicast(const Address *address);   /* also 255.255.255.255 */
bool address_is_v4_mapped(const Address *address);   /* ::ffff:0:0/96, and the deprecated ::/96 */
bool address_is_teredo(const Address *address);      /* 2001::/32 (RFC 4380) */
bool address_is_unique_local(const Address *address); /* fc00::/7 (RFC 4193) */
bool address_is_private(const Address *address);     /* RFC 1918, and 100.64/10 (RFC 6598) */

/* "10.0.0.0/8", "fc00::/7", or a bare address (all its bits). Host bits may be set. -EINVAL. */
int prefix_from_text(Prefix *ret, const char *text);
bool prefix_contains(const Prefix *prefix, const Address *address);

/* The first `length` bits of `prefix`, the others of `suffix`. Both of one family. */
Address address_combine(const Address *prefix, const Address *suffix, unsigned length);
