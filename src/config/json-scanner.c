/* SPDX-License-Identifier: BSD-3-Clause */

/* JSON scanner: the characters of a JSON text and their places; what they make together is for
 * config/json. */

#include "config/json-scanner.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

/* In characters, as editors count. */
static size_t column_of(const JsonScanner *scanner, const char *at)
{
        size_t column = 1;

        for (const char *p = scanner->line_start; p < at; p++)
                column += ((uint8_t) *p & 0xc0) != 0x80;
        return column;
}

int json_wrong_at(const JsonScanner *scanner, const char *at, const char *what)
{
        config_errors_add(
                scanner->errors, "%s:%u:%zu: %s", scanner->file, scanner->line, column_of(scanner, at), what);
        return -EINVAL;
}

int json_wrong(const JsonScanner *scanner, const char *what)
{
        return json_wrong_at(scanner, scanner->at, what);
}

/* Says what should have been here, and what is. One character is enough to find it, and tells no secret. */
int json_expected(const JsonScanner *scanner, const char *what)
{
        char text[160];
        char c = *scanner->at;

        if (c == '\0')
                snprintf(text, sizeof text, "expected %s, found the end of the file", what);
        else if (c > ' ' && c < 127)
                snprintf(text, sizeof text, "expected %s, found '%c'", what, c);
        else
                snprintf(text, sizeof text, "expected %s", what);
        return json_wrong(scanner, text);
}

static void next_line(JsonScanner *scanner)
{
        scanner->line++;
        scanner->line_start = scanner->at + 1;
}

static int skip_block_comment(JsonScanner *scanner)
{
        JsonScanner start = *scanner;

        for (scanner->at += 2; *scanner->at != '\0'; scanner->at++) {
                if (scanner->at[0] == '*' && scanner->at[1] == '/') {
                        scanner->at += 2;
                        return 0;
                }
                if (*scanner->at == '\n')
                        next_line(scanner);
        }
        return json_wrong(&start, "this comment has no end");
}

/* The only places where a line can end. */
int json_skip_blank(JsonScanner *scanner)
{
        for (;;) {
                if (scanner->at[0] == '/' && scanner->at[1] == '/') {
                        scanner->at += strcspn(scanner->at, "\n");
                } else if (scanner->at[0] == '/' && scanner->at[1] == '*') {
                        int r = skip_block_comment(scanner);

                        if (r < 0)
                                return r;
                } else if (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\r') {
                        scanner->at++;
                } else if (*scanner->at == '\n') {
                        next_line(scanner);
                        scanner->at++;
                } else {
                        return 0;
                }
        }
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 'a' ^ 'A';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EINVAL;
}

static int read_hex4(const char *text, uint32_t *ret)
{
        uint32_t value = 0;

        for (int i = 0; i < 4; i++) {
                int digit = hex_digit(text[i]);

                if (digit < 0)
                        return -EINVAL;
                value = value << 4 | (uint32_t) digit;
        }
        *ret = value;
        return 0;
}

/* After "\u" at `text`; a pair of surrogates is one character (RFC 8259 section 7). Returns the bytes
 * used. */
static int read_code_point(const char *text, uint32_t *ret)
{
        uint32_t high, low;

        if (read_hex4(text, &high) < 0)
                return -EINVAL;
        if (high < 0xd800 || high > 0xdfff) {
                *ret = high;
                return 4;
        }
        if (high > 0xdbff || text[4] != '\\' || text[5] != 'u' || read_hex4(text + 6, &low) < 0)
                return -EINVAL;
        if (low < 0xdc00 || low > 0xdfff)
                return -EINVAL;
        *ret = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return 10;
}

static char *write_utf8(char *out, uint32_t c)
{
        if (c < 0x80) {
                *out++ = (char) c;
                return out;
        }
        if (c < 0x800) {
                *out++ = (char) (0xc0 | c >> 6);
        } else {
                if (c < 0x10000) {
                        *out++ = (char) (0xe0 | c >> 12);
                } else {
                        *out++ = (char) (0xf0 | c >> 18);
                        *out++ = (char) (0x80 | (c >> 12 & 0x3f));
                }
                *out++ = (char) (0x80 | (c >> 6 & 0x3f));
        }
        *out++ = (char) (0x80 | (c & 0x3f));
        return out;
}

/* What stands after a backslash. */
static int read_escape(JsonScanner *scanner, char **out)
{
        static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
        const char *letter;
        uint32_t c;
        int used;

        if (scanner->at[1] != 'u') {
                letter = scanner->at[1] == '\0' ? NULL : strchr(letters, scanner->at[1]);
                if (!letter)
                        return json_wrong(scanner,
                                "no such escape: there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
                *(*out)++ = meanings[letter - letters];
                scanner->at += 2;
                return 0;
        }
        used = read_code_point(scanner->at + 2, &c);
        if (used < 0)
                return json_wrong(scanner, "\\u needs four hexadecimal digits that make a character");
        if (c == 0)
                return json_wrong(scanner, "a NUL character cannot be part of a text");
        *out = write_utf8(*out, c);
        scanner->at += 2 + used;
        return 0;
}

/* Bytes up to the closing quotation mark, or to where the text ends without one. */
static size_t raw_length(const char *text)
{
        size_t n = 0;

        while (text[n] != '"' && (uint8_t) text[n] >= ' ')
                n += text[n] == '\\' && (uint8_t) text[n + 1] >= ' ' ? 2 : 1;
        return n;
}

int json_scan_text(JsonScanner *scanner, char **ret)
{
        const char *start = scanner->at++;
        AUTO_FREE char *text = malloc(raw_length(scanner->at) + 1); /* escapes only shrink */
        char *out = text;

        if (!text)
                return -ENOMEM;
        while (*scanner->at != '"') {
                if (*scanner->at == '\0' || *scanner->at == '\n')
                        return json_wrong_at(scanner, start, "this text has no closing quotation mark");
                if ((uint8_t) *scanner->at < ' ')
                        return json_wrong(
                                scanner, "a control character in a text must be written as \\uXXXX");
                if (*scanner->at == '\\') {
                        int r = read_escape(scanner, &out);

                        if (r < 0)
                                return r;
                } else {
                        *out++ = *scanner->at++;
                }
        }
        scanner->at++;
        *out = '\0';
        *ret = STEAL(text);
        return 0;
}

size_t json_number_length(const char *text, bool *ret_integer)
{
        static const char digits[] = "0123456789";
        size_t n = text[0] == '-', run;

        *ret_integer = true;
        run = strspn(text + n, digits);
        if (run == 0 || (run > 1 && text[n] == '0'))
                return 0;
        n += run;
        if (text[n] == '.') {
                run = strspn(text + n + 1, digits);
                if (run == 0)
                        return 0;
                n += 1 + run;
                *ret_integer = false;
        }
        if (text[n] == 'e' || text[n] == 'E') {
                size_t sign = text[n + 1] == '+' || text[n + 1] == '-';

                run = strspn(text + n + 1 + sign, digits);
                if (run == 0)
                        return 0;
                n += 1 + sign + run;
                *ret_integer = false;
        }
        return n;
}

/* The length of the UTF-8 sequence at `text`, of which `size` bytes are there; 0: it is none (RFC 3629). */
static size_t utf8_length(const uint8_t *text, size_t size)
{
        static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
        size_t length = text[0] < 0x80 ? 1 : text[0] < 0xc0 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
        uint32_t c = length < 2 ? text[0] : text[0] & (0x7fU >> length);

        if (length == 0 || length > size || text[0] > 0xf4)
                return 0;
        for (size_t i = 1; i < length; i++) {
                if ((text[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (text[i] & 0x3f);
        }
        return c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : length;
}

int json_check_bytes(const JsonScanner *scanner, size_t size)
{
        JsonScanner at = *scanner;
        const char *end = scanner->at + size;

        while (at.at < end) {
                size_t length = utf8_length((const uint8_t *) at.at, (size_t) (end - at.at));

                if (length == 0)
                        return json_wrong(&at, "this is not UTF-8");
                if (*at.at == '\0')
                        return json_wrong(&at, "there is a NUL byte: this is no text file");
                if (*at.at == '\n')
                        next_line(&at);
                at.at += length;
        }
        return 0;
}
