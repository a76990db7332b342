/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "engine/event.h"
#include "engine/publication.h"
#include "engine/store.h"
#include "provider/provider.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* One zone at one provider: its publications, and one operation in flight. What changes meanwhile merges. */
typedef struct Queue Queue;

typedef struct QueueOptions {
        sd_event *event;
        Store *store;
        const ProviderConfig *config;
        bool dry_run;
        /* Makes the provider that this queue will own. */
        int (*new_provider)(void *userdata, Provider **ret, const ProviderConfig *config,
                const Name *zone_hint, const ProviderEvents *events);
        /* Something about the queue or its publications is different now. Do not free the queue in it. */
        void (*changed)(void *userdata);
        /* What hooks may want to know of. */
        void (*happened)(void *userdata, const Event *event);
        void *userdata;
} QueueOptions;

/* zone_hint: a name in the zone. */
int queue_new(Queue **ret, const QueueOptions *options, const Name *zone_hint);
Queue *queue_free(Queue *queue);
DEFINE_FREEP(Queue, queue_free)

/* Takes the publication over. */
int queue_add(Queue *queue, Publication *publication);

/* The publication may want something now; queue_run() will look. */
void queue_mark(Queue *queue, Publication *publication);

/* The publication is to be read back; queue_run() will begin that. Otherwise it stays as it is. */
void queue_look(Queue *queue, Publication *publication);

/* Begins what can begin now. Call it once after all marks of a turn. */
void queue_run(Queue *queue);

/* The network is back: what waits for it tries at once (but not twice in a second). */
void queue_network_returned(Queue *queue);

/* Somebody asks to look again at one publication, or at all of them (NULL): nothing that waits or is parked
 * waits on (but the provider is not asked twice in a second). force: as for publication_ask(). */
void queue_ask(Queue *queue, Publication *publication, bool force);

/* Reads every publication back; what differs is put right. What failed is tried again at once, as above; what
 * is parked stays so. */
void queue_refresh(Queue *queue);

/* How it stands with the provider. The problem is borrowed until the queue runs. */
typedef struct QueueStatus {
        bool answered;       /* the provider has, at least once */
        bool failing;        /* since then it has not */
        bool parked;         /* … because it refused everything */
        const char *problem; /* NULL: none */
        size_t length;       /* publications that wait or are under way */
        usec_t next_usec;    /* CLOCK_BOOTTIME when it tries again; USEC_INFINITY: it waits for nothing */
} QueueStatus;

void queue_get_status(const Queue *queue, QueueStatus *ret);

/* CLOCK_BOOTTIME when this publication goes on by itself; USEC_INFINITY: it is under way, or waits for
 * nothing. */
usec_t queue_next_usec(const Queue *queue, const Publication *publication);

/* Takes along what "withdraw_on_stop" names and leaves the rest as it is. */
void queue_withdraw(Queue *queue);

/* Does it wait to try again because the server could not be reached? */
bool queue_is_retrying(const Queue *queue);

/* Nothing is under way and every publication has its verdict: in sync, failed, parked, or planned. */
bool queue_is_settled(const Queue *queue);

const ProviderConfig *queue_config(const Queue *queue);
