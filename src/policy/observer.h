/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/health.h"
#include "util/clock.h"

/* Does this host's own network work, so that it may judge others? One object for each address family, because
 * one of two may fail alone. Pure: the clock is an argument (CLOCK_BOOTTIME). */

typedef enum ObserverState {
        OBSERVER_OK,
        OBSERVER_SUSPECT, /* so many fail at once that it may be us: nothing is removed for now */
        OBSERVER_LOST,    /* no carrier, no address, or no reference answers: nothing is changed because of
                             checks */
} ObserverState;

typedef struct Observer {
        ObserverState state;
        usec_t round_usec;   /* in which every member is checked at least once */
        usec_t timeout_usec; /* the longest that a check may take */

        bool connected;                           /* carrier and an address */
        size_t n_references, n_silent_references; /* … and those that do not answer */
        bool reference_answered;                  /* since it is SUSPECT */

        size_t n_members, n_up, n_failing; /* whom it judges; UP or FAILING; FAILING */
        size_t n_unanswered;               /* members that began to fail since anybody answered */
        usec_t heard_usec;                 /* when anybody answered last; 0: never */
        bool resumed;                      /* … after nobody had for a round: see OBSERVER_BETTER */

        bool silence;              /* SUSPECT because nobody answers at all */
        usec_t suspect_usec;       /* since when it is SUSPECT */
        usec_t trusted_until_usec; /* no new suspicion before */
        usec_t steady_usec;        /* no removals before */
} Observer;

void observer_init(Observer *observer, usec_t round_usec, usec_t timeout_usec);

/* What it is told. Each is followed by observer_look(). */
void observer_set_connected(Observer *observer, bool connected);
void observer_set_references(Observer *observer, size_t n, size_t n_silent, bool answered);
void observer_count(Observer *observer, HealthState before, HealthState after);
void observer_heard(Observer *observer, usec_t now);

/* A member comes or goes. */
void observer_enter(Observer *observer, HealthState state);
void observer_leave(Observer *observer, HealthState state);

typedef enum ObserverNews {
        OBSERVER_SAME,
        OBSERVER_WORSE,     /* OK -> SUSPECT or LOST, SUSPECT -> LOST */
        OBSERVER_BETTER,    /* OK again, or somebody answers again: what was concluded meanwhile needs another
                               look */
        OBSERVER_RECOVERED, /* OK again after it was us: failures so far say nothing, nor do results under way
                             */
} ObserverNews;

/* ret_next: when to look again without news; USEC_INFINITY: never. */
ObserverNews observer_look(Observer *observer, usec_t now, usec_t *ret_next);

/* May members be removed at all, or is that for later? Not before a whole round after a recovery. ret_next:
 * when to ask again; touched when the answer is no. */
bool observer_may_remove(const Observer *observer, usec_t now, usec_t *ret_next);

/* Has anybody else answered since then? When a member has been failing since failing_since for half a minute
 * that is waited for no longer. */
bool observer_has_witness(const Observer *observer, usec_t since, usec_t failing_since, usec_t now);

const char *observer_state_to_text(ObserverState state); /* "ok", "suspect", "lost" */
