/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>

#include "config/config.h"
#include "engine/store.h"
#include "model/change.h"
#include "model/rrset.h"
#include "policy/pool.h"
#include "policy/publish.h"
#include "policy/select.h"
#include "provider/provider.h"
#include "util/clock.h"

/* One RRset that we keep: what is wanted of it, what the server was last seen to hold, and how it stands. */

typedef enum PublicationState {
        PUBLICATION_UNKNOWN,  /* neither the facts nor the server have been read */
        PUBLICATION_PENDING,  /* a change or a read is under way or waits for its time */
        PUBLICATION_IN_SYNC,  /* the server holds what it should */
        PUBLICATION_RETRYING, /* failed; goes on by itself */
        PUBLICATION_PARKED,   /* refused; a person must act */
} PublicationState;

typedef struct Publication Publication;
typedef TAILQ_HEAD(PublicationList, Publication) PublicationList;

struct Publication {
        const RecordConfig *record;
        uint16_t type;
        Store *store;          /* what of it is ours */
        const PoolState *pool; /* whose RRset it is; NULL: a record's */
        /* The server holds something else than was known, perhaps by our own write, and what is wanted may
         * follow from that; NULL: it does not. */
        void (*saw)(Publication *publication, bool by_us);

        bool wanted_known;
        RRset *wanted;      /* a record's: our own values; a pool's: all that it shall hold; NULL: none */
        usec_t empty_since; /* CLOCK_BOOTTIME */
        size_t n_leaving;   /* addresses of its source that are about to go */
        bool hurry;         /* empty because the last ones are: nothing to wait for */
        bool withdrawing;   /* the daemon stops and takes it along */

        bool seen_known;
        RRset *seen;        /* NULL: absent */
        RRset *disputed;    /* what we expected when the server said otherwise */
        unsigned conflicts; /* in a row */
        bool synthesized;   /* `seen` comes from a wildcard: no such RRset is really there (RFC 4592) */

        bool in_flight;
        RRset *attempt;      /* what the write under way makes of the RRset; NULL: absent */
        RRset *attempt_ours; /* … and what of that is ours */

        PublicationState state;
        char *reason;        /* why it is RETRYING or PARKED; NULL else */
        unsigned failures;   /* in a row, of this one alone */
        unsigned refusals;   /* likewise */
        bool alone;          /* goes in a change set of its own, to find out whose fault a failure is */
        bool force;          /* to be written even if it stands there already */
        bool planned;        /* dry run: would be changed to `attempt` */
        usec_t wake_usec;    /* CLOCK_BOOTTIME; USEC_INFINITY: nothing to wait for */
        usec_t changed_usec; /* CLOCK_REALTIME of our last change; 0: never */

        bool dirty; /* the queue looks at it when it next can */
        TAILQ_ENTRY(Publication) dirty_entry;

        void *userdata; /* its owner's */

        PublicationList *news; /* of those that may look different to whoever shows them */
        bool is_news;
        TAILQ_ENTRY(Publication) news_entry;
};

/* store, news: borrowed. */
Publication *publication_new(const RecordConfig *record, uint16_t type, Store *store, PublicationList *news);
Publication *publication_free(Publication *publication);
DEFINE_FREEP(Publication, publication_free)

/* Takes over what its source selects now. now: CLOCK_BOOTTIME. 1: it wants something else than before; 0;
 * -ENOMEM. */
int publication_set_wanted(Publication *publication, const Selection *selection, usec_t now);

/* A pool decided. known: may anything be concluded yet? 1: something else is wanted than before; 0; -ENOMEM.
 */
int publication_set_pool_wanted(Publication *publication, bool known);

/* policy/publish with this publication's facts: a PublishStep or -ENOMEM. */
int publication_decide(Publication *publication, usec_t now, RRset **ret_target, usec_t *ret_when);

/* Adds the change to the set and remembers it as the attempt under way (takes `target` over). Notes in the
 * store, before anything is sent, what may become ours. -ENOMEM. */
int publication_begin(Publication *publication, ChangeSet *changes, RRset *target);

/* How the attempt ended. */
int publication_applied(Publication *publication); /* -ENOMEM */
void publication_conflicted(Publication *publication);
void publication_failed(Publication *publication, const Outcome *outcome); /* RETRYING */
void publication_park(Publication *publication, const char *reason);       /* PARKED */

/* The server holds `set` (taken over; NULL: absent). -ENOMEM. */
int publication_saw(Publication *publication, RRset *set);

/* May something that we sent still arrive? Then the server is to be read again after `ret_left_usec`. */
bool publication_is_pending(const Publication *publication, usec_t *ret_left_usec);

/* Everything is as it should be. */
void publication_settled(Publication *publication);

/* The last address goes at its time, unless another one comes. */
void publication_waits(Publication *publication);

/* Somebody asks for it: what was seen is forgotten, and what went wrong. force: an exclusive RRset is written
 * even if it stands there already. */
void publication_ask(Publication *publication, bool force);

/* Puts it among the news. */
void publication_touch(Publication *publication);

/* What the server was last known to hold; NULL: nothing, or not known yet. */
const RRset *publication_published(const Publication *publication);

const char *publication_state_to_text(PublicationState state);
