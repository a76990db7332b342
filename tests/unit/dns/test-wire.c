/* SPDX-License-Identifier: BSD-3-Clause */

/* The wire reader: what it must take, what it must refuse, and that refusing is cheap. */

#include "dns/wire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/bytes.h"
#include "dns/wire-rdata.h"
#include "hex.h"
#include "util/cleanup.h"

/* A message that grows at its end. */
typedef struct Builder {
        size_t size;
        uint8_t data[WIRE_MESSAGE_MAX + 1000];
} Builder;

static Builder *builder_new(const char *hex)
{
        Builder *b = calloc(1, sizeof *b);

        assert_non_null(b);
        b->size = from_hex(hex, b->data, sizeof b->data);
        return b;
}

static void add_hex(Builder *b, const char *hex)
{
        b->size += from_hex(hex, b->data + b->size, sizeof b->data - b->size);
}

static void add_bytes(Builder *b, uint8_t value, size_t count)
{
        assert_true(b->size + count <= sizeof b->data);
        memset(b->data + b->size, value, count);
        b->size += count;
}

static void add_u16(Builder *b, uint16_t value)
{
        assert_true(b->size + 2 <= sizeof b->data);
        put_u16(b->data + b->size, value);
        b->size += 2;
}

/* The header of a response with so many answers. */
static Builder *response_new(uint16_t answers)
{
        Builder *b = builder_new("1234 8400 0000");

        add_u16(b, answers);
        add_hex(b, "0000 0000");
        return b;
}

static void add_record(Builder *b, const char *owner_hex, uint16_t type, uint16_t class, uint16_t length)
{
        add_hex(b, owner_hex);
        add_u16(b, type);
        add_u16(b, class);
        add_hex(b, "00000E10");
        add_u16(b, length);
}

/* Looked at in a block of just its size, so that the sanitizer sees a step too far. */
static int parse_exactly(const uint8_t *data, size_t size, const char **ret_reason)
{
        AUTO_FREE uint8_t *copy = malloc(size > 0 ? size : 1);
        WireMessage m;

        assert_non_null(copy);
        memcpy(copy, data, size);
        return wire_parse(&m, copy, size, ret_reason);
}

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static void hostile_messages_are_refused_with_a_reason(void **state)
{
        static const struct {
                const char *what, *hex, *reason;
        } rows[] = {
                { "nothing", "", "shorter than a header" },
                { "eleven bytes", "1234 0100 0000 0000 0000 00", "shorter than a header" },
                { "a byte after the end", "1234 0100 0000 0000 0000 0000 00", "bytes after the last record" },
                { "a question that is not there", "1234 0100 0001 0000 0000 0000", "bad question" },
                { "65535 questions in five bytes", "1234 0100 FFFF 0000 0000 0000 00 0001 0001",
                        "bad question" },
                { "65535 answers in one", "1234 8100 0000 FFFF 0000 0000 00 0001 0001 00000000 0004 C0000201",
                        "bad owner name, or cut short" },
                { "a question without its class", "1234 0100 0001 0000 0000 0000 00 0001 00",
                        "bad question" },
                { "a label that runs out", "1234 0100 0001 0000 0000 0000 05 6162", "bad question" },
                { "a name without an end", "1234 0100 0001 0000 0000 0000 01 61", "bad question" },
                { "a label of type 01", "1234 0100 0001 0000 0000 0000 41 00 0001 0001", "bad question" },
                { "a label of type 10", "1234 0100 0001 0000 0000 0000 80 00 0001 0001", "bad question" },
                { "a label of type 01 that could be one of 65 bytes",
                        "1234 0100 0001 0000 0000 0000 41"
                        " 616161616161616161616161616161616161616161616161616161616161616161"
                        " 6161616161616161616161616161616161616161616161616161616161616161"
                        " 00 0001 0001",
                        "bad question" },
                { "a pointer to itself", "1234 0100 0001 0000 0000 0000 C00C 0001 0001", "bad question" },
                { "a pointer forward", "1234 0100 0001 0000 0000 0000 C00E 0001 0001 00", "bad question" },
                { "a pointer past the end", "1234 0100 0001 0000 0000 0000 FFFF 0001 0001", "bad question" },
                { "a pointer into the header", "1234 0100 0001 0000 0000 0000 C002 0001 0001",
                        "bad question" },
                { "half a pointer", "1234 0100 0001 0000 0000 0000 C0", "bad question" },
                { "a pointer into its own name", "1234 0100 0001 0000 0000 0000 0161 C00C 0001 0001",
                        "bad question" },
                { "two pointers at each other",
                        "1234 8100 0000 0002 0000 0000 00 FF00 0001 00000000 0004 C019 C017"
                        " C017 0001 0001 00000000 0004 C0000201",
                        "bad owner name, or cut short" },
                { "an answer without RDLENGTH", "1234 8100 0000 0001 0000 0000 00 0001 0001 00000000 00",
                        "bad owner name, or cut short" },
                { "RDATA that runs out", "1234 8100 0000 0001 0000 0000 00 FF00 0001 00000000 0004 C00002",
                        "bad owner name, or cut short" },
                { "OPT twice",
                        "1234 0100 0000 0000 0000 0002 00 0029 04D0 00000000 0000 00 0029 04D0 00000000 0000",
                        "more than one OPT" },
                { "OPT as an answer", "1234 8100 0000 0001 0000 0000 00 0029 04D0 00000000 0000",
                        "OPT outside of the additional section" },
                { "OPT with a name", "1234 0100 0000 0000 0000 0001 0161 00 0029 04D0 00000000 0000",
                        "OPT with an owner name" },
                { "an option that runs out",
                        "1234 0100 0000 0000 0000 0001 00 0029 04D0 00000000 0005 000A 0002 61",
                        "RDATA does not fit its type" },
                { "three bytes of an option",
                        "1234 0100 0000 0000 0000 0001 00 0029 04D0 00000000 0003 000A 00",
                        "RDATA does not fit its type" },
                { "TSIG before OPT",
                        "1234 0100 0000 0000 0000 0002"
                        " 0161 00 00FA 00FF 00000000 0011 00 000000000000 012C 0000 1234 0000 0000"
                        " 00 0029 04D0 00000000 0000",
                        "TSIG is not the last record" },
                { "two TSIGs",
                        "1234 0100 0000 0000 0000 0002"
                        " 0161 00 00FA 00FF 00000000 0011 00 000000000000 012C 0000 1234 0000 0000"
                        " 0161 00 00FA 00FF 00000000 0011 00 000000000000 012C 0000 1234 0000 0000",
                        "TSIG is not the last record" },
                { "TSIG as an answer",
                        "1234 8100 0000 0001 0000 0000"
                        " 0161 00 00FA 00FF 00000000 0011 00 000000000000 012C 0000 1234 0000 0000",
                        "TSIG is not the last record" },
                { "TSIG with a MAC that runs out",
                        "1234 0100 0000 0000 0000 0001"
                        " 0161 00 00FA 00FF 00000000 0011 00 000000000000 012C 0010 1234 0000 0000",
                        "RDATA does not fit its type" },
                { "TSIG with a compressed algorithm",
                        "1234 0100 0000 0000 0000 0001"
                        " 0161 00 00FA 00FF 00000000 0012 C00C 000000000000 012C 0000 1234 0000 0000",
                        "RDATA does not fit its type" },
                { "TSIG without RDATA", "1234 0100 0000 0000 0000 0001 0161 00 00FA 00FF 00000000 0000",
                        "RDATA does not fit its type" },
                { "TSIG of a class without structure",
                        "1234 0100 0000 0000 0000 0001 0161 00 00FA 0003 00000000 0001 00",
                        "RDATA does not fit its type" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE Builder *b = builder_new(rows[i].hex);
                const char *reason = "";

                if (parse_exactly(b->data, b->size, &reason) != -EBADMSG ||
                        strcmp(reason, rows[i].reason) != 0)
                        fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].what, reason, rows[i].reason);
        }
}

static void rdata_must_have_the_structure_of_its_type(void **state)
{
        static const struct {
                const char *what;
                uint16_t type, class;
                const char *hex;
                bool good;
        } rows[] = {
                { "A", TYPE_A, CLASS_IN, "C0000201", true },
                { "A, twice as long", TYPE_A, CLASS_IN, "C0000201 C0000202", false },
                { "A, a byte short", TYPE_A, CLASS_IN, "C00002", false },
                { "A, empty", TYPE_A, CLASS_IN, "", false },
                { "A, empty, to delete the RRset", TYPE_A, CLASS_ANY, "", true },
                { "A, empty, not to be there", TYPE_A, CLASS_NONE, "", true },
                { "A, to delete", TYPE_A, CLASS_NONE, "C0000201", true },
                { "A, to delete, twice as long", TYPE_A, CLASS_NONE, "C0000201 C0000202", false },
                { "A, class ANY, too long", TYPE_A, CLASS_ANY, "C0000201 00", false },
                { "A of Chaosnet, another thing", TYPE_A, 3, "C00C 0001", true },
                { "AAAA", TYPE_AAAA, CLASS_IN, "20010DB8 00000000 00000000 00000001", true },
                { "AAAA, a byte short", TYPE_AAAA, CLASS_IN, "20010DB8 00000000 00000000 000001", false },
                { "AAAA, a byte long", TYPE_AAAA, CLASS_IN, "20010DB8 00000000 00000000 00000001 00", false },
                { "NS", TYPE_NS, CLASS_IN, "0161 00", true },
                { "NS, compressed", TYPE_NS, CLASS_IN, "0161 C00C", true },
                { "NS, then a byte", TYPE_NS, CLASS_IN, "0161 00 00", false },
                { "NS, no end", TYPE_NS, CLASS_IN, "0161", false },
                { "NS, a pointer to itself", TYPE_NS, CLASS_IN, "C01A", false },
                { "CNAME, empty", TYPE_CNAME, CLASS_IN, "", false },
                { "PTR", 12, CLASS_IN, "C00C", true },
                { "SOA", TYPE_SOA, CLASS_IN, "C00C C00C 00000001 00000002 00000003 00000004 00000005", true },
                { "SOA, a byte short", TYPE_SOA, CLASS_IN,
                        "C00C C00C 00000001 00000002 00000003 00000004 000005", false },
                { "SOA, a name short", TYPE_SOA, CLASS_IN,
                        "C00C 00000001 00000002 00000003 00000004 00000005", false },
                { "MX", 15, CLASS_IN, "000A C00C", true },
                { "MX without a name", 15, CLASS_IN, "000A", false },
                { "MX, one byte", 15, CLASS_IN, "00", false },
                { "TXT", TYPE_TXT, CLASS_IN, "0161 00 026263", true },
                { "TXT of one empty string", TYPE_TXT, CLASS_IN, "00", true },
                { "TXT of no string", TYPE_TXT, CLASS_IN, "", false },
                { "TXT, the last string runs out", TYPE_TXT, CLASS_IN, "0161 0362", false },
                { "HINFO", 13, CLASS_IN, "0161 0162", true },
                { "HINFO of three strings", 13, CLASS_IN, "0161 0162 0163", false },
                { "SRV", 33, CLASS_IN, "0001 0002 0035 0161 00", true },
                { "SRV, compressed", 33, CLASS_IN, "0001 0002 0035 C00C", true },
                { "SRV without a target", 33, CLASS_IN, "0001 0002 0035", false },
                { "NAPTR", 35, CLASS_IN, "0001 0002 0175 0573697034 00 00", false },
                { "NAPTR, well-formed", 35, CLASS_IN, "0001 0002 0175 0573697034FF 00 00", true },
                { "DNAME", 39, CLASS_IN, "0161 00", true },
                { "DNAME, compressed", 39, CLASS_IN, "C00C", false },
                { "RRSIG", 46, CLASS_IN, "0001 08 02 00000E10 00000000 00000000 1234 0161 00 FFFF", true },
                { "RRSIG, compressed", 46, CLASS_IN, "0001 08 02 00000E10 00000000 00000000 1234 C00C FFFF",
                        false },
                { "NSEC3", 50, CLASS_IN, "01 00 0000 01AB 02CDEF 0001 40", true },
                { "NSEC3, the salt runs out", 50, CLASS_IN, "01 00 0000 FF", false },
                { "DS", 43, CLASS_IN, "1234 08 02 ABCD", true },
                { "DS, cut", 43, CLASS_IN, "1234 08", false },
                { "SVCB", 64, CLASS_IN, "0001 0161 00 0003 0002 01BB", true },
                { "SVCB, compressed", 64, CLASS_IN, "0001 C00C", false },
                { "TKEY", 249, CLASS_ANY, "0161 00 00000000 00000000 0003 0000 0002 ABCD 0000", true },
                { "TKEY, the key runs out", 249, CLASS_ANY, "0161 00 00000000 00000000 0003 0000 0004 ABCD",
                        false },
                { "CAA", 257, CLASS_IN, "00 056973737565 6361", true },
                { "CAA, the tag runs out", 257, CLASS_IN, "00 0569737375", false },
                { "an unknown type", 65280, CLASS_IN, "C0FF FFFF", true },
                { "an unknown type, empty", 65280, CLASS_IN, "", true },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE Builder *b = response_new(1);
                uint8_t rdata[64];
                size_t n = from_hex(rows[i].hex, rdata, sizeof rdata);
                int r;

                add_record(b, "0161 00", rows[i].type, rows[i].class, (uint16_t) n);
                add_hex(b, rows[i].hex);
                r = parse_exactly(b->data, b->size, NULL);
                if (r != (rows[i].good ? 0 : -EBADMSG))
                        fail_msg("%s: %d", rows[i].what, r);
        }
}

static void every_message_cut_short_is_refused(void **state)
{
        static const char hex[] = "1234 2800 0001 0001 0002 0001"
                                  " 07 6578616D706C65 00 0006 0001"
                                  " 0161 C00C 00FF 00FE 00000000 0000"
                                  " 0161 C00C 0001 0001 0000003C 0004 C0000201"
                                  " C01F 0010 0001 0000003C 0003 02 6869"
                                  " 00 0029 04D0 00008000 0000";
        AUTO_FREE Builder *b = builder_new(hex);

        (void) state;
        assert_int_equal(parse_exactly(b->data, b->size, NULL), 0);
        for (size_t size = 0; size < b->size; size++)
                assert_int_equal(parse_exactly(b->data, size, NULL), -EBADMSG);
}

static void what_is_longer_than_a_message_is_refused(void **state)
{
        AUTO_FREE Builder *b = response_new(1);

        (void) state;
        add_record(b, "00", 65280, CLASS_IN, 65535);
        add_bytes(b, 0, 65535);
        assert_true(b->size > WIRE_MESSAGE_MAX);
        assert_int_equal(parse_exactly(b->data, b->size, NULL), -EBADMSG);
}

/* A FORMERR needs the ID, whatever follows the header. */
static void header_is_known_even_when_the_rest_is_bad(void **state)
{
        AUTO_FREE Builder *b = builder_new("ABCD 2D03 0001 0000 0000 0000 FF");
        WireMessage m;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), -EBADMSG);
        assert_int_equal(m.id, 0xABCD);
        assert_int_equal(m.opcode, OPCODE_UPDATE);
        assert_int_equal(m.flags, 0x2D03);
        assert_int_equal(m.flags & FLAG_RD, FLAG_RD);
        assert_int_equal(m.rcode, RCODE_NXDOMAIN);
}

static void names_of_255_bytes_pass_and_no_longer_ones(void **state)
{
        (void) state;
        for (uint8_t last = 60; last <= 62; last++) {
                AUTO_FREE Builder *b = builder_new("1234 0100 0001 0000 0000 0000");

                for (int i = 0; i < 3; i++) {
                        add_bytes(b, 63, 1);
                        add_bytes(b, 'a', 63);
                }
                add_bytes(b, last, 1);
                add_bytes(b, 'b', last);
                add_hex(b, "00 0001 0001");
                assert_int_equal(parse_exactly(b->data, b->size, NULL), last <= 61 ? 0 : -EBADMSG);
        }
}

/* Each label well-formed, each pointer backwards, the sum too long: every owner is a label before the one
 * before. */
static void names_cannot_grow_by_compression(void **state)
{
        (void) state;
        for (unsigned labels = 14; labels <= 17; labels++) {
                AUTO_FREE Builder *b = response_new((uint16_t) labels);
                size_t previous = 0;

                for (unsigned i = 0; i < labels; i++) {
                        size_t here = b->size;

                        add_bytes(b, 15, 1);
                        add_bytes(b, 'a', 15);
                        if (i == 0)
                                add_bytes(b, 0, 1);
                        else
                                add_u16(b, (uint16_t) (0xC000 | previous));
                        add_record(b, "", 65280, CLASS_IN, 0);
                        previous = here;
                }
                assert_int_equal(
                        parse_exactly(b->data, b->size, NULL), 16 * labels + 1 <= 255 ? 0 : -EBADMSG);
        }
}

/* 8000 pointers, each to the one before it, and 4000 records that begin at the last of them: 32 million
 * steps, if one took them. */
static void chained_pointers_run_out_of_steps(void **state)
{
        AUTO_FREE Builder *b = response_new(1);
        const char *reason = "";
        uint16_t last;

        (void) state;
        add_record(b, "00", 65280, CLASS_IN, 2 * 8000 + 1);
        add_bytes(b, 0, 1);
        for (unsigned i = 0, previous = (unsigned) b->size - 1; i < 8000; i++) {
                add_u16(b, (uint16_t) (0xC000 | previous));
                previous = (unsigned) b->size - 2;
        }
        last = (uint16_t) (0xC000 | (b->size - 2));
        assert_int_equal(parse_exactly(b->data, b->size, NULL), 0);

        for (unsigned records = 1; records <= 4000; records++) {
                add_u16(b, last);
                add_record(b, "", 65280, CLASS_IN, 0);
                put_u16(b->data + 6, (uint16_t) (1 + records));
        }
        assert_int_equal(parse_exactly(b->data, b->size, &reason), -EBADMSG);
        assert_string_equal(reason, "too much compression");
}

static void steps_are_labels_and_pointers(void **state)
{
        AUTO_FREE Builder *b = builder_new("0000 0000 0000 0000 0000 0000 0161 0162 00 0163 C00C");
        Name name, expected = name_of("c.a.b");
        size_t steps = 5;

        (void) state;
        assert_int_equal(wire_read_name(b->data, 17, b->size, &steps, &name), 4);
        assert_true(name_equal(&name, &expected));
        assert_int_equal(steps, 0);
        for (size_t too_few = 0; too_few < 5; too_few++) {
                steps = too_few;
                assert_int_equal(wire_read_name(b->data, 17, b->size, &steps, &name), -EBADMSG);
                assert_int_equal(steps, 0);
        }
}

/* The budget must not stand in the way of what servers really send: the longest names that occur, in as
 * little space as they can be written. */
static void a_full_message_of_long_compressed_names_passes(void **state)
{
        AUTO_FREE Builder *b = builder_new("1234 8400 0001 0000 0000 0000");
        uint16_t records = 0;

        (void) state;
        for (int i = 0; i < 32; i++)
                add_hex(b, "0166");
        add_hex(b, "03 697036 04 61727061 00 001C 0001");
        while (b->size + 16 <= WIRE_MESSAGE_MAX) {
                add_record(b, "C00C", TYPE_A, CLASS_IN, 4);
                add_bytes(b, 1, 4);
                records++;
        }
        put_u16(b->data + 6, records);
        assert_true(records > 4000);
        assert_int_equal(parse_exactly(b->data, b->size, NULL), 0);
}

static void a_txt_of_64k_empty_strings_is_only_bytes(void **state)
{
        AUTO_FREE Builder *b = response_new(1);
        AUTO_FREE uint8_t *out = malloc(WIRE_MESSAGE_MAX);
        uint16_t length = WIRE_MESSAGE_MAX - WIRE_HEADER - 11;
        WireCursor cursor;
        WireRecord record;
        WireMessage m;

        (void) state;
        add_record(b, "00", TYPE_TXT, CLASS_IN, length);
        add_bytes(b, 0, length);
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        cursor = wire_begin(&m, SECTION_ANSWER);
        assert_true(wire_next(&cursor, &record));
        assert_int_equal(wire_copy_rdata(&m, &record, out), length);
        assert_memory_equal(out, record.rdata, length);
}

/* Labels that overlap make 251 bytes of name out of 69 bytes of message, so that RDATA could come out longer
 * than an RDLENGTH can say. */
static void rdata_that_would_grow_beyond_64k_is_refused(void **state)
{
        AUTO_FREE Builder *b = response_new(2);
        unsigned first;
        uint16_t rest;

        (void) state;
        add_record(b, "00", 65280, CLASS_IN, 69);
        first = (unsigned) b->size;
        add_hex(b, "3C 3D 3E 3F");
        add_bytes(b, 'x', 57);
        add_hex(b, "00 78");
        add_u16(b, (uint16_t) (0xC000 | first));
        add_u16(b, (uint16_t) (0xC000 | (first + 1)));
        add_u16(b, (uint16_t) (0xC000 | (first + 2)));
        rest = (uint16_t) (WIRE_MESSAGE_MAX - b->size - 11 - 2);
        add_record(b, "00", 30, CLASS_IN, 2 + rest);
        add_u16(b, (uint16_t) (0xC000 | (first + 3)));
        add_bytes(b, 0, rest);
        assert_int_equal(b->size, WIRE_MESSAGE_MAX);
        assert_int_equal(parse_exactly(b->data, b->size, NULL), -EBADMSG);

        /* It is the sum that is refused, not the name: so much less passes. */
        b->size -= rest + 251U - WIRE_MESSAGE_MAX;
        put_u16(b->data + first + 69 + 9, (uint16_t) (2 + rest - (rest + 251U - WIRE_MESSAGE_MAX)));
        assert_int_equal(parse_exactly(b->data, b->size, NULL), 0);
}

/* What dnspython makes of SOA, MX, two A and an SRV with its address, compressed, with EDNS; only the MX
 * record's TTL is not its own. */
static const char answer_hex[] =
        "123485800001000400010002076578616d706c6503636f6d0000ff0001c00c0006000100000e100026026e73"
        "c00c0a686f73746d6173746572c00c7856341200000e100000038400093a800000003cc00c000f0001800000"
        "010009000a046d61696cc00cc00c000100010000003c0004c0000201c00c000100010000001e0004c0000202"
        "045f646e73045f756470c00c002100010000003c0008000100020035c029c0290001000100000e100004c000"
        "020300002904d0010080000000";

static void records_come_out_as_they_went_in(void **state)
{
        static const struct {
                WireSection section;
                const char *owner;
                uint16_t type;
                uint32_t ttl;
                const char *rdata_hex;
        } expected[] = {
                { SECTION_ANSWER, "example.com", TYPE_SOA, 3600,
                        "026E73 076578616D706C65 03636F6D 00"
                        " 0A686F73746D6173746572 076578616D706C65 03636F6D 00"
                        " 78563412 00000E10 00000384 00093A80 0000003C" },
                { SECTION_ANSWER, "example.com", 15, 0x80000001,
                        "000A 046D61696C 076578616D706C65 03636F6D 00" },
                { SECTION_ANSWER, "example.com", TYPE_A, 60, "C0000201" },
                { SECTION_ANSWER, "example.com", TYPE_A, 30, "C0000202" },
                { SECTION_AUTHORITY, "_dns._udp.example.com", 33, 60,
                        "0001 0002 0035 026E73 076578616D706C65 03636F6D 00" },
        };
        AUTO_FREE Builder *b = builder_new(answer_hex);
        AUTO_FREE uint8_t *out = malloc(WIRE_MESSAGE_MAX);
        WireCursor cursor = { 0 };
        WireMessage m;
        WireRecord record;
        const char *reason = "";

        (void) state;
        if (wire_parse(&m, b->data, b->size, &reason) < 0)
                fail_msg("%s", reason);
        for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
                uint8_t rdata[128];
                size_t n = from_hex(expected[i].rdata_hex, rdata, sizeof rdata);
                Name owner = name_of(expected[i].owner);

                if (i == 0 || expected[i].section != expected[i - 1].section)
                        cursor = wire_begin(&m, expected[i].section);
                assert_true(wire_next(&cursor, &record));
                assert_int_equal(record.section, expected[i].section);
                assert_true(name_equal(&record.name, &owner));
                assert_int_equal(record.type, expected[i].type);
                assert_int_equal(record.class, CLASS_IN);
                assert_int_equal(record.ttl, expected[i].ttl);
                assert_int_equal(wire_copy_rdata(&m, &record, out), n);
                assert_memory_equal(out, rdata, n);
        }
        assert_false(wire_next(&cursor, &record));
}

static void question_and_edns_are_read(void **state)
{
        AUTO_FREE Builder *b = builder_new(answer_hex);
        Name name = name_of("example.com");
        WireMessage m;
        WireRecord question;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        assert_true(wire_question(&m, &question));
        assert_true(name_equal(&question.name, &name));
        assert_int_equal(question.type, TYPE_ANY);
        assert_int_equal(question.class, CLASS_IN);
        assert_int_equal(question.ttl, 0);
        assert_int_equal(question.rdata_length, 0);
        assert_true(m.has_edns);
        assert_int_equal(m.edns_size, 1232);
        assert_int_equal(m.edns_rcode_high, 1);
        assert_int_equal(m.edns_version, 0);
        assert_true(m.edns_do);
        assert_int_equal(m.tsig, 0);
}

static void no_question_no_edns(void **state)
{
        AUTO_FREE Builder *b = response_new(0);
        WireMessage m;
        WireRecord question;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        assert_false(wire_question(&m, &question));
        assert_false(m.has_edns);
}

static void an_rrset_is_collected_with_its_smallest_ttl(void **state)
{
        static const uint8_t first[] = { 192, 0, 2, 1 }, second[] = { 192, 0, 2, 2 };
        AUTO_FREE Builder *b = builder_new(answer_hex);
        AUTO(rrset_freep) RRset *set = NULL;
        Name name = name_of("EXAMPLE.com");
        WireMessage m;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        assert_int_equal(wire_collect_rrset(&m, SECTION_ANSWER, &name, TYPE_A, &set), 0);
        assert_non_null(set);
        assert_int_equal(set->count, 2);
        assert_int_equal(set->ttl, 30);
        assert_memory_equal(set->rdata[0]->bytes, first, 4);
        assert_memory_equal(set->rdata[1]->bytes, second, 4);
}

/* RFC 2181 section 8 */
static void a_ttl_with_the_highest_bit_is_zero(void **state)
{
        AUTO_FREE Builder *b = builder_new(answer_hex);
        AUTO(rrset_freep) RRset *set = NULL;
        Name name = name_of("example.com");
        WireMessage m;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        assert_int_equal(wire_collect_rrset(&m, SECTION_ANSWER, &name, 15, &set), 0);
        assert_non_null(set);
        assert_int_equal(set->ttl, 0);
        assert_int_equal(set->rdata[0]->length, 20); /* decompressed */
}

static void what_is_not_there_is_collected_as_nothing(void **state)
{
        static const struct {
                WireSection section;
                const char *name;
                uint16_t type;
        } rows[] = {
                { SECTION_ANSWER, "example.com", TYPE_AAAA },
                { SECTION_ANSWER, "www.example.com", TYPE_A },
                { SECTION_AUTHORITY, "example.com", TYPE_A },
        };
        AUTO_FREE Builder *b = builder_new(answer_hex);
        WireMessage m;

        (void) state;
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Name name = name_of(rows[i].name);
                RRset *set = (RRset *) &m;

                assert_int_equal(wire_collect_rrset(&m, rows[i].section, &name, rows[i].type, &set), 0);
                assert_null(set);
        }
}

static void other_classes_are_not_collected(void **state)
{
        AUTO_FREE Builder *b = response_new(2);
        AUTO(rrset_freep) RRset *set = NULL;
        Name name = name_of("a");
        WireMessage m;

        (void) state;
        add_record(b, "0161 00", TYPE_A, 3, 4);
        add_hex(b, "01020304");
        add_record(b, "0161 00", TYPE_A, CLASS_IN, 4);
        add_hex(b, "C0000201");
        assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
        assert_int_equal(wire_collect_rrset(&m, SECTION_ANSWER, &name, TYPE_A, &set), 0);
        assert_non_null(set);
        assert_int_equal(set->count, 1);
        assert_int_equal(set->rdata[0]->bytes[0], 192);
}

/* RFC 3597 section 4: bytes that look like a pointer are data where the type is unknown, or its class is. */
static void rdata_of_unknown_types_is_left_alone(void **state)
{
        static const uint8_t bytes[] = { 0xC0, 0x0C };
        static const struct {
                uint16_t type, class;
        } rows[] = { { 65280, CLASS_IN }, { TYPE_NS, 3 } };
        AUTO_FREE uint8_t *out = malloc(WIRE_MESSAGE_MAX);

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE Builder *b = response_new(1);
                WireMessage m;
                WireCursor cursor;
                WireRecord record;

                add_record(b, "0161 00", rows[i].type, rows[i].class, 2);
                add_hex(b, "C00C");
                assert_int_equal(wire_parse(&m, b->data, b->size, NULL), 0);
                cursor = wire_begin(&m, SECTION_ANSWER);
                assert_true(wire_next(&cursor, &record));
                assert_int_equal(wire_copy_rdata(&m, &record, out), 2);
                assert_memory_equal(out, bytes, 2);
        }
}

static void rcodes_have_names(void **state)
{
        (void) state;
        assert_string_equal(rcode_to_text(RCODE_NXRRSET, false), "NXRRSET");
        assert_string_equal(rcode_to_text(16, false), "BADVERS");
        assert_string_equal(rcode_to_text(16, true), "BADSIG");
        assert_string_equal(rcode_to_text(RCODE_BADTIME, true), "BADTIME");
        assert_string_equal(rcode_to_text(12, false), "unknown RCODE");
        assert_string_equal(rcode_to_text(4095, false), "unknown RCODE");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hostile_messages_are_refused_with_a_reason),
                cmocka_unit_test(rdata_must_have_the_structure_of_its_type),
                cmocka_unit_test(every_message_cut_short_is_refused),
                cmocka_unit_test(what_is_longer_than_a_message_is_refused),
                cmocka_unit_test(header_is_known_even_when_the_rest_is_bad),
                cmocka_unit_test(names_of_255_bytes_pass_and_no_longer_ones),
                cmocka_unit_test(names_cannot_grow_by_compression),
                cmocka_unit_test(chained_pointers_run_out_of_steps),
                cmocka_unit_test(steps_are_labels_and_pointers),
                cmocka_unit_test(a_full_message_of_long_compressed_names_passes),
                cmocka_unit_test(a_txt_of_64k_empty_strings_is_only_bytes),
                cmocka_unit_test(rdata_that_would_grow_beyond_64k_is_refused),
                cmocka_unit_test(records_come_out_as_they_went_in),
                cmocka_unit_test(question_and_edns_are_read),
                cmocka_unit_test(no_question_no_edns),
                cmocka_unit_test(an_rrset_is_collected_with_its_smallest_ttl),
                cmocka_unit_test(a_ttl_with_the_highest_bit_is_zero),
                cmocka_unit_test(what_is_not_there_is_collected_as_nothing),
                cmocka_unit_test(other_classes_are_not_collected),
                cmocka_unit_test(rdata_of_unknown_types_is_left_alone),
                cmocka_unit_test(rcodes_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
