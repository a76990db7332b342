/* SPDX-License-Identifier: BSD-3-Clause */

/* Values: what stands at one key, as its row of the schema wants it. A wrong value is reported and leaves its
 * target as it was; a function here fails only for want of memory. */

#include "config/value.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "config/hostnames.h"

void value_is_wrong(Report *report, const Place *place, const Field *field, json_object *value)
{
        char expected[FIELD_EXPECTED_MAX];

        report_value(report, place, field_expected(field, expected), field->secret, value);
}

bool value_is_list(Report *report, const Place *place, const Field *field, json_object *value)
{
        char expected[FIELD_EXPECTED_MAX];
        double count;

        if (!json_object_is_type(value, json_type_array)) {
                value_is_wrong(report, place, field, value);
                return false;
        }
        count = (double) json_object_array_length(value);
        if (count >= field->minimum && count <= field->maximum)
                return true;
        report_error(report, place, "must be %s, not of %.0f", field_expected(field, expected), count);
        return false;
}

static void read_boolean(
        Report *report, const Place *place, const Field *field, json_object *value, bool *target)
{
        if (json_object_is_type(value, json_type_boolean))
                *target = json_object_get_boolean(value);
        else
                value_is_wrong(report, place, field, value);
}

bool value_is_plain(const char *text)
{
        for (const char *p = text; *p != '\0'; p++)
                if ((uint8_t) *p < ' ' || *p == 127)
                        return false;
        return *text != '\0';
}

static void read_integer(
        Report *report, const Place *place, const Field *field, json_object *value, void *target)
{
        int64_t number = json_object_get_int64(value);

        if (!json_object_is_type(value, json_type_int) || !((double) number >= field->minimum) ||
                !((double) number <= field->maximum))
                value_is_wrong(report, place, field, value);
        else if (field->size == sizeof(uint16_t))
                *(uint16_t *) target = (uint16_t) number;
        else
                *(uint32_t *) target = (uint32_t) number;
}

static void read_seconds(
        Report *report, const Place *place, const Field *field, json_object *value, usec_t *target)
{
        bool is_number =
                json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
        double seconds = json_object_get_double(value);

        if (is_number && field->or_zero && seconds == 0)
                *target = 0;
        else if (is_number && seconds >= field->minimum && seconds <= field->maximum)
                *target = (usec_t) (seconds * (double) USEC_PER_SEC + 0.5);
        else
                value_is_wrong(report, place, field, value);
}

int value_find_word(const Field *field, json_object *value)
{
        for (int i = 0; json_object_is_type(value, json_type_string) && field->words[i]; i++)
                if (strcmp(field->words[i], json_object_get_string(value)) == 0)
                        return i;
        return -1;
}

static void read_word(Report *report, const Place *place, const Field *field, json_object *value, int *target)
{
        int word = value_find_word(field, value);

        if (word < 0)
                value_is_wrong(report, place, field, value);
        else
                *target = word;
}

/* An item of a list may be an integer too, where the field allows it. */
static bool is_text(const Field *field, json_object *value)
{
        if (field->to_integer > 0 && json_object_is_type(value, json_type_int))
                return true;
        return json_object_is_type(value, json_type_string) &&
               (field->any_text || value_is_plain(json_object_get_string(value)));
}

static int read_text(Report *report, const Place *place, const Field *field, json_object *value, void *object)
{
        char expected[FIELD_EXPECTED_MAX];
        int r = -EINVAL;

        if (is_text(field, value))
                r = field->set(object, json_object_get_string(value));
        if (r != -EINVAL && r != -EEXIST)
                return r;
        if (r == -EEXIST)
                report_error(report, place, "is there twice");
        else
                report_value(report, place, field_expected_item(field, expected), field->secret, value);
        return 0;
}

static int read_texts(
        Report *report, const Place *place, const Field *field, json_object *value, void *object)
{
        if (!value_is_list(report, place, field, value))
                return 0;
        for (size_t i = 0; i < json_object_array_length(value); i++) {
                Place item = { .above = place, .index = i };
                int r = read_text(report, &item, field, json_object_array_get_idx(value, i), object);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_word_or_texts(
        Report *report, const Place *place, const Field *field, json_object *value, void *object, int *target)
{
        if (!json_object_is_type(value, json_type_array)) {
                read_word(report, place, field, value, target);
                return 0;
        }
        for (*target = 0; field->words[*target];)
                ++*target;
        return read_texts(report, place, field, value, object);
}

/* Raw bytes that a zone file would write as escapes are mistakes, or names that want to be written in
 * ASCII. */
static const char *what_is_wrong_with_name(const char *text, Name *ret)
{
        for (const char *p = text; *p != '\0'; p++) {
                if ((uint8_t) *p >= 128)
                        return "must be in ASCII, with international names in their xn-- form";
                if (*p <= ' ' || *p == 127)
                        return "must be a domain name without spaces";
        }
        switch (name_from_text(ret, text)) {
        case 0:
                return NULL;
        case -ENAMETOOLONG:
                return "must be a domain name of at most 253 characters, 63 between dots";
        default:
                return "must be a domain name";
        }
}

int value_read_name(Report *report, const char *hostname, const Place *place, const char *text, Name *ret)
{
        AUTO_FREE char *expanded = NULL;
        const char *wrong;
        char shown[REPORT_KEY_MAX];
        int r = hostname_expand(&expanded, text, hostname, &wrong);

        if (r == -ENOMEM)
                return r;
        if (r >= 0)
                wrong = what_is_wrong_with_name(expanded, ret);
        if (!wrong)
                return 1;
        report_show(shown, sizeof shown, expanded ? expanded : text);
        report_error(report, place, "%s, not \"%s\"", wrong, shown);
        return 0;
}

static int read_name(Report *report, const char *hostname, const Place *place, const Field *field,
        json_object *value, Name *target)
{
        int r;

        if (!json_object_is_type(value, json_type_string)) {
                value_is_wrong(report, place, field, value);
                return 0;
        }
        r = value_read_name(report, hostname, place, json_object_get_string(value), target);
        return r < 0 ? r : 0;
}

int value_read(Report *report, const char *hostname, const Place *place, const Field *field,
        json_object *value, void *object)
{
        void *target = (char *) object + field->offset;

        switch (field->kind) {
        case FIELD_BOOLEAN:
                read_boolean(report, place, field, value, target);
                return 0;
        case FIELD_INTEGER:
                read_integer(report, place, field, value, target);
                return 0;
        case FIELD_SECONDS:
                read_seconds(report, place, field, value, target);
                return 0;
        case FIELD_WORD:
                read_word(report, place, field, value, target);
                return 0;
        case FIELD_TEXT:
                return read_text(report, place, field, value, object);
        case FIELD_TEXTS:
                return read_texts(report, place, field, value, object);
        case FIELD_WORD_OR_TEXTS:
                return read_word_or_texts(report, place, field, value, object, target);
        case FIELD_NAME:
                return read_name(report, hostname, place, field, value, target);
        case FIELD_OBJECT:
        case FIELD_NEW_OBJECT:
        case FIELD_CHOICE:
        case FIELD_OBJECTS:
        case FIELD_MAP:
                break;
        }
        return 0;
}
