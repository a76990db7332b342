/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/rrset.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* What is ours: for each RRset that we keep, the values that are, or may be, in DNS because of us. Survives
 * restarts in a JSON file. The file always names at least what is ours, never less: it is written before a
 * value goes out that it does not cover, and tidied up some time after. */
typedef struct Store Store;

typedef struct StoreEntry {
        const char *provider; /* the configuration's name of it: values elsewhere are not ours here */
        Name name;
        uint16_t type;
        const RRset *ours;         /* NULL: none */
        const RRset *pending;      /* sent, but nobody knows whether it arrived, or still will; NULL: none */
        usec_t pending_until_usec; /* CLOCK_REALTIME: by then it has arrived or never will */
        usec_t changed_usec;       /* CLOCK_REALTIME of the last change in DNS; 0: not known */
} StoreEntry;

/* path: NULL keeps nothing on disk. A damaged file is set aside as PATH.damaged-SECONDS, which is said in the
 * log, and the store begins empty. Negative errno only when out of memory. */
int store_open(Store **ret, const char *path);
Store *store_free(Store *store);
DEFINE_FREEP(Store, store_free)

/* NULL: nothing there is, or may be, ours. Good until the next change. */
const StoreEntry *store_find(const Store *store, const char *provider, const Name *name, uint16_t type);

/* Copies the entry in place of the one for its provider, name and type; one with no values at all removes it.
 * `any_value`: an entry stands for whatever is in the RRset (an exclusive record), so that new values in it
 * are no growth. 1: it differs from before; 0; -ENOMEM. */
int store_put(Store *store, const StoreEntry *entry, bool any_value);

/* Forgets everything ("--force"). */
void store_clear(Store *store);

/* Is something ours that the file does not say? Then it is to be saved before the write goes out. */
bool store_has_grown(const Store *store);

bool store_is_dirty(const Store *store); /* differs from the file */

/* Writes the file when it differs. durable: survives a power cut, at the price of waiting for the disk. A
 * failure is logged once until it works again, and returned. */
int store_save(Store *store, bool durable);
