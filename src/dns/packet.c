/* SPDX-License-Identifier: BSD-3-Clause */

/* How a message is put together: records go into an ldns packet, and ldns compresses. RDATA is not taken
 * apart again, save for the few types whose names may be compressed (RFC 3597 section 4). */

#include "dns/packet.h"

#include <errno.h>
#include <string.h>

#include "dns/tsig.h"

/* Takes the record over, also on error. */
static int push(ldns_pkt *packet, WireSection section, ldns_rr *record)
{
        static const ldns_pkt_section sections[SECTIONS] = {
                [SECTION_QUESTION] = LDNS_SECTION_QUESTION,
                [SECTION_ANSWER] = LDNS_SECTION_ANSWER,
                [SECTION_AUTHORITY] = LDNS_SECTION_AUTHORITY,
                [SECTION_ADDITIONAL] = LDNS_SECTION_ADDITIONAL,
        };
        AUTO(rr_freep) ldns_rr *rr = record;

        if (!rr)
                return -ENOMEM;
        ldns_rr_set_question(rr, section == SECTION_QUESTION);
        if (!ldns_pkt_push_rr(packet, sections[section], rr))
                return -ENOMEM;
        STEAL(rr);
        return 0;
}

int packet_add(ldns_pkt *packet, WireSection section, const RRHead *head, const RData *rdata)
{
        return push(packet, section, rr_new(head, rdata));
}

int packet_add_set(ldns_pkt *packet, WireSection section, const RRset *set)
{
        RRHead head = { &set->name, set->type, CLASS_IN, set->ttl };
        bool compress = ldns_rr_descript(set->type)->_compress == LDNS_RR_COMPRESS;

        for (size_t i = 0; i < set->count; i++) {
                ldns_rr *rr = NULL;
                int r;

                if (compress && rr_new_parsed(&rr, &head, set->rdata[i]) == -ENOMEM)
                        return -ENOMEM;
                /* What ldns cannot take apart goes out as it is. */
                r = push(packet, section, rr ? rr : rr_new(&head, set->rdata[i]));
                if (r < 0)
                        return r;
        }
        return 0;
}

int packet_render(const ldns_pkt *packet, size_t limit, Message **ret)
{
        AUTO(rr_buffer_freep) ldns_buffer *buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);
        Message *message;
        size_t size;

        if (!buffer || ldns_pkt2buffer_wire(buffer, packet) != LDNS_STATUS_OK)
                return -ENOMEM;
        size = ldns_buffer_position(buffer);
        if (size > limit)
                return -EMSGSIZE;
        message = malloc(sizeof *message + size + TSIG_RECORD_MAX);
        if (!message)
                return -ENOMEM;
        message->size = size;
        message->capacity = size + TSIG_RECORD_MAX;
        memcpy(message->data, ldns_buffer_begin(buffer), size);
        *ret = message;
        return 0;
}
