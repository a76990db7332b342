/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* The engine against a server that follows a script: it holds RRsets, checks every expectation as a real one
 * does, and answers as it is told to. */

#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "model/zone.h"

typedef struct World World;

/* What the server does with an operation. */
typedef enum Act {
        ACT_OBEY,
        ACT_LOSE_ANSWER, /* does it, and nobody hears */
        ACT_LOSE,        /* gets nothing to do, for now */
        ACT_RETRY,
        ACT_FAIL, /* because of what it is asked */
        ACT_REFUSE,
        ACT_REFUSE_ALL,
} Act;

/* A check that looks at nothing: see world_look(). */
typedef struct WorldCheck {
        Check check; /* the first */
        World *world;
        const CheckConfig *config;
        Address address;
        bool fast;
        unsigned n_now, n_discards;
} WorldCheck;

struct World {
        sd_event *event;
        Interfaces *interfaces;
        Store *store;
        PoolStore *pool_store;
        Engine *engine;
        Zone *zone;           /* the server's */
        const char *bad_name; /* the server does `bad_act` to changes of it */
        Act bad_act;
        Act acts[32]; /* for the writes to come; obey when they are used up */
        size_t n_acts, n_writes, n_reads;
        bool wildcard; /* reads of absent names are answered from a wildcard */
        bool waiting, settled;
        unsigned n_changed; /* calls of the engine's `changed` */
        unsigned n_events[EVENT_KINDS];
        void (*before_write)(World *world);

        WorldCheck *checks[16];
        unsigned n_members_changed;
        char *pools_path; /* of the pool store; NULL: none on disk */

        ProviderConfig provider;
        SourceConfig source;
        CheckConfig check;
        CheckConfig *check_list[1];
        PoolConfig pool; /* with "pools" in the configuration when it has a name */
        PoolConfig *pool_list[1];
        MemberConfig members[8];
        RecordConfig records[3];
        RecordConfig *record_list[3];
        SourceConfig *source_list[1];
        ProviderConfig *provider_list[1];
        Config config;
};

/* A host with eth0, and up to three records fed by it. */
void world_begin(World *world, size_t n_records, Ownership ownership);
void world_end(World *world);
void world_configure(World *world, bool force, bool dry_run);

/* Somebody else writes; "" removes. */
void world_edit(World *world, size_t record, const char *text);

/* What the server holds; good until the next call. */
const char *world_held(const World *world, size_t record);

/* The kernel says: these are eth0's addresses. */
void world_have(World *world, const char *text);

/* A pool www.example.com with so many members "m1", 192.0.2.11, and on. Before world_configure(). */
void world_add_pool(World *world, size_t n_members);

/* The check of this address, NULL: there is none. */
WorldCheck *world_check(const World *world, const char *address);

/* It finds this, so many times. */
void world_look(World *world, const char *address, CheckResult result, unsigned times);

/* The engine ends and begins anew, with what is on disk. */
void world_restart(World *world);

/* What the server holds of the pool. */
const char *world_held_by_pool(const World *world);
void world_edit_pool(World *world, const char *text);

/* Runs what is ready now, and waits for nothing. */
void world_turn(World *world);

/* Runs until all is settled, however long timers take. */
void world_settle(World *world);
