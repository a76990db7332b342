/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "config/config.h"
#include "model/rrset.h"
#include "policy/pool.h"
#include "util/clock.h"

/* What to do about one RRset that we keep: pure, the clock is an argument. */

typedef struct PublishFacts {
        const RecordConfig *record;
        uint16_t type;
        const PoolState
                *pool;       /* the RRset is a pool's, and what it shall hold follows from this; else NULL */
        bool wanted_known;   /* false: the facts behind it are unknown, and nothing is concluded */
        const RRset *wanted; /* our own values; NULL: none */
        usec_t empty_since;  /* since when `wanted` is known to be none; any clock, the one of `now` */
        bool seen_known;     /* do we know what the server holds? */
        const RRset *seen;   /* NULL: absent */
        const RRset *ours;   /* values that are, or may be, there because of us; NULL: none */
        bool withdraw_at_once; /* the daemon stops: no withdraw_delay */
} PublishFacts;

typedef enum PublishStep {
        PUBLISH_NOTHING, /* as it should be (or nothing can be said yet) */
        PUBLISH_READ,    /* ask the server first */
        PUBLISH_WAIT,    /* the last address goes at ret_when, unless another one comes */
        PUBLISH_CHANGE,  /* make it ret_target, NULL: no RRset */
} PublishStep;

/* ret_target is the caller's to free. Returns the step, or -ENOMEM. */
int publish_decide(const PublishFacts *facts, usec_t now, RRset **ret_target, usec_t *ret_when);
