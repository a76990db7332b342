/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"
#include "model/change.h"
#include "model/name.h"
#include "model/rrset.h"
#include "util/cleanup.h"

/* Messages that we build: UPDATEs here, all others by ldns. */

/* A message in wire format, with room behind it for a TSIG record. */
typedef struct Message {
        size_t size;
        size_t capacity; /* at least size + TSIG_RECORD_MAX */
        uint8_t data[];
} Message;

Message *message_free(Message *message);
DEFINE_FREEP(Message, message_free)

/* A query in class IN with EDNS (payload size 1232). recursion: sets RD. -ENOMEM. */
int message_new_query(Message **ret, uint16_t id, const Name *name, uint16_t type, bool recursion);

/* An UPDATE (RFC 2136) of `zone`: each change's expectation as a prerequisite, then the least that turns
 * what is expected into what is wanted: single values where the expectation is exact and the TTL stays, else
 * the whole RRset. -EMSGSIZE: more than a message holds; -ENOMEM. */
int message_new_update(Message **ret, uint16_t id, const Name *zone, const ChangeSet *changes);

/* At most how many bytes a change takes in an UPDATE of `zone`. */
size_t message_change_size(const Change *change, const Name *zone);
#define MESSAGE_CHANGES_MAX 60000 /* bytes of changes that always fit into one message, signed */

/* An answer to `request`: its ID, question, opcode and RD are copied; EDNS is answered with EDNS.
 * Sections hold whole RRsets (borrowed); when `limit` bytes do not hold the answer and authority sections, TC is set
 * and they are dropped; additional RRsets are dropped first, silently. rcode may be extended (with EDNS). */
typedef struct MessageAnswer {
        unsigned rcode;
        uint16_t flags; /* FLAG_AA, FLAG_RA */
        size_t n_answer, n_authority, n_additional;
        const RRset **answer, **authority, **additional;
} MessageAnswer;
int message_new_answer(Message **ret, const WireMessage *request, const MessageAnswer *answer, size_t limit);

/* A bare answer for a request of which only the header could be read: ID, opcode, RD and the rcode. */
int message_new_error(Message **ret, const WireMessage *request, unsigned rcode);
