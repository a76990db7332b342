/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "config/config.h"
#include "engine/publication.h"
#include "engine/store.h"
#include "model/interfaces.h"
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
        void *userdata;
} EngineCallbacks;

typedef struct EngineOptions {
        bool force;   /* forget what was published, and write even what stands there already */
        bool dry_run; /* read, decide, say; send no change */
} EngineOptions;

/* All borrowed. The engine marks addresses in `facts` that are about to go; it is filled in by others. */
int engine_new(
        Engine **ret, sd_event *event, Interfaces *facts, Store *store, const EngineCallbacks *callbacks);
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

/* Reads one record, or all of them (NULL), puts right what differs, and ends whatever it waits for, parked or
 * not. force: what is wanted of an exclusive record is written even if it stands there already. -ENOENT: no
 * such record; -ESHUTDOWN: the daemon stops. */
int engine_publish(Engine *engine, const Name *name, bool force);

/* The interface is about to go down: its addresses are treated as gone, at once and without withdraw_delay,
 * until the kernel takes them away, or for a minute if it does not. -ENODEV: no such interface. */
int engine_withdraw_interface(Engine *engine, const char *interface);

/* Each address of the record's sources, and why it was taken or left. -ENOENT: no such record. */
int engine_explain(const Engine *engine, const Name *name, SelectVisit visit, void *userdata);

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
