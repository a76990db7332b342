/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the engine's files share: engine.c (the kernel's news, and what is tidied up after), bindings.c (what
 * a configuration makes of it), requests.c (what people ask for) and status.c (what they are shown). */

#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/queue.h"

/* What a source selects now. Shared by all records with the same source. */
typedef struct View {
        const SourceConfig *source;
        const Name *record; /* one that uses it */
        Selection selection;
        Explained explained;
        bool changed; /* in this turn */
} View;

typedef struct Binding {
        size_t record; /* its index in the configuration */
        const View *view;
        Queue *queue;
        Publication *publication; /* owned by the queue */
} Binding;

/* One record: what keeps its A and its AAAA RRset; NULL: that one is not kept. */
typedef struct Row {
        const Binding *bindings[2];
} Row;

typedef struct Pool Pool;
typedef struct Pools Pools;

struct Engine {
        sd_event *event;
        Interfaces *facts;
        Store *store;
        PoolStore *pool_store;
        EngineCallbacks callbacks;
        bool dry_run;
        bool stopping;

        const Config *config; /* NULL: none, and no records */
        size_t n_views;
        View *views;
        size_t n_queues;
        Queue **queues;
        size_t n_bindings;
        Binding *bindings; /* in the order of the configuration's records */
        Row *rows;         /* one for each record */
        PublicationList news;
        Pools *pools; /* pool-internal.h */

        bool waiting;
        bool facts_told;  /* the log knows the facts as they are */
        usec_t told_usec; /* when it was told last; CLOCK_BOOTTIME */
        sd_event_source *review;
        sd_event_source *save_timer;
        sd_event_source *tell_timer;
        sd_event_source *leaving_timer; /* of interfaces that were to go down, and perhaps did not */
};

usec_t engine_now_usec(const Engine *engine); /* CLOCK_BOOTTIME */

/* Selects anew; says in the view whether that changed anything. */
void view_look(const Engine *engine, View *view);

/* Before the loop waits again: log, state file, and whoever is to be told. */
void engine_request_review(Engine *engine);

/* The configuration's source has one. */
const View *engine_view_of(const Engine *engine, const SourceConfig *source);

/* The queue that publishes such a name: the provider's, or one of its own where the zone is not known yet. */
int engine_queue_for(Engine *engine, const RecordConfig *record, Queue **ret);

/* The record's index in the configuration; -ENOENT. */
ssize_t engine_find_record_index(const Engine *engine, const Name *name);

/* Drops everything that the configuration made. */
void engine_clear(Engine *engine);

/* Pools: see pools.c. */
int pools_new(Pools **ret, Engine *engine);
Pools *pools_free(Pools *pools); /* when they are cleared */
int pools_build(Engine *engine);
void pools_clear(Engine *engine); /* what is to be known of them again goes to the pool store */
void pools_facts_changed(Engine *engine);
void pools_review(Engine *engine); /* before the loop waits */
void pools_stop(Engine *engine);   /* the daemon stops: nobody is checked any more */
int pools_publish(Engine *engine, const Name *name, bool force); /* -ENOENT: no such pool */

void pools_each_publication(
        const Engine *engine, void (*visit)(void *userdata, const Publication *publication), void *userdata);
bool pools_are_settled(const Engine *engine);  /* nobody's removal waits for anything */
bool pools_are_degraded(const Engine *engine); /* one is held, or the observer cannot judge */

/* How a publication stands, for status.c and pool-status.c. */
typedef struct Standing {
        PublicationState state;
        const char *problem;
        usec_t changed_usec, next_usec;
} Standing;

#define STANDING_NONE ((Standing){ .state = PUBLICATION_IN_SYNC, .next_usec = USEC_INFINITY })
/* Adds one to what is known of others: the worst counts. */
void standing_add(Standing *standing, const Queue *queue, const Publication *publication);

/* Links with carrier, and an address of the family that reaches further than the link. */
bool engine_is_connected(const Engine *engine, int family);

/* The time of engine_withdraw_interface() is up. */
int engine_on_left(sd_event_source *source, uint64_t usec, void *userdata);
