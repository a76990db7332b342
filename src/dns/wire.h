/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/name.h"
#include "model/rrset.h"

/* A bounded reader for whatever comes from a socket. It allocates nothing, follows compression only
 * backwards and only for a bounded number of steps in the whole message, and has looked at every record
 * before it says that a message is well-formed. Stands in front of ldns. */

enum {
        WIRE_HEADER = 12,
        WIRE_MESSAGE_MAX = 65535,

        OPCODE_QUERY = 0,
        OPCODE_NOTIFY = 4,
        OPCODE_UPDATE = 5,

        CLASS_IN = 1,
        CLASS_NONE = 254,
        CLASS_ANY = 255,

        RCODE_NOERROR = 0,
        RCODE_FORMERR = 1,
        RCODE_SERVFAIL = 2,
        RCODE_NXDOMAIN = 3,
        RCODE_NOTIMP = 4,
        RCODE_REFUSED = 5,
        RCODE_YXDOMAIN = 6,
        RCODE_YXRRSET = 7,
        RCODE_NXRRSET = 8,
        RCODE_NOTAUTH = 9,
        RCODE_NOTZONE = 10,
        RCODE_BADVERS = 16,
        /* In TSIG's own error field (RFC 8945 section 3) */
        RCODE_BADSIG = 16,
        RCODE_BADKEY = 17,
        RCODE_BADTIME = 18,
        RCODE_BADTRUNC = 22,

        /* Header flags, as they lie in its second 16 bits */
        FLAG_QR = 0x8000,
        FLAG_AA = 0x0400,
        FLAG_TC = 0x0200,
        FLAG_RD = 0x0100,
        FLAG_RA = 0x0080,
        FLAG_AD = 0x0020,
        FLAG_CD = 0x0010,
};

/* Sections by their place; for UPDATE read zone, prerequisite, update, additional. */
typedef enum WireSection {
        SECTION_QUESTION,
        SECTION_ANSWER,
        SECTION_AUTHORITY,
        SECTION_ADDITIONAL,
        SECTIONS,
} WireSection;

typedef struct WireMessage {
        const uint8_t *data; /* borrowed */
        size_t size;
        uint16_t id;
        uint16_t flags;
        uint8_t opcode;
        uint8_t rcode; /* of the header alone */
        uint16_t count[SECTIONS];
        size_t section[SECTIONS]; /* where each begins */

        bool has_edns; /* RFC 6891 */
        uint8_t edns_version;
        uint8_t edns_rcode_high;
        uint16_t edns_size; /* the sender's UDP payload size */
        bool edns_do;

        size_t tsig; /* where the TSIG record begins: the last of the additional section; 0: none */
} WireMessage;

typedef struct WireRecord {
        WireSection section;
        Name name;
        uint16_t type;
        uint16_t class;
        uint32_t ttl;              /* 0 in the question section */
        uint16_t rdata_length;     /* 0 in the question section */
        const uint8_t *rdata;      /* into the message; names in it may be compressed: see wire_copy_rdata() */
} WireRecord;

/* Looks through the whole message. 0, or -EBADMSG with `ret_reason` (may be NULL; a static text): short or
 * lying counts and lengths, bad names, an RDLENGTH that its type cannot have (in class IN; empty RDATA is
 * allowed where UPDATE uses it), OPT twice or not in the additional section, TSIG not last or twice, bytes after
 * the end. When at least the header could be read, ret->id, flags and opcode are set even on error, so that a
 * FORMERR can be answered. */
int wire_parse(WireMessage *ret, const uint8_t *data, size_t size, const char **ret_reason);

/* Walks the records of a message that wire_parse() accepted:
 * for (WireCursor c = wire_begin(&m, SECTION_ANSWER); wire_next(&c, &record);) */
typedef struct WireCursor {
        const WireMessage *message;
        WireSection section;
        unsigned left;
        size_t at;
} WireCursor;

WireCursor wire_begin(const WireMessage *message, WireSection section);
bool wire_next(WireCursor *cursor, WireRecord *ret);

/* The first question; false when there is none. */
bool wire_question(const WireMessage *message, WireRecord *ret);

/* RDATA with its names decompressed (types of RFC 3597 section 4 only). Returns the length, or -EBADMSG. */
int wire_copy_rdata(const WireMessage *message, const WireRecord *record, uint8_t out[static WIRE_MESSAGE_MAX]);

/* Collects the RRset `name`, `type`, class IN of a section; the smallest TTL. *ret is NULL when there is none.
 * -ENOMEM, -EBADMSG. */
int wire_collect_rrset(const WireMessage *message, WireSection section, const Name *name, uint16_t type, RRset **ret);

/* The names of RCODEs: "NXRRSET" …; extended and TSIG ones too (16 reads BADVERS / BADSIG as `tsig` says). */
const char *rcode_to_text(unsigned rcode, bool tsig);
