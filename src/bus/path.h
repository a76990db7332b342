/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "engine/engine.h"
#include "model/name.h"
#include "util/cleanup.h"

/* Object paths: one for each record and provider, and each path names one at most. */

#define PATH_ROOT            "/org/signpost1"
#define PATH_RECORD_PREFIX   PATH_ROOT "/record"
#define PATH_PROVIDER_PREFIX PATH_ROOT "/provider"

/* Malloc'ed; NULL when out of memory. The name in lower case: a path does not change when a letter does. */
char *path_of_record(const Name *name);
char *path_of_provider(const char *id);

/* -ENOENT: no path_of_…() gives that path. */
int path_to_record(const char *path, Name *ret);
int path_to_provider(const char *path, char **ret_id);

/* The paths of `count` objects, ended by NULL; NULL when out of memory. */
char **path_list(const Engine *engine, size_t count, char *(*path_at)(const Engine *engine, size_t index));
char **path_list_free(char **paths);
DEFINE_FREEP(char *, path_list_free)
