/* SPDX-License-Identifier: BSD-3-Clause */

/* Messages that we build, read back by the wire reader, which knows nothing of how they were built. */

#include "dns/message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/bytes.h"
#include "dns/tsig.h"
#include "hex.h"

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

/* Addresses 2001:db8::FIRST up to and without 2001:db8::END. */
static RRset *addresses(const char *name, uint32_t ttl, unsigned first, unsigned end)
{
        Name owner = name_of(name);
        RRset *set = rrset_new(&owner, TYPE_AAAA, ttl);

        assert_non_null(set);
        for (unsigned i = first; i < end; i++) {
                uint8_t rdata[16] = { 0x20, 0x01, 0x0d, 0xb8, [14] = (uint8_t) (i >> 8), [15] = (uint8_t) i };

                assert_int_equal(rrset_add(set, rdata, sizeof rdata), 1);
        }
        return set;
}

static WireMessage parse(const Message *message)
{
        WireMessage parsed;
        const char *reason = "";

        assert_true(message->capacity >= message->size + TSIG_RECORD_MAX);
        if (wire_parse(&parsed, message->data, message->size, &reason) < 0)
                fail_msg("%s", reason);
        return parsed;
}

static void assert_bytes(const Message *message, const char *hex)
{
        uint8_t expected[512];
        size_t size = from_hex(hex, expected, sizeof expected);

        assert_int_equal(message->size, size);
        assert_memory_equal(message->data, expected, size);
}

static void query_is_as_the_standard_has_it(void **state)
{
        AUTO(message_freep) Message *message = NULL;
        Name name = name_of("ns.Example");

        (void) state;
        assert_int_equal(message_new_query(&message, 0x1234, &name, TYPE_AAAA, true), 0);
        assert_bytes(message, "1234 0100 0001 0000 0000 0001"
                              "02 6e73 07 4578616d706c65 00 001c 0001"
                              "00 0029 04d0 00000000 0000");
        message = message_free(message);
        assert_int_equal(message_new_query(&message, 0x1234, &name_root, TYPE_SOA, false), 0);
        assert_bytes(message, "1234 0000 0001 0000 0000 0001"
                              "00 0006 0001"
                              "00 0029 04d0 00000000 0000");
}

/* One change: from `expected` (NULL: absent) to `want`. */
static Message *update_of(const char *name, Expect expect, const RRset *expected, const RRset *want)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        Name zone = name_of("example"), owner = name_of(name);
        Message *message = NULL;

        assert_int_equal(change_set_add(changes, &owner, TYPE_AAAA, expect, expected, want), 0);
        assert_int_equal(message_new_update(&message, 0x1234, &zone, changes), 0);
        return message;
}

#define UPDATE_HEAD "1234 2800 0001"
#define ZONE        "07 6578616d706c65 00 0006 0001"
#define HOST        "01 68 c00c"
#define AGAIN       "c019"
#define ADDRESS     "0010 20010db8000000000000000000000"

static void update_is_as_the_standard_has_it(void **state)
{
        // clang-format off
        static const struct {
                const char *title;
                Expect expect;
                unsigned expected[2], want[2]; /* from, to; none: NULL */
                uint32_t expected_ttl, want_ttl;
                const char *message;
        } rows[] = {
                { "the first address", EXPECT_ABSENT, { 0, 0 }, { 1, 2 }, 0, 60,
                  UPDATE_HEAD "0001 0001 0000" ZONE
                  HOST  "001c 00fe 00000000 0000"
                  AGAIN "001c 0001 0000003c" ADDRESS "001" },
                { "whatever is there", EXPECT_ANY, { 0, 0 }, { 1, 2 }, 0, 60,
                  UPDATE_HEAD "0000 0002 0000" ZONE
                  HOST  "001c 00ff 00000000 0000"
                  AGAIN "001c 0001 0000003c" ADDRESS "001" },
                { "whatever is there goes", EXPECT_ANY, { 0, 0 }, { 0, 0 }, 0, 0,
                  UPDATE_HEAD "0000 0001 0000" ZONE
                  HOST  "001c 00ff 00000000 0000" },
                { "one more", EXPECT_EXACTLY, { 1, 2 }, { 1, 3 }, 60, 60,
                  UPDATE_HEAD "0001 0001 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 0001 0000003c" ADDRESS "002" },
                { "one less", EXPECT_EXACTLY, { 1, 3 }, { 2, 3 }, 60, 60,
                  UPDATE_HEAD "0002 0001 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 0001 00000000" ADDRESS "002"
                  AGAIN "001c 00fe 00000000" ADDRESS "001" },
                { "another one", EXPECT_EXACTLY, { 1, 2 }, { 2, 3 }, 60, 60,
                  UPDATE_HEAD "0001 0002 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 00fe 00000000" ADDRESS "001"
                  AGAIN "001c 0001 0000003c" ADDRESS "002" },
                { "one for two: smaller as a whole", EXPECT_EXACTLY, { 1, 3 }, { 3, 4 }, 60, 60,
                  UPDATE_HEAD "0002 0002 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 0001 00000000" ADDRESS "002"
                  AGAIN "001c 00ff 00000000 0000"
                  AGAIN "001c 0001 0000003c" ADDRESS "003" },
                { "another TTL goes with the whole", EXPECT_EXACTLY, { 1, 2 }, { 1, 2 }, 60, 61,
                  UPDATE_HEAD "0001 0002 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 00ff 00000000 0000"
                  AGAIN "001c 0001 0000003d" ADDRESS "001" },
                { "none any more", EXPECT_EXACTLY, { 1, 2 }, { 0, 0 }, 60, 0,
                  UPDATE_HEAD "0001 0001 0000" ZONE
                  HOST  "001c 0001 00000000" ADDRESS "001"
                  AGAIN "001c 00ff 00000000 0000" },
                { "only a question", EXPECT_ABSENT, { 0, 0 }, { 0, 0 }, 0, 0,
                  UPDATE_HEAD "0001 0000 0000" ZONE
                  HOST  "001c 00fe 00000000 0000" },
        };
        // clang-format on

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(rrset_freep) RRset *expected = NULL, *want = NULL;
                AUTO(message_freep) Message *message = NULL;

                if (rows[i].expected[1] > 0)
                        expected = addresses(
                                "h.example", rows[i].expected_ttl, rows[i].expected[0], rows[i].expected[1]);
                if (rows[i].want[1] > 0)
                        want = addresses("h.example", rows[i].want_ttl, rows[i].want[0], rows[i].want[1]);
                print_message("           %s\n", rows[i].title);
                message = update_of("h.example", rows[i].expect, expected, want);
                assert_bytes(message, rows[i].message);
                parse(message);
        }
}

static void empty_sets_are_absent_ones(void **state)
{
        AUTO(rrset_freep) RRset *empty = addresses("h.example", 60, 0, 0);
        AUTO(rrset_freep) RRset *one = addresses("h.example", 60, 1, 2);
        AUTO(message_freep) Message *absent = update_of("h.example", EXPECT_ABSENT, NULL, one);
        AUTO(message_freep) Message *of_empty = update_of("h.example", EXPECT_EXACTLY, empty, one);
        AUTO(message_freep) Message *none = update_of("h.example", EXPECT_EXACTLY, one, NULL);
        AUTO(message_freep) Message *to_empty = update_of("h.example", EXPECT_EXACTLY, one, empty);

        (void) state;
        assert_int_equal(absent->size, of_empty->size);
        assert_memory_equal(absent->data, of_empty->data, absent->size);
        assert_int_equal(none->size, to_empty->size);
        assert_memory_equal(none->data, to_empty->data, none->size);
}

/* What a server holds, played through the update section (RFC 2136 section 3.4.2). */
static void apply(const WireMessage *message, RRset *held)
{
        WireCursor cursor = wire_begin(message, SECTION_AUTHORITY);
        WireRecord record;

        while (wire_next(&cursor, &record)) {
                if (record.class == CLASS_ANY) {
                        while (held->count > 0)
                                rrset_remove(held, held->rdata[0]->bytes, held->rdata[0]->length);
                } else if (record.class == CLASS_NONE) {
                        assert_true(rrset_remove(held, record.rdata, record.rdata_length));
                } else {
                        assert_int_equal(rrset_add(held, record.rdata, record.rdata_length), 1);
                        held->ttl = record.ttl;
                }
        }
}

/* Every pair of sets out of four addresses, with two TTLs. */
static void update_leads_from_any_set_to_any_other(void **state)
{
        (void) state;
        for (unsigned i = 0; i < 16 * 16 * 2; i++) {
                AUTO(rrset_freep) RRset *from = addresses("h.example", 60, 0, 4);
                AUTO(rrset_freep) RRset *to = addresses("h.example", 60 + (i >> 8), 0, 4);
                AUTO(message_freep) Message *message = NULL;
                AUTO(rrset_freep) RRset *asked = NULL;
                WireMessage parsed;

                for (unsigned bit = 0; bit < 4; bit++) {
                        uint8_t rdata[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t) bit };

                        if (!(i >> bit & 1))
                                rrset_remove(from, rdata, sizeof rdata);
                        if (!(i >> 4 >> bit & 1))
                                rrset_remove(to, rdata, sizeof rdata);
                }
                message = update_of("h.example", EXPECT_EXACTLY, from, to);
                parsed = parse(message);
                assert_int_equal(
                        wire_collect_rrset(&parsed, SECTION_ANSWER, &from->name, TYPE_AAAA, &asked), 0);
                assert_true(rrset_same_data(asked, from));
                apply(&parsed, from);
                assert_true(rrset_equal(from, to));
        }
}

static void thousand_addresses_replaced_fit_into_one_message(void **state)
{
        AUTO(rrset_freep) RRset *before = addresses("host.example.com", 60, 0, 1000);
        AUTO(rrset_freep) RRset *after = addresses("host.example.com", 60, 1000, 2000);
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        AUTO(message_freep) Message *message = NULL;
        Name zone = name_of("example.com");
        WireMessage parsed;

        (void) state;
        assert_int_equal(change_set_add(changes, &before->name, TYPE_AAAA, EXPECT_EXACTLY, before, after), 0);
        assert_int_equal(message_new_update(&message, 1, &zone, changes), 0);
        /* Header, zone, one owner name written out, 2001 records. */
        assert_int_equal(message->size, 12 + 17 + (7 - 2) + 2000 * 28 + 12);
        parsed = parse(message);
        assert_int_equal(parsed.count[SECTION_ANSWER], 1000);
        assert_int_equal(parsed.count[SECTION_AUTHORITY], 1001);
}

static void too_much_is_refused(void **state)
{
        AUTO(rrset_freep) RRset *before = addresses("host.example.com", 60, 0, 2000);
        AUTO(rrset_freep) RRset *after = addresses("host.example.com", 60, 2000, 4000);
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        Message *message = NULL;

        (void) state;
        assert_int_equal(change_set_add(changes, &before->name, TYPE_AAAA, EXPECT_EXACTLY, before, after), 0);
        assert_int_equal(message_new_update(&message, 1, &name_root, changes), -EMSGSIZE);
        assert_null(message);
}

/* Changes of random size and kind, as many as are said to fit, with names that have nothing in common. */
static void promised_size_is_kept(void **state)
{
        unsigned seed = 1;

        (void) state;
        for (unsigned round = 0; round < 30; round++) {
                AUTO(change_set_freep) ChangeSet *changes = change_set_new();
                AUTO(message_freep) Message *message = NULL;
                unsigned most = round % 3 == 0 ? 3 : round % 3 == 1 ? 60 : 700;
                size_t size = 0;

                for (unsigned i = 0; i < 5000; i++) {
                        AUTO(rrset_freep) RRset *before = NULL, *after = NULL;
                        unsigned n = 1 + (unsigned) rand_r(&seed) % most;
                        Expect expect = (Expect) ((unsigned) rand_r(&seed) % 3);
                        char name[NAME_TEXT_MAX];

                        snprintf(name, sizeof name, "%*.*d.h%u.t%u", 1 + (int) (seed % 60),
                                1 + (int) (seed % 60), 0, i, i);
                        before = addresses(name, 60, 0, n);
                        after = addresses(name, 60 + (seed & 1), n / 2, n / 2 + n);
                        assert_int_equal(
                                change_set_add(changes, &before->name, TYPE_AAAA, expect, before, after), 0);
                        size += message_change_size(&changes->changes[changes->count - 1], &name_root);
                        if (size > MESSAGE_CHANGES_MAX)
                                break;
                }
                assert_true(changes->count > 1 || size > MESSAGE_CHANGES_MAX);
                if (size > MESSAGE_CHANGES_MAX) {
                        Change *last = &changes->changes[--changes->count];

                        rrset_free(last->expected);
                        rrset_free(last->want);
                }
                assert_int_equal(message_new_update(&message, 1, &name_root, changes), 0);
                parse(message);
        }
}

/* The owner name of the second change lies too far back to be pointed at: it is written out, and that was
 * counted. */
static void names_out_of_reach_are_counted(void **state)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        AUTO(message_freep) Message *message = NULL;
        Name zone = name_of("example.com");
        WireMessage parsed;
        WireRecord record;
        size_t size = 0, records = 0;

        (void) state;
        for (unsigned i = 0; i < 2; i++) {
                AUTO(rrset_freep)
                RRset *before = addresses(i == 0 ? "a.example.com" : "b.Example.COM", 60, 0, 650);
                AUTO(rrset_freep)
                RRset *after = addresses(i == 0 ? "a.example.com" : "b.Example.COM", 60, 0, 651);

                assert_int_equal(
                        change_set_add(changes, &before->name, TYPE_AAAA, EXPECT_EXACTLY, before, after), 0);
                size += message_change_size(&changes->changes[i], &zone);
        }
        assert_true(size <= MESSAGE_CHANGES_MAX);
        assert_int_equal(message_new_update(&message, 1, &zone, changes), 0);
        assert_true(message->size <= size + 100);
        parsed = parse(message);
        for (WireCursor cursor = wire_begin(&parsed, SECTION_ANSWER); wire_next(&cursor, &record); records++)
                assert_true(name_equal(&record.name, &changes->changes[records / 650].name));
        assert_int_equal(records, 1300);
}

static RRset *soa_of(const char *name)
{
        uint8_t rdata[128];
        Name owner = name_of(name);
        RRset *set = rrset_new(&owner, TYPE_SOA, 300);
        size_t length = from_hex("02 6e73 07 6578616d706c65 00  04 726f6f74 07 6578616d706c65 00"
                                 "00000007 00000e10 00000258 00015180 0000003c",
                rdata, sizeof rdata);

        assert_int_equal(rrset_add(set, rdata, (uint16_t) length), 1);
        return set;
}

static void answer_repeats_what_was_asked(void **state)
{
        AUTO(message_freep) Message *query = NULL, *message = NULL;
        AUTO(rrset_freep) RRset *soa = soa_of("example");
        const RRset *authority[] = { soa };
        MessageAnswer answer = {
                .rcode = RCODE_NXDOMAIN, .flags = FLAG_AA, .n_authority = 1, .authority = authority
        };
        Name name = name_of("No.example");
        WireMessage request;

        (void) state;
        assert_int_equal(message_new_query(&query, 0x1234, &name, TYPE_A, true), 0);
        request = parse(query);
        assert_int_equal(message_new_answer(&message, &request, &answer, 512), 0);
        /* QR, AA, RD; the SOA's names are compressed */
        assert_bytes(message, "1234 8503 0001 0000 0001 0001"
                              "02 4e6f 07 6578616d706c65 00 0001 0001"
                              "c00f 0006 0001 0000012c 0020"
                              "02 6e73 c00f 04 726f6f74 c00f"
                              "00000007 00000e10 00000258 00015180 0000003c"
                              "00 0029 04d0 00000000 0000");
}

static void answer_that_does_not_fit_is_cut(void **state)
{
        AUTO(message_freep) Message *query = NULL;
        AUTO(rrset_freep) RRset *twenty = addresses("h.example", 60, 0, 20);
        AUTO(rrset_freep) RRset *other = addresses("o.example", 60, 0, 20);
        const RRset *sets[] = { twenty }, *others[] = { other };
        MessageAnswer answer = { .n_answer = 1, .answer = sets, .n_additional = 1, .additional = others };
        Name name = name_of("h.example");
        /* Header, question, 20 records; 20 more, of which one names its owner; EDNS. */
        const size_t needed = 12 + 15 + 20 * 28, whole = needed + 2 + 20 * 28, edns = 11;
        // clang-format off
        const struct {
                size_t limit;
                bool truncated;
                unsigned n_answer, n_additional;
                size_t size;
        } rows[] = {
                { 65535, false, 20, 21, whole + edns },
                { 100000, false, 20, 21, whole + edns },
                { whole + edns, false, 20, 21, whole + edns },
                { whole + edns - 1, false, 20, 1, needed + edns },
                { needed + edns, false, 20, 1, needed + edns },
                { needed + edns - 1, true, 0, 1, 12 + 15 + edns },
                { 12, true, 0, 1, 12 + 15 + edns },
        };
        // clang-format on
        WireMessage request;

        (void) state;
        assert_int_equal(message_new_query(&query, 1, &name, TYPE_AAAA, false), 0);
        request = parse(query);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(message_freep) Message *message = NULL;
                WireMessage parsed;

                assert_int_equal(message_new_answer(&message, &request, &answer, rows[i].limit), 0);
                parsed = parse(message);
                assert_int_equal((parsed.flags & FLAG_TC) != 0, rows[i].truncated);
                assert_int_equal(parsed.count[SECTION_QUESTION], 1);
                assert_int_equal(parsed.count[SECTION_ANSWER], rows[i].n_answer);
                assert_int_equal(parsed.count[SECTION_ADDITIONAL], rows[i].n_additional);
                assert_int_equal(message->size, rows[i].size);
        }
}

static void edns_is_answered_with_edns_and_only_then(void **state)
{
        static const char with[] =
                "0001 0000 0001 0000 0000 0001  00 0001 0001  00 0029 0200 00 01 8000 0000";
        static const char without[] = "0001 0000 0001 0000 0000 0000  00 0001 0001";
        MessageAnswer answer = { .rcode = RCODE_BADVERS };

        (void) state;
        for (unsigned i = 0; i < 2; i++) {
                AUTO(message_freep) Message *message = NULL;
                WireMessage request, parsed;
                uint8_t data[64];
                size_t size = from_hex(i == 0 ? with : without, data, sizeof data);

                assert_int_equal(wire_parse(&request, data, size, NULL), 0);
                assert_int_equal(message_new_answer(&message, &request, &answer, 512), 0);
                parsed = parse(message);
                assert_int_equal(parsed.has_edns, i == 0);
                assert_int_equal(parsed.rcode, 0);
                assert_int_equal(parsed.edns_rcode_high, i == 0 ? 1 : 0);
                assert_int_equal(parsed.edns_version, 0);
                assert_int_equal(parsed.edns_do, i == 0);
        }
}

static void error_needs_no_more_than_a_header(void **state)
{
        AUTO(message_freep) Message *message = NULL;
        uint8_t data[12];
        WireMessage request;

        (void) state;
        from_hex("abcd 2910 0001 0000 0000 0000", data,
                sizeof data); /* UPDATE, RD, a question that is missing */
        assert_int_equal(wire_parse(&request, data, sizeof data, NULL), -EBADMSG);
        assert_int_equal(message_new_error(&message, &request, RCODE_FORMERR), 0);
        assert_bytes(message, "abcd a901 0000 0000 0000 0000");
        assert_true(message->capacity >= message->size + TSIG_RECORD_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(query_is_as_the_standard_has_it),
                cmocka_unit_test(update_is_as_the_standard_has_it),
                cmocka_unit_test(empty_sets_are_absent_ones),
                cmocka_unit_test(update_leads_from_any_set_to_any_other),
                cmocka_unit_test(thousand_addresses_replaced_fit_into_one_message),
                cmocka_unit_test(too_much_is_refused),
                cmocka_unit_test(promised_size_is_kept),
                cmocka_unit_test(names_out_of_reach_are_counted),
                cmocka_unit_test(answer_repeats_what_was_asked),
                cmocka_unit_test(answer_that_does_not_fit_is_cut),
                cmocka_unit_test(edns_is_answered_with_edns_and_only_then),
                cmocka_unit_test(error_needs_no_more_than_a_header),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
