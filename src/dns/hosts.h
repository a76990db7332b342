/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "model/address.h"
#include "model/name.h"

/* The addresses that the text of hosts(5) gives a name, in its order; malloc'ed, NULL and 0 when there are
 * none. -ENOMEM. */
int hosts_find(const char *text, const Name *host, Address **ret, size_t *ret_count);
