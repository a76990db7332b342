/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* What the daemon shows as objects on the bus, read into structs. Their properties stand in one table, from
 * which they are read, compared and written as JSON. */

typedef enum ObjectKind {
        OBJECT_MANAGER,
        OBJECT_RECORD,
        OBJECT_PROVIDER,
} ObjectKind;

typedef struct Manager {
        char *version, *state;
        bool online;
} Manager;

typedef struct Record {
        char *name, *provider;
        uint32_t ttl;
        char *state;
        char **wanted, **published; /* see ctl/string-list.h */
        char *last_error;           /* "": none */
        usec_t last_change;         /* CLOCK_REALTIME; 0: never */
        usec_t next_retry;
} Record;

typedef struct Provider {
        char *name, *type;
        char *zone; /* "": the server is asked for it */
        char *state;
        char *last_error;
        uint32_t queue_length;
        usec_t retry_after;
} Provider;

/* No string in it is NULL. */
typedef struct Object {
        ObjectKind kind;
        char *path;
        union {
                Manager manager;
                Record record;
                Provider provider;
        };
} Object;

typedef enum FieldType {
        FIELD_STRING,
        FIELD_STRINGS,
        FIELD_UINT32,
        FIELD_BOOLEAN,
        FIELD_TIME,
} FieldType;

typedef struct Field {
        const char *property; /* "LastError" */
        const char *member;   /* "last_error", in JSON; NULL ends a table */
        FieldType type;
        bool optional; /* "" or 0 says that there is none */
        size_t offset; /* in Object */
} Field;

const Field *object_fields(ObjectKind kind);
const char *object_kind_to_text(ObjectKind kind); /* "record" */

/* False: an interface that is none of these. */
bool object_kind_from_interface(const char *interface, ObjectKind *ret);

/* With properties of which none is known. NULL when out of memory. */
Object *object_new(ObjectKind kind, const char *path);
Object *object_copy(const Object *object);
Object *object_free(Object *object);
DEFINE_FREEP(Object, object_free)

/* Takes over what an a{sv} says; what it does not name stays. Unknown properties and unexpected types, of
 * another version perhaps, are passed over. */
int object_read(Object *object, sd_bus_message *message);

/* What is said of one path's interfaces, a{sa{sv}}. NULL: none of them is ours. */
int object_new_from_interfaces(Object **ret, const char *path, sd_bus_message *message);

/* Both of the same kind. */
bool field_equal(const Field *field, const Object *a, const Object *b);
bool object_equal(const Object *a, const Object *b);

const char *object_name(const Object *object); /* NULL: the manager has none */
const char *object_state(const Object *object);
