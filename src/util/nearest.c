/* SPDX-License-Identifier: BSD-3-Clause */

#include "util/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
        WORD_MAX = 255, /* a DNS name, the longest thing that is looked for */
};

/* "secret-file" is as good as "Secret_File". */
static int fold(char c)
{
        return c == '-' ? '_' : tolower((unsigned char) c);
}

static unsigned least(unsigned a, unsigned b)
{
        return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`; both at most WORD_MAX. */
static unsigned edit_distance(const char *a, const char *b)
{
        size_t n = strlen(a), m = strlen(b);
        unsigned rows[3][WORD_MAX + 1];

        for (size_t j = 0; j <= m; j++)
                rows[0][j] = (unsigned) j;
        for (size_t i = 1; i <= n; i++) {
                unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice_above = rows[(i + 1) % 3];

                row[0] = (unsigned) i;
                for (size_t j = 1; j <= m; j++) {
                        int x = fold(a[i - 1]), y = fold(b[j - 1]);

                        row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
                        if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y)
                                row[j] = least(row[j], twice_above[j - 2] + 1);
                }
        }
        return rows[n % 3][m];
}

/* "host" of "host.example.com", "stat" of "status" */
static bool is_beginning(const char *word, const char *candidate)
{
        return strlen(word) >= 3 && strncasecmp(word, candidate, strlen(word)) == 0;
}

Nearest nearest_to(const char *word)
{
        size_t length = strlen(word);

        return (Nearest){ .word = word, .distance = (length < 3 ? 1 : (unsigned) length / 3) + 1 };
}

void nearest_offer(Nearest *nearest, const char *candidate)
{
        unsigned distance;

        if (strlen(nearest->word) > WORD_MAX || strlen(candidate) > WORD_MAX)
                return;
        distance = edit_distance(nearest->word, candidate);
        if (distance > 1 && is_beginning(nearest->word, candidate))
                distance = 1;
        if (distance >= nearest->distance)
                return;
        nearest->distance = distance;
        nearest->found = candidate;
}
