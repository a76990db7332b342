/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/text.h"

int json_add(json_object *object, const char *member, json_object *value)
{
        if (value && json_object_object_add(object, member, value) == 0)
                return 0;
        json_object_put(value);
        return -ENOMEM;
}

int json_append(json_object *array, json_object *value)
{
        if (value && json_object_array_add(array, value) == 0)
                return 0;
        json_object_put(value);
        return -ENOMEM;
}

static int add_null(json_object *object, const char *member)
{
        return json_object_object_add(object, member, NULL) == 0 ? 0 : -ENOMEM;
}

int json_add_text(json_object *object, const char *member, const char *text)
{
        return text ? json_add(object, member, json_object_new_string(text)) : add_null(object, member);
}

int json_add_time(json_object *object, const char *member, usec_t when_usec)
{
        char text[TEXT_TIME_MAX];

        return json_add_text(object, member, when_usec > 0 ? text_rfc3339(when_usec, text) : NULL);
}

int json_add_boolean(json_object *object, const char *member, bool truth)
{
        return json_add(object, member, json_object_new_boolean(truth));
}

json_object *json_from_strings(char *const *list)
{
        AUTO(json_putp) json_object *array = json_object_new_array();

        for (size_t i = 0; array && list && list[i]; i++)
                if (json_append(array, json_object_new_string(list[i])) < 0)
                        return NULL;
        return STEAL(array);
}

static int add_number(json_object *json, const Field *field, uint64_t number)
{
        if (field->optional && number == 0)
                return add_null(json, field->member);
        return json_add(json, field->member, json_object_new_uint64(number));
}

static json_object *override_to_json(const Override *override)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json || json_add_text(json, "member", override->member) < 0 ||
                json_add_time(json, "until", override->until) < 0 ||
                json_add_text(json, "user", override->user) < 0 ||
                json_add_text(json, "reason", *override->reason ? override->reason : NULL) < 0)
                return NULL;
        return STEAL(json);
}

static json_object *array_of_overrides(const Overrides *overrides)
{
        AUTO(json_putp) json_object *array = json_object_new_array();

        for (size_t i = 0; array && i < overrides->n; i++)
                if (json_append(array, override_to_json(&overrides->overrides[i])) < 0)
                        return NULL;
        return STEAL(array);
}

static int add_field(json_object *json, const Field *field, const Object *object)
{
        const void *value = field_value(field, object);
        const char *text;

        switch (field->type) {
        case FIELD_STRING:
                text = *(char *const *) value;
                return json_add_text(json, field->member, field->optional && !*text ? NULL : text);
        case FIELD_STRINGS:
                return json_add(json, field->member, json_from_strings(*(char **const *) value));
        case FIELD_UINT32:
                return add_number(json, field, *(const uint32_t *) value);
        case FIELD_DURATION:
                return add_number(json, field, *(const usec_t *) value);
        case FIELD_BOOLEAN:
                return json_add_boolean(json, field->member, *(const bool *) value);
        case FIELD_TIME:
                return json_add_time(json, field->member, *(const usec_t *) value);
        case FIELD_OVERRIDES:
                return json_add(json, field->member, array_of_overrides(value));
        }
        return -EINVAL;
}

json_object *json_from_object(const Object *object, const Object *other)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json)
                return NULL;
        for (const Field *field = object_fields(object->kind); field->member; field++)
                if ((!other || !field_equal(field, object, other)) && add_field(json, field, object) < 0)
                        return NULL;
        return STEAL(json);
}

json_object *json_from_members(const Snapshot *snapshot, const Pool *pool)
{
        AUTO(json_putp) json_object *array = json_object_new_array();
        const Object *object;

        for (size_t i = 0; array && (object = snapshot_next(snapshot, OBJECT_MEMBER, &i));)
                if (pool_has_member(pool, &object->member) &&
                        json_append(array, json_from_object(object, NULL)) < 0)
                        return NULL;
        return STEAL(array);
}

static json_object *json_with_members(const Snapshot *snapshot, const Object *object)
{
        AUTO(json_putp) json_object *json = json_from_object(object, NULL);

        if (json && object->kind == OBJECT_POOL &&
                json_add(json, "members", json_from_members(snapshot, &object->pool)) < 0)
                return NULL;
        return STEAL(json);
}

int json_append_snapshot(json_object *array, const Snapshot *snapshot, ObjectKind kind)
{
        const Object *object;

        for (size_t i = 0; (object = snapshot_next(snapshot, kind, &i));)
                if (json_append(array, json_with_members(snapshot, object)) < 0)
                        return -ENOMEM;
        return 0;
}

json_object *json_from_snapshot(const Snapshot *snapshot, ObjectKind kind)
{
        AUTO(json_putp) json_object *array = json_object_new_array();

        return array && json_append_snapshot(array, snapshot, kind) >= 0 ? STEAL(array) : NULL;
}

/* json-c escapes what is below the space, and adds line ends of its own. The rest of what a terminal obeys
 * can only stand in strings. */
static void print_escaped(const char *text)
{
        while (*text) {
                uint32_t code = 0;
                size_t length = text_decode(text, &code);

                if (code > 0x20 && text_is_unsafe(code))
                        printf("\\u%04" PRIx32, code);
                else
                        fwrite(text, 1, length > 0 ? length : 1, stdout);
                text += length > 0 ? length : 1;
        }
}

int json_print(json_object *json, bool pretty)
{
        int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
                    (pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
        const char *text = json_object_to_json_string_ext(json, flags);

        if (!text)
                return -ENOMEM;
        print_escaped(text);
        putchar('\n');
        return 0;
}
