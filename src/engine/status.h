/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "engine/engine.h"
#include "engine/publication.h"
#include "model/rrset.h"
#include "policy/health.h"
#include "policy/observer.h"
#include "policy/pool.h"
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

/* One pool. */
typedef enum PoolCondition {
        POOL_STARTING,   /* not every member has been judged yet: nothing is changed */
        POOL_NORMAL,     /* every member is up */
        POOL_DEGRADED,   /* a member is down or ordered out, or a better priority is not in use */
        POOL_HELD,       /* fewer than the minimum are up: `all_down` decides */
        POOL_OVERRIDDEN, /* an operator chose who serves it */
        POOL_FROZEN,     /* the observer cannot judge: nothing is changed because of checks */
} PoolCondition;

/* An operator's failover. */
typedef struct OverrideStatus {
        const char *member;        /* NULL: there is none */
        const char *user, *reason; /* never NULL where there is one */
        usec_t until_usec;         /* CLOCK_REALTIME; 0: until failback */
} OverrideStatus;

typedef struct PoolStatus {
        const PoolConfig *config;
        PublicationState state; /* of the RRset that is worst off */
        const RRset *wanted[2]; /* A, AAAA: addresses of members that are to be there; NULL: none */
        const RRset
                *published[2]; /* A, AAAA: what the server was last seen to hold; NULL: none, or not known */
        const char *problem;   /* why it is retrying or parked; NULL: all is well */
        usec_t changed_usec;   /* as of a record */
        usec_t next_usec;
        PoolCondition condition;
        OverrideStatus overrides[2]; /* A, AAAA */
        uint32_t priority;           /* policy "priority": the one in use; 0: none */
        size_t n_members, n_up;      /* up by its checks */
} PoolStatus;

size_t engine_count_pools(const Engine *engine);
void engine_pool(const Engine *engine, size_t index, PoolStatus *ret);
bool engine_find_pool(const Engine *engine, const Name *name, PoolStatus *ret);

/* One member. They are in the order of the configuration, then those that came by "self" and "discover",
 * whose names are their addresses. */
typedef struct MemberStatus {
        const PoolConfig *pool;
        const char *name;
        Address address;
        uint32_t priority;
        MemberOrigin origin;
        HealthState health;
        MemberAdmin admin;
        const char *admin_user, *admin_reason; /* never NULL */
        usec_t admin_until_usec;               /* CLOCK_REALTIME; 0: until somebody says otherwise */
        bool published;                        /* the server was last seen to hold it */
        usec_t latency_usec;                   /* of the last check that was OK; 0: none was */
        usec_t checked_usec;                   /* CLOCK_REALTIME of the last result; 0: none yet */
        usec_t changed_usec;                   /* CLOCK_REALTIME when `health` last changed; 0: never */
        const char *problem;                   /* what the last check found wrong; NULL: nothing */
} MemberStatus;

size_t engine_count_members(const Engine *engine, size_t pool);
void engine_member(const Engine *engine, size_t pool, size_t index, MemberStatus *ret);
bool engine_find_member(const Engine *engine, const Name *pool, const char *name, MemberStatus *ret);

/* As engine_next_changed(), for pools and for members. Latency and the time of the last check do not count.
 */
bool engine_next_changed_pool(Engine *engine, PoolStatus *ret);
bool engine_next_changed_member(Engine *engine, MemberStatus *ret);

const char *pool_condition_to_text(
        PoolCondition condition); /* "starting", "normal", "degraded", "held", "overridden", "frozen" */

/* Whether we can judge others, the worst of what the members in use need (IPv4, IPv6). */
ObserverState engine_observer(const Engine *engine);
const char *observer_state_to_text(ObserverState state); /* "ok", "suspect", "lost" */

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
        ENGINE_DEGRADED, /* a record or pool is retrying or parked, a pool is held, or the observer not OK */
        ENGINE_STOPPING,
} EngineState;

EngineState engine_state(const Engine *engine);
const char *engine_state_to_text(EngineState state); /* "starting", "running", "degraded", "stopping" */

/* A link other than loopback has carrier and an address that reaches further than the link. */
bool engine_is_online(const Engine *engine);
