/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "engine/engine.h"
#include "engine/publication.h"
#include "model/rrset.h"
#include "util/clock.h"

/* How things stand, for whoever shows it. All pointers are the engine's: good until the loop runs on. */

/* One record: its A and AAAA RRsets together. */
typedef struct RecordStatus {
        const RecordConfig *config;
        PublicationState state; /* of the RRset that is worst off */
        const RRset *wanted[2]; /* A, AAAA: our own values; NULL: none */
        const RRset
                *published[2]; /* A, AAAA: what the server was last seen to hold; NULL: none, or not known */
        const char *problem;   /* why it is retrying or parked; NULL: all is well */
        usec_t changed_usec;   /* CLOCK_REALTIME of our last change in DNS; 0: never */
        usec_t next_usec; /* CLOCK_BOOTTIME when it goes on by itself; USEC_INFINITY: it waits for nothing */
} RecordStatus;

size_t engine_count_records(const Engine *engine);

/* index: below engine_count_records(). In canonical order of the names. */
void engine_record(const Engine *engine, size_t index, RecordStatus *ret);

/* False: no such record. */
bool engine_find_record(const Engine *engine, const Name *name, RecordStatus *ret);

/* Takes one record off the list of those whose status may be different since they were last on it; false: the
 * list is empty. A record is on it at most once for each family. */
bool engine_next_changed(Engine *engine, RecordStatus *ret);

/* One provider: all its queues together (one that has to find its zones has one for each record). */
typedef enum ProviderState {
        PROVIDER_UNKNOWN,  /* nothing was asked of it yet */
        PROVIDER_OK,       /* answers */
        PROVIDER_RETRYING, /* failed; is tried again by itself */
        PROVIDER_PARKED,   /* refused everything; a person must act */
} ProviderState;

typedef struct ProviderStatus {
        const ProviderConfig *config;
        ProviderState state;
        const char *problem; /* NULL: all is well */
        size_t queue_length; /* RRsets that wait for it, or are under way */
        usec_t next_usec;    /* CLOCK_BOOTTIME when it is tried again; USEC_INFINITY: it waits for nothing */
} ProviderStatus;

size_t engine_count_providers(const Engine *engine);
void engine_provider(const Engine *engine, size_t index, ProviderStatus *ret);
bool engine_find_provider(const Engine *engine, const char *id, ProviderStatus *ret);

const char *provider_state_to_text(ProviderState state); /* "unknown", "ok", "retrying", "parked" */

/* The whole. */
typedef enum EngineState {
        ENGINE_STARTING, /* the kernel has not been read yet */
        ENGINE_RUNNING,
        ENGINE_DEGRADED, /* a record is retrying or parked */
        ENGINE_STOPPING,
} EngineState;

EngineState engine_state(const Engine *engine);
const char *engine_state_to_text(EngineState state); /* "starting", "running", "degraded", "stopping" */

/* A link other than loopback has carrier and an address that reaches further than the link. */
bool engine_is_online(const Engine *engine);
