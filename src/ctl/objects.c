/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/objects.h"

#include <errno.h>
#include <string.h>

#include "ctl/string-list.h"

/* clang-format off */
static const Field manager_fields[] = {
        { "Version",      "version",      FIELD_STRING,  false, offsetof(Object, manager.version) },
        { "State",        "state",        FIELD_STRING,  false, offsetof(Object, manager.state) },
        { "Online",       "online",       FIELD_BOOLEAN, false, offsetof(Object, manager.online) },
        { 0 },
};

static const Field record_fields[] = {
        { "Name",         "name",         FIELD_STRING,  false, offsetof(Object, record.name) },
        { "Provider",     "provider",     FIELD_STRING,  false, offsetof(Object, record.provider) },
        { "Ttl",          "ttl",          FIELD_UINT32,  false, offsetof(Object, record.ttl) },
        { "State",        "state",        FIELD_STRING,  false, offsetof(Object, record.state) },
        { "Wanted",       "wanted",       FIELD_STRINGS, false, offsetof(Object, record.wanted) },
        { "Published",    "published",    FIELD_STRINGS, false, offsetof(Object, record.published) },
        { "LastError",    "last_error",   FIELD_STRING,  true,  offsetof(Object, record.last_error) },
        { "LastChange",   "last_change",  FIELD_TIME,    true,  offsetof(Object, record.last_change) },
        { "NextRetry",    "next_retry",   FIELD_TIME,    true,  offsetof(Object, record.next_retry) },
        { 0 },
};

static const Field provider_fields[] = {
        { "Name",         "name",         FIELD_STRING,  false, offsetof(Object, provider.name) },
        { "Type",         "type",         FIELD_STRING,  false, offsetof(Object, provider.type) },
        { "Zone",         "zone",         FIELD_STRING,  true,  offsetof(Object, provider.zone) },
        { "State",        "state",        FIELD_STRING,  false, offsetof(Object, provider.state) },
        { "LastError",    "last_error",   FIELD_STRING,  true,  offsetof(Object, provider.last_error) },
        { "QueueLength",  "queue_length", FIELD_UINT32,  false, offsetof(Object, provider.queue_length) },
        { "RetryAfter",   "retry_after",  FIELD_TIME,    true,  offsetof(Object, provider.retry_after) },
        { 0 },
};

static const struct {
        const char *word, *interface;
        const Field *fields;
} kinds[] = {
        [OBJECT_MANAGER]  = { "manager",  "org.signpost1.Manager",  manager_fields },
        [OBJECT_RECORD]   = { "record",   "org.signpost1.Record",   record_fields },
        [OBJECT_PROVIDER] = { "provider", "org.signpost1.Provider", provider_fields },
};
/* clang-format on */

const Field *object_fields(ObjectKind kind)
{
        return kinds[kind].fields;
}

const char *object_kind_to_text(ObjectKind kind)
{
        return kinds[kind].word;
}

bool object_kind_from_interface(const char *interface, ObjectKind *ret)
{
        for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
                if (strcmp(kinds[i].interface, interface) == 0) {
                        *ret = (ObjectKind) i;
                        return true;
                }
        return false;
}

static void *value_of(const Field *field, Object *object)
{
        return (char *) object + field->offset;
}

static const void *const_value_of(const Field *field, const Object *object)
{
        return (const char *) object + field->offset;
}

Object *object_free(Object *object)
{
        if (!object)
                return NULL;
        for (const Field *field = object_fields(object->kind); field->member; field++) {
                if (field->type == FIELD_STRING)
                        free(*(char **) value_of(field, object));
                if (field->type == FIELD_STRINGS)
                        string_list_free(*(char ***) value_of(field, object));
        }
        free(object->path);
        free(object);
        return NULL;
}

/* Sets one value to the same as in `from`. -ENOMEM. */
static int copy_value(const Field *field, Object *object, const Object *from)
{
        const void *value = const_value_of(field, from);
        AUTO(string_list_freep) char **list = NULL;
        AUTO_FREE char *text = NULL;

        switch (field->type) {
        case FIELD_STRING:
                text = strdup(*(char *const *) value);
                if (!text)
                        return -ENOMEM;
                *(char **) value_of(field, object) = STEAL(text);
                return 0;
        case FIELD_STRINGS:
                if (string_list_copy(*(char **const *) value, &list) < 0)
                        return -ENOMEM;
                *(char ***) value_of(field, object) = STEAL(list);
                return 0;
        case FIELD_UINT32:
                *(uint32_t *) value_of(field, object) = *(const uint32_t *) value;
                return 0;
        case FIELD_BOOLEAN:
                *(bool *) value_of(field, object) = *(const bool *) value;
                return 0;
        case FIELD_TIME:
                *(usec_t *) value_of(field, object) = *(const usec_t *) value;
                return 0;
        }
        return -EINVAL;
}

Object *object_copy(const Object *object)
{
        AUTO(object_freep) Object *copy = calloc(1, sizeof *copy);

        if (!copy)
                return NULL;
        copy->kind = object->kind;
        copy->path = strdup(object->path);
        if (!copy->path)
                return NULL;
        for (const Field *field = object_fields(object->kind); field->member; field++)
                if (copy_value(field, copy, object) < 0)
                        return NULL;
        return STEAL(copy);
}

Object *object_new(ObjectKind kind, const char *path)
{
        AUTO(object_freep) Object *object = calloc(1, sizeof *object);

        if (!object)
                return NULL;
        object->kind = kind;
        object->path = strdup(path);
        if (!object->path)
                return NULL;
        for (const Field *field = object_fields(kind); field->member; field++) {
                char **text = value_of(field, object);

                if (field->type != FIELD_STRING)
                        continue;
                *text = strdup("");
                if (!*text)
                        return NULL;
        }
        return STEAL(object);
}

static const Field *find_field(ObjectKind kind, const char *property)
{
        for (const Field *field = object_fields(kind); field->member; field++)
                if (strcmp(field->property, property) == 0)
                        return field;
        return NULL;
}

static const char *signature(FieldType type)
{
        static const char *const signatures[] = {
                [FIELD_STRING] = "s",
                [FIELD_STRINGS] = "as",
                [FIELD_UINT32] = "u",
                [FIELD_BOOLEAN] = "b",
                [FIELD_TIME] = "t",
        };

        return signatures[type];
}

static int read_string(char **value, sd_bus_message *message)
{
        const char *text;
        char *copy;
        int r = sd_bus_message_read_basic(message, 's', &text);

        if (r < 0)
                return r;
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        free(*value);
        *value = copy;
        return 0;
}

static int read_strings(char ***value, sd_bus_message *message)
{
        char **list = NULL;
        int r = sd_bus_message_read_strv(message, &list);

        if (r < 0)
                return r;
        string_list_free(*value);
        *value = list;
        return 0;
}

static int read_boolean(bool *value, sd_bus_message *message)
{
        int truth, r = sd_bus_message_read_basic(message, 'b', &truth);

        if (r < 0)
                return r;
        *value = truth;
        return 0;
}

static int read_value(const Field *field, Object *object, sd_bus_message *message)
{
        void *value = value_of(field, object);

        switch (field->type) {
        case FIELD_STRING:
                return read_string(value, message);
        case FIELD_STRINGS:
                return read_strings(value, message);
        case FIELD_BOOLEAN:
                return read_boolean(value, message);
        case FIELD_UINT32:
                return sd_bus_message_read_basic(message, 'u', value);
        case FIELD_TIME:
                return sd_bus_message_read_basic(message, 't', value);
        }
        return -EINVAL;
}

/* The variant of one property. */
static int read_property(Object *object, const char *property, sd_bus_message *message)
{
        const Field *field = find_field(object->kind, property);
        const char *contents;
        int r = sd_bus_message_peek_type(message, NULL, &contents);

        if (r < 0)
                return r;
        if (!field || strcmp(contents, signature(field->type)) != 0)
                return sd_bus_message_skip(message, "v");
        r = sd_bus_message_enter_container(message, 'v', contents);
        if (r < 0)
                return r;
        r = read_value(field, object, message);
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

int object_read(Object *object, sd_bus_message *message)
{
        int r = sd_bus_message_enter_container(message, 'a', "{sv}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                const char *property;

                r = sd_bus_message_read_basic(message, 's', &property);
                if (r < 0)
                        return r;
                r = read_property(object, property, message);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* One of the interfaces, with its properties. */
static int read_interface(Object **object, const char *path, sd_bus_message *message)
{
        const char *interface;
        ObjectKind kind;
        int r = sd_bus_message_read_basic(message, 's', &interface);

        if (r < 0)
                return r;
        if (*object || !object_kind_from_interface(interface, &kind))
                return sd_bus_message_skip(message, "a{sv}");
        *object = object_new(kind, path);
        return *object ? object_read(*object, message) : -ENOMEM;
}

int object_new_from_interfaces(Object **ret, const char *path, sd_bus_message *message)
{
        AUTO(object_freep) Object *object = NULL;
        int r = sd_bus_message_enter_container(message, 'a', "{sa{sv}}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sa{sv}")) > 0) {
                r = read_interface(&object, path, message);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret = STEAL(object);
        return 0;
}

static bool string_lists_equal(char *const *a, char *const *b)
{
        size_t n = string_list_count(a);

        if (n != string_list_count(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return true;
}

bool field_equal(const Field *field, const Object *a, const Object *b)
{
        const void *x = const_value_of(field, a), *y = const_value_of(field, b);

        switch (field->type) {
        case FIELD_STRING:
                return strcmp(*(char *const *) x, *(char *const *) y) == 0;
        case FIELD_STRINGS:
                return string_lists_equal(*(char **const *) x, *(char **const *) y);
        case FIELD_UINT32:
                return *(const uint32_t *) x == *(const uint32_t *) y;
        case FIELD_BOOLEAN:
                return *(const bool *) x == *(const bool *) y;
        case FIELD_TIME:
                return *(const usec_t *) x == *(const usec_t *) y;
        }
        return false;
}

bool object_equal(const Object *a, const Object *b)
{
        for (const Field *field = object_fields(a->kind); field->member; field++)
                if (!field_equal(field, a, b))
                        return false;
        return true;
}

const char *object_name(const Object *object)
{
        switch (object->kind) {
        case OBJECT_RECORD:
                return object->record.name;
        case OBJECT_PROVIDER:
                return object->provider.name;
        case OBJECT_MANAGER:
                break;
        }
        return NULL;
}

const char *object_state(const Object *object)
{
        switch (object->kind) {
        case OBJECT_MANAGER:
                return object->manager.state;
        case OBJECT_RECORD:
                return object->record.state;
        case OBJECT_PROVIDER:
                return object->provider.state;
        }
        return "";
}
