/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "gateway/query.h"

enum {
        TYPE_MX = 15,
        CLASS_CH = 3,
        OPCODE_SHIFT = 11,
};

static Zone *zone;

static int set_up(void **state)
{
        (void) state;
        zone = fixture_zone();
        return 0;
}

static int tear_down(void **state)
{
        (void) state;
        zone = zone_free(zone);
        return 0;
}

static Message *ask_bytes(const uint8_t *data, size_t size, bool tcp)
{
        /* A copy of the exact size, so that the address sanitizer sees a read past the end. */
        AUTO_FREE uint8_t *copy = malloc(size + 1);
        Message *answer = NULL;

        assert_non_null(copy);
        if (size > 0)
                memcpy(copy, data, size);
        copy = realloc(copy, size > 0 ? size : 1);
        assert_int_equal(query_answer(&answer, copy, size, tcp, fixture_find_zone, zone), 0);
        return answer;
}

static Message *ask(const Request *request, bool tcp)
{
        uint8_t data[REQUEST_MAX];

        return ask_bytes(data, request_write(request, data), tcp);
}

static unsigned rcode_of(const WireMessage *m)
{
        return (m->has_edns ? m->edns_rcode_high << 4 : 0) | m->rcode;
}

typedef struct Case {
        const char *what;
        Request request;
        bool tcp;
        unsigned rcode;
        uint16_t flags; /* of AA and TC */
        unsigned answer, authority, additional;
} Case;

// clang-format off
static const Case cases[] = {
#define Q(owner, qtype) { .name = owner, .type = qtype }
        { "SOA", Q("example.com", TYPE_SOA), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "NS with glue", Q("example.com", TYPE_NS), false, RCODE_NOERROR, FLAG_AA, 3, 0, 3 },
        { "A", Q("host.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "AAAA", Q("host.example.com", TYPE_AAAA), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "other case", Q("HOST.eXample.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "over TCP", Q("host.example.com", TYPE_A), true, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "no such type", Q("host.example.com", TYPE_MX), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },
        { "no such name", Q("missing.example.com", TYPE_A), false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },
        { "below a name", Q("a.host.example.com", TYPE_A), false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },
        { "empty non-terminal", Q("empty.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },
        { "beside an empty non-terminal", Q("x.empty.example.com", TYPE_A), false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },

        { "alias followed", Q("alias.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 4, 0, 0 },
        { "alias itself", Q("alias.example.com", TYPE_CNAME), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "alias, then no such type", Q("alias.example.com", TYPE_MX), false, RCODE_NOERROR, FLAG_AA, 2, 1, 0 },
        { "alias, then no such name", Q("nowhere.example.com", TYPE_A), false, RCODE_NXDOMAIN, FLAG_AA, 1, 1, 0 },
        { "alias out of the zone", Q("outside.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "alias into a delegation", Q("tosub.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 2, 3 },
        { "two aliases in a circle", Q("loop1.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "alias of itself", Q("self.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "long chain", Q("chain10.example.com", TYPE_A), true, RCODE_NOERROR, FLAG_AA, 11, 0, 0 },
        { "chain too long", Q("chain0.example.com", TYPE_A), true, RCODE_NOERROR, FLAG_AA, 16, 0, 0 },

        { "ANY: one RRset", Q("host.example.com", TYPE_ANY), false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "ANY over TCP", Q("host.example.com", TYPE_ANY), true, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "ANY of an alias", Q("alias.example.com", TYPE_ANY), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "ANY of no such name", Q("missing.example.com", TYPE_ANY), false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },
        { "ANY of an empty non-terminal", Q("empty.example.com", TYPE_ANY), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },

        { "wildcard", Q("x.wild.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "wildcard, two labels", Q("x.y.wild.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "wildcard, no such type", Q("x.wild.example.com", TYPE_AAAA), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },
        { "wildcard, but the name exists", Q("there.wild.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },
        { "below a name beside a wildcard", Q("x.there.wild.example.com", TYPE_A), false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },
        { "above a wildcard", Q("wild.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 0, 1, 0 },
        { "wildcard asked for itself", Q("*.wild.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 },
        { "wildcard alias in a circle", Q("a.spiral.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },

        { "referral", Q("www.sub.example.com", TYPE_A), false, RCODE_NOERROR, 0, 0, 2, 3 },
        { "referral at the cut", Q("sub.example.com", TYPE_NS), false, RCODE_NOERROR, 0, 0, 2, 3 },
        { "referral for ANY", Q("sub.example.com", TYPE_ANY), false, RCODE_NOERROR, 0, 0, 2, 3 },
        { "referral for what nobody knows", Q("x.y.sub.example.com", TYPE_A), false, RCODE_NOERROR, 0, 0, 2, 3 },

        { "other zone", Q("example.net", TYPE_A), false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "zone above", Q("com", TYPE_SOA), false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "root", Q(".", TYPE_NS), false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "AXFR", Q("example.com", TYPE_AXFR), true, RCODE_REFUSED, 0, 0, 0, 0 },
        { "IXFR", Q("example.com", TYPE_IXFR), false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "class CH", { .name = "version.bind", .type = TYPE_TXT, .class = CLASS_CH }, false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "class ANY", { .name = "host.example.com", .type = TYPE_A, .class = CLASS_ANY }, false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "class NONE", { .name = "host.example.com", .type = TYPE_A, .class = CLASS_NONE }, false, RCODE_REFUSED, 0, 0, 0, 0 },
        { "IQUERY", { .name = "host.example.com", .type = TYPE_A, .flags = 1 << OPCODE_SHIFT }, false, RCODE_NOTIMP, 0, 0, 0, 0 },
        { "STATUS", { .name = "host.example.com", .type = TYPE_A, .flags = 2 << OPCODE_SHIFT }, false, RCODE_NOTIMP, 0, 0, 0, 0 },
        { "NOTIFY", { .name = "example.com", .type = TYPE_SOA, .flags = OPCODE_NOTIFY << OPCODE_SHIFT }, false, RCODE_NOTIMP, 0, 0, 0, 0 },
        { "UPDATE", { .name = "example.com", .type = TYPE_SOA, .flags = OPCODE_UPDATE << OPCODE_SHIFT }, false, RCODE_NOTIMP, 0, 0, 0, 0 },
        { "opcode 15", { .name = "example.com", .type = TYPE_SOA, .flags = 15 << OPCODE_SHIFT }, false, RCODE_NOTIMP, 0, 0, 0, 0 },

        { "EDNS", { .name = "host.example.com", .type = TYPE_A, .edns = 1232 }, false, RCODE_NOERROR, FLAG_AA, 2, 0, 0 },
        { "EDNS version 1", { .name = "host.example.com", .type = TYPE_A, .edns = 1232, .version = 1 }, false, RCODE_BADVERS, 0, 0, 0, 0 },
        { "EDNS, NXDOMAIN", { .name = "x.example.com", .type = TYPE_A, .edns = 4096 }, false, RCODE_NXDOMAIN, FLAG_AA, 0, 1, 0 },
        { "too large for 512", Q("many.example.com", TYPE_A), false, RCODE_NOERROR, FLAG_AA | FLAG_TC, 0, 0, 0 },
        { "EDNS below 512 means 512", { .name = "many.example.com", .type = TYPE_A, .edns = 1 }, false, RCODE_NOERROR, FLAG_AA | FLAG_TC, 0, 0, 0 },
        { "EDNS makes room", { .name = "many.example.com", .type = TYPE_A, .edns = 1232 }, false, RCODE_NOERROR, FLAG_AA, 40, 0, 0 },
        { "EDNS is capped", { .name = "toomany.example.com", .type = TYPE_A, .edns = 65535 }, false, RCODE_NOERROR, FLAG_AA | FLAG_TC, 0, 0, 0 },
        { "TCP makes room", Q("toomany.example.com", TYPE_A), true, RCODE_NOERROR, FLAG_AA, 100, 0, 0 },
        { "TCP, whatever EDNS says", { .name = "toomany.example.com", .type = TYPE_A, .edns = 512 }, true, RCODE_NOERROR, FLAG_AA, 100, 0, 0 },
#undef Q
};
// clang-format on

static void check(const Case *c)
{
        AUTO(message_freep) Message *answer = ask(&c->request, c->tcp);
        const char *reason = "?";
        WireMessage m;
        unsigned additional;

        if (!answer)
                fail_msg("%s: silence", c->what);
        if (wire_parse(&m, answer->data, answer->size, &reason) < 0)
                fail_msg("%s: malformed answer: %s", c->what, reason);
        additional = m.count[SECTION_ADDITIONAL] - m.has_edns;
        if (m.id != 0x1234 || !(m.flags & FLAG_QR) || m.opcode != (c->request.flags >> OPCODE_SHIFT & 15) ||
                m.flags & (FLAG_RA | FLAG_RD))
                fail_msg("%s: header %x %x", c->what, m.id, m.flags);
        if (m.has_edns != (c->request.edns != 0))
                fail_msg("%s: EDNS %d", c->what, m.has_edns);
        if (rcode_of(&m) != c->rcode || (m.flags & (FLAG_AA | FLAG_TC)) != c->flags)
                fail_msg("%s: %s, flags %x", c->what, rcode_to_text(rcode_of(&m), false), m.flags);
        if (m.count[SECTION_QUESTION] != 1 || m.count[SECTION_ANSWER] != c->answer ||
                m.count[SECTION_AUTHORITY] != c->authority || additional != c->additional)
                fail_msg("%s: counts %u %u %u %u", c->what, m.count[SECTION_QUESTION],
                        m.count[SECTION_ANSWER], m.count[SECTION_AUTHORITY], additional);
}

static void each_request_has_its_answer(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
                check(&cases[i]);
}

static WireRecord first_record(const Message *answer, WireSection section)
{
        WireRecord record;
        WireMessage m;
        WireCursor cursor;

        assert_int_equal(wire_parse(&m, answer->data, answer->size, NULL), 0);
        cursor = wire_begin(&m, section);
        assert_true(wire_next(&cursor, &record));
        return record;
}

static void denial_is_believed_no_longer_than_minimum(void **state)
{
        AUTO(message_freep) Message *no = ask(&(Request){ .name = "x.example.com", .type = TYPE_A }, false);
        AUTO(message_freep) Message *soa = ask(&(Request){ .name = "example.com", .type = TYPE_SOA }, false);
        WireRecord record = first_record(no, SECTION_AUTHORITY);

        (void) state;
        assert_int_equal(record.type, TYPE_SOA);
        assert_int_equal(record.ttl, 60);
        assert_int_equal(first_record(soa, SECTION_ANSWER).ttl, 3600);
}

static void recursion_is_not_offered(void **state)
{
        AUTO(message_freep)
        Message *answer =
                ask(&(Request){ .name = "host.example.com", .type = TYPE_A, .flags = FLAG_RD }, false);
        WireMessage m;

        (void) state;
        assert_int_equal(wire_parse(&m, answer->data, answer->size, NULL), 0);
        assert_int_equal(m.flags & (FLAG_RD | FLAG_RA), FLAG_RD);
}

static void question_comes_back_letter_by_letter(void **state)
{
        uint8_t request[REQUEST_MAX];
        size_t size = request_write(&(Request){ .name = "hOsT.ExAmPlE.cOm", .type = TYPE_A }, request);
        AUTO(message_freep) Message *answer = ask_bytes(request, size, false);

        (void) state;
        assert_memory_equal(answer->data + WIRE_HEADER, request + WIRE_HEADER, size - WIRE_HEADER);
}

static void wildcard_answers_by_the_name_asked_for(void **state)
{
        AUTO(message_freep)
        Message *answer = ask(&(Request){ .name = "x.y.wild.example.com", .type = TYPE_A }, false);
        WireRecord record = first_record(answer, SECTION_ANSWER);
        Name asked;

        (void) state;
        name_from_text(&asked, "x.y.wild.example.com");
        assert_true(name_equal(&record.name, &asked));
}

static void longest_name_beside_a_wildcard_is_answered(void **state)
{
        char name[256] = "";

        (void) state;
        for (unsigned i = 0; i < 3; i++)
                strcat(name, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.");
        strcat(name, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.wild.example.com");
        check(&(Case){
                "longest name", { .name = name, .type = TYPE_A }, false, RCODE_NOERROR, FLAG_AA, 1, 0, 0 });
}

static void glue_gives_way_without_truncation(void **state)
{
        AUTO(zone_freep) Zone *original = zone_copy(zone);
        AUTO(rrset_freep) RRset *servers = rrset_new(zone_apex(zone), TYPE_NS, 300);

        (void) state;
        assert_non_null(original);
        assert_non_null(servers);
        for (unsigned i = 0; i < 12; i++) {
                char text[32];
                Name server;

                snprintf(text, sizeof text, "server%u.example.com", i);
                name_from_text(&server, text);
                rrset_add(servers, server.wire, server.length);
                for (unsigned type = 0; type < 2; type++) {
                        RRset *glue = rrset_new(&server, type ? TYPE_AAAA : TYPE_A, 300);

                        rrset_add(glue, "0123456789abcdef", type ? 16 : 4);
                        assert_int_equal(zone_replace(zone, glue), 1);
                }
        }
        assert_int_equal(zone_replace(zone, STEAL(servers)), 1);
        check(&(Case){ "too much glue", { .name = "example.com", .type = TYPE_NS }, false, RCODE_NOERROR,
                FLAG_AA, 12, 0, 0 });
        check(&(Case){ "room for glue", { .name = "example.com", .type = TYPE_NS }, true, RCODE_NOERROR,
                FLAG_AA, 12, 0, 24 });
        zone_free(zone);
        zone = STEAL(original);
}

static void responses_and_crumbs_meet_silence(void **state)
{
        uint8_t request[REQUEST_MAX];
        size_t size = request_write(
                &(Request){ .name = "host.example.com", .type = TYPE_A, .flags = FLAG_QR }, request);

        (void) state;
        assert_null(ask_bytes(request, size, false));
        assert_null(ask_bytes(request, size - 3, false)); /* malformed too */
        for (size_t i = 0; i < WIRE_HEADER; i++) {
                request[2] = 0;
                assert_null(ask_bytes(request, i, false));
        }
}

static void expect_bare(const uint8_t *request, size_t size, unsigned rcode)
{
        AUTO(message_freep) Message *answer = ask_bytes(request, size, false);
        WireMessage m;

        assert_non_null(answer);
        assert_int_equal(wire_parse(&m, answer->data, answer->size, NULL), 0);
        assert_int_equal(m.id, 0x1234);
        assert_int_equal(m.rcode, rcode);
        assert_true(m.flags & FLAG_QR);
        assert_int_equal(m.count[SECTION_ANSWER], 0);
}

static void malformed_requests_are_formerr(void **state)
{
        uint8_t request[REQUEST_MAX] = { 0 };
        size_t size = request_write(
                &(Request){ .name = "host.example.com", .type = TYPE_A, .edns = 1232 }, request);

        (void) state;
        for (size_t i = WIRE_HEADER; i < size; i++)
                expect_bare(request, i, RCODE_FORMERR);
        expect_bare(request, size + 1, RCODE_FORMERR);
        request[5] = 0; /* QDCOUNT, and what is left does not fit */
        expect_bare(request, size, RCODE_FORMERR);
        request[5] = 2;
        expect_bare(request, size, RCODE_FORMERR);
}

static void number_of_questions_must_be_one(void **state)
{
        uint8_t request[REQUEST_MAX];
        size_t size = request_write(&(Request){ .name = "host.example.com", .type = TYPE_A }, request);
        uint8_t two[2 * REQUEST_MAX];

        (void) state;
        memcpy(two, request, size);
        memcpy(two + size, request + WIRE_HEADER, size - WIRE_HEADER);
        two[5] = 2;
        expect_bare(two, 2 * size - WIRE_HEADER, RCODE_FORMERR);
        request[5] = 0;
        expect_bare(request, WIRE_HEADER, RCODE_FORMERR);
}

static void unknown_opcode_of_unknown_shape_is_notimp(void **state)
{
        uint8_t request[REQUEST_MAX];
        size_t size = request_write(
                &(Request){ .name = "host.example.com", .type = TYPE_A, .flags = 6 << OPCODE_SHIFT },
                request);

        (void) state;
        expect_bare(request, size - 1, RCODE_NOTIMP);
        request[5] = 0;
        expect_bare(request, WIRE_HEADER, RCODE_NOTIMP);
}

static void signed_request_is_notauth(void **state)
{
        static const uint8_t tsig[] = { 3, 'k', 'e', 'y', 0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 61, 11, 'h', 'm',
                'a', 'c', '-', 's', 'h', 'a', '2', '5', '6', 0, 0, 0, 1, 2, 3, 4, 1, 44, 0, 32, 0, 1, 2, 3, 4,
                5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                30, 31, 0x12, 0x34, 0, 0, 0, 0 };
        uint8_t request[REQUEST_MAX];
        size_t size = request_write(&(Request){ .name = "host.example.com", .type = TYPE_A }, request);

        (void) state;
        memcpy(request + size, tsig, sizeof tsig);
        request[11] = 1;
        expect_bare(request, size + sizeof tsig, RCODE_NOTAUTH);
}

/* Flips bytes of good requests, the same ones in each run: whatever comes, the answer parses and fits. */
static void damaged_requests_get_sane_answers(void **state)
{
        uint32_t seed = 1;
        unsigned answers = 0;

        (void) state;
        for (unsigned round = 0; round < 20000; round++) {
                uint8_t request[REQUEST_MAX];
                size_t size = request_write(&cases[round % ARRAY_LENGTH(cases)].request, request);
                AUTO(message_freep) Message *answer = NULL;
                WireMessage m;

                for (unsigned flips = 0; flips <= round % 4; flips++) {
                        seed = seed * 1664525 + 1013904223;
                        request[(seed >> 8) % size] = (uint8_t) (seed >> 24);
                }
                answer = ask_bytes(request, size, false);
                if (!answer)
                        continue;
                answers++;
                assert_true(answer->size <= 1232);
                assert_int_equal(wire_parse(&m, answer->data, answer->size, NULL), 0);
                assert_memory_equal(answer->data, request, 2);
        }
        assert_true(answers > 10000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_request_has_its_answer),
                cmocka_unit_test(denial_is_believed_no_longer_than_minimum),
                cmocka_unit_test(recursion_is_not_offered),
                cmocka_unit_test(question_comes_back_letter_by_letter),
                cmocka_unit_test(wildcard_answers_by_the_name_asked_for),
                cmocka_unit_test(longest_name_beside_a_wildcard_is_answered),
                cmocka_unit_test(glue_gives_way_without_truncation),
                cmocka_unit_test(responses_and_crumbs_meet_silence),
                cmocka_unit_test(malformed_requests_are_formerr),
                cmocka_unit_test(number_of_questions_must_be_one),
                cmocka_unit_test(unknown_opcode_of_unknown_shape_is_notimp),
                cmocka_unit_test(signed_request_is_notauth),
                cmocka_unit_test(damaged_requests_get_sane_answers),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
