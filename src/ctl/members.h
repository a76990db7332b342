/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/command.h"
#include "ctl/snapshot.h"

/* One pool's members, a line each. */

/* The operator's word for it, in any spelling. *error as with client_call(): the daemon says what pools there
 * are. */
int members_find_pool(
        const Pool **ret, const Snapshot *snapshot, Client *client, const char *name, sd_bus_error *error);

/* As a table or, with --json, a list. only: the name of the one that is shown; NULL: all are. -ENOMEM. */
int members_print(const Ctl *ctl, const Snapshot *snapshot, const Pool *pool, const char *only);

/* The path of a pool. *error says that there is none, and what pools there are. */
int members_get_pool_path(char **ret, Client *client, const char *name, sd_bus_error *error);

/* The error is that of an object which is not there. */
bool members_is_unknown(const sd_bus_error *error);

/* What *error is when the pool has no such member. Returns a negative errno. */
int members_set_unknown(sd_bus_error *error, const char *pool, const char *member);
