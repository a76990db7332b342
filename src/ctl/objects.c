/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/objects.h"

#include <errno.h>
#include <string.h>

#define MEMBER_PATH "/org/signpost1/pool/%/%"

/* clang-format off */
static const Field manager_fields[] = {
        { "Version",      "version",      FIELD_STRING,  false, offsetof(Object, manager.version) },
        { "State",        "state",        FIELD_STRING,  false, offsetof(Object, manager.state) },
        { "Online",       "online",       FIELD_BOOLEAN, false, offsetof(Object, manager.online) },
        { "Observer",     "observer",     FIELD_STRING,  true,  offsetof(Object, manager.observer) },
        { 0 },
};

/* at: where the Publication is. */
#define PUBLICATION_FIELDS(at)                                                                \
        { "Name",         "name",         FIELD_STRING,  false, offsetof(Object, at.name) },        \
        { "Provider",     "provider",     FIELD_STRING,  false, offsetof(Object, at.provider) },    \
        { "Ttl",          "ttl",          FIELD_UINT32,  false, offsetof(Object, at.ttl) },         \
        { "State",        "state",        FIELD_STRING,  false, offsetof(Object, at.state) },       \
        { "Wanted",       "wanted",       FIELD_STRINGS, false, offsetof(Object, at.wanted) },      \
        { "Published",    "published",    FIELD_STRINGS, false, offsetof(Object, at.published) },   \
        { "LastError",    "last_error",   FIELD_STRING,  true,  offsetof(Object, at.last_error) },  \
        { "LastChange",   "last_change",  FIELD_TIME,    true,  offsetof(Object, at.last_change) }, \
        { "NextRetry",    "next_retry",   FIELD_TIME,    true,  offsetof(Object, at.next_retry) }

static const Field record_fields[] = {
        PUBLICATION_FIELDS(record),
        { 0 },
};

static const Field pool_fields[] = {
        PUBLICATION_FIELDS(pool.publication),
        { "Policy",       "policy",        FIELD_STRING,    false, offsetof(Object, pool.policy) },
        { "Condition",    "condition",     FIELD_STRING,    false, offsetof(Object, pool.condition) },
        { "Priority",     "priority",      FIELD_UINT32,    true,  offsetof(Object, pool.priority) },
        { "MembersUp",    "members_up",    FIELD_UINT32,    false, offsetof(Object, pool.members_up) },
        { "MembersTotal", "members_total", FIELD_UINT32,    false, offsetof(Object, pool.members_total) },
        { "Overrides",    "overrides",     FIELD_OVERRIDES, false, offsetof(Object, pool.overrides) },
        { 0 },
};

static const Field member_fields[] = {
        { "",              "pool",            FIELD_STRING,   false, offsetof(Object, member.pool) },
        { "Name",          "name",            FIELD_STRING,   false, offsetof(Object, member.name) },
        { "Address",       "address",         FIELD_STRING,   false, offsetof(Object, member.address) },
        { "Priority",      "priority",        FIELD_UINT32,   false, offsetof(Object, member.priority) },
        { "Origin",        "origin",          FIELD_STRING,   false, offsetof(Object, member.origin) },
        { "Health",        "health",          FIELD_STRING,   false, offsetof(Object, member.health) },
        { "Published",     "published",       FIELD_BOOLEAN,  false, offsetof(Object, member.published) },
        { "Admin",         "admin",           FIELD_STRING,   false, offsetof(Object, member.admin) },
        { "AdminReason",   "admin_reason",    FIELD_STRING,   true,  offsetof(Object, member.admin_reason) },
        { "AdminUser",     "admin_user",      FIELD_STRING,   true,  offsetof(Object, member.admin_user) },
        { "AdminUntil",    "admin_until",     FIELD_TIME,     true,  offsetof(Object, member.admin_until) },
        { "Latency",       "latency",         FIELD_DURATION, true,  offsetof(Object, member.latency) },
        { "LastCheckTime", "last_check_time", FIELD_TIME,     true,  offsetof(Object, member.last_check_time) },
        { "LastChange",    "last_change",     FIELD_TIME,     true,  offsetof(Object, member.last_change) },
        { "LastError",     "last_error",      FIELD_STRING,   true,  offsetof(Object, member.last_error) },
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
        [OBJECT_POOL]     = { "pool",     "org.signpost1.Pool",     pool_fields },
        [OBJECT_MEMBER]   = { "member",   "org.signpost1.Member",   member_fields },
        [OBJECT_PROVIDER] = { "provider", "org.signpost1.Provider", provider_fields },
};
/* clang-format on */

const Field *object_fields(ObjectKind kind)
{
        return kinds[kind].fields;
}

const char *object_interface(ObjectKind kind)
{
        return kinds[kind].interface;
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

const void *field_value(const Field *field, const Object *object)
{
        return (const char *) object + field->offset;
}

Object *object_free(Object *object)
{
        if (!object)
                return NULL;
        for (const Field *field = object_fields(object->kind); field->member; field++)
                value_done(field->type, value_of(field, object));
        free(object->path);
        free(object);
        return NULL;
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
                if (value_copy(field->type, value_of(field, copy), field_value(field, object)) < 0)
                        return NULL;
        return STEAL(copy);
}

/* A member's path says whose it is. */
static int read_path(Object *object)
{
        AUTO_FREE char *pool = NULL, *member = NULL;
        int r;

        if (object->kind != OBJECT_MEMBER)
                return 0;
        r = sd_bus_path_decode_many(object->path, MEMBER_PATH, &pool, &member);
        if (r <= 0) /* another version's */
                return r;
        free(object->member.pool);
        object->member.pool = STEAL(pool);
        return 0;
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
        for (const Field *field = object_fields(kind); field->member; field++)
                if (value_init(field->type, value_of(field, object)) < 0)
                        return NULL;
        return read_path(object) < 0 ? NULL : STEAL(object);
}

static const Field *find_field(ObjectKind kind, const char *property)
{
        for (const Field *field = object_fields(kind); field->member; field++)
                if (strcmp(field->property, property) == 0)
                        return field;
        return NULL;
}

/* The variant of one property. */
static int read_property(Object *object, const char *property, sd_bus_message *message)
{
        const Field *field = find_field(object->kind, property);
        const char *contents;
        int r = sd_bus_message_peek_type(message, NULL, &contents);

        if (r < 0)
                return r;
        if (!field || strcmp(contents, value_signature(field->type)) != 0)
                return sd_bus_message_skip(message, "v");
        r = sd_bus_message_enter_container(message, 'v', contents);
        if (r < 0)
                return r;
        r = value_read(field->type, value_of(field, object), message);
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

bool field_equal(const Field *field, const Object *a, const Object *b)
{
        return value_equal(field->type, field_value(field, a), field_value(field, b));
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
        case OBJECT_POOL:
                return object->pool.publication.name;
        case OBJECT_MEMBER:
                return object->member.name;
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
        case OBJECT_POOL:
                return object->pool.condition;
        case OBJECT_MEMBER:
                return object->member.health;
        case OBJECT_PROVIDER:
                return object->provider.state;
        }
        return "";
}

const Publication *object_publication(const Object *object)
{
        if (object->kind == OBJECT_RECORD)
                return &object->record;
        return object->kind == OBJECT_POOL ? &object->pool.publication : NULL;
}

char *object_member_path(const char *pool_path, const char *member)
{
        char *path;

        return sd_bus_path_encode(pool_path, member, &path) < 0 ? NULL : path;
}
