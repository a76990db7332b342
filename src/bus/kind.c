/* SPDX-License-Identifier: BSD-3-Clause */

/* Kind: what sd-bus wants of objects, for every kind of them. */

#include "bus/kind.h"

#include <errno.h>
#include <stdlib.h>

#include "bus/bus-internal.h"
#include "bus/path.h"

const Kind *const kinds[KINDS] = { &manager_kind, &provider_kind, &record_kind, &pool_kind, &member_kind };

int kind_get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        const Branch *branch = userdata;
        PropertyList list = branch->kind->list(&branch->object);
        const Property *found = property_find(&list, property);

        (void) connection;
        (void) path;
        (void) interface;
        (void) error;
        return found ? property_append(found, reply, &branch->bus->clock)
                     : -EINVAL; /* the vtable names one that the list does not */
}

int kind_call(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const Branch *branch = userdata;

        return method_call(branch->bus, branch->kind->methods, message, error);
}

static int find(sd_bus *connection, const char *path, const char *interface, void *userdata, void **ret_found,
        sd_bus_error *error)
{
        Branch *branch = userdata;

        (void) connection;
        (void) interface;
        (void) error;
        *ret_found = branch;
        return branch->kind->find(branch->bus->engine, path, &branch->object);
}

static int enumerate(
        sd_bus *connection, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error)
{
        const Branch *branch = userdata;

        (void) connection;
        (void) prefix;
        (void) error;
        *ret_nodes = kind_paths(branch->kind, branch->bus->engine);
        return *ret_nodes ? 0 : -ENOMEM;
}

int kind_add_branch(Branch *branch, sd_bus *connection)
{
        const Kind *kind = branch->kind;
        int r = sd_bus_add_fallback_vtable(
                connection, NULL, kind->prefix, kind->interface, kind->vtable, find, branch);

        if (r < 0 || kind == &manager_kind) /* which is not among the objects that it manages */
                return r;
        return sd_bus_add_node_enumerator(connection, NULL, kind->prefix, enumerate, branch);
}

char **kind_paths(const Kind *kind, const Engine *engine)
{
        AUTO(path_list_freep) char **paths = NULL;
        Cursor cursor = { 0 };
        Object object;
        size_t n = 0;

        while (kind->next(engine, &cursor, &object))
                n++;
        paths = calloc(n + 1, sizeof *paths);
        cursor = (Cursor){ 0 };
        for (char **path = paths; paths && kind->next(engine, &cursor, &object); path++) {
                *path = kind->path(&object);
                if (!*path)
                        return NULL;
        }
        return STEAL(paths);
}
