/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/objects.h"
#include "ctl/output.h"

/* How things stand, in the words that all commands share. */

/* Green: as it should be; grey: not there yet; yellow: goes on by itself; red: a person must act. */
Colour describe_state_colour(const char *state);

/* "192.0.2.1, 2001:db8::1", or "-" for none. Malloc'ed; NULL when out of memory. */
char *describe_addresses(char *const *addresses);

/* Is something else published than is wanted? A record in sync may well hold what others put there. */
bool describe_wants_other(const Record *record);

/* What happens next, and when, to something in this state that wakes up at `next_usec` (0: it waits for no
 * time, and when it is retrying that is because it does so right now). publish: the name to publish once
 * somebody has acted, "" for all, NULL to leave that out. Malloc'ed; NULL: nothing is waited for (or out of
 * memory). */
char *describe_next(const char *state, usec_t next_usec, usec_t now_usec, const char *publish);
