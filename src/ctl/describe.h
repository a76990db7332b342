/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/objects.h"
#include "ctl/output.h"
#include "ctl/text.h"

/* How things stand, in the words that all commands share. */

/* Green: as it should be; grey: not there yet; yellow: goes on by itself; red: a person must act. */
Colour describe_state_colour(const char *state);

/* "192.0.2.1, 2001:db8::1", or "-" for none. Malloc'ed; NULL when out of memory. */
char *describe_addresses(char *const *addresses);
/* The same of the first few: "192.0.2.1, 192.0.2.2 and 98 more". */
char *describe_some_addresses(char *const *addresses, size_t most);

/* Is something else published than is wanted? What is in sync may well hold what others put there. */
bool describe_wants_other(const Publication *publication);

/* What an operator said of a member: "drain by root until Nov 21 14:00:00 (in 2 h): new kernel"; "" when it
 * is left to its checks. Malloc'ed; NULL when out of memory. */
char *describe_admin(const Member *member, usec_t now_usec);

/* "failover to web2 by root: new kernel". As above. */
char *describe_override(const Override *override, usec_t now_usec);

/* Has somebody said what becomes of it? */
bool describe_is_ordered(const Member *member);

/* Up, and left to its checks. */
bool describe_is_well(const Member *member);

/* "published 192.0.2.1", or that nothing is. Malloc'ed; NULL when out of memory. */
char *describe_published(const Publication *publication);

/* What an operator made of it ("drained"), or else its health. */
const char *describe_standing(const Member *member);

/* "0.4 ms"; "-" when none is known, or it says nothing of the present. */
const char *describe_latency(const Member *member, char buffer[static TEXT_TIME_MAX]);

/* "10"; "all" where the pool knows no priorities; "-" while none is in use. */
const char *describe_priority(const Pool *pool, char buffer[static TEXT_TIME_MAX]);

/* What a state of the observer means for the pools. NULL: nothing. */
const char *describe_observer(const char *observer);

/* What happens next, and when, to something in this state that wakes up at `next_usec` (0: it waits for no
 * time, and when it is retrying that is because it does so right now). publish: the name to publish once
 * somebody has acted, "" for all, NULL to leave that out. Malloc'ed; NULL: nothing is waited for (or out of
 * memory). */
char *describe_next(const char *state, usec_t next_usec, usec_t now_usec, const char *publish);
