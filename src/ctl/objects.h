/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "ctl/value.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* What the daemon shows as objects on the bus, read into structs. Their properties stand in one table, from
 * which they are read, compared and written as JSON. */

/* In the order in which they are shown. */
typedef enum ObjectKind {
        OBJECT_MANAGER,
        OBJECT_RECORD,
        OBJECT_POOL,
        OBJECT_MEMBER,
        OBJECT_PROVIDER,
} ObjectKind;

typedef struct Manager {
        char *version, *state, *observer;
        bool online;
} Manager;

/* What a record is, and a pool too: a name whose addresses are kept in DNS. */
typedef struct Publication {
        char *name, *provider;
        uint32_t ttl;
        char *state;
        char **wanted, **published; /* see ctl/string-list.h */
        char *last_error;           /* "": none */
        usec_t last_change;         /* CLOCK_REALTIME; 0: never */
        usec_t next_retry;
} Publication;

typedef struct Pool {
        Publication publication;
        char *policy, *condition;
        uint32_t priority; /* the one in use; 0: none */
        uint32_t members_up, members_total;
        Overrides overrides; /* one for each family at most */
} Pool;

typedef struct Member {
        char *pool; /* its name, in lower case; no property, but part of the path */
        char *name, *address;
        uint32_t priority;
        char *origin, *health;
        bool published;
        char *admin, *admin_reason, *admin_user;
        usec_t admin_until; /* CLOCK_REALTIME; 0: until somebody says otherwise */
        usec_t latency;     /* 0: none is known */
        usec_t last_check_time;
        usec_t last_change;
        char *last_error;
} Member;

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
                Publication record;
                Pool pool;
                Member member;
                Provider provider;
        };
} Object;

typedef struct Field {
        const char *property; /* "LastError"; "": it is none, but known from the path */
        const char *member;   /* "last_error", in JSON; NULL ends a table */
        ValueType type;
        bool optional; /* "" or 0 says that there is none */
        size_t offset; /* in Object */
} Field;

const Field *object_fields(ObjectKind kind);
const char *object_interface(ObjectKind kind);    /* "org.signpost1.Record" */
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

const void *field_value(const Field *field, const Object *object);

/* Both of the same kind. */
bool field_equal(const Field *field, const Object *a, const Object *b);
bool object_equal(const Object *a, const Object *b);

const char *object_name(const Object *object);  /* NULL: the manager has none */
const char *object_state(const Object *object); /* a pool's condition, a member's health */

/* Of a record or a pool; else NULL. */
const Publication *object_publication(const Object *object);

/* The path of a pool's member. Malloc'ed; NULL when out of memory. */
char *object_member_path(const char *pool_path, const char *member);
