/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/rrset.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* What is ours: for each RRset that we keep, the values that are, or may be, in DNS because of us. Survives
 * restarts in a JSON file, and a log of what was sent since that was written. The two name at least what is
 * ours, never less: the log is written ahead of what goes out, and the file is tidied up some time after. */
typedef struct Store Store;

typedef struct StoreEntry {
        const char *provider; /* the configuration's name of it: values elsewhere are not ours here */
        Name name;
        uint16_t type;
        const RRset *ours;         /* NULL: none */
        const RRset *pending;      /* sent, but nobody knows whether it arrived, or still will; NULL: none */
        usec_t pending_until_usec; /* CLOCK_REALTIME: by then it has arrived or never will */
        usec_t changed_usec;       /* CLOCK_REALTIME of the last change in DNS; 0: not known */
        bool inherited; /* read from disk: its last change may have gone out without being noted there */
} StoreEntry;

/* path: NULL keeps nothing on disk; the log is PATH.log. A damaged file is set aside as PATH.damaged-SECONDS,
 * which is said in the log, and the store begins with what its log says. Negative errno only when out of
 * memory. */
int store_open(Store **ret, const char *path);
Store *store_free(Store *store);
DEFINE_FREEP(Store, store_free)

/* NULL: nothing there is, or may be, ours. Good until the next change. */
const StoreEntry *store_find(const Store *store, const char *provider, const Name *name, uint16_t type);

/* Copies the entry in place of the one for its provider, name and type; one with no values at all removes it.
 * `any_value`: an entry stands for whatever is in the RRset (an exclusive record), so that new values in it
 * are not urgent. 1: it differs from before; 0; -ENOMEM. */
int store_put(Store *store, const StoreEntry *entry, bool any_value);

/* Forgets everything ("--force"). */
void store_clear(Store *store);

/* Is there what has to be in the log before it goes out? */
bool store_is_urgent(const Store *store);

/* Writes to the log, in one go, what may be ours without file or log saying so. Survives the end of the
 * process at any point, not a power cut. A failure is said once until it works again, and returned. */
int store_log(Store *store);

bool store_is_dirty(const Store *store); /* differs from the file, or there is something in the log */

/* Writes the file when it differs, so that it survives a power cut, and empties the log. Waits for the disk.
 * A failure is said once until it works again, and returned. */
int store_save(Store *store);
