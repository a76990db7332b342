/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model/zone.h"

/* Zones as master files (RFC 1035 section 5) that any server reads, and RDATA as text. */

/* The zone as text: SOA first, absolute names. malloc'ed. -ENOMEM; -EINVAL: data that is not of its type,
 * or whose text is longer than 65000 characters. */
int zonefile_format(const Zone *zone, char **ret_text, size_t *ret_size);

/* Reads the file into a new zone. -ENOENT: no file; -EBADMSG: not a master file of this zone, with
 * `ret_reason` (malloc'ed; "line 7: …", or what is wrong with the zone as a whole). */
int zonefile_load(Zone **ret, const Name *apex, const char *path, char **ret_reason);

/* One record's data as presentation text, e.g. "192.0.2.1". malloc'ed. -ENOMEM; -EINVAL: data that is not of its type. */
int rdata_to_text(const RData *rdata, uint16_t type, char **ret);
