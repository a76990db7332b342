/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "bus/method.h"
#include "bus/property.h"
#include "engine/status.h"

/* The kinds of objects on the bus, one file each: what one shows of the engine, under which path. */

typedef struct ManagerStatus {
        EngineState state;
        bool online;
        ObserverState observer;
} ManagerStatus;

/* How an object stands, as its kind knows it. Good until the loop runs on. */
typedef union Object {
        ManagerStatus manager;
        ProviderStatus provider;
        RecordStatus record;
        PoolStatus pool;
        MemberStatus member;
} Object;

/* Where a walk along all objects of a kind has come to. Begins zeroed. */
typedef struct Cursor {
        size_t group, index; /* for the kind to use */
} Cursor;

typedef struct Kind {
        const char *interface;
        const char *prefix;          /* of its objects' paths */
        const sd_bus_vtable *vtable; /* made of the macros below */
        const Method *methods;       /* what its methods do; NULL: it has none */
        PropertyList (*list)(const Object *object);

        /* Malloc'ed; NULL when out of memory. */
        char *(*path)(const Object *object);
        /* 1; 0: the path is no object's; -ENOMEM. */
        int (*find)(const Engine *engine, const char *path, Object *ret);
        /* The next object; false: that was the last. */
        bool (*next)(const Engine *engine, Cursor *cursor, Object *ret);
        /* Takes one off the engine's list of those that may be different; false: the list is empty. NULL:
         * there are few, and they are looked at each time. */
        bool (*next_changed)(Engine *engine, Object *ret);

        /* For error messages; NULL: nobody can ask for one by its name. */
        const char *noun, *error;
} Kind;

extern const Kind manager_kind, provider_kind, record_kind, pool_kind, member_kind;

/* All of them, in the order in which their news are told. */
enum {
        KINDS = 5,
};
extern const Kind *const kinds[KINDS];

/* The part of the tree of objects where a kind has its own. */
typedef struct Branch {
        Bus *bus;
        const Kind *kind;
        Object object; /* that sd-bus found last, and is about to ask about */
} Branch;

/* Puts the branch's objects on a connection that has not begun. Borrowed for as long as that lives. */
int kind_add_branch(Branch *branch, sd_bus *connection);

/* For vtables; the userdata is the branch. One getter that fails would make GetManagedObjects fail for
 * everybody, so none does. All methods are unprivileged as far as sd-bus is concerned, which would block to
 * find out who asks. */
int kind_get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error);
int kind_call(sd_bus_message *message, void *userdata, sd_bus_error *error);

#define KIND_METHOD(member, signature, names, result, result_names) \
        SD_BUS_METHOD_WITH_NAMES(                                   \
                member, signature, names, result, result_names, kind_call, SD_BUS_VTABLE_UNPRIVILEGED)
#define KIND_PROPERTY(name, signature) \
        SD_BUS_PROPERTY(name, signature, kind_get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)
/* Those that nobody is told of when they change; the second never do. */
#define KIND_SILENT_PROPERTY(name, signature) SD_BUS_PROPERTY(name, signature, kind_get_property, 0, 0)
#define KIND_CONSTANT(name, signature) \
        SD_BUS_PROPERTY(name, signature, kind_get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST)

/* The paths of all objects, ended by NULL; NULL when out of memory. */
char **kind_paths(const Kind *kind, const Engine *engine);
