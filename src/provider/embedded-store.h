/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "model/name.h"
#include "model/zone.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* The file of an embedded zone: DIRECTORY/zones/NAME.zone. */
typedef struct EmbeddedStore EmbeddedStore;

int embedded_store_new(EmbeddedStore **ret, const Name *apex, const char *directory);
EmbeddedStore *embedded_store_free(EmbeddedStore *store);
DEFINE_FREEP(EmbeddedStore, embedded_store_free)

/* *ret is NULL when there is no file, or when it is damaged: not a master file, or one that `find_flaw` names
 * a flaw of. A damaged one is set aside under a name with the time, and the log says so. -ENOMEM. */
int embedded_store_load(const EmbeddedStore *store, const char *(*find_flaw)(const Zone *zone),
        usec_t realtime_usec, Zone **ret);

/* Stored durably when it returns, or the log says why not: once, and once more when it works again. */
void embedded_store_save(EmbeddedStore *store, const Zone *zone);

/* The last save failed: memory knows more than the file. */
bool embedded_store_is_behind(const EmbeddedStore *store);
