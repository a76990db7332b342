/* SPDX-License-Identifier: BSD-3-Clause */

/* Names and RDATA as they lie in a message. Knows the structure of each type in one table, so that checking
 * and decompressing cannot disagree. Says nothing about sections, classes and counts: that is wire.c. */

#include "dns/wire-rdata.h"

#include <errno.h>
#include <string.h>

#include "dns/bytes.h"
#include "dns/wire.h"
#include "model/rrset.h"

int wire_read_name(const uint8_t *message, size_t at, size_t end, size_t *steps, Name *ret)
{
        size_t lowest = at, p = at, length = 0;
        int used = 0; /* set when the first pointer is followed: what lies behind belongs to others */

        for (;;) {
                size_t label, target;

                if (p >= end || *steps == 0)
                        return -EBADMSG;
                --*steps;
                label = message[p];
                if (label >= 0xC0) {
                        if (p + 2 > end)
                                return -EBADMSG;
                        target = get_u16(message + p) & 0x3FFFU;
                        /* "A prior occurrence of the same name" (RFC 1035 section 4.1.4): each jump must go
                         * further back than all before it, so that none can be taken twice. */
                        if (target >= lowest || target < WIRE_HEADER)
                                return -EBADMSG;
                        if (used == 0)
                                used = (int) (p + 2 - at);
                        lowest = p = target;
                        continue;
                }
                if (label > 63 || p + 1 + label > end || length + 1 + label > NAME_WIRE_MAX)
                        return -EBADMSG;
                memcpy(ret->wire + length, message + p, 1 + label);
                length += 1 + label;
                p += 1 + label;
                if (label == 0)
                        break;
        }
        ret->length = (uint8_t) length;
        return used != 0 ? used : (int) (p - at);
}

/* What the RDATA of a type consists of, a character a field:
 *   1-9  so many bytes          s  a character string       n  a name that may be compressed: the types of
 *   d    16 bits of length      S  one or more of them         RFC 1035, and those that RFC 3597 section 4
 *        and so many bytes      o  EDNS options                asks receivers to decompress
 *   *    all that follows                                   u  a name that may not */
static const char *layout_of(uint16_t type)
{
        switch (type) {
        case TYPE_A:
                return "4";
        case TYPE_AAAA:
                return "88";
        case TYPE_NS:
        case TYPE_CNAME:
        case 3:  /* MD */
        case 4:  /* MF */
        case 7:  /* MB */
        case 8:  /* MG */
        case 9:  /* MR */
        case 12: /* PTR */
                return "n";
        case TYPE_SOA:
                return "nn488";
        case 13: /* HINFO */
                return "ss";
        case 14: /* MINFO */
        case 17: /* RP */
                return "nn";
        case TYPE_TXT:
        case 99: /* SPF */
                return "S";
        case 15: /* MX */
        case 18: /* AFSDB */
        case 21: /* RT */
                return "2n";
        case 24: /* SIG */
                return "882n*";
        case 26: /* PX */
                return "2nn";
        case 30: /* NXT */
                return "n*";
        case 33: /* SRV */
                return "6n";
        case 35: /* NAPTR */
                return "4sssn";
        case 36:  /* KX */
        case 107: /* LP */
                return "2u";
        case 39: /* DNAME */
                return "u";
        case TYPE_OPT:
                return "o";
        case 25: /* KEY */
        case 43: /* DS */
        case 48: /* DNSKEY */
        case 59: /* CDS */
        case 60: /* CDNSKEY */
                return "4*";
        case 44: /* SSHFP */
                return "2*";
        case 46: /* RRSIG */
                return "882u*";
        case 47: /* NSEC */
                return "u*";
        case 50: /* NSEC3 */
                return "4ss*";
        case 51: /* NSEC3PARAM */
                return "4s";
        case 52: /* TLSA */
        case 53: /* SMIMEA */
                return "3*";
        case 64: /* SVCB */
        case 65: /* HTTPS */
                return "2u*";
        case 249: /* TKEY */
                return "u48dd";
        case TYPE_TSIG:
                return "u8d4d";
        case 256: /* URI */
                return "4*";
        case 257: /* CAA */
                return "1s*";
        default:
                return "*";
        }
}

/* Bytes up to the end that consist of strings and nothing else, at least one of them. */
static int strings_length(const uint8_t *bytes, size_t left)
{
        size_t n = 0;

        do {
                if (n >= left || n + 1 + bytes[n] > left)
                        return -EBADMSG;
                n += 1U + bytes[n];
        } while (n < left);
        return (int) n;
}

/* Code and length, 16 bits each, then the data (RFC 6891 section 6.1.2). */
static int options_length(const uint8_t *bytes, size_t left)
{
        size_t n = 0;

        while (n < left) {
                if (left - n < 4 || left - n - 4 < get_u16(bytes + n + 2))
                        return -EBADMSG;
                n += 4U + get_u16(bytes + n + 2);
        }
        return (int) n;
}

/* How long the field is that begins at `bytes`; the names that are not compressed are plain bytes here. */
static int field_length(char field, const uint8_t *bytes, size_t left)
{
        size_t n;
        Name name;

        switch (field) {
        case 'u':
                return name_from_wire(&name, bytes, left);
        case 'S':
                return strings_length(bytes, left);
        case 'o':
                return options_length(bytes, left);
        case '*':
                return (int) left;
        case 's':
                n = left < 1 ? 1 : 1U + bytes[0];
                break;
        case 'd':
                n = left < 2 ? 2 : 2U + get_u16(bytes);
                break;
        default:
                n = (size_t) (field - '0');
                break;
        }
        return n <= left ? (int) n : -EBADMSG;
}

int wire_expand_rdata(
        const uint8_t *message, uint16_t type, size_t at, size_t end, size_t *steps, uint8_t *out)
{
        size_t length = 0;

        for (const char *field = layout_of(type); *field; field++) {
                Name name;
                const uint8_t *bytes = message + at;
                int used = *field == 'n' ? wire_read_name(message, at, end, steps, &name)
                                         : field_length(*field, bytes, end - at);
                size_t n = (size_t) used;

                if (used < 0)
                        return -EBADMSG;
                if (*field == 'n') {
                        bytes = name.wire;
                        n = name.length;
                }
                /* Names can grow it beyond what an RDLENGTH can say. */
                if (length + n > WIRE_MESSAGE_MAX)
                        return -EBADMSG;
                if (out && n > 0)
                        memcpy(out + length, bytes, n);
                length += n;
                at += (size_t) used;
        }
        return at == end ? (int) length : -EBADMSG;
}
