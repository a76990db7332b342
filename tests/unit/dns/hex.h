/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Messages in tests are written as hexadecimal digits; blanks are for the reader. Returns the bytes
 * written. */
static inline size_t from_hex(const char *text, uint8_t *ret, size_t capacity)
{
        size_t n = 0;

        for (const char *p = text + strspn(text, " \n"); *p; p += strspn(p, " \n")) {
                unsigned byte = 0;

                assert(sscanf(p, "%2x", &byte) == 1 && p[1] && n < capacity);
                ret[n++] = (uint8_t) byte;
                p += 2;
        }
        return n;
}
