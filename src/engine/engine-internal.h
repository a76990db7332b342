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
        Told told;
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

struct Engine {
        sd_event *event;
        Interfaces *facts;
        Store *store;
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

/* The record's index in the configuration; -ENOENT. */
ssize_t engine_find_record_index(const Engine *engine, const Name *name);

/* Drops everything that the configuration made. */
void engine_clear(Engine *engine);

/* The time of engine_withdraw_interface() is up. */
int engine_on_left(sd_event_source *source, uint64_t usec, void *userdata);
