/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/message.h"
#include "model/zone.h"

/* Which zone answers for a name: the closest enclosing one that we have, or NULL. */
typedef const Zone *(*QueryFindZone)(void *userdata, const Name *name);

/* The answer to one request as it came from a socket: authoritative data, aliases followed within the zone,
 * wildcards, referrals, NXDOMAIN and NODATA with the SOA (its TTL the smaller of its own and MINIMUM, RFC
 * 2308 section 3), ANY with one RRset (RFC 8482), NOTIMP for other opcodes, REFUSED for other zones, for
 * transfers and other classes, BADVERS for an EDNS that is not version 0, NOTAUTH for signed requests (no key
 * is ours), FORMERR for what the wire reader rejects. *ret is NULL where silence is the answer (a response,
 * or not even a header). UDP answers take 512 bytes, or what EDNS says up to 1232; what does not fit sets TC.
 * -ENOMEM. */
int query_answer(
        Message **ret, const uint8_t *data, size_t size, bool tcp, QueryFindZone find_zone, void *userdata);
