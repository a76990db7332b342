/* SPDX-License-Identifier: BSD-3-Clause */

/* Text: what came over the bus may hold anything (a DNS server's words, for example), and a terminal obeys
 * what it is sent. */

#include "ctl/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"

enum {
        ESCAPE_MAX = sizeof "\\u202e" - 1, /* a character's longest way of being written out … */
        BYTE_ESCAPE = sizeof "\\x1b" - 1,  /* … and a byte's */
};

static bool is_continuation(char c)
{
        return ((uint8_t) c & 0xc0) == 0x80;
}

size_t text_decode(const char *text, uint32_t *ret_code)
{
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        uint8_t first = (uint8_t) text[0];
        size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        uint32_t code = length == 1 ? first : first & (0x7fu >> length);

        if (is_continuation(text[0]) || first > 0xf4)
                return 0;
        for (size_t i = 1; i < length; i++) {
                if (!is_continuation(text[i]))
                        return 0;
                code = code << 6 | ((uint8_t) text[i] & 0x3f);
        }
        if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
                return 0;
        *ret_code = code;
        return length;
}

bool text_is_unsafe(uint32_t code)
{
        return code < 0x20 || (code >= 0x7f && code < 0xa0) || /* C0, DEL, C1 */
               code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
               (code >= 0x2028 && code <= 0x202e) || /* line ends, embeddings, overrides */
               (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

char *text_escape(const char *text)
{
        /* Every byte may become an escape; of one that takes two bytes or more a character's is no longer. */
        char *escaped = malloc(strlen(text) * BYTE_ESCAPE + ESCAPE_MAX + 1), *end = escaped;

        if (!escaped)
                return NULL;
        while (*text) {
                uint32_t code;
                size_t length = text_decode(text, &code);

                if (length == 0 || (length == 1 && text_is_unsafe(code))) {
                        end += sprintf(end, "\\x%02x", (uint8_t) *text++);
                        continue;
                }
                if (text_is_unsafe(code))
                        end += sprintf(end, "\\u%04" PRIx32, code);
                else
                        end = mempcpy(end, text, length);
                text += length;
        }
        *end = '\0';
        return escaped;
}

size_t text_width(const char *text)
{
        size_t width = 0;

        for (; *text; text++)
                width += !is_continuation(*text);
        return width;
}

size_t text_line_length(const char *text, size_t width)
{
        size_t length = 0, column = 0;

        if (text_width(text) <= width)
                return strlen(text);
        for (size_t i = 0; text[i] && (column <= width || length == 0); i++) {
                if (text[i] == ' ' && column <= width)
                        length = i;
                else if (text[i] == ' ')
                        return i; /* the first word is wider than the line */
                column += !is_continuation(text[i]);
        }
        return length > 0 ? length : strlen(text);
}

size_t text_longest_word(const char *text)
{
        size_t longest = 0, width = 0;

        for (; *text; text++) {
                width = *text == ' ' ? 0 : width + !is_continuation(*text);
                if (longest < width)
                        longest = width;
        }
        return longest;
}

/* "59 s", "59 min", "47 h", "3 days": one unit, rounded down. */
static const char *duration(uint64_t seconds, char buffer[static TEXT_TIME_MAX])
{
        if (seconds < 60)
                snprintf(buffer, TEXT_TIME_MAX, "%" PRIu64 " s", seconds);
        else if (seconds < 60 * 60)
                snprintf(buffer, TEXT_TIME_MAX, "%" PRIu64 " min", seconds / 60);
        else if (seconds < 48 * 60 * 60)
                snprintf(buffer, TEXT_TIME_MAX, "%" PRIu64 " h", seconds / (60 * 60));
        else
                snprintf(buffer, TEXT_TIME_MAX, "%" PRIu64 " days", seconds / (24 * 60 * 60));
        return buffer;
}

const char *text_ago(usec_t when_usec, usec_t now_usec, char buffer[static TEXT_TIME_MAX])
{
        char text[TEXT_TIME_MAX];

        if (when_usec == 0)
                return strcpy(buffer, "never");
        if (when_usec + USEC_PER_SEC > now_usec)
                return strcpy(buffer, "just now");
        snprintf(buffer, TEXT_TIME_MAX, "%.30s ago", duration((now_usec - when_usec) / USEC_PER_SEC, text));
        return buffer;
}

/* To the nearest of the unit that it will be told in, but seconds up: "in 0 s" would be "now". */
static uint64_t round_to_unit(usec_t usec)
{
        uint64_t seconds = usec / USEC_PER_SEC + (usec % USEC_PER_SEC > 0);

        if (seconds < 60)
                return seconds;
        if (seconds + 30 < 60 * 60)
                return seconds + 30;
        if (seconds + 30 * 60 < 48 * 60 * 60)
                return seconds + 30 * 60;
        return seconds + 12 * 60 * 60;
}

const char *text_until(usec_t when_usec, usec_t now_usec, char buffer[static TEXT_TIME_MAX])
{
        char text[TEXT_TIME_MAX];

        if (when_usec <= now_usec)
                return strcpy(buffer, "now");
        snprintf(buffer, TEXT_TIME_MAX, "in %.30s", duration(round_to_unit(when_usec - now_usec), text));
        return buffer;
}

const char *text_rfc3339(usec_t when_usec, char buffer[static TEXT_TIME_MAX])
{
        time_t seconds = (time_t) (when_usec / USEC_PER_SEC);
        struct tm tm;
        size_t n;

        if (!gmtime_r(&seconds, &tm))
                return strcpy(buffer, "9999-12-31T23:59:59.999999Z"); /* no year that anybody could write */
        n = strftime(buffer, TEXT_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(buffer + n, TEXT_TIME_MAX - n, ".%06" PRIu64 "Z", when_usec % USEC_PER_SEC);
        return buffer;
}

const char *text_journal_time(usec_t when_usec, char buffer[static TEXT_TIME_MAX])
{
        time_t seconds = (time_t) (when_usec / USEC_PER_SEC);
        struct tm tm;

        if (!localtime_r(&seconds, &tm) || strftime(buffer, TEXT_TIME_MAX, "%b %d %H:%M:%S", &tm) == 0)
                return strcpy(buffer, "?");
        return buffer;
}
