/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "model/address.h"

/* An address that a host can have for others: no unspecified, multicast or link-local one (which would need
 * an interface), nor one of IPv4 within IPv6. -EINVAL. */
int host_address_from_text(Address *ret, const char *text);

/* Adds such an address to a list. -EINVAL, -ENOMEM; -EEXIST: it is there already. */
int host_addresses_add(Address **list, size_t *count, const char *text);
