/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "check/check.h"
#include "config/config.h"
#include "engine/event.h"
#include "engine/pool-store.h"
#include "engine/publication.h"
#include "engine/store.h"
#include "model/interfaces.h"
#include "policy/pool.h"
#include "policy/select.h"
#include "provider/provider.h"
#include "util/cleanup.h"

/* From facts to DNS: keeps every record of a configuration as its sources say. */
typedef struct Engine Engine;

typedef struct EngineCallbacks {
        int (*new_provider)(void *userdata, Provider **ret, const ProviderConfig *config,
                const Name *zone_hint, const ProviderEvents *events);
        /* Something waits (no longer) for the network to come back: tell engine_network_returned(). */
        void (*waiting)(void *userdata, bool waiting);
        /* Called from the loop each time that everything came to rest: see engine_is_settled(). */
        void (*settled)(void *userdata);
        /* Something that engine/status.h tells may be different. Called from the loop, after the packets. */
        void (*changed)(void *userdata);
        /* Pools have other members than before. */
        void (*members_changed)(void *userdata);
        /* Begins to check an address: see checker_add(). The engine frees it. */
        int (*new_check)(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
                CheckReport report, void *report_userdata);
        /* What hooks and others may want to know of. */
        void (*happened)(void *userdata, const Event *event);
        void *userdata;
} EngineCallbacks;

typedef struct EngineOptions {
        bool force;   /* forget what was published, and write even what stands there already */
        bool dry_run; /* read, decide, say; send no change */
} EngineOptions;

/* All borrowed. The engine marks addresses in `facts` that are about to go; it is filled in by others. */
int engine_new(Engine **ret, sd_event *event, Interfaces *facts, Store *store, PoolStore *pool_store,
        const EngineCallbacks *callbacks);
/* Saves the store. */
Engine *engine_free(Engine *engine);
DEFINE_FREEP(Engine, engine_free)

/* Starts with a configuration, or changes to another one: everything is read again; what is ours stays known.
 * The configuration is borrowed until the next one is in place. On error the engine has no records at all. */
int engine_configure(Engine *engine, const Config *config, const EngineOptions *options);

/* The table of interfaces is different. Changes go out before this returns. */
void engine_facts_changed(Engine *engine);

void engine_network_returned(Engine *engine);

/* What people ask for. */

/* Looks again: reads every RRset back, and tries at once what waits to be tried again (but asks no provider
 * that failed twice in a second). What is parked stays so: to look is anybody's right, and whoever refused it
 * would be asked again and again. */
void engine_refresh(Engine *engine);

/* Reads one record or pool, or all of them (NULL), puts right what differs, and ends whatever it waits for,
 * parked or not. force: what is wanted of an exclusive record is written even if it stands there already.
 * -ENOENT: neither a record nor a pool; -ESHUTDOWN: the daemon stops. */
int engine_publish(Engine *engine, const Name *name, bool force);

/* The interface is about to go down: its addresses are treated as gone, at once and without withdraw_delay,
 * until the kernel takes them away, or for a minute if it does not. -ENODEV: no such interface. */
int engine_withdraw_interface(Engine *engine, const char *interface);

/* Each address of the record's sources, or of a pool's "self", and why it was taken or left. -ENOENT: neither
 * a record nor a pool. */
int engine_explain(const Engine *engine, const Name *name, SelectVisit visit, void *userdata);

/* An operator's word on a pool or a member. */
typedef enum OrderResult {
        ORDER_DONE,
        ORDER_NO_POOL,
        ORDER_NO_MEMBER,
        ORDER_WOULD_EMPTY, /* fewer members than the pool's minimum would be left: `force` does it all the
                              same */
        ORDER_MEMBER_DOWN, /* failover to a member that is down, or held down: `force` does it all the same */
        ORDER_IN_FAILOVER, /* it is what a failover has serve: `force` does it all the same */
        ORDER_PAST,        /* it would have expired already */
        ORDER_NO_OVERRIDE, /* failback: there is nothing to go back from */
} OrderResult;

typedef struct Order {
        const char *user;   /* who says so: never NULL */
        const char *reason; /* NULL or "": none given */
        usec_t until_usec;  /* CLOCK_REALTIME; 0: until somebody says otherwise */
        bool force;
} Order;

/* All return an OrderResult, -ENOMEM, or -ESHUTDOWN when the daemon stops. What is ordered is on disk, and
 * under way to DNS, when they return ORDER_DONE. */

/* Of the member's family, the pool publishes this member alone, from now on. Without force that holds only
 * while the member is not down. */
int engine_failover(Engine *engine, const Name *pool, const char *member, const Order *order);

/* Ends that; with "failback": "manual", also goes back to the best priority that has a member up. */
int engine_failback(Engine *engine, const Name *pool, const Order *order);

/* ADMIN_NONE takes the last word back: a member that was not published has to rise first. */
int engine_set_admin(
        Engine *engine, const Name *pool, const char *member, MemberAdmin admin, const Order *order);

/* Checks one member now, or all (NULL). */
int engine_check_now(Engine *engine, const Name *pool, const char *member);

/* The daemon stops: takes along what "withdraw_on_stop" names; `settled` is called when that is done. */
void engine_withdraw(Engine *engine);

/* The kernel has been read, and every RRset is in sync, failed, parked or (in a dry run) planned. */
bool engine_is_settled(const Engine *engine);

/* How many RRsets there are, and how many are in sync. */
typedef struct EngineCounts {
        size_t total, in_sync, pending, retrying, parked;
} EngineCounts;
EngineCounts engine_count(const Engine *engine);

/* Each RRset with each address of its source and why it was taken or left: what "--dry-run" prints. */
void engine_print_plans(const Engine *engine, FILE *out);
