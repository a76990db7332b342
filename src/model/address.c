/* SPDX-License-Identifier: BSD-3-Clause */

#include "model/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int address_from_bytes(Address *ret, int family, const void *bytes, size_t size)
{
        if (!((family == AF_INET && size == 4) || (family == AF_INET6 && size == 16)))
                return -EAFNOSUPPORT;
        *ret = (Address){ .family = family };
        memcpy(ret->bytes, bytes, size);
        return 0;
}

int address_from_text(Address *ret, const char *text)
{
        Address address = { 0 };

        address.family = strchr(text, ':') ? AF_INET6 : AF_INET;
        if (inet_pton(address.family, text, address.bytes) != 1)
                return -EINVAL;
        *ret = address;
        return 0;
}

const char *address_to_text(const Address *address, char buffer[static ADDRESS_TEXT_MAX])
{
        if (!inet_ntop(address->family, address->bytes, buffer, ADDRESS_TEXT_MAX))
                buffer[0] = '\0';
        return buffer;
}

size_t address_size(const Address *address)
{
        return address->family == AF_INET ? 4 : 16;
}

unsigned address_bits(const Address *address)
{
        return address->family == AF_INET ? 32 : 128;
}

int address_compare(const Address *a, const Address *b)
{
        if (a->family != b->family)
                return a->family == AF_INET ? -1 : 1;
        return memcmp(a->bytes, b->bytes, address_size(a));
}

bool address_equal(const Address *a, const Address *b)
{
        return address_compare(a, b) == 0;
}

bool address_is_unspecified(const Address *address)
{
        return address->family == AF_INET ? address->ipv4.s_addr == INADDR_ANY
                                          : IN6_IS_ADDR_UNSPECIFIED(&address->ipv6);
}

bool address_is_loopback(const Address *address)
{
        return address->family == AF_INET ? address->bytes[0] == 127 : IN6_IS_ADDR_LOOPBACK(&address->ipv6);
}

bool address_is_link_local(const Address *address)
{
        return address->family == AF_INET ? address->bytes[0] == 169 && address->bytes[1] == 254
                                          : IN6_IS_ADDR_LINKLOCAL(&address->ipv6);
}

bool address_is_multicast(const Address *address)
{
        if (address->family == AF_INET6)
                return IN6_IS_ADDR_MULTICAST(&address->ipv6);
        return IN_MULTICAST(ntohl(address->ipv4.s_addr)) || address->ipv4.s_addr == INADDR_BROADCAST;
}

bool address_is_v4_mapped(const Address *address)
{
        return address->family == AF_INET6 &&
               (IN6_IS_ADDR_V4MAPPED(&address->ipv6) || IN6_IS_ADDR_V4COMPAT(&address->ipv6));
}

bool address_is_teredo(const Address *address)
{
        static const uint8_t teredo[] = { 0x20, 0x01, 0, 0 };

        return address->family == AF_INET6 && memcmp(address->bytes, teredo, sizeof teredo) == 0;
}

bool address_is_unique_local(const Address *address)
{
        return address->family == AF_INET6 && (address->bytes[0] & 0xfe) == 0xfc;
}

bool address_is_private(const Address *address)
{
        const uint8_t *b = address->bytes;

        if (address->family != AF_INET)
                return false;
        return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
               (b[0] == 100 && (b[1] & 0xc0) == 64);
}

int prefix_from_text(Prefix *ret, const char *text)
{
        const char *slash = strchr(text, '/');
        char address[ADDRESS_TEXT_MAX];
        Prefix prefix;
        unsigned long length;
        char *end;

        if (!slash) {
                if (address_from_text(&prefix.address, text) < 0)
                        return -EINVAL;
                prefix.length = address_bits(&prefix.address);
                *ret = prefix;
                return 0;
        }
        if ((size_t) (slash - text) >= sizeof address || slash[1] < '0' || slash[1] > '9')
                return -EINVAL;
        memcpy(address, text, (size_t) (slash - text));
        address[slash - text] = '\0';
        if (address_from_text(&prefix.address, address) < 0)
                return -EINVAL;
        errno = 0;
        length = strtoul(slash + 1, &end, 10);
        if (errno != 0 || *end != '\0' || length > address_bits(&prefix.address))
                return -EINVAL;
        prefix.length = (unsigned) length;
        *ret = prefix;
        return 0;
}

/* The bits of byte i that belong to the first `length` bits. */
static uint8_t mask_of_byte(size_t i, unsigned length)
{
        if (length >= (i + 1) * 8)
                return 0xff;
        if (length <= i * 8)
                return 0;
        return (uint8_t) (0xff << (8 - (length - i * 8)));
}

bool prefix_contains(const Prefix *prefix, const Address *address)
{
        if (prefix->address.family != address->family)
                return false;
        for (size_t i = 0; i < address_size(address); i++)
                if ((prefix->address.bytes[i] ^ address->bytes[i]) & mask_of_byte(i, prefix->length))
                        return false;
        return true;
}

Address address_combine(const Address *prefix, const Address *suffix, unsigned length)
{
        Address result = { .family = prefix->family };

        for (size_t i = 0; i < address_size(prefix); i++) {
                uint8_t mask = mask_of_byte(i, length);

                result.bytes[i] = (uint8_t) ((prefix->bytes[i] & mask) | (suffix->bytes[i] & (uint8_t) ~mask));
        }
        return result;
}
