/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Lines of words, as resolv.conf(5) and hosts(5) have them. Nothing is copied: a word is a place and a
 * length. */

/* The next word of the line, which ends at a newline, a NUL or one of the characters of `comment`. Moves
 * *line on. NULL: no more. */
static inline const char *words_next(const char **line, const char *comment, size_t *ret_length)
{
        const char *word = *line + strspn(*line, " \t\r");
        size_t length = strcspn(word, " \t\r\n");
        size_t until_comment = strcspn(word, comment);

        if (until_comment < length)
                length = until_comment;
        *line = word + length;
        *ret_length = length;
        return length > 0 ? word : NULL;
}

static inline bool word_is(const char *word, size_t length, const char *text)
{
        return length == strlen(text) && strncmp(word, text, length) == 0;
}
