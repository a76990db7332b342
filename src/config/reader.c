/* SPDX-License-Identifier: BSD-3-Clause */

/* Reader: walks a file's values by the tables of the schema. It judges each value by itself; what several of
 * them mean together is for config/resolve. Wrong values are reported and passed over, so that one run finds
 * them all; a function here fails only for want of memory. */

#include "config/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/hint.h"
#include "config/schema.h"
#include "config/value.h"

static int read_object(
        Reader *reader, const Place *place, const ObjectSchema *schema, json_object *value, void *object);

void reader_done(Reader *reader)
{
        json_object_put(reader->seen);
        reader->seen = NULL;
}

/* *target: NULL so far; the draft's in any case. */
static int read_new_object(
        Reader *reader, const Place *place, const ObjectSchema *schema, json_object *value, void **target)
{
        *target = calloc(1, schema->size);
        if (!*target)
                return -ENOMEM;
        if (schema->prepare)
                schema->prepare(*target);
        return read_object(reader, place, schema, value, *target);
}

static int read_choice(
        Reader *reader, const Place *place, const Field *field, json_object *value, void **target)
{
        AUTO(json_putp) json_object *meaning_of_true = NULL;

        if (json_object_is_type(value, json_type_boolean)) {
                if (!json_object_get_boolean(value))
                        return 0;
                if (json_read(&meaning_of_true, field->meaning_of_true, strlen(field->meaning_of_true),
                            field->key, reader->report.errors) < 0)
                        return -ENOMEM;
                value = meaning_of_true;
        }
        if (!json_object_is_type(value, json_type_object)) {
                value_is_wrong(&reader->report, place, field, value);
                return 0;
        }
        return read_new_object(reader, place, field->object, value, target);
}

/* Notes that `path` was read, as `what` of this file. 1: it is new; 0: it is there twice, and reported. */
static int claim(Reader *reader, const Place *place, const char *path, const char *what)
{
        AUTO_FREE char *text = NULL;
        json_object *earlier;

        if (json_object_object_get_ex(reader->seen, path, &earlier)) {
                report_error(&reader->report, place, "is there already, %s", json_object_get_string(earlier));
                return 0;
        }
        if (asprintf(&text, "%sin %s", what, reader->report.file) < 0) {
                text = NULL;
                return -ENOMEM;
        }
        earlier = json_object_new_string(text);
        if (!earlier || json_object_object_add(reader->seen, path, earlier) < 0) {
                json_object_put(earlier);
                return -ENOMEM;
        }
        return 1;
}

/* Two names are one entry when they are equal as names, however they are written. */
static int claim_entry(Reader *reader, const Place *place, const char *map, const char *key, const Name *name)
{
        AUTO_FREE char *path = NULL, *what = NULL;
        char text[NAME_TEXT_MAX], shown[REPORT_KEY_MAX];
        Name folded;

        if (name) {
                folded = *name;
                name_to_lower(&folded);
                name_to_text(&folded, text);
        }
        report_show(shown, sizeof shown, key);
        if (asprintf(&path, "%s/%s", map, name ? text : key) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        if (asprintf(&what, "as \"%s\" ", shown) < 0) {
                what = NULL;
                return -ENOMEM;
        }
        return claim(reader, place, path, what);
}

/* A new entry at the end of the list. key: NULL in a list. */
static int add_entry(Entry **ret, const Reader *reader, const Field *field, const char *key, EntryList *list)
{
        Entry *entry = calloc(1, field->object->size);

        if (!entry)
                return -ENOMEM;
        *entry = (Entry){ .map = field->key, .file = reader->report.file, .key = key ? strdup(key) : NULL };
        if ((key && !entry->key) || entry_list_add(list, entry) < 0) {
                entry_free(entry);
                return -ENOMEM;
        }
        if (field->object->prepare)
                field->object->prepare(entry);
        *ret = entry;
        return 0;
}

static int read_entry_key(Reader *reader, const Place *place, const ObjectSchema *schema, Entry *entry)
{
        Name *name = schema->name_offset ? (Name *) (void *) ((char *) entry + schema->name_offset) : NULL;
        int r;

        if (name) {
                r = value_read_name(&reader->report, reader->context->hostname, place, entry->key, name);
                if (r <= 0)
                        return r;
        } else if (schema->key && !schema->key->is_good(entry->key)) {
                report_error(&reader->report, place, "must have %s", schema->key->expected);
                return 0;
        } else if (!value_is_plain(entry->key)) {
                report_error(&reader->report, place, "must have a name, without control characters");
                return 0;
        }
        /* What lies deeper is in one file, and there in one object, which has no key twice. */
        if (place->above->above)
                return 0;
        r = claim_entry(reader, place, entry->map, entry->key, name);
        return r < 0 ? r : 0;
}

static int read_entry(
        Reader *reader, const Place *place, const Field *field, json_object *value, EntryList *list)
{
        size_t errors_before = reader->report.n_errors;
        Entry *entry;
        int r;

        r = add_entry(&entry, reader, field, place->key, list);
        if (r < 0)
                return r;
        if (place->key) {
                r = read_entry_key(reader, place, field->object, entry);
                if (r < 0)
                        return r;
        }
        r = read_object(reader, place, field->object, value, entry);
        entry->broken = reader->report.n_errors > errors_before;
        return r;
}

static int read_objects(
        Reader *reader, const Place *place, const Field *field, json_object *value, EntryList *list)
{
        if (!value_is_list(&reader->report, place, field, value))
                return 0;
        for (size_t i = 0; i < json_object_array_length(value); i++) {
                Place at = { .above = place, .index = i };
                int r = read_entry(reader, &at, field, json_object_array_get_idx(value, i), list);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_map(
        Reader *reader, const Place *place, const Field *field, json_object *value, EntryList *list)
{
        if (!json_object_is_type(value, json_type_object)) {
                value_is_wrong(&reader->report, place, field, value);
                return 0;
        }
        json_object_object_foreach(value, key, item)
        {
                Place at = { .above = place, .key = key };
                int r = read_entry(reader, &at, field, item, list);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_field(
        Reader *reader, const Place *place, const Field *field, json_object *value, void *object)
{
        void *target = (char *) object + field->offset;

        switch (field->kind) {
        case FIELD_OBJECT:
                return read_object(reader, place, field->object, value, target);
        case FIELD_NEW_OBJECT:
                return read_new_object(reader, place, field->object, value, target);
        case FIELD_CHOICE:
                return read_choice(reader, place, field, value, target);
        case FIELD_OBJECTS:
                return read_objects(reader, place, field, value, target);
        case FIELD_MAP:
                return read_map(reader, place, field, value, target);
        default:
                return value_read(&reader->report, reader->context->hostname, place, field, value, object);
        }
}

static int read_fallback(Reader *reader, const Place *place, const Field *field, void *object)
{
        AUTO(json_putp) json_object *value = NULL;

        if (!field->fallback)
                return 0;
        if (json_read(&value, field->fallback, strlen(field->fallback), field->key, reader->report.errors) <
                0)
                return -ENOMEM;
        return read_field(reader, place, field, value, object);
}

/* "gateway/listen" may stand in one file only, while the maps and objects of several files are joined. */
static int claim_shared(Reader *reader, const Place *place, const Field *field)
{
        char path[REPORT_PATH_MAX];

        if (field->kind == FIELD_MAP || field->kind == FIELD_OBJECT || field->repeated)
                return 1;
        report_show_place(path, sizeof path, place);
        return claim(reader, place, path, "");
}

static int read_table(Reader *reader, const Place *place, const ObjectSchema *schema, const Field *table,
        json_object *values, void *object)
{
        for (const Field *field = field_first(table); field; field = field_next(field)) {
                Place at = { .above = place, .key = field->key };
                json_object *value;
                int r = 1;

                if (json_object_object_get_ex(values, field->key, &value)) {
                        if (schema->shared)
                                r = claim_shared(reader, &at, field);
                        if (r > 0)
                                r = read_field(reader, &at, field, value, object);
                } else if (field->required) {
                        char expected[FIELD_EXPECTED_MAX];

                        report_error(
                                &reader->report, &at, "must be given: %s", field_expected(field, expected));
                } else if (!schema->shared) {
                        r = read_fallback(reader, &at, field, object);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The index of the word that the field has without a value; -1: it has none. */
static int find_fallback_word(const Field *field)
{
        for (int i = 0; field->fallback && field->words[i]; i++)
                if (strncmp(field->fallback + 1, field->words[i], strlen(field->fallback) - 2) == 0)
                        return i;
        return -1;
}

/* The variant that the first field names; -1: none that we know. */
static int find_variant(const ObjectSchema *schema, json_object *values)
{
        json_object *word;

        if (!schema->variants)
                return -1;
        if (!json_object_object_get_ex(values, schema->fields->key, &word))
                return find_fallback_word(schema->fields);
        return value_find_word(schema->fields, word);
}

static bool is_known_key(const ObjectSchema *schema, int chosen, const char *key)
{
        if (field_find(schema->fields, key))
                return true;
        for (int i = 0; schema->variants && schema->fields->words[i]; i++)
                if ((chosen < 0 || i == chosen) && field_find(schema->variants[i], key))
                        return true;
        return false;
}

static void report_unknown_keys(
        Reader *reader, const Place *place, const ObjectSchema *schema, int chosen, json_object *values)
{
        json_object_object_foreach(values, key, value)
        {
                Place at = { .above = place, .key = key };
                char hint[HINT_MAX];

                (void) value;
                if (!is_known_key(schema, chosen, key))
                        report_error(&reader->report, &at, "unknown key%s",
                                hint_for_key(schema, chosen, key, hint));
        }
}

/* One text for a whole object. */
static int read_short(
        Reader *reader, const Place *place, const ObjectSchema *schema, json_object *value, void *object)
{
        for (const Field *field = field_first(schema->fields); field; field = field_next(field)) {
                int r = strcmp(field->key, schema->short_for) == 0
                                ? read_field(reader, place, field, value, object)
                                : read_fallback(reader, place, field, object);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_object(
        Reader *reader, const Place *place, const ObjectSchema *schema, json_object *value, void *object)
{
        char expected[FIELD_EXPECTED_MAX];
        int chosen, r;

        if (schema->short_for && json_object_is_type(value, json_type_string))
                return read_short(reader, place, schema, value, object);
        if (!json_object_is_type(value, json_type_object)) {
                report_value(&reader->report, place, object_expected(schema, expected), false, value);
                return 0;
        }
        r = read_table(reader, place, schema, schema->fields, value, object);
        if (r < 0)
                return r;
        chosen = find_variant(schema, value);
        if (chosen >= 0) {
                r = read_table(reader, place, schema, schema->variants[chosen], value, object);
                if (r < 0)
                        return r;
        }
        report_unknown_keys(reader, place, schema, chosen, value);
        return 0;
}

int reader_read_file(Reader *reader, json_object *value, Draft *draft)
{
        if (!reader->seen)
                reader->seen = json_object_new_object();
        if (!reader->seen)
                return -ENOMEM;
        return read_object(reader, NULL, &config_schema, value, draft);
}

bool reader_has_seen(const Reader *reader, const char *path)
{
        return json_object_object_get_ex(reader->seen, path, NULL);
}

static int finish_object(Reader *reader, const Place *place, const ObjectSchema *schema, void *object)
{
        for (const Field *field = field_first(schema->fields); field; field = field_next(field)) {
                Place at = { .above = place, .key = field->key };
                char path[REPORT_PATH_MAX];
                int r = 0;

                report_show_place(path, sizeof path, &at);
                if (field->kind == FIELD_OBJECT)
                        r = finish_object(reader, &at, field->object, (char *) object + field->offset);
                else if (!reader_has_seen(reader, path))
                        r = read_fallback(reader, &at, field, object);
                if (r < 0)
                        return r;
        }
        return 0;
}

int reader_finish(Reader *reader, Draft *draft)
{
        return finish_object(reader, NULL, &config_schema, draft);
}
