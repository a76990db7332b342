/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model/name.h"
#include "util/cleanup.h"

/* Object paths: one for each object, and each path names one at most. */

#define PATH_ROOT            "/org/signpost1"
#define PATH_RECORD_PREFIX   PATH_ROOT "/record"
#define PATH_PROVIDER_PREFIX PATH_ROOT "/provider"
#define PATH_POOL_PREFIX     PATH_ROOT "/pool" /* of its members too: one level below it */

/* Malloc'ed; NULL when out of memory. Domain names are in lower case: a path does not change with a letter. */
char *path_of_record(const Name *name);
char *path_of_provider(const char *id);
char *path_of_pool(const Name *name);
char *path_of_member(const Name *pool, const char *member);

/* -ENOENT: no path_of_…() gives that path. */
int path_to_record(const char *path, Name *ret);
int path_to_provider(const char *path, char **ret_id);
int path_to_pool(const char *path, Name *ret);
int path_to_member(const char *path, Name *ret_pool, char **ret_member);

/* Ended by NULL. */
char **path_list_free(char **paths);
DEFINE_FREEP(char *, path_list_free)
