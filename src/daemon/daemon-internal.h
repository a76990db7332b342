/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What daemon.c (builds, wires and frees) and requests.c (signals, reload, refresh) share. */

#include <limits.h>

#include <systemd/sd-event.h>

#include "bus/bus.h"
#include "check/checker.h"
#include "config/config.h"
#include "daemon/daemon.h"
#include "dns/resolver.h"
#include "engine/engine.h"
#include "engine/pool-store.h"
#include "engine/store.h"
#include "hook/hook.h"
#include "hosting.h"
#include "model/interfaces.h"
#include "netlink/monitor.h"
#include "util/clock.h"

struct Daemon {
        DaemonOptions options;
        char hostname[HOST_NAME_MAX + 1];
        char *state_directory;
        int lock_fd;

        Config *config;
        sd_event *event;
        Interfaces *interfaces;
        Monitor *monitor;
        Resolver *resolver;
        Store *store;
        PoolStore *pool_store;
        Checker *checker;
        HookRunner *hooks; /* NULL: none are run */
        Engine *engine;
        Hosting *hosting;
        Bus *bus; /* NULL: not for a single run */
        sd_event_source *stop_timer;
        sd_event_source *refresh_timer;
        sd_event_source *trim_timer;
        usec_t refreshed_usec; /* CLOCK_BOOTTIME; 0: never */

        bool ready; /* said so to the service manager */
        bool stopping;
        char status[160]; /* last told to the service manager */
};

const char *plural(size_t n); /* "" for 1, else "s" */

/* This host's full name, or "". */
void daemon_find_hostname(char hostname[static HOST_NAME_MAX + 1]);

/* Logs every mistake. -EINVAL: there are some. */
int daemon_load_config(
        const DaemonOptions *options, const char *hostname, Config **ret, ConfigErrors *errors);

/* What a dry run finds out goes to standard output. */
void daemon_set_log_level(const Daemon *daemon, const Config *config);

/* After hosting_prepare(): the engine looks at this configuration then, come what may. */
int daemon_configure(Daemon *daemon, Config *config, bool force);

/* Tells the service manager how things stand. */
void daemon_tell_status(Daemon *daemon);

/* requests.c: what others ask of the daemon itself. */
int daemon_add_signals(Daemon *daemon);
int daemon_join_bus(Daemon *daemon); /* not for a single run */
