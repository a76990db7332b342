/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "ctl/client.h"
#include "ctl/objects.h"

/* All that the daemon shows: the manager, records, pools, members, providers, each in the order of their
 * names, with numbers in them as numbers; members by their pool first, then by their priority. */
typedef struct Snapshot {
        size_t n_objects;
        Object **objects;
} Snapshot;

void snapshot_done(Snapshot *snapshot);

/* Asks for everything. *error as with client_call(). */
int snapshot_read(Snapshot *snapshot, Client *client, sd_bus_error *error);

/* One object alone. */
int snapshot_read_object(
        Object **ret, Client *client, ObjectKind kind, const char *path, sd_bus_error *error);

/* The same for who does not wait: two calls, one after the other, and what is answered to them. */
int snapshot_new_manager_call(Client *client, sd_bus_message **ret);
int snapshot_take_manager(Snapshot *snapshot, sd_bus_message *reply);
int snapshot_new_objects_call(Client *client, sd_bus_message **ret);
int snapshot_take_objects(Snapshot *snapshot, sd_bus_message *reply);

const Manager *snapshot_manager(const Snapshot *snapshot);

/* The first one at *index or after it; moves *index behind it. NULL: no more. */
const Object *snapshot_next(const Snapshot *snapshot, ObjectKind kind, size_t *index);
const Publication *snapshot_next_publication(
        const Snapshot *snapshot, size_t *index); /* a record or a pool */
const Pool *snapshot_next_pool(const Snapshot *snapshot, size_t *index);
const Member *snapshot_next_member(const Snapshot *snapshot, const Pool *pool, size_t *index);
const Provider *snapshot_next_provider(const Snapshot *snapshot, size_t *index);
bool pool_has_member(const Pool *pool, const Member *member);
size_t snapshot_count(const Snapshot *snapshot, ObjectKind kind);

/* A last dot and upper case do not matter. NULL: not there. */
const Object *snapshot_find_name(const Snapshot *snapshot, ObjectKind kind, const char *name);
const Publication *snapshot_find_publication(const Snapshot *snapshot, const char *name);

/* For signals. NULL: not there. */
Object *snapshot_find(const Snapshot *snapshot, const char *path, ObjectKind kind);
/* Takes the object over, in the place of the one with its path and kind if there is one. -ENOMEM. */
int snapshot_put(Snapshot *snapshot, Object *object);
void snapshot_remove(Snapshot *snapshot, Object *object);
