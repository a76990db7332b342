/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/name.h"

static Name parse(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

/* `count` labels of `length` letters each, then one of `last` letters. */
static const char *labels(char *buffer, unsigned count, unsigned length, unsigned last)
{
        char *out = buffer;

        for (unsigned i = 0; i < count; i++) {
                memset(out, 'a', length);
                out += length;
                *out++ = '.';
        }
        memset(out, 'b', last);
        out[last] = '\0';
        return buffer;
}

static void texts_come_back_in_the_usual_form(void **state)
{
        static const struct {
                const char *text, *usual;
                uint8_t length;
        } rows[] = {
                { ".", ".", 1 },
                { "example.com", "example.com", 13 },
                { "example.com.", "example.com", 13 },
                { "Example.COM", "Example.COM", 13 },
                { "a\\.b.c", "a\\.b.c", 7 },
                { "a\\046b.c", "a\\.b.c", 7 },
                { "\\065.x", "A.x", 5 },
                { "\\000.x", "\\000.x", 5 },
                { "\\255.x", "\\255.x", 5 },
                { "a\\ b", "a\\032b", 5 },
                { "x\\\\y", "x\\\\y", 5 },
                { "\\@.\\(\\)\\;\\\"\\$", "\\@.\\(\\)\\;\\\"\\$", 9 },
                { "*.example.com", "*.example.com", 15 },
                { "_dmarc-1", "_dmarc-1", 10 },
        };
        char buffer[NAME_TEXT_MAX];

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Name name = parse(rows[i].text);

                assert_int_equal(name.length, rows[i].length);
                assert_string_equal(name_to_text(&name, buffer), rows[i].usual);
        }
}

static void other_texts_are_no_names(void **state)
{
        static const char *const rows[] = {
                "",
                "..",
                ".a",
                "a..b",
                "a..",
                "a\\",
                "\\2",
                "\\25",
                "\\256",
                "\\999.x",
                "a.\\1x2.b",
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Name name = { .length = 77 };

                assert_int_equal(name_from_text(&name, rows[i]), -EINVAL);
                assert_int_equal(name.length, 77); /* untouched */
        }
}

static void labels_have_63_bytes_at_most(void **state)
{
        char text[300];
        Name name;

        (void) state;
        assert_int_equal(name_from_text(&name, labels(text, 1, 63, 0)), 0);
        assert_int_equal(name.length, 65);
        assert_int_equal(name_from_text(&name, labels(text, 1, 64, 0)), -ENAMETOOLONG);
        assert_int_equal(name_from_text(&name, labels(text, 1, 64, 3)), -ENAMETOOLONG);
}

static void names_have_255_bytes_at_most(void **state)
{
        char text[2000], back[NAME_TEXT_MAX];
        Name name;

        (void) state;
        /* 3 x 64 + 62 + the root's byte. */
        assert_int_equal(name_from_text(&name, labels(text, 3, 63, 61)), 0);
        assert_int_equal(name.length, 255);
        assert_string_equal(name_to_text(&name, back), text);
        assert_int_equal(name_from_text(&name, labels(text, 3, 63, 62)), -ENAMETOOLONG);
        /* 127 labels of one letter are 255 bytes too. */
        assert_int_equal(name_from_text(&name, labels(text, 127, 1, 0)), 0);
        assert_int_equal(name.length, 255);
        assert_int_equal(name_labels(&name), 127);
        assert_int_equal(name_from_text(&name, labels(text, 127, 1, 1)), -ENAMETOOLONG);
}

/* Four characters for each byte: the longest text there is. */
static void longest_text_fits_its_buffer(void **state)
{
        char text[NAME_TEXT_MAX * 2] = "", back[NAME_TEXT_MAX];
        Name name, again;

        (void) state;
        for (unsigned i = 0; i < 127; i++)
                strcat(text, i % 2 ? "\\000." : "\\255.");
        name = parse(text);
        assert_int_equal(name.length, 255);
        name_to_text(&name, back);
        assert_int_equal(strlen(back), 127 * 5 - 1);
        assert_int_equal(name_from_text(&again, back), 0);
        assert_true(name_equal(&name, &again));
}

static void wire_is_read_within_its_bounds(void **state)
{
        static const struct {
                const char *wire;
                size_t size;
                int result;
        } rows[] = {
                { "", 0, -EBADMSG },
                { "\0", 1, 1 },
                { "\1a\0", 3, 3 },
                { "\1a\0junk", 7, 3 },
                { "\1a", 2, -EBADMSG },
                { "\1", 1, -EBADMSG },
                { "\3ab", 3, -EBADMSG },
                { "\100a\0", 3, -EBADMSG }, /* 64: reserved */
                { "\300\14", 2, -EBADMSG }, /* a pointer */
                { "\1a\300\14", 4, -EBADMSG },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Name name;

                assert_int_equal(
                        name_from_wire(&name, (const uint8_t *) rows[i].wire, rows[i].size), rows[i].result);
        }
}

static void wire_names_have_255_bytes_at_most(void **state)
{
        uint8_t wire[300];
        Name name;

        (void) state;
        for (size_t i = 0; i < sizeof wire; i += 2)
                memcpy(wire + i, "\1a", 2);
        wire[254] = 0;
        assert_int_equal(name_from_wire(&name, wire, sizeof wire), 255);
        wire[254] = 1;
        wire[256] = 0;
        assert_int_equal(name_from_wire(&name, wire, sizeof wire), -EBADMSG);
}

static void comparison_folds_ascii_letters_only(void **state)
{
        static const struct {
                const char *a, *b;
                bool equal;
        } rows[] = {
                { "EXAMPLE.com", "example.COM", true },
                { "example.com", "example.co", false },
                { "example.com", "examplexcom", false },
                { "\\091", "\\123", false }, /* [ and { differ by the bit that letters differ by */
                { "\\064", "\\096", false },
                { "\\192", "\\224", false }, /* letters only in Latin-1 */
                { ".", ".", true },
                { ".", "a", false },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Name a = parse(rows[i].a), b = parse(rows[i].b);

                assert_int_equal(name_equal(&a, &b), rows[i].equal);
                assert_int_equal(name_compare(&a, &b) == 0, rows[i].equal);
        }
}

/* The example of RFC 4034 section 6.1. */
static void names_sort_in_canonical_order(void **state)
{
        static const char *const sorted[] = {
                ".",
                "example",
                "a.example",
                "yljkjljk.a.example",
                "Z.a.example",
                "zABC.a.EXAMPLE",
                "z.example",
                "\\001.z.example",
                "*.z.example",
                "\\200.z.example",
        };

        (void) state;
        for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
                for (size_t j = 0; j < sizeof sorted / sizeof *sorted; j++) {
                        Name a = parse(sorted[i]), b = parse(sorted[j]);
                        int order = name_compare(&a, &b);

                        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
                }
}

static void within_looks_at_whole_labels(void **state)
{
        static const struct {
                const char *name, *zone;
                bool within;
        } rows[] = {
                { "example.com", "example.com", true },
                { "host.EXAMPLE.com", "example.COM", true },
                { "a.b.example.com", "example.com", true },
                { "notexample.com", "example.com", false },
                { "com", "example.com", false },
                { "example.org", "example.com", false },
                { "example.com.org", "example.com", false },
                { "anything", ".", true },
                { ".", ".", true },
                { ".", "com", false },
                /* The first label ends in what looks like the zone's wire form: \007example\003com. */
                { "x\\007example\\003com", "example.com", false },
        };

        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Name name = parse(rows[i].name), zone = parse(rows[i].zone);

                if (name_is_within(&name, &zone) != rows[i].within)
                        fail_msg("%s in %s", rows[i].name, rows[i].zone);
        }
}

static void parents_lead_to_the_root(void **state)
{
        Name name = parse("a.b.c");
        char buffer[NAME_TEXT_MAX];

        (void) state;
        assert_int_equal(name_labels(&name), 3);
        assert_true(name_parent(&name, &name));
        assert_string_equal(name_to_text(&name, buffer), "b.c");
        assert_true(name_parent(&name, &name));
        assert_true(name_parent(&name, &name));
        assert_true(name_equal(&name, &name_root));
        assert_int_equal(name_labels(&name), 0);
        assert_false(name_parent(&name, &name));
        assert_true(name_equal(&name, &name_root));
}

static void lower_changes_only_letters(void **state)
{
        Name name = parse("HoSt-1_\\091\\192.Example");
        char buffer[NAME_TEXT_MAX];

        (void) state;
        name_to_lower(&name);
        assert_string_equal(name_to_text(&name, buffer), "host-1_[\\192.example");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(texts_come_back_in_the_usual_form),
                cmocka_unit_test(other_texts_are_no_names),
                cmocka_unit_test(labels_have_63_bytes_at_most),
                cmocka_unit_test(names_have_255_bytes_at_most),
                cmocka_unit_test(longest_text_fits_its_buffer),
                cmocka_unit_test(wire_is_read_within_its_bounds),
                cmocka_unit_test(wire_names_have_255_bytes_at_most),
                cmocka_unit_test(comparison_folds_ascii_letters_only),
                cmocka_unit_test(names_sort_in_canonical_order),
                cmocka_unit_test(within_looks_at_whole_labels),
                cmocka_unit_test(parents_lead_to_the_root),
                cmocka_unit_test(lower_changes_only_letters),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
