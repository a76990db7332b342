/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/json.h"

static void good_text_becomes_the_same_values(void **state)
{
        static const struct {
                const char *text, *plain;
        } rows[] = {
                { "{}", "{}" },
                { " [ ] ", "[]" },
                { "null", "null" },
                { "[true,false,null]", "[true,false,null]" },
                { "{\"a\":{\"b\":[1,2,{}]},\"c\":\"d\"}", "{\"a\":{\"b\":[1,2,{}]},\"c\":\"d\"}" },
                { "// first\n{ /* a */ \"a\" /* b */ : // c\r\n 1 /* d\n\n */ } // end", "{\"a\":1}" },
                { "[1/**/,/* x * / **/2]//", "[1,2]" },
                { "\"// no comment /* at all */\"", "\"// no comment /* at all */\"" },
                { "[0,-0,-1,60,9223372036854775807,-9223372036854775808]",
                        "[0,0,-1,60,9223372036854775807,-9223372036854775808]" },
                { "[0.5,1e3,1E+3,1.25e-2]", "[0.5,1e3,1E+3,1.25e-2]" },
                { "[9223372036854775808,1e999]", "[9223372036854775808,1e999]" },
                { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
                { "\"\\u0041\\u00e4\\u20AC\\uD83D\\uDE00\"", "\"A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
                { "\"\xc3\xa4\xf4\x8f\xbf\xbf\"", "\"\xc3\xa4\xf4\x8f\xbf\xbf\"" },
                { "{\"\":1,\" \":2}", "{\"\":1,\" \":2}" },
                { "{\"a\":null,\"A\":1}", "{\"a\":null,\"A\":1}" },
                { "\xef\xbb\xbf{}", "{}" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(json_putp) json_object *value = NULL;
                AUTO(config_errors_done) ConfigErrors errors = { 0 };

                if (json_read(&value, rows[i].text, strlen(rows[i].text), "f", &errors) != 0)
                        fail_msg("%s: %s", rows[i].text, errors.count > 0 ? errors.texts[0] : "?");
                assert_string_equal(json_object_to_json_string_ext(
                                            value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                        rows[i].plain);
        }
}

#define VALUE    "expected a value (a text stands in double quotation marks), found "
#define NUMBER   "this is no number: it must be like 60, -1, 0.5 or 1e3"
#define UNCLOSED "this text has no closing quotation mark"
#define ESCAPE   "no such escape: there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
#define HEX      "\\u needs four hexadecimal digits that make a character"

static void wrong_text_is_told_with_its_place(void **state)
{
        static const struct {
                const char *text, *error;
        } rows[] = {
                { "", "1:1: " VALUE "the end of the file" },
                { "\n\n  // only this", "3:15: " VALUE "the end of the file" },
                { "{", "1:2: expected a key in double quotation marks, found the end of the file" },
                { "{\n  \"a\": 1,\n  b: 2\n}", "3:3: expected a key in double quotation marks, found 'b'" },
                { "{'a': 1}", "1:2: expected a key in double quotation marks, found '''" },
                { "{\"a\" 1}", "1:6: expected ':' after the key, found '1'" },
                { "{\"a\":}", "1:6: " VALUE "'}'" },
                { "{\"a\":1\n \"b\":2}", "2:2: expected ',' or '}', found '\"'" },
                { "{\"a\":1,\n}", "2:1: the last entry has no comma after it" },
                { "[1,]", "1:4: the last entry has no comma after it" },
                { "[1,,2]", "1:4: " VALUE "','" },
                { "[1 2]", "1:4: expected ',' or ']', found '2'" },
                { "[1}", "1:3: expected ',' or ']', found '}'" },
                { "{\"a\":[1}", "1:8: expected ',' or ']', found '}'" },
                { "{} {}", "1:4: expected the end of the file, found '{'" },
                { "{}\n}", "2:1: expected the end of the file, found '}'" },
                { "[tru]", "1:2: " VALUE "'t'" },
                { "[trueish]", "1:2: " VALUE "'t'" },
                { "[True]", "1:2: " VALUE "'T'" },
                { "[nul]", "1:2: " VALUE "'n'" },
                { "[NaN]", "1:2: " VALUE "'N'" },
                { "[Infinity]", "1:2: " VALUE "'I'" },
                { "['a']", "1:2: " VALUE "'''" },
                { "[-Infinity]", "1:2: " NUMBER },
                { "[01]", "1:2: " NUMBER },
                { "[-]", "1:2: " NUMBER },
                { "[1.]", "1:2: " NUMBER },
                { "[1e]", "1:2: " NUMBER },
                { "[1e+]", "1:2: " NUMBER },
                { "[.5]", "1:2: " VALUE "'.'" },
                { "[+5]", "1:2: " VALUE "'+'" },
                { "[0x10]", "1:3: expected ',' or ']', found 'x'" },
                { "[\"abc", "1:2: " UNCLOSED },
                { "[\"abc\n\"]", "1:2: " UNCLOSED },
                { "[\"abc\\\"]", "1:2: " UNCLOSED },
                { "[\"abc\\", "1:6: " ESCAPE },
                { "[\"a\tb\"]", "1:4: a control character in a text must be written as \\uXXXX" },
                { "[\"a\\x41\"]", "1:4: " ESCAPE },
                { "[\"\\'\"]", "1:3: " ESCAPE },
                { "[\"\\u12\"]", "1:3: " HEX },
                { "[\"\\u00g0\"]", "1:3: " HEX },
                { "[\"\\u00\x11\x11\"]", "1:3: " HEX },
                { "[\"\\ud800\"]", "1:3: " HEX },
                { "[\"\\ud800\\u0041\"]", "1:3: " HEX },
                { "[\"\\ud800x\"]", "1:3: " HEX },
                { "[\"\\udc00\\ud800\"]", "1:3: " HEX },
                { "[\"a\\u0000\"]", "1:4: a NUL character cannot be part of a text" },
                { "{\"a\\u0000b\":1}", "1:4: a NUL character cannot be part of a text" },
                { "{ /* a\n\n b", "1:3: this comment has no end" },
                { "{ /* a /* b */ */ }", "1:16: expected a key in double quotation marks, found '*'" },
                { "{}/", "1:3: expected the end of the file, found '/'" },
                { "{}/*/", "1:3: this comment has no end" },
                { "# comment\n{}", "1:1: " VALUE "'#'" },
                { "{\n\t\"\xc3\xa4\xc3\xb6\": x}", "2:8: " VALUE "'x'" }, /* counted in characters */
                { "[\xc3\xa4]", "1:2: expected a value (a text stands in double quotation marks)" },
                { "{}\n\"\xff\"", "2:2: this is not UTF-8" },
                { "\"\xc3\"", "1:2: this is not UTF-8" },
                { "\"\x80\"", "1:2: this is not UTF-8" },
                { "\"\xc0\x80\"", "1:2: this is not UTF-8" },         /* too long for NUL */
                { "\"\xe0\x80\xaf\"", "1:2: this is not UTF-8" },     /* too long for a slash */
                { "\"\xed\xa0\x80\"", "1:2: this is not UTF-8" },     /* a surrogate */
                { "\"\xf4\x90\x80\x80\"", "1:2: this is not UTF-8" }, /* above 0x10ffff */
                { "\"\xf8\x88\x80\x80\x80\"", "1:2: this is not UTF-8" },
                { "\"\xe2\x82", "1:2: this is not UTF-8" }, /* cut off */
                { "\xff\xfe{}", "1:1: this is not UTF-8" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                json_object *value = NULL;

                if (json_read(&value, rows[i].text, strlen(rows[i].text), "f", &errors) != -EINVAL)
                        fail_msg("%s: is no error", rows[i].text);
                assert_null(value);
                assert_int_equal(errors.count, 1);
                assert_memory_equal(errors.texts[0], "f:", 2);
                assert_string_equal(errors.texts[0] + 2, rows[i].error);
        }
}

static void nul_byte_is_told_with_its_place(void **state)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        json_object *value = NULL;

        (void) state;
        assert_int_equal(json_read(&value, "{\n\"a\0\":1}", 9, "f", &errors), -EINVAL);
        assert_int_equal(errors.count, 1);
        assert_string_equal(errors.texts[0], "f:2:3: there is a NUL byte: this is no text file");
}

static void each_duplicate_key_is_told_with_its_place(void **state)
{
        static const char text[] = "{ \"a\": 1,\n"
                                   "  \"b\": { \"a\": 1, \"a\": 2 },\n"
                                   "  \"\\u0061\": 3, \"n\": null, \"n\": null }\n";
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO(json_putp) json_object *value = NULL;

        (void) state;
        assert_int_equal(json_read(&value, text, strlen(text), "f", &errors), 1);
        assert_int_equal(errors.count, 3);
        assert_string_equal(errors.texts[0], "f:2:18: this key is there twice in one object");
        assert_string_equal(errors.texts[1], "f:3:3: this key is there twice in one object");
        assert_string_equal(errors.texts[2], "f:3:27: this key is there twice in one object");
        assert_string_equal(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
                "{\"a\":1,\"b\":{\"a\":1},\"n\":null}");
}

static char *repeated(const char *unit, size_t count)
{
        size_t length = strlen(unit);
        char *text = malloc(length * count + 1);

        assert_non_null(text);
        for (size_t i = 0; i < count; i++)
                memcpy(text + i * length, unit, length);
        text[length * count] = '\0';
        return text;
}

static void hostile_text_is_an_error_soon(void **state)
{
        static const struct {
                const char *unit;
                size_t count;
                const char *error;
        } rows[] = {
                { "[", 1000000, "f:1:33: this is nested too deep" },
                { "{\"\":", 1000000, "f:1:129: this is nested too deep" },
                { "/**/", 500000, "f:1:2000001: " VALUE "the end of the file" },
                { "/", 2000000, "f:1:2000001: " VALUE "the end of the file" },
                { "\"", 2000000, "f:1:3: expected the end of the file, found '\"'" },
                { "\n", 2000000, "f:2000001:1: " VALUE "the end of the file" },
                { "\\", 2000000, "f:1:1: " VALUE "'\\'" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *text = repeated(rows[i].unit, rows[i].count);
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                json_object *value = NULL;

                assert_int_equal(json_read(&value, text, strlen(text), "f", &errors), -EINVAL);
                assert_int_equal(errors.count, 1);
                assert_string_equal(errors.texts[0], rows[i].error);
        }
}

static void memory_is_bounded_by_the_number_of_values(void **state)
{
        AUTO_FREE char *text = repeated("1,", 1500000);
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        json_object *value = NULL;

        (void) state;
        text[0] = '[';
        text[1] = ' ';
        assert_int_equal(json_read(&value, text, strlen(text), "f", &errors), -EINVAL);
        assert_string_equal(errors.texts[0], "f:1:2000001: there are too many values in this file");
}

static void deepest_allowed_nesting_is_read(void **state)
{
        AUTO_FREE char *opening = repeated("[", 32), *closing = repeated("]", 32);
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO(json_putp) json_object *value = NULL;
        char text[65];

        (void) state;
        snprintf(text, sizeof text, "%s%s", opening, closing);
        assert_int_equal(json_read(&value, text, strlen(text), "f", &errors), 0);
        assert_int_equal(errors.count, 0);
}

/* Every beginning of a good text is an error and nothing worse. */
static void every_cut_is_an_error(void **state)
{
        static const char text[] = "{\"a\": [1, -2.5e+3, \"\\u00e4\\ud83d\\ude00\\n\", true, null], /* c */ "
                                   "\"b\": {\"c\": false}}";

        (void) state;
        for (size_t size = 0; size < strlen(text); size++) {
                AUTO_FREE char *cut = strndup(text, size); /* its own block: a read beyond it shows */
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                json_object *value = NULL;

                assert_int_equal(json_read(&value, cut, size, "f", &errors), -EINVAL);
                assert_int_equal(errors.count, 1);
        }
}

static void a_thousand_errors_are_enough(void **state)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };

        (void) state;
        for (int i = 0; i < 5000; i++)
                config_errors_add(&errors, "%d", i);
        assert_int_equal(errors.count, 1000);
        assert_string_equal(errors.texts[998], "998");
        assert_string_equal(errors.texts[999], "more errors are not shown");
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(good_text_becomes_the_same_values),
                cmocka_unit_test(wrong_text_is_told_with_its_place),
                cmocka_unit_test(nul_byte_is_told_with_its_place),
                cmocka_unit_test(each_duplicate_key_is_told_with_its_place),
                cmocka_unit_test(hostile_text_is_an_error_soon),
                cmocka_unit_test(memory_is_bounded_by_the_number_of_values),
                cmocka_unit_test(deepest_allowed_nesting_is_read),
                cmocka_unit_test(every_cut_is_an_error),
                cmocka_unit_test(a_thousand_errors_are_enough),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
