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

static int compare(const void *a, const void *b)
{
        const Object *x = *(Object *const *) a, *y = *(Object *const *) b;

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
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

        if (i == snapshot->n_objects) {
                if (append(snapshot, owned) < 0)
                        return -ENOMEM;
        } else {
                object_free(snapshot->objects[i]);
                snapshot->objects[i] = owned;
        }
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

int snapshot_new_manager_call(Client *client, sd_bus_message **ret)
{
        int r = client_new_call(client, ret, DAEMON_PATH, PROPERTY_INTERFACE, "GetAll");

        return r < 0 ? r : sd_bus_message_append(*ret, "s", MANAGER_INTERFACE);
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

static const Object *next_of_kind(const Snapshot *snapshot, size_t *index, ObjectKind kind)
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
        const Object *object = next_of_kind(snapshot, &index, OBJECT_MANAGER);

        return object ? &object->manager : NULL;
}

const Record *snapshot_next_record(const Snapshot *snapshot, size_t *index)
{
        const Object *object = next_of_kind(snapshot, index, OBJECT_RECORD);

        return object ? &object->record : NULL;
}

const Provider *snapshot_next_provider(const Snapshot *snapshot, size_t *index)
{
        const Object *object = next_of_kind(snapshot, index, OBJECT_PROVIDER);

        return object ? &object->provider : NULL;
}

size_t snapshot_count(const Snapshot *snapshot, ObjectKind kind)
{
        size_t n = 0;

        for (size_t index = 0; next_of_kind(snapshot, &index, kind);)
                n++;
        return n;
}

const Record *snapshot_find_record(const Snapshot *snapshot, const char *name)
{
        size_t length = strlen(name), index = 0;
        const Record *record;

        if (length > 1 && name[length - 1] == '.')
                length--;
        while ((record = snapshot_next_record(snapshot, &index)))
                if (strlen(record->name) == length && strncasecmp(record->name, name, length) == 0)
                        return record;
        return NULL;
}
