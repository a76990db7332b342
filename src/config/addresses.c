/* SPDX-License-Identifier: BSD-3-Clause */

/* Addresses of other hosts, which are checked or published. */

#include "config/addresses.h"

#include <errno.h>
#include <stdlib.h>

int host_address_from_text(Address *ret, const char *text)
{
        Address address;

        if (address_from_text(&address, text) < 0 || address_is_unspecified(&address) ||
                address_is_multicast(&address) || address_is_link_local(&address) ||
                address_is_v4_mapped(&address))
                return -EINVAL;
        *ret = address;
        return 0;
}

int host_addresses_add(Address **list, size_t *count, const char *text)
{
        Address *larger, address;

        if (host_address_from_text(&address, text) < 0)
                return -EINVAL;
        for (size_t i = 0; i < *count; i++)
                if (address_equal(&(*list)[i], &address))
                        return -EEXIST;
        larger = reallocarray(*list, *count + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        larger[(*count)++] = address;
        *list = larger;
        return 0;
}
