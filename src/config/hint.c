/* SPDX-License-Identifier: BSD-3-Clause */

/* Hints: which key did they mean? */

#include "config/hint.h"

#include <stdio.h>

#include "util/nearest.h"

static void offer_keys(Nearest *nearest, const Field *table)
{
        for (const Field *field = field_first(table); field; field = field_next(field))
                nearest_offer(nearest, field->key);
}

static const char *nearest_key(const ObjectSchema *schema, int chosen, const char *key)
{
        Nearest nearest = nearest_to(key);

        offer_keys(&nearest, schema->fields);
        for (int i = 0; schema->variants && schema->fields->words[i]; i++)
                if (chosen < 0 || i == chosen)
                        offer_keys(&nearest, schema->variants[i]);
        return nearest.found;
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
