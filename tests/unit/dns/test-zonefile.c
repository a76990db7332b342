/* SPDX-License-Identifier: BSD-3-Clause */

/* Zone files: what is written is read back as it was, and what is damaged is refused with its line. */

#include "dns/zonefile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hex.h"
#include "util/file.h"

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static void add(
        Zone *zone, const char *name, uint16_t type, uint32_t ttl, const uint8_t *rdata, size_t length)
{
        Name owner = name_of(name);
        const RRset *there = zone_find(zone, &owner, type);
        RRset *set = there ? rrset_copy(there) : rrset_new(&owner, type, ttl);

        assert_int_equal(rrset_add(set, rdata, (uint16_t) length), 1);
        assert_int_equal(zone_replace(zone, set), 1);
}

static void add_hex(Zone *zone, const char *name, uint16_t type, uint32_t ttl, const char *hex)
{
        uint8_t rdata[512];
        size_t length = from_hex(hex, rdata, sizeof rdata);

        add(zone, name, type, ttl, rdata, length);
}

/* ns.example. hostmaster.example. 7 3600 600 86400 60 */
#define SOA                                                                          \
        "02 6e73 07 6578616d706c65 00  0a 686f73746d6173746572 07 6578616d706c65 00" \
        "00000007 00000e10 00000258 00015180 0000003c"

/* A file of this text, as long as the test runs. */
typedef struct File {
        char path[32];
} File;

static File file_of(const char *text, size_t size)
{
        File file = { "/tmp/test-zonefile-XXXXXX" };
        int fd = mkstemp(file.path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, size), size);
        close(fd);
        return file;
}

static int load(const char *apex, const char *text, size_t size, Zone **ret, char **ret_reason)
{
        Name name = name_of(apex);
        File file = file_of(text, size);
        int r = zonefile_load(ret, &name, file.path, ret_reason);

        unlink(file.path);
        return r;
}

typedef struct Seen {
        const Zone *other;
        size_t sets;
} Seen;

static bool is_in_other(const RRset *set, void *userdata)
{
        Seen *seen = userdata;

        assert_true(rrset_equal(set, zone_find(seen->other, &set->name, set->type)));
        seen->sets++;
        return true;
}

static void assert_same(const Zone *a, const Zone *b)
{
        Seen of_a = { .other = b }, of_b = { .other = a };

        zone_each(a, is_in_other, &of_a);
        zone_each(b, is_in_other, &of_b);
        assert_int_equal(of_a.sets, of_b.sets);
        assert_true(of_a.sets > 0);
}

static void assert_round_trip(const Zone *zone)
{
        AUTO_FREE char *text = NULL, *reason = NULL;
        AUTO(zone_freep) Zone *again = NULL;
        char apex[NAME_TEXT_MAX];
        size_t size;
        int r;

        assert_int_equal(zonefile_format(zone, &text, &size), 0);
        assert_int_equal(strlen(text), size);
        r = load(name_to_text(zone_apex(zone), apex), text, size, &again, &reason);
        if (r < 0)
                fail_msg("%s\n%s", reason, text);
        assert_same(zone, again);
}

static Zone *small_zone(void)
{
        Name apex = name_of("example");
        Zone *zone = zone_new(&apex);

        assert_non_null(zone);
        add_hex(zone, "example", TYPE_SOA, 300, SOA);
        add_hex(zone, "example", TYPE_NS, 300, "02 6e73 07 6578616d706c65 00");
        add_hex(zone, "a.example", TYPE_A, 60, "c0000201");
        add_hex(zone, "a.example", TYPE_A, 60, "c0000202");
        return zone;
}

static void text_is_as_people_know_it(void **state)
{
        AUTO(zone_freep) Zone *zone = small_zone();
        AUTO_FREE char *text = NULL;
        size_t size;

        (void) state;
        assert_int_equal(zonefile_format(zone, &text, &size), 0);
        assert_string_equal(text,
                "example.\t300\tIN\tSOA\tns.example. hostmaster.example. 7 3600 600 86400 60\n"
                "example.\t300\tIN\tNS\tns.example.\n"
                "a.example.\t60\tIN\tA\t192.0.2.1\n"
                "a.example.\t60\tIN\tA\t192.0.2.2\n");
}

/* 15 MX, 33 SRV, 43 DS, 257 CAA, 99 SPF, 65280 private use */
static void every_kind_of_data_survives(void **state)
{
        // clang-format off
        static const struct {
                uint16_t type;
                const char *rdata;
        } rows[] = {
                { TYPE_A, "c0000201" },
                { TYPE_AAAA, "20010db8000000000000000000000001" },
                { TYPE_AAAA, "00000000000000000000ffffc0000201" },
                { TYPE_CNAME, "01 61 01 62 00" },
                { TYPE_CNAME, "00" },
                { TYPE_NS, "06 5c2e223b2840 00" },            /* \."; ( and @ within a label */
                { TYPE_TXT, "00" },                           /* one empty string */
                { TYPE_TXT, "02 6869 00 03 612062" },         /* "hi" "" "a b" */
                { TYPE_TXT, "08 225c3b280a00ff20" },          /* quote, backslash, semicolon, parenthesis, newline, NUL, 255 */
                { TYPE_TXT, "05 5c303635 22" },               /* backslash and digits */
                { 99, "01 61 01 62" },
                { 15, "000a 04 6d61696c 00" },
                { 33, "0001 0002 0050 01 61 00" },
                { 43, "1234 08 02 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
                { 257, "00 05 6973737565 6c657473 22 5c" },
                { 65280, "" },
                { 65280, "00ff" },
        };
        // clang-format on

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(zone_freep) Zone *zone = small_zone();

                add_hex(zone, "x.example", rows[i].type, 60, rows[i].rdata);
                assert_round_trip(zone);
        }
}

static void every_name_survives(void **state)
{
        static const char *const names[] = {
                "*.example",
                "\\000\\255\\032.example",
                "a\\.b.example",
                "\\@.example",
                "\\$ttl.example",
                "\\(\\)\\;.example",
                "\\\".example",
                "\\\\.example",
                "A.example",
                "1.2.3.example",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
                AUTO(zone_freep) Zone *zone = small_zone();

                add_hex(zone, names[i], TYPE_A, 60, "c0000209");
                assert_round_trip(zone);
        }
}

static void root_zone_survives(void **state)
{
        AUTO(zone_freep) Zone *zone = zone_new(&name_root);

        (void) state;
        add_hex(zone, ".", TYPE_SOA, 300, SOA);
        add_hex(zone, "com", TYPE_A, 60, "c0000209");
        assert_round_trip(zone);
}

/* Fills the RDATA of a TXT record with strings of `c`. */
static void fill_strings(uint8_t *rdata, size_t size, size_t string, uint8_t c)
{
        memset(rdata, c, size);
        for (size_t i = 0; i < size; i += 1 + string)
                rdata[i] = (uint8_t) (size - i - 1 < string ? size - i - 1 : string);
}

/* Which sizes of text the reader takes: 64,000 characters in one way or the other. */
static void large_records_survive(void **state)
{
        static uint8_t rdata[65535];
        AUTO(zone_freep) Zone *zone = small_zone();

        (void) state;
        fill_strings(rdata, 63000, 255, 'a');
        add(zone, "t1.example", TYPE_TXT, 60, rdata, 63000);
        fill_strings(rdata, 16000, 255, 1);
        add(zone, "t2.example", TYPE_TXT, 60, rdata, 16000);
        fill_strings(rdata, 21000, 0, 0);
        add(zone, "t3.example", TYPE_TXT, 60, rdata, 21000);
        add(zone, "t4.example", 65280, 60, rdata, 32000);
        assert_round_trip(zone);
}

static void record_too_large_for_a_reader_is_refused(void **state)
{
        static uint8_t rdata[65535];
        AUTO(zone_freep) Zone *zone = small_zone();
        AUTO_FREE char *text = NULL;
        size_t size;

        (void) state;
        fill_strings(rdata, sizeof rdata, 0, 0);
        add(zone, "t.example", TYPE_TXT, 60, rdata, sizeof rdata);
        assert_int_equal(zonefile_format(zone, &text, &size), -EINVAL);
}

/* 64 KB of empty strings take ldns 4 GB. */
static void hostile_strings_take_no_memory(void **state)
{
        AUTO_FREE RData *rdata = calloc(1, sizeof *rdata + 65535);
        AUTO_FREE char *text = NULL;

        (void) state;
        rdata->length = 65535;
        assert_int_equal(rdata_to_text(rdata, TYPE_TXT, &text), 0);
        assert_int_equal(strlen(text), 65535 * 3 - 1);
        assert_memory_equal(text, "\"\" \"\" ", 6);
}

static void ten_thousand_addresses_survive(void **state)
{
        AUTO(zone_freep) Zone *zone = small_zone();
        Name owner = name_of("many.example");
        RRset *set = rrset_new(&owner, TYPE_AAAA, 60);

        (void) state;
        for (unsigned i = 0; i < 10000; i++) {
                uint8_t rdata[16] = { 0x20, 1, [14] = (uint8_t) (i >> 8), [15] = (uint8_t) i };

                assert_int_equal(rrset_add(set, rdata, sizeof rdata), 1);
        }
        assert_int_equal(zone_replace(zone, set), 1);
        assert_round_trip(zone);
}

static void data_that_is_not_of_its_type_has_no_text(void **state)
{
        // clang-format off
        static const struct {
                uint16_t type;
                const char *rdata;
        } rows[] = {
                { TYPE_A, "c00002" },
                { TYPE_A, "c0000201c0000202" },
                { TYPE_AAAA, "c0000201" },
                { TYPE_NS, "05 6e73" },
                { TYPE_NS, "00 00" },
                { TYPE_NS, "" },
                { TYPE_SOA, "00 00 00000007" },
                { TYPE_TXT, "" },
                { TYPE_TXT, "05 6869" },
                { 15, "000a" },
        };
        // clang-format on

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(zone_freep) Zone *zone = small_zone();
                AUTO_FREE char *text = NULL;
                size_t size;

                add_hex(zone, "x.example", rows[i].type, 60, rows[i].rdata);
                if (zonefile_format(zone, &text, &size) != -EINVAL)
                        fail_msg("row %zu: %s", i, text);
        }
}

#define HEAD "$ORIGIN example.\n$TTL 5m\n@ IN SOA ns hostmaster 7 1h 10m 1d 1m\n"

static void files_written_by_hand_are_read(void **state)
{
        static const char text[] = "; a comment\n" HEAD "  NS ns\n"
                                   "ns A 192.0.2.1\n   60 A 192.0.2.2 ; another\n\n"
                                   "t TXT ( \"one\"\n \"two\" )\n"
                                   "ns A 192.0.2.3\n"
                                   "$ORIGIN sub.example.\nx AAAA 2001:db8::1";
        AUTO(zone_freep) Zone *zone = NULL;
        AUTO_FREE char *reason = NULL;
        Name apex = name_of("example"), ns = name_of("ns.example"), x = name_of("x.sub.example");
        const RRset *set;

        (void) state;
        assert_int_equal(load("example", text, strlen(text), &zone, &reason), 0);
        assert_int_equal(zone_serial(zone), 7);
        assert_non_null(zone_find(zone, &apex, TYPE_NS));
        assert_non_null(zone_find(zone, &x, TYPE_AAAA));
        set = zone_find(zone, &ns, TYPE_A);
        assert_non_null(set);
        assert_int_equal(set->count, 3);
        assert_int_equal(set->ttl, 60); /* the smallest */
        assert_int_equal(set->rdata[0]->length, 4);
        assert_memory_equal(set->rdata[0]->bytes, "\xc0\x00\x02\x01", 4);
}

static void damage_is_named_with_its_line(void **state)
{
        // clang-format off
        static const struct {
                const char *text;
                const char *line;
                const char *what;
        } rows[] = {
                { "", "no SOA", "" },
                { "; nothing\n\n", "no SOA", "" },
                { "a.example. 60 IN A 192.0.2.1\n", "no SOA", "" },
                { HEAD "a 60 IN A 192.0.2\n", "line 4", "" },
                { HEAD "a 60 IN A 192.0.2.1\nb 60 IN A\nc 60 IN A 192.0.2.1\n", "line 5", "" },
                { HEAD "a 60 IN AAAA 192.0.2.1\n", "line 4", "" },
                { HEAD "a 60 IN NOTATYPE x\n", "line 4", "" },
                { HEAD "a 60 IN TYPE65280 \\# 2 00\n", "line 4", "" },
                { HEAD "a 60 IN TYPE65 \\# 2 00ff\n", "line 4", "not of its type" },
                { HEAD "a 60 CH A 192.0.2.1\n", "line 4", "class" },
                { HEAD "a 4000000000 IN A 192.0.2.1\n", "line 4", "TTL" },
                { HEAD "a.elsewhere. 60 IN A 192.0.2.1\n", "line 4", "outside" },
                { HEAD "a 60 IN SOA ns hostmaster 7 1h 10m 1d 1m\n", "line 4", "SOA" },
                { HEAD "@ 60 IN SOA ns hostmaster 8 1h 10m 1d 1m\n", "more than one SOA", "" },
                { HEAD "$INCLUDE /etc/passwd\n", "line 4", "" },
                { HEAD "a..b 60 IN A 192.0.2.1\n", "line 4", "" },
                { HEAD "t TXT ( \"one\"\n\n", "line 4", "bracket" },
                { HEAD "t TXT ( (\"one\")\n", "line 4", "bracket" },
                { HEAD "t TXT one )\n", "line 4", "bracket" },
                { HEAD "t TXT \"one\na A 192.0.2.1\n", "line 4", "quote" },
                { HEAD "t TXT \"one", "line 4", "quote" },
                { HEAD "t TXT one\\\n", "line 4", "backslash" },
                { HEAD "\x01\x02\x03\x04\n", "line 4", "" },
        };
        // clang-format on

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(zone_freep) Zone *zone = NULL;
                AUTO_FREE char *reason = NULL;
                int r = load("example", rows[i].text, strlen(rows[i].text), &zone, &reason);

                if (r != -EBADMSG)
                        fail_msg("row %zu: %d", i, r);
                if (strncmp(reason, rows[i].line, strlen(rows[i].line)) != 0 || !strstr(reason, rows[i].what))
                        fail_msg("row %zu: %s", i, reason);
        }
}

static void missing_file_is_no_damage(void **state)
{
        AUTO_FREE char *reason = NULL;
        Zone *zone = NULL;

        (void) state;
        assert_int_equal(zonefile_load(&zone, &name_root, "/nonexistent/zone", &reason), -ENOENT);
        assert_null(reason);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_is_as_people_know_it),
                cmocka_unit_test(every_kind_of_data_survives),
                cmocka_unit_test(every_name_survives),
                cmocka_unit_test(root_zone_survives),
                cmocka_unit_test(large_records_survive),
                cmocka_unit_test(record_too_large_for_a_reader_is_refused),
                cmocka_unit_test(hostile_strings_take_no_memory),
                cmocka_unit_test(ten_thousand_addresses_survive),
                cmocka_unit_test(data_that_is_not_of_its_type_has_no_text),
                cmocka_unit_test(files_written_by_hand_are_read),
                cmocka_unit_test(damage_is_named_with_its_line),
                cmocka_unit_test(missing_file_is_no_damage),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
