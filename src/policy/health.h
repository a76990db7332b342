/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/clock.h"

/* Is a member of a pool alive? Turns the results of its checks into a state: pure, the clock is an argument
 * (CLOCK_BOOTTIME, so that a host that slept does not cut a hold-down short). */

typedef enum CheckResult {
        CHECK_OK,
        CHECK_FAIL,
        CHECK_INDETERMINATE, /* says nothing about the member: our own resources or network are at fault */
} CheckResult;

typedef enum HealthState {
        HEALTH_UNKNOWN, /* no verdict yet: changes nothing */
        HEALTH_UP,
        HEALTH_FAILING, /* up, but its last checks failed */
        HEALTH_DOWN,
        HEALTH_RISING, /* down, but its last checks did well */
} HealthState;

typedef struct HealthOptions {
        unsigned rise;         /* OKs in a row until it is up, at least 1 */
        unsigned fall;         /* FAILs in a row until it is down, at least 1 */
        usec_t hold_down_usec; /* after a fall it stays down for as long; doubled for each fall soon after
                                  another */
        usec_t hold_down_max_usec;
} HealthOptions;

typedef struct Health {
        HealthState state;
        unsigned oks, fails; /* in a row */
        uint16_t last;       /* the results of the last checks, one bit each, the latest lowest; 1: FAIL */
        usec_t failing_since_usec; /* the first of the FAILs in a row */
        usec_t fell_usec;          /* 0: never */
        usec_t hold_down_usec;     /* of the last fall */
        usec_t up_since_usec;      /* UP and FAILING: since when it is counted as up; else 0 */
} Health;

/* Takes a result in. published: DNS has the member already, so that one OK is enough to begin with. True: the
 * state is another one now. */
bool health_step(
        Health *health, const HealthOptions *options, CheckResult result, bool published, usec_t now);

/* The observer doubts itself: failures so far count no more. */
void health_forgive(Health *health);

/* It was down, but somebody else says otherwise: judge anew. */
void health_doubt(Health *health);

/* An operator's override ended: whatever it was, it has to rise first. */
void health_restart(Health *health);

/* Is it to be published? UNKNOWN is neither up nor down. */
bool health_is_up(const Health *health);
bool health_is_down(const Health *health);

/* The verdict is not open: no need to look often. */
bool health_is_settled(const Health *health);

const char *health_state_to_text(HealthState state); /* "unknown", "up", "failing", "down", "rising" */
