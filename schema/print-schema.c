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

static json_object *schema_of_object(const ObjectSchema *object);

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

static json_object *schema_of_text(const Field *field)
{
        json_object *schema;
        char pattern[512];

        if (field->words)
                return schema_of_words(field->words);
        schema = schema_of_type("string");
        snprintf(pattern, sizeof pattern, "^(%s)$", field->pattern ?: "");
        put_pattern(schema, field->pattern ? pattern : PLAIN, field->expected);
        return schema;
}

static json_object *schema_of_name(void)
{
        json_object *schema = schema_of_type("string");

        put_pattern(schema, NAME, "a domain name");
        return schema;
}

static json_object *schema_of_texts(const Field *field)
{
        json_object *schema = schema_of_type("array");

        if (field->minimum > 0)
                put_number(schema, "minItems", field->minimum);
        put_number(schema, "maxItems", field->maximum);
        put(schema, "items", schema_of_text(field));
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

/* What is said of an object's keys does not touch true and false. */
static json_object *schema_of_choice(const Field *field)
{
        json_object *schema = schema_of_object(field->object);

        put_json(schema, "type", "[\"boolean\", \"object\"]");
        return schema;
}

static json_object *schema_of_map(const Field *field)
{
        json_object *schema = schema_of_type("object"), *name = json_object_new_object();

        if (field->object->name_offset)
                put_pattern(name, NAME, "a domain name");
        else
                put_pattern(name, PLAIN, "a name without control characters");
        put(schema, "propertyNames", name);
        put(schema, "additionalProperties", schema_of_object(field->object));
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
        case FIELD_OBJECT:
                return schema_of_object(field->object);
        case FIELD_CHOICE:
                return schema_of_choice(field);
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

static json_object *schema_of_object(const ObjectSchema *object)
{
        json_object *schema = schema_of_type("object"), *properties = json_object_new_object();

        add_properties(properties, object->fields);
        put_required(schema, object->fields);
        if (object->variants) {
                put(schema, "properties", properties);
                put_variants(schema, object);
        } else {
                close_object(schema, properties);
        }
        if (object->together)
                put_json(schema, "allOf", object->together);
        return schema;
}

int main(void)
{
        AUTO(json_putp) json_object *schema = json_object_new_object();
        json_object *object = schema_of_object(&config_schema);

        put_text(schema, "$schema", "http://json-schema.org/draft-07/schema#");
        put_text(schema, "title", "signpost.json");
        put_text(schema, "description", "The configuration of signpostd(8); see signpost.json(5)");
        put(schema, "allowComments", json_object_new_boolean(true)); /* for Visual Studio Code */
        json_object_object_foreach(object, key, value)
        {
                put(schema, key, json_object_get(value));
        }
        json_object_put(object);
        puts(json_object_to_json_string_ext(
                schema, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
        return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
