/* SPDX-License-Identifier: BSD-3-Clause */

/* The wire reader: what is between a socket and everything else. It sees every byte of a message once, and of
 * what compression points back to only so much that the work stays in proportion to the message. It allocates
 * nothing and keeps nothing but places; it judges structure, never meaning (which records an UPDATE may hold,
 * who signed it). */

#include "dns/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns/bytes.h"
#include "dns/wire-rdata.h"
#include "util/cleanup.h"

/* Labels and pointers that names may take for each byte of the message. A thousand addresses in a row below
 * ip6.arpa (34 labels for each 16 bytes) take 2. */
#define STEPS_PER_BYTE 8
#define STEPS_AT_LEAST 1024

/* A message that is being looked through for the first time. */
typedef struct Parse {
        WireMessage *message;
        size_t at;
        size_t steps; /* left */
        const char *reason;
} Parse;

static int reject(Parse *parse, const char *reason)
{
        parse->reason = reason;
        return -EBADMSG;
}

/* Owner name, type, class, and for records TTL and RDATA; the section is the caller's. Returns the bytes that
 * it takes, or -EBADMSG. */
static int read_record(const WireMessage *message, size_t at, size_t *steps, WireRecord *ret)
{
        const uint8_t *fixed;
        int used = wire_read_name(message->data, at, message->size, steps, &ret->name);
        size_t fixed_size = ret->section == SECTION_QUESTION ? 4 : 10, left;

        if (used < 0)
                return used;
        fixed = message->data + at + used;
        left = message->size - at - (size_t) used;
        if (left < fixed_size)
                return -EBADMSG;
        ret->type = get_u16(fixed);
        ret->class = get_u16(fixed + 2);
        ret->ttl = ret->section == SECTION_QUESTION ? 0 : get_u32(fixed + 4);
        ret->rdata_length = ret->section == SECTION_QUESTION ? 0 : get_u16(fixed + 8);
        ret->rdata = fixed + fixed_size;
        if (left - fixed_size < ret->rdata_length)
                return -EBADMSG;
        return used + (int) fixed_size + ret->rdata_length;
}

/* Is the RDATA built as its type says? Types mean something in their class only; ANY and NONE stand for the
 * zone's class, and may come without RDATA (RFC 2136 sections 2.4 and 2.5). */
static bool has_structure(const WireRecord *record)
{
        switch (record->class) {
        case CLASS_IN:
                return true;
        case CLASS_ANY:
        case CLASS_NONE:
                return record->rdata_length > 0 || record->type == TYPE_TSIG;
        default:
                return record->type == TYPE_TSIG || record->type == TYPE_OPT;
        }
}

static int expand_rdata(const WireMessage *message, const WireRecord *record, size_t *steps, uint8_t *out)
{
        size_t at = (size_t) (record->rdata - message->data);

        return wire_expand_rdata(message->data, record->type, at, at + record->rdata_length, steps, out);
}

static int note_edns(Parse *parse, const WireRecord *record)
{
        WireMessage *m = parse->message;

        if (record->section != SECTION_ADDITIONAL)
                return reject(parse, "OPT outside of the additional section");
        if (m->has_edns)
                return reject(parse, "more than one OPT");
        if (record->name.length != 1)
                return reject(parse, "OPT with an owner name");
        m->has_edns = true;
        m->edns_size = record->class;
        m->edns_rcode_high = (uint8_t) (record->ttl >> 24);
        m->edns_version = (uint8_t) (record->ttl >> 16);
        m->edns_do = record->ttl & 0x8000;
        return 0;
}

static int note_tsig(Parse *parse, const WireRecord *record, bool last)
{
        /* Two of them fall under this too: one is not the last. */
        if (record->section != SECTION_ADDITIONAL || !last)
                return reject(parse, "TSIG is not the last record");
        parse->message->tsig = parse->at;
        return 0;
}

static int parse_record(Parse *parse, WireSection section, bool last)
{
        WireRecord record = { .section = section };
        int used = read_record(parse->message, parse->at, &parse->steps, &record);
        int r = 0;

        if (used < 0)
                return reject(
                        parse, section == SECTION_QUESTION ? "bad question" : "bad owner name, or cut short");
        if (section != SECTION_QUESTION) {
                if (has_structure(&record) && expand_rdata(parse->message, &record, &parse->steps, NULL) < 0)
                        return reject(parse, "RDATA does not fit its type");
                if (record.type == TYPE_OPT)
                        r = note_edns(parse, &record);
                else if (record.type == TYPE_TSIG)
                        r = note_tsig(parse, &record, last);
        }
        parse->at += (size_t) used;
        return r;
}

static int parse_sections(Parse *parse)
{
        WireMessage *m = parse->message;

        for (WireSection section = SECTION_QUESTION; section < SECTIONS; section++) {
                m->section[section] = parse->at;
                for (unsigned i = 1; i <= m->count[section]; i++) {
                        int r = parse_record(parse, section, i == m->count[section]);

                        if (r < 0)
                                return r;
                }
        }
        if (parse->at != m->size)
                return reject(parse, "bytes after the last record");
        return 0;
}

static void read_header(WireMessage *m)
{
        uint16_t flags = get_u16(m->data + 2);

        m->id = get_u16(m->data);
        m->flags = flags;
        m->opcode = flags >> 11 & 0xF;
        m->rcode = flags & 0xF;
        for (WireSection section = SECTION_QUESTION; section < SECTIONS; section++)
                m->count[section] = get_u16(m->data + 4 + 2 * section);
}

int wire_parse(WireMessage *ret, const uint8_t *data, size_t size, const char **ret_reason)
{
        Parse parse = { .message = ret, .at = WIRE_HEADER, .steps = STEPS_PER_BYTE * size + STEPS_AT_LEAST };
        int r;

        *ret = (WireMessage){ .data = data, .size = size };
        if (size < WIRE_HEADER)
                r = reject(&parse, "shorter than a header");
        else if (size > WIRE_MESSAGE_MAX)
                r = reject(&parse, "longer than a message can be");
        else {
                read_header(ret);
                r = parse_sections(&parse);
        }
        if (r < 0 && ret_reason)
                *ret_reason = parse.steps == 0 ? "too much compression" : parse.reason;
        return r;
}

WireCursor wire_begin(const WireMessage *message, WireSection section)
{
        return (WireCursor){
                .message = message,
                .section = section,
                .left = message->count[section],
                .at = message->section[section],
        };
}

bool wire_next(WireCursor *cursor, WireRecord *ret)
{
        size_t steps = SIZE_MAX; /* wire_parse() has counted them */
        int used;

        if (cursor->left == 0)
                return false;
        *ret = (WireRecord){ .section = cursor->section };
        used = read_record(cursor->message, cursor->at, &steps, ret);
        if (used < 0)
                return false;
        cursor->at += (size_t) used;
        cursor->left--;
        return true;
}

bool wire_question(const WireMessage *message, WireRecord *ret)
{
        WireCursor cursor = wire_begin(message, SECTION_QUESTION);

        return wire_next(&cursor, ret);
}

int wire_copy_rdata(
        const WireMessage *message, const WireRecord *record, uint8_t out[static WIRE_MESSAGE_MAX])
{
        size_t steps = SIZE_MAX; /* wire_parse() has counted them */

        if (has_structure(record))
                return expand_rdata(message, record, &steps, out);
        if (record->rdata_length > 0)
                memcpy(out, record->rdata, record->rdata_length);
        return record->rdata_length;
}

/* RFC 2181 section 8: one with the highest bit set is zero. */
static uint32_t sane_ttl(uint32_t ttl)
{
        return ttl <= TTL_MAX ? ttl : 0;
}

int wire_collect_rrset(
        const WireMessage *message, WireSection section, const Name *name, uint16_t type, RRset **ret)
{
        AUTO(rrset_freep) RRset *set = NULL;
        AUTO_FREE uint8_t *rdata = NULL; /* not on the stack: a probed stack keeps its 64 KB for good */
        WireCursor cursor = wire_begin(message, section);
        WireRecord record;

        while (wire_next(&cursor, &record)) {
                int length;

                if (record.type != type || record.class != CLASS_IN || !name_equal(&record.name, name))
                        continue;
                if (!set) {
                        set = rrset_new(name, type, sane_ttl(record.ttl));
                        rdata = malloc(WIRE_MESSAGE_MAX);
                }
                if (!set || !rdata)
                        return -ENOMEM;
                if (sane_ttl(record.ttl) < set->ttl)
                        set->ttl = sane_ttl(record.ttl);
                length = wire_copy_rdata(message, &record, rdata);
                if (length < 0)
                        return length;
                if (rrset_add(set, rdata, (uint16_t) length) < 0)
                        return -ENOMEM;
        }
        *ret = STEAL(set);
        return 0;
}

const char *rcode_to_text(unsigned rcode, bool tsig)
{
        static const char *const names[] = {
                [RCODE_NOERROR] = "NOERROR",
                [RCODE_FORMERR] = "FORMERR",
                [RCODE_SERVFAIL] = "SERVFAIL",
                [RCODE_NXDOMAIN] = "NXDOMAIN",
                [RCODE_NOTIMP] = "NOTIMP",
                [RCODE_REFUSED] = "REFUSED",
                [RCODE_YXDOMAIN] = "YXDOMAIN",
                [RCODE_YXRRSET] = "YXRRSET",
                [RCODE_NXRRSET] = "NXRRSET",
                [RCODE_NOTAUTH] = "NOTAUTH",
                [RCODE_NOTZONE] = "NOTZONE",
                [11] = "DSOTYPENI",
                [RCODE_BADVERS] = "BADVERS",
                [RCODE_BADKEY] = "BADKEY",
                [RCODE_BADTIME] = "BADTIME",
                [19] = "BADMODE",
                [20] = "BADNAME",
                [21] = "BADALG",
                [RCODE_BADTRUNC] = "BADTRUNC",
                [23] = "BADCOOKIE",
        };

        if (tsig && rcode == RCODE_BADSIG)
                return "BADSIG";
        return rcode < ARRAY_LENGTH(names) && names[rcode] ? names[rcode] : "unknown RCODE";
}
