/* SPDX-License-Identifier: BSD-3-Clause */

/* Queries and answers. */

#include "dns/message.h"

#include <errno.h>
#include <stdlib.h>

#include "dns/bytes.h"
#include "dns/packet.h"
#include "dns/tsig.h"

/* What every path lets through unfragmented: https://www.dnsflagday.net/2020/ */
#define EDNS_PAYLOAD 1232

Message *message_free(Message *message)
{
        free(message);
        return NULL;
}

int message_new_query(Message **ret, uint16_t id, const Name *name, uint16_t type, bool recursion)
{
        AUTO(packet_freep) ldns_pkt *packet = ldns_pkt_new();
        RRHead question = { name, type, CLASS_IN, 0 };

        if (!packet || packet_add(packet, SECTION_QUESTION, &question, NULL) < 0)
                return -ENOMEM;
        ldns_pkt_set_id(packet, id);
        ldns_pkt_set_rd(packet, recursion);
        ldns_pkt_set_edns_udp_size(packet, EDNS_PAYLOAD);
        return packet_render(packet, WIRE_MESSAGE_MAX, ret);
}

static int copy_question(ldns_pkt *packet, const WireMessage *request)
{
        WireRecord question;

        if (!wire_question(request, &question))
                return 0;
        return packet_add(packet, SECTION_QUESTION,
                &(RRHead){ &question.name, question.type, question.class, 0 }, NULL);
}

static void set_header(
        ldns_pkt *packet, const WireMessage *request, const MessageAnswer *answer, bool truncated)
{
        ldns_pkt_set_id(packet, request->id);
        ldns_pkt_set_qr(packet, true);
        ldns_pkt_set_opcode(packet, (ldns_pkt_opcode) request->opcode);
        ldns_pkt_set_rd(packet, (request->flags & FLAG_RD) != 0);
        ldns_pkt_set_aa(packet, (answer->flags & FLAG_AA) != 0);
        ldns_pkt_set_ra(packet, (answer->flags & FLAG_RA) != 0);
        ldns_pkt_set_tc(packet, truncated);
        ldns_pkt_set_rcode(packet, (uint8_t) (answer->rcode & 0x0f));
        if (!request->has_edns)
                return;
        ldns_pkt_set_edns_udp_size(packet, EDNS_PAYLOAD);
        ldns_pkt_set_edns_do(packet, request->edns_do); /* RFC 3225 section 3 */
        ldns_pkt_set_edns_extended_rcode(packet, (uint8_t) (answer->rcode >> 4));
}

static int add_sets(ldns_pkt *packet, WireSection section, const RRset *const *sets, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                int r = packet_add_set(packet, section, sets[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* How much of an answer there is room for. */
typedef enum Extent {
        WHOLE,
        WITHOUT_ADDITIONAL,
        TRUNCATED,
} Extent;

static int try_answer(
        Message **ret, const WireMessage *request, const MessageAnswer *answer, size_t limit, Extent extent)
{
        AUTO(packet_freep) ldns_pkt *packet = ldns_pkt_new();

        if (!packet || copy_question(packet, request) < 0)
                return -ENOMEM;
        set_header(packet, request, answer, extent == TRUNCATED);
        if (extent != TRUNCATED &&
                (add_sets(packet, SECTION_ANSWER, answer->answer, answer->n_answer) < 0 ||
                        add_sets(packet, SECTION_AUTHORITY, answer->authority, answer->n_authority) < 0))
                return -ENOMEM;
        if (extent == WHOLE &&
                add_sets(packet, SECTION_ADDITIONAL, answer->additional, answer->n_additional) < 0)
                return -ENOMEM;
        return packet_render(packet, limit, ret);
}

/* No fewer bytes than these RRsets take: a large one asked for over UDP need not be rendered to see that it
 * does not fit. */
static size_t least_size(const RRset *const *sets, size_t n)
{
        size_t size = 0;

        for (size_t i = 0; i < n; i++)
                size += sets[i]->count * (2 + 10);
        return size;
}

int message_new_answer(Message **ret, const WireMessage *request, const MessageAnswer *answer, size_t limit)
{
        size_t least = least_size(answer->answer, answer->n_answer) +
                       least_size(answer->authority, answer->n_authority);
        int r = -EMSGSIZE;

        if (limit > WIRE_MESSAGE_MAX)
                limit = WIRE_MESSAGE_MAX;
        if (least <= limit) {
                r = try_answer(ret, request, answer, limit, WHOLE);
                if (r == -EMSGSIZE && answer->n_additional > 0)
                        r = try_answer(ret, request, answer, limit, WITHOUT_ADDITIONAL);
        }
        /* The header and the question are answered whatever the limit says. */
        return r == -EMSGSIZE ? try_answer(ret, request, answer, WIRE_MESSAGE_MAX, TRUNCATED) : r;
}

int message_new_error(Message **ret, const WireMessage *request, unsigned rcode)
{
        Message *message = calloc(1, sizeof *message + WIRE_HEADER + TSIG_RECORD_MAX);

        if (!message)
                return -ENOMEM;
        message->size = WIRE_HEADER;
        message->capacity = WIRE_HEADER + TSIG_RECORD_MAX;
        put_u16(message->data, request->id);
        put_u16(message->data + 2, (uint16_t) (FLAG_QR | (request->opcode & 0x0f) << 11 |
                                               (request->flags & FLAG_RD) | (rcode & 0x0f)));
        *ret = message;
        return 0;
}
