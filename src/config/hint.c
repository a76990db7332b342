/* SPDX-License-Identifier: BSD-3-Clause */

/* Hints: which key did they mean? */

#include "config/hint.h"

#include <stdio.h>
#include <string.h>

enum {
        KEY_MAX = 32
}; /* longer than any of ours */

static char fold(char c)
{
        if (c == '-')
                return '_';
        return c >= 'A' && c <= 'Z' ? (char) (c | ('a' ^ 'A')) : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`. */
static unsigned edit_distance(const char *a, const char *b)
{
        size_t n = strlen(a), m = strlen(b);
        unsigned rows[3][KEY_MAX + 1];

        for (size_t j = 0; j <= m; j++)
                rows[0][j] = (unsigned) j;
        for (size_t i = 1; i <= n; i++) {
                unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *twice_above = rows[(i + 1) % 3];

                row[0] = (unsigned) i;
                for (size_t j = 1; j <= m; j++) {
                        char x = fold(a[i - 1]), y = fold(b[j - 1]);
                        unsigned best = above[j - 1] + (x != y);

                        if (above[j] + 1 < best)
                                best = above[j] + 1;
                        if (row[j - 1] + 1 < best)
                                best = row[j - 1] + 1;
                        if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y &&
                                twice_above[j - 2] + 1 < best)
                                best = twice_above[j - 2] + 1;
                        row[j] = best;
                }
        }
        return rows[n % 3][m];
}

static void look_for_nearer(const Field *table, const char *key, const char **nearest, unsigned *distance)
{
        for (const Field *field = field_first(table); field; field = field_next(field)) {
                unsigned d = edit_distance(key, field->key);

                if (d < *distance) {
                        *distance = d;
                        *nearest = field->key;
                }
        }
}

static const char *nearest_key(const ObjectSchema *schema, int chosen, const char *key)
{
        size_t length = strlen(key);
        unsigned distance = (length < 3 ? 1 : (unsigned) length / 3) + 1; /* so far away it is another word */
        const char *nearest = NULL;

        if (length > KEY_MAX)
                return NULL;
        look_for_nearer(schema->fields, key, &nearest, &distance);
        for (int i = 0; schema->variants && schema->fields->words[i]; i++)
                if (chosen < 0 || i == chosen)
                        look_for_nearer(schema->variants[i], key, &nearest, &distance);
        return nearest;
}

/* The word of another variant that has the key. */
static const char *variant_with_key(const ObjectSchema *schema, const char *key)
{
        for (size_t i = 0; schema->variants && schema->fields->words[i]; i++)
                if (field_find(schema->variants[i], key))
                        return schema->fields->words[i];
        return NULL;
}

static int list_keys(const Field *table, char buffer[static HINT_MAX], int n)
{
        for (const Field *field = field_first(table); field && n < HINT_MAX; field = field_next(field))
                n += snprintf(buffer + n, (size_t) (HINT_MAX - n), "%s\"%s\"", n == 0 ? ", there are " : ", ",
                        field->key);
        return n;
}

const char *hint_for_key(
        const ObjectSchema *schema, int chosen, const char *key, char buffer[static HINT_MAX])
{
        const char *variant = variant_with_key(schema, key);
        const char *nearest = nearest_key(schema, chosen, key);
        int n;

        if (variant) {
                snprintf(buffer, HINT_MAX, " here: it belongs to \"%s\": \"%s\"", schema->fields->key,
                        variant);
                return buffer;
        }
        if (nearest) {
                snprintf(buffer, HINT_MAX, ", did you mean \"%s\"?", nearest);
                return buffer;
        }
        n = list_keys(schema->fields, buffer, 0);
        for (int i = 0; schema->variants && schema->fields->words[i]; i++)
                if (i == chosen)
                        n = list_keys(schema->variants[i], buffer, n);
        return buffer;
}
