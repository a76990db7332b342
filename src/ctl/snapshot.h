/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "ctl/client.h"
#include "ctl/objects.h"

/* All that the daemon shows: the manager, then the records, then the providers, each in the order of their
 * names, with numbers in them as numbers. */
typedef struct Snapshot {
        size_t n_objects;
        Object **objects;
} Snapshot;

void snapshot_done(Snapshot *snapshot);

/* Asks for everything. *error as with client_call(). */
int snapshot_read(Snapshot *snapshot, Client *client, sd_bus_error *error);

/* The same for who does not wait: two calls, one after the other, and what is answered to them. */
int snapshot_new_manager_call(Client *client, sd_bus_message **ret);
int snapshot_take_manager(Snapshot *snapshot, sd_bus_message *reply);
int snapshot_new_objects_call(Client *client, sd_bus_message **ret);
int snapshot_take_objects(Snapshot *snapshot, sd_bus_message *reply);

const Manager *snapshot_manager(const Snapshot *snapshot);

/* The first one at *index or after it; moves *index behind it. NULL: no more. */
const Record *snapshot_next_record(const Snapshot *snapshot, size_t *index);
const Provider *snapshot_next_provider(const Snapshot *snapshot, size_t *index);
size_t snapshot_count(const Snapshot *snapshot, ObjectKind kind);

/* A last dot and upper case do not matter. NULL: not there. */
const Record *snapshot_find_record(const Snapshot *snapshot, const char *name);

/* For signals. NULL: not there. */
Object *snapshot_find(const Snapshot *snapshot, const char *path, ObjectKind kind);
/* Takes the object over, in the place of the one with its path and kind if there is one. -ENOMEM. */
int snapshot_put(Snapshot *snapshot, Object *object);
void snapshot_remove(Snapshot *snapshot, Object *object);
