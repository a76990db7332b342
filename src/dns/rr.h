/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <ldns/ldns.h>
#include <stdint.h>

#include "model/name.h"
#include "model/rrset.h"
#include "util/cleanup.h"

/* Our names and records as ldns has them. Not for what comes straight from a socket: see wire.h. */

typedef struct RRHead {
        const Name *name;
        uint16_t type;
        uint16_t class;
        uint32_t ttl;
} RRHead;

/* A record whose data goes out byte for byte as it is; rdata may be NULL for none. NULL: out of memory. */
ldns_rr *rr_new(const RRHead *head, const RData *rdata);

/* A record whose data ldns has taken apart into its fields. -EINVAL: not the data of this type; -ENOMEM. */
int rr_new_parsed(ldns_rr **ret, const RRHead *head, const RData *rdata);

/* The data of a record, uncompressed, in wire format; malloc'ed. -ENOMEM. */
int rr_get_rdata(const ldns_rr *rr, RData **ret);

int rr_get_name(const ldns_rr *rr, Name *ret); /* -EBADMSG */

static inline void rr_freep(ldns_rr **rr)
{
        if (*rr)
                ldns_rr_free(*rr);
}

static inline void rr_buffer_freep(ldns_buffer **buffer)
{
        if (*buffer)
                ldns_buffer_free(*buffer);
}
