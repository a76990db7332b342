/* SPDX-License-Identifier: BSD-3-Clause */

/* Schema: how the tables are walked, and told to people. A key that is not in them is an error. */

#include "config/schema.h"

#include <stdio.h>
#include <string.h>

const Field *field_first(const Field *table)
{
        while (!table->key && table->more)
                table = table->more;
        return table->key ? table : NULL;
}

const Field *field_next(const Field *field)
{
        return field_first(field + 1);
}

const Field *field_find(const Field *table, const char *key)
{
        for (const Field *field = field_first(table); field; field = field_next(field))
                if (strcmp(field->key, key) == 0)
                        return field;
        return NULL;
}

/* Two as "a" or "b", more as one of "a", "b", "c". */
static const char *words_to_text(const char *const *words, char buffer[static FIELD_EXPECTED_MAX])
{
        bool two = words[0] && words[1] && !words[2];
        const char *separator = two ? "" : "one of ";
        int n = 0;

        for (size_t i = 0; words[i] && n < FIELD_EXPECTED_MAX; i++) {
                n += snprintf(buffer + n, (size_t) (FIELD_EXPECTED_MAX - n), "%s\"%s\"", separator, words[i]);
                separator = two ? " or " : ", ";
        }
        return buffer;
}

/* Of a text by itself, and of one in a list. */
const char *field_expected_item(const Field *field, char buffer[static FIELD_EXPECTED_MAX])
{
        bool has_words = field->words && field->kind != FIELD_WORD_OR_TEXTS;

        return has_words ? words_to_text(field->words, buffer) : strcpy(buffer, field->expected);
}

static void expect_list(const Field *field, const char *of, char buffer[static FIELD_EXPECTED_MAX])
{
        snprintf(buffer, FIELD_EXPECTED_MAX, "a list of %.10g to %.10g %s", field->minimum, field->maximum,
                of);
}

static const char *expect_word_or_texts(const Field *field, char buffer[static FIELD_EXPECTED_MAX])
{
        char words[FIELD_EXPECTED_MAX], list[FIELD_EXPECTED_MAX];

        words_to_text(field->words, words);
        expect_list(field, "texts", list);
        if (snprintf(buffer, FIELD_EXPECTED_MAX, "%s, or %s", words, list) >= FIELD_EXPECTED_MAX)
                strcpy(buffer, words);
        return buffer;
}

const char *object_expected(const ObjectSchema *schema, char buffer[static FIELD_EXPECTED_MAX])
{
        if (!schema->short_for)
                return strcpy(buffer, "an object");
        snprintf(buffer, FIELD_EXPECTED_MAX, "%s, or an object",
                field_find(schema->fields, schema->short_for)->expected);
        return buffer;
}

const char *field_expected(const Field *field, char buffer[static FIELD_EXPECTED_MAX])
{
        switch (field->kind) {
        case FIELD_BOOLEAN:
                return strcpy(buffer, "true or false");
        case FIELD_INTEGER:
                snprintf(buffer, FIELD_EXPECTED_MAX, "an integer from %.10g to %.10g", field->minimum,
                        field->maximum);
                return buffer;
        case FIELD_SECONDS:
                snprintf(buffer, FIELD_EXPECTED_MAX, "%sa number of seconds from %.10g to %.10g",
                        field->or_zero ? "0 or " : "", field->minimum, field->maximum);
                return buffer;
        case FIELD_WORD:
                return words_to_text(field->words, buffer);
        case FIELD_TEXT:
                return field_expected_item(field, buffer);
        case FIELD_TEXTS:
                expect_list(field, field->to_integer > 0 ? "integers or texts" : "texts", buffer);
                return buffer;
        case FIELD_WORD_OR_TEXTS:
                return expect_word_or_texts(field, buffer);
        case FIELD_NAME:
                return strcpy(buffer, "a domain name");
        case FIELD_CHOICE:
                return strcpy(buffer, "true, false or an object");
        case FIELD_OBJECTS:
                expect_list(field, "objects", buffer);
                return buffer;
        case FIELD_OBJECT:
        case FIELD_NEW_OBJECT:
        case FIELD_MAP:
                return strcpy(buffer, "an object");
        }
        return NULL;
}

static const char *type_of(const Field *field)
{
        static const char *const types[] = {
                [FIELD_BOOLEAN] = "boolean",
                [FIELD_INTEGER] = "integer",
                [FIELD_SECONDS] = "seconds",
                [FIELD_WORD] = "word",
                [FIELD_TEXT] = "text",
                [FIELD_TEXTS] = "list of texts",
                [FIELD_WORD_OR_TEXTS] = "word or list of texts",
                [FIELD_NAME] = "name",
                [FIELD_OBJECT] = "object",
                [FIELD_NEW_OBJECT] = "object",
                [FIELD_CHOICE] = "boolean or object",
                [FIELD_OBJECTS] = "list of objects",
                [FIELD_MAP] = "map",
        };

        if (field->kind == FIELD_TEXTS && field->to_integer > 0)
                return "list of integers or texts";
        return types[field->kind];
}

/* What field_expected() says beyond the type. */
static void describe_range(const Field *field, char buffer[static FIELD_EXPECTED_MAX])
{
        char item[FIELD_EXPECTED_MAX];

        switch (field->kind) {
        case FIELD_INTEGER:
        case FIELD_SECONDS:
                snprintf(buffer, FIELD_EXPECTED_MAX, "%s%.10g to %.10g", field->or_zero ? "0 or " : "",
                        field->minimum, field->maximum);
                return;
        case FIELD_TEXTS:
                if (snprintf(buffer, FIELD_EXPECTED_MAX, "%.10g to %.10g times %s", field->minimum,
                            field->maximum, field_expected_item(field, item)) < FIELD_EXPECTED_MAX)
                        return;
                break;
        case FIELD_OBJECTS:
                snprintf(buffer, FIELD_EXPECTED_MAX, "%.10g to %.10g", field->minimum, field->maximum);
                return;
        case FIELD_WORD:
        case FIELD_WORD_OR_TEXTS:
        case FIELD_TEXT:
                field_expected(field, buffer);
                return;
        default:
                break;
        }
        buffer[0] = '\0';
}

typedef struct Visitor {
        void (*visit)(const SchemaEntry *entry, void *userdata);
        void *userdata;
} Visitor;

static void visit_object(const Visitor *visitor, const ObjectSchema *object, const char *path);

static bool holds_several(const Field *field)
{
        return field->kind == FIELD_MAP || field->kind == FIELD_OBJECTS;
}

/* path: with a slash at its end, or "". */
static void visit_table(const Visitor *visitor, const Field *table, const char *variant, const char *path)
{
        for (const Field *field = field_first(table); field; field = field_next(field)) {
                char range[FIELD_EXPECTED_MAX], below[128];
                SchemaEntry entry = {
                        .variant = variant,
                        .fallback = field->fallback ? field->fallback : field->fallback_note,
                        .description = field->description,
                        .required = field->required,
                };
                size_t length = (size_t) snprintf(below, sizeof below, "%s%s", path, field->key);

                entry.path = below;
                if (!entry.fallback)
                        entry.fallback = "";
                entry.type = type_of(field);
                entry.range = range;
                describe_range(field, range);
                visitor->visit(&entry, visitor->userdata);
                if (!field->object)
                        continue;
                snprintf(below + length, sizeof below - length, holds_several(field) ? "/*/" : "/");
                visit_object(visitor, field->object, below);
        }
}

static void visit_object(const Visitor *visitor, const ObjectSchema *object, const char *path)
{
        const char *const *words = object->fields->words;

        visit_table(visitor, object->fields, NULL, path);
        for (size_t i = 0; object->variants && words[i]; i++)
                visit_table(visitor, object->variants[i], words[i], path);
}

void config_schema_each(void (*visit)(const SchemaEntry *entry, void *userdata), void *userdata)
{
        Visitor visitor = { visit, userdata };

        visit_object(&visitor, &config_schema, "");
}
