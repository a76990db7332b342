/* SPDX-License-Identifier: BSD-3-Clause */

/* Prints the JSON Schema of the configuration (draft-07, which editors know best), made of the tables by
 * which the daemon reads it. It knows the form of each value, but neither what several of them mean together
 * nor what stands in the files that they name. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/json.h"
#include "config/schema.h"
#include "util/cleanup.h"

/* What any text is; and a domain name, in labels that may have escapes and the host's name in them. */
#define PLAIN "^[^\\x00-\\x1f\\x7f]+$"
#define LABEL "([!-$&-,/-\\[\\]-~-]|%[Hl%]|\\\\[!-~])+"
#define NAME  "^([.]|" LABEL "([.]" LABEL ")*[.]?)$"

static json_object *schema_of_object(const ObjectSchema *object, const char *type);

/* Takes `value` over. */
static void put(json_object *target, const char *key, json_object *value)
{
        if (json_object_object_add(target, key, value) < 0)
                abort();
}

static void put_text(json_object *target, const char *key, const char *text)
{
        put(target, key, json_object_new_string(text));
}

static void put_json(json_object *target, const char *key, const char *text)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        json_object *value;

        if (json_read(&value, text, strlen(text), key, &errors) != 0)
                abort();
        put(target, key, value);
}

static void put_number(json_object *target, const char *key, double number)
{
        char text[32];

        snprintf(text, sizeof text, "%.10g", number);
        put_json(target, key, text);
}

static void put_range(json_object *target, const Field *field)
{
        put_number(target, "minimum", field->minimum);
        put_number(target, "maximum", field->maximum);
}

static json_object *schema_of_type(const char *type)
{
        json_object *schema = json_object_new_object();

        put_text(schema, "type", type);
        return schema;
}

static json_object *schema_of_words(const char *const *words)
{
        json_object *schema = json_object_new_object(), *list = json_object_new_array();

        for (size_t i = 0; words[i]; i++)
                json_object_array_add(list, json_object_new_string(words[i]));
        put(schema, "enum", list);
        return schema;
}

/* The message is what Visual Studio Code and its kin show. */
static void put_pattern(json_object *target, const char *pattern, const char *expected)
{
        char message[FIELD_EXPECTED_MAX + sizeof "must be "];

        snprintf(message, sizeof message, "must be %s", expected);
        put_text(target, "pattern", pattern);
        put_text(target, "patternErrorMessage", message);
}

/* All of the text, not a part of it. */
static void put_form(json_object *target, const char *form, const char *expected)
{
        char pattern[1024];

        if (snprintf(pattern, sizeof pattern, "^(%s)$", form) >= (int) sizeof pattern)
                abort();
        put_pattern(target, pattern, expected);
}

static json_object *schema_of_text(const Field *field)
{
        json_object *schema;

        if (field->words && field->kind != FIELD_WORD_OR_TEXTS)
                return schema_of_words(field->words);
        schema = schema_of_type("string");
        if (field->pattern)
                put_form(schema, field->pattern, field->expected);
        else if (!field->any_text)
                put_pattern(schema, PLAIN, field->expected);
        return schema;
}

static json_object *schema_of_name(void)
{
        json_object *schema = schema_of_type("string");

        put_pattern(schema, NAME, "a domain name");
        return schema;
}

static void put_count(json_object *target, const Field *field)
{
        if (field->minimum > 0)
                put_number(target, "minItems", field->minimum);
        put_number(target, "maxItems", field->maximum);
}

/* A limit of integers does not touch texts, nor a pattern integers. */
static json_object *schema_of_item(const Field *field)
{
        json_object *schema = schema_of_text(field);

        if (field->to_integer > 0) {
                put_json(schema, "type", "[\"integer\", \"string\"]");
                put_number(schema, "minimum", field->from_integer);
                put_number(schema, "maximum", field->to_integer);
        }
        return schema;
}

static json_object *schema_of_texts(const Field *field)
{
        json_object *schema = schema_of_type("array");

        put_count(schema, field);
        put(schema, "items", schema_of_item(field));
        return schema;
}

static json_object *schema_of_word_or_texts(const Field *field)
{
        json_object *schema = schema_of_texts(field);

        put_json(schema, "type", "[\"string\", \"array\"]");
        put_json(schema, "if", "{ \"type\": \"string\" }");
        put(schema, "then", schema_of_words(field->words));
        return schema;
}

static json_object *schema_of_objects(const Field *field)
{
        json_object *schema = schema_of_type("array");

        put_count(schema, field);
        put(schema, "items", schema_of_object(field->object, "\"object\""));
        return schema;
}

static json_object *schema_of_seconds(const Field *field)
{
        json_object *schema = schema_of_type("number"), *range = schema;

        if (field->or_zero) {
                range = json_object_new_object();
                put_json(schema, "if", "{ \"not\": { \"const\": 0 } }");
                put(schema, "then", range);
        }
        put_range(range, field);
        return schema;
}

/* What a text must be that stands for the whole object. */
static json_object *schema_of_short(const ObjectSchema *object)
{
        const Field *field = field_find(object->fields, object->short_for);
        json_object *schema = schema_of_object(object, "[\"string\", \"object\"]");

        put_form(schema, field->pattern, field->expected);
        return schema;
}

static json_object *schema_of_map(const Field *field)
{
        json_object *schema = schema_of_type("object"), *name = json_object_new_object();
        const ObjectSchema *object = field->object;

        if (object->name_offset)
                put_pattern(name, NAME, "a domain name");
        else if (object->key)
                put_form(name, object->key->pattern, object->key->expected);
        else
                put_pattern(name, PLAIN, "a name without control characters");
        put(schema, "propertyNames", name);
        put(schema, "additionalProperties",
                object->short_for ? schema_of_short(object) : schema_of_object(object, "\"object\""));
        return schema;
}

static json_object *schema_of_kind(const Field *field)
{
        json_object *schema = NULL;

        switch (field->kind) {
        case FIELD_BOOLEAN:
                return schema_of_type("boolean");
        case FIELD_INTEGER:
                schema = schema_of_type("integer");
                put_range(schema, field);
                return schema;
        case FIELD_SECONDS:
                return schema_of_seconds(field);
        case FIELD_WORD:
        case FIELD_TEXT:
                return schema_of_text(field);
        case FIELD_TEXTS:
                return schema_of_texts(field);
        case FIELD_NAME:
                return schema_of_name();
        case FIELD_WORD_OR_TEXTS:
                return schema_of_word_or_texts(field);
        case FIELD_OBJECT:
        case FIELD_NEW_OBJECT:
                return schema_of_object(field->object, "\"object\"");
        case FIELD_CHOICE:
                return schema_of_object(field->object, "[\"boolean\", \"object\"]");
        case FIELD_OBJECTS:
                return schema_of_objects(field);
        case FIELD_MAP:
                return schema_of_map(field);
        }
        abort();
}

static json_object *schema_of_field(const Field *field)
{
        json_object *schema = schema_of_kind(field);
        char description[512];

        snprintf(description, sizeof description, "%s%s%s%s", field->description,
                field->kind == FIELD_SECONDS ? ", in seconds" : "",
                field->fallback_note ? ". Without it: " : "", field->fallback_note ?: "");
        put_text(schema, "description", description);
        if (field->fallback)
                put_json(schema, "default", field->fallback);
        return schema;
}

static void put_required(json_object *target, const Field *table)
{
        AUTO(json_putp) json_object *list = json_object_new_array();

        for (const Field *field = field_first(table); field; field = field_next(field))
                if (field->required)
                        json_object_array_add(list, json_object_new_string(field->key));
        if (json_object_array_length(list) > 0)
                put(target, "required", STEAL(list));
}

static void add_properties(json_object *properties, const Field *table)
{
        for (const Field *field = field_first(table); field; field = field_next(field))
                put(properties, field->key, schema_of_field(field));
}

/* Keys that may be there, whatever they say. */
static void add_known(json_object *properties, const Field *table)
{
        for (const Field *field = field_first(table); field; field = field_next(field))
                put(properties, field->key, json_object_new_boolean(true));
}

/* An object of these keys only, of which `properties` (taken over) says what they must be. */
static void close_object(json_object *target, json_object *properties)
{
        put(target, "properties", properties);
        put(target, "additionalProperties", json_object_new_boolean(false));
}

static json_object *schema_of_variant(const ObjectSchema *object, const Field *table)
{
        json_object *schema = json_object_new_object(), *properties = json_object_new_object();

        add_known(properties, object->fields);
        add_properties(properties, table);
        close_object(schema, properties);
        put_required(schema, table);
        return schema;
}

/* The first field says `word`, or says nothing and means it. */
static void put_condition(json_object *target, const Field *first, const char *word)
{
        char fallback[64], required[64], text[256];

        snprintf(fallback, sizeof fallback, "\"%s\"", word);
        snprintf(required, sizeof required, ", \"required\": [\"%s\"]", first->key);
        if (first->fallback && strcmp(first->fallback, fallback) == 0)
                required[0] = '\0';
        snprintf(text, sizeof text, "{ \"properties\": { \"%s\": { \"const\": \"%s\" } }%s }", first->key,
                word, required);
        put_json(target, "if", text);
}

/* if the first variant, then …, else if the second, then …; where there is none nothing else is judged. */
static void put_variants(json_object *target, const ObjectSchema *object)
{
        for (size_t i = 0; object->fields->words[i]; i++) {
                if (i > 0) {
                        json_object *otherwise = json_object_new_object();

                        put(target, "else", otherwise);
                        target = otherwise;
                }
                put_condition(target, object->fields, object->fields->words[i]);
                put(target, "then", schema_of_variant(object, object->variants[i]));
        }
}

static void put_object(json_object *target, const ObjectSchema *object)
{
        json_object *properties = json_object_new_object();

        add_properties(properties, object->fields);
        put_required(target, object->fields);
        if (object->variants) {
                put(target, "properties", properties);
                put_variants(target, object);
        } else {
                close_object(target, properties);
        }
        if (object->together)
                put_json(target, "allOf", object->together);
}

/* type: as JSON. What is said of an object's keys does not touch values of other types. */
static json_object *schema_of_object(const ObjectSchema *object, const char *type)
{
        json_object *schema = json_object_new_object();
        char reference[128];

        put_json(schema, "type", type);
        if (object->title) {
                snprintf(reference, sizeof reference, "[{ \"$ref\": \"#/definitions/%s\" }]", object->title);
                put_json(schema, "allOf", reference);
        } else {
                put_object(schema, object);
        }
        return schema;
}

static void put_definitions(json_object *definitions, const ObjectSchema *object)
{
        for (const Field *field = field_first(object->fields); field; field = field_next(field)) {
                if (!field->object)
                        continue;
                if (field->object->title &&
                        !json_object_object_get_ex(definitions, field->object->title, NULL)) {
                        json_object *definition = json_object_new_object();

                        put_object(definition, field->object);
                        put(definitions, field->object->title, definition);
                }
                put_definitions(definitions, field->object);
        }
}

int main(void)
{
        AUTO(json_putp) json_object *schema = json_object_new_object();
        json_object *object = schema_of_object(&config_schema, "\"object\"");
        json_object *definitions = json_object_new_object();

        put_text(schema, "$schema", "http://json-schema.org/draft-07/schema#");
        put_text(schema, "title", "signpost.json");
        put_text(schema, "description", "The configuration of signpostd(8); see signpost.json(5)");
        put(schema, "allowComments", json_object_new_boolean(true)); /* for Visual Studio Code */
        json_object_object_foreach(object, key, value)
        {
                put(schema, key, json_object_get(value));
        }
        json_object_put(object);
        put_definitions(definitions, &config_schema);
        put(schema, "definitions", definitions);
        puts(json_object_to_json_string_ext(
                schema, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
        return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
