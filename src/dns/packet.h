/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dns/message.h"
#include "dns/rr.h"

/* A message under construction, as ldns has it. */

static inline void packet_freep(ldns_pkt **packet)
{
        if (*packet)
                ldns_pkt_free(*packet);
}

/* Adds a record whose data goes out as it is; rdata may be NULL for none. -ENOMEM. */
int packet_add(ldns_pkt *packet, WireSection section, const RRHead *head, const RData *rdata);

/* Adds an RRset in class IN; names in its data are compressed where that is allowed. -ENOMEM. */
int packet_add_set(ldns_pkt *packet, WireSection section, const RRset *set);

/* -EMSGSIZE: more than `limit` bytes; -ENOMEM. */
int packet_render(const ldns_pkt *packet, size_t limit, Message **ret);
