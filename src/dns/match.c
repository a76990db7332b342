/* SPDX-License-Identifier: BSD-3-Clause */

#include "dns/match.h"

static bool same_question(const WireMessage *a, const WireMessage *b)
{
        WireRecord of_a, of_b;

        return wire_question(a, &of_a) && wire_question(b, &of_b) && of_a.type == of_b.type &&
               of_a.class == of_b.class && name_equal(&of_a.name, &of_b.name);
}

bool message_answers(const WireMessage *message, const WireMessage *request)
{
        if (!(message->flags & FLAG_QR) || message->id != request->id || message->opcode != request->opcode)
                return false;
        /* Many servers leave the question out of an error that they found before they read it, and all may
         * leave the zone out of the answer to an UPDATE (RFC 2136 section 3.8). */
        if (message->count[SECTION_QUESTION] == 0)
                return message->opcode == OPCODE_UPDATE || message->rcode != RCODE_NOERROR;
        return message->count[SECTION_QUESTION] == 1 && same_question(message, request);
}
