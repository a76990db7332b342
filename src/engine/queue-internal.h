/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What queue.c (when to begin what) and queue-outcome.c (what an end means) share. */

#include "engine/pause.h"
#include "engine/queue.h"

typedef enum Operation {
        OPERATION_NONE,
        OPERATION_READ,
        OPERATION_APPLY,
} Operation;

struct Queue {
        QueueOptions options;
        Provider *provider;

        size_t count;
        Publication **publications;
        PublicationList dirty;
        size_t n_dirty;

        Operation operation;
        size_t n_flight;
        Publication **flight; /* room for all */
        RRsetKey *keys;       /* … of READS_AT_ONCE */

        Pause pause;            /* nothing begins before it ends */
        bool answered;          /* the provider has, at least once */
        bool withdrawing;       /* the daemon stops */
        usec_t last_start_usec; /* of an operation */
        usec_t wake_usec;       /* the earliest of the publications' */
        char *problem;          /* what was last said in the log; NULL: all is well */

        sd_event_source *timer;
        sd_event_source *verify_timer;
};

usec_t queue_now_usec(const Queue *queue); /* CLOCK_BOOTTIME */

/* Takes the mark away: the publication is looked after. */
void queue_unmark(Queue *queue, Publication *publication);

/* Marks it again at that time. */
void queue_wake_at(Queue *queue, Publication *publication, usec_t when);

/* The callbacks of the provider. */
void queue_read_done(void *userdata, const Outcome *outcome, ReadResult *results, size_t n);
void queue_apply_done(void *userdata, const Outcome *outcome);

/* The operation of those in flight did not come about. */
void queue_failed(Queue *queue, const Outcome *outcome);
