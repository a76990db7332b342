/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/snapshot.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

void snapshot_done(Snapshot *snapshot)
{
        for (size_t i = 0; i < snapshot->n_objects; i++)
                object_free(snapshot->objects[i]);
        free(snapshot->objects);
        *snapshot = (Snapshot){ 0 };
}

static int compare_members(const Member *x, const Member *y)
{
        int difference = strverscmp(x->pool, y->pool);

        if (difference != 0)
                return difference;
        if (x->priority != y->priority)
                return x->priority < y->priority ? -1 : 1;
        return strverscmp(x->name, y->name);
}

static int compare(const void *a, const void *b)
{
        const Object *x = *(Object *const *) a, *y = *(Object *const *) b;

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        if (x->kind == OBJECT_MEMBER)
                return compare_members(&x->member, &y->member);
        return x->kind == OBJECT_MANAGER ? 0 : strverscmp(object_name(x), object_name(y));
}

static void sort(Snapshot *snapshot)
{
        qsort(snapshot->objects, snapshot->n_objects, sizeof *snapshot->objects, compare);
}

/* Takes the object over on success. */
static int append(Snapshot *snapshot, Object *object)
{
        Object **objects = reallocarray(snapshot->objects, snapshot->n_objects + 1, sizeof *objects);

        if (!objects)
                return -ENOMEM;
        snapshot->objects = objects;
        objects[snapshot->n_objects++] = object;
        return 0;
}

static size_t index_of(const Snapshot *snapshot, const char *path, ObjectKind kind)
{
        size_t i = 0;

        while (i < snapshot->n_objects &&
                (snapshot->objects[i]->kind != kind || strcmp(snapshot->objects[i]->path, path) != 0))
                i++;
        return i;
}

Object *snapshot_find(const Snapshot *snapshot, const char *path, ObjectKind kind)
{
        size_t i = index_of(snapshot, path, kind);

        return i < snapshot->n_objects ? snapshot->objects[i] : NULL;
}

int snapshot_put(Snapshot *snapshot, Object *object)
{
        AUTO(object_freep) Object *owned = object;
        size_t i = index_of(snapshot, object->path, object->kind);

        if (i < snapshot->n_objects) {
                object_free(snapshot->objects[i]);
                snapshot->objects[i] = STEAL(owned);
                return 0;
        }
        if (append(snapshot, owned) < 0)
                return -ENOMEM;
        owned = NULL;
        sort(snapshot);
        return 0;
}

void snapshot_remove(Snapshot *snapshot, Object *object)
{
        size_t i = index_of(snapshot, object->path, object->kind);

        object_free(snapshot->objects[i]);
        snapshot->n_objects--;
        memmove(&snapshot->objects[i], &snapshot->objects[i + 1],
                (snapshot->n_objects - i) * sizeof *snapshot->objects);
}

static int new_object_call(Client *client, sd_bus_message **ret, ObjectKind kind, const char *path)
{
        int r = client_new_call(client, ret, path, PROPERTY_INTERFACE, "GetAll");

        return r < 0 ? r : sd_bus_message_append(*ret, "s", object_interface(kind));
}

int snapshot_read_object(Object **ret, Client *client, ObjectKind kind, const char *path, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        AUTO(object_freep) Object *object = object_new(kind, path);
        int r = object ? new_object_call(client, &call, kind, path) : -ENOMEM;

        if (r >= 0)
                r = client_call(client, call, CLIENT_TIMEOUT_USEC, &reply, error);
        if (r >= 0)
                r = object_read(object, reply);
        if (r >= 0)
                *ret = STEAL(object);
        return r;
}

int snapshot_new_manager_call(Client *client, sd_bus_message **ret)
{
        return new_object_call(client, ret, OBJECT_MANAGER, DAEMON_PATH);
}

int snapshot_take_manager(Snapshot *snapshot, sd_bus_message *reply)
{
        AUTO(object_freep) Object *object = object_new(OBJECT_MANAGER, DAEMON_PATH);
        int r = object ? object_read(object, reply) : -ENOMEM;

        return r < 0 ? r : snapshot_put(snapshot, STEAL(object));
}

/* One path of a{oa{sa{sv}}}. */
static int read_path(Snapshot *snapshot, sd_bus_message *message)
{
        AUTO(object_freep) Object *object = NULL;
        const char *path;
        int r = sd_bus_message_read_basic(message, 'o', &path);

        if (r < 0)
                return r;
        r = object_new_from_interfaces(&object, path, message);
        if (r < 0)
                return r;
        if (!object || object->kind == OBJECT_MANAGER) /* that one we have */
                return 0;
        r = append(snapshot, object);
        if (r >= 0)
                object = NULL;
        return r;
}

int snapshot_new_objects_call(Client *client, sd_bus_message **ret)
{
        return client_new_call(client, ret, DAEMON_PATH, OBJECTS_INTERFACE, "GetManagedObjects");
}

int snapshot_take_objects(Snapshot *snapshot, sd_bus_message *reply)
{
        int r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
                r = read_path(snapshot, reply);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(reply);
                if (r < 0)
                        return r;
        }
        if (r >= 0)
                sort(snapshot);
        return r;
}

static int read_part(Snapshot *snapshot, Client *client,
        int (*new_call)(Client *client, sd_bus_message **ret),
        int (*take)(Snapshot *snapshot, sd_bus_message *reply), sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r = new_call(client, &call);

        if (r >= 0)
                r = client_call(client, call, CLIENT_TIMEOUT_USEC, &reply, error);
        return r < 0 ? r : take(snapshot, reply);
}

int snapshot_read(Snapshot *snapshot, Client *client, sd_bus_error *error)
{
        int r = read_part(snapshot, client, snapshot_new_manager_call, snapshot_take_manager, error);

        if (r < 0)
                return r;
        return read_part(snapshot, client, snapshot_new_objects_call, snapshot_take_objects, error);
}

const Object *snapshot_next(const Snapshot *snapshot, ObjectKind kind, size_t *index)
{
        while (*index < snapshot->n_objects) {
                const Object *object = snapshot->objects[(*index)++];

                if (object->kind == kind)
                        return object;
        }
        return NULL;
}

const Manager *snapshot_manager(const Snapshot *snapshot)
{
        size_t index = 0;
        const Object *object = snapshot_next(snapshot, OBJECT_MANAGER, &index);

        return object ? &object->manager : NULL;
}

const Publication *snapshot_next_publication(const Snapshot *snapshot, size_t *index)
{
        while (*index < snapshot->n_objects) {
                const Publication *publication = object_publication(snapshot->objects[(*index)++]);

                if (publication)
                        return publication;
        }
        return NULL;
}

const Pool *snapshot_next_pool(const Snapshot *snapshot, size_t *index)
{
        const Object *object = snapshot_next(snapshot, OBJECT_POOL, index);

        return object ? &object->pool : NULL;
}

bool pool_has_member(const Pool *pool, const Member *member)
{
        return strcasecmp(member->pool, pool->publication.name) == 0;
}

const Member *snapshot_next_member(const Snapshot *snapshot, const Pool *pool, size_t *index)
{
        const Object *object;

        while ((object = snapshot_next(snapshot, OBJECT_MEMBER, index)))
                if (pool_has_member(pool, &object->member))
                        return &object->member;
        return NULL;
}

const Provider *snapshot_next_provider(const Snapshot *snapshot, size_t *index)
{
        const Object *object = snapshot_next(snapshot, OBJECT_PROVIDER, index);

        return object ? &object->provider : NULL;
}

size_t snapshot_count(const Snapshot *snapshot, ObjectKind kind)
{
        size_t n = 0;

        for (size_t index = 0; snapshot_next(snapshot, kind, &index);)
                n++;
        return n;
}

const Object *snapshot_find_name(const Snapshot *snapshot, ObjectKind kind, const char *name)
{
        size_t length = strlen(name), index = 0;
        const Object *object;

        if (length > 1 && name[length - 1] == '.')
                length--;
        while ((object = snapshot_next(snapshot, kind, &index)))
                if (strlen(object_name(object)) == length &&
                        strncasecmp(object_name(object), name, length) == 0)
                        return object;
        return NULL;
}

const Publication *snapshot_find_publication(const Snapshot *snapshot, const char *name)
{
        const Object *object = snapshot_find_name(snapshot, OBJECT_RECORD, name);

        if (!object)
                object = snapshot_find_name(snapshot, OBJECT_POOL, name);
        return object ? object_publication(object) : NULL;
}
