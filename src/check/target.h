/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "check/check.h"
#include "check/probe.h"
#include "check/schedule.h"

typedef struct Target Target;
typedef struct Subscription Subscription;

typedef TAILQ_HEAD(TargetQueue, Target) TargetQueue;

typedef enum TargetState {
        TARGET_FRESH,   /* in the queue of those that were added in this turn */
        TARGET_PLANNED, /* in the schedule */
        TARGET_WAITING, /* in a queue: it is time, but too many are under way */
        TARGET_RUNNING, /* has a probe */
} TargetState;

/* Who wants to know of a target. */
struct Subscription {
        Check check; /* first */
        Target *target;
        const CheckConfig *config; /* borrowed */
        TAILQ_ENTRY(Subscription) entry;
        bool fast;
        bool deaf; /* to the result that is under way */
};

/* What is looked at: an address in one way of checking. Lives as long as it has a subscription. */
struct Target {
        ScheduleEntry planned; /* first */
        uint32_t hash;
        Target *next; /* in the table */
        struct Checker *checker;
        const CheckConfig *config; /* a subscription's */
        Address address;
        TargetState state;
        uint16_t phase;    /* of its first interval at the ordinary pace; 0: that is over (check/pace.h) */
        bool is_reporting; /* not to be freed now */
        uint32_t n_fast;   /* subscriptions that want the fast interval */
        TAILQ_HEAD(, Subscription) subscriptions;
        Subscription *reporting; /* the next one to be told; NULL: none */
        TAILQ_ENTRY(Target) queued;
        Probe *probe;
        usec_t started_usec; /* the last one; 0: never */
};

/* All targets, to be found by what they look at. */
typedef struct TargetTable {
        Target **buckets; /* chains */
        size_t n_buckets; /* a power of two, or 0 */
        size_t count;
} TargetTable;

Target *target_table_find(
        const TargetTable *table, const CheckConfig *config, const Address *address, uint32_t hash);
int target_table_add(TargetTable *table, Target *target); /* -ENOMEM */
void target_table_remove(TargetTable *table, Target *target);
void target_table_done(TargetTable *table);
