/* SPDX-License-Identifier: BSD-3-Clause */

#include "util/text.h"

#include <stddef.h>
#include <stdint.h>

/* The bytes of the character that begins here; 0: none does. Stops at the end of the text by itself, because
 * NUL continues nothing. */
static size_t character_size(const char *text)
{
        const uint8_t *p = (const uint8_t *) text;
        size_t size = p[0] < 0x80   ? 1
                      : p[0] < 0xc2 ? 0
                      : p[0] < 0xe0 ? 2
                      : p[0] < 0xf0 ? 3
                      : p[0] < 0xf5 ? 4
                                    : 0;

        for (size_t i = 1; i < size; i++)
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90))
                return 0; /* overlong */
        if ((p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f))
                return 0; /* a surrogate; beyond the last character */
        return size;
}

char *text_find_wrong(const char *text)
{
        while (*text) {
                size_t size = character_size(text);

                if (size == 0)
                        return (char *) text;
                text += size;
        }
        return NULL;
}

void text_scrub(char *text)
{
        for (char *wrong = text_find_wrong(text); wrong; wrong = text_find_wrong(wrong + 1))
                *wrong = '?';
}
