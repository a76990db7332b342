/* SPDX-License-Identifier: BSD-3-Clause */

/* Monitor: keeps the table of interfaces as the kernel has it. It decides nothing and drops nothing.
 *
 * The kernel tells changes on one socket and answers dumps on another, and between the two there is no
 * order. So events wait in their socket while a dump runs: each of them is carried in after the dump that
 * it may be newer than, and the last word on every object is the kernel's last. What is left of older
 * generations after a complete dump is swept; an interrupted one adds what it brought, and is repeated.
 *
 * When events are lost (overrun), all that waits is taken out first: it is older than what was lost. */

#include "netlink/monitor.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink/channel.h"
#include "netlink/dump.h"
#include "netlink/message.h"
#include "util/clock.h"
#include "util/log.h"

#define RETRY_FIRST_USEC (20 * USEC_PER_MSEC)
#define RETRY_DOUBLINGS  7 /* 2.56 s at most */
#define ROUTES_A_TURN    256

struct Monitor {
        sd_event *event;
        Interfaces *table;
        MonitorChanged changed;
        MonitorRouted routed;
        void *userdata;

        Channel *events; /* NULL: to be opened again */
        Channel *routes; /* NULL: not watched, or to be opened again */
        Dump *dump;      /* NULL: none is running */
        sd_event_source *retry;
        unsigned n_retries;
        unsigned n_resyncs;

        bool watches_routes;
        bool is_routed;  /* a default route appeared since `routed` was called */
        bool is_changed; /* the table changed since `changed` was called */
        bool is_lost;    /* a message did not reach the table since the last dump began */
        bool is_synced;  /* the last dump was complete */
};

static const int event_groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0 };
static const int route_groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, 0 };

/* Says nothing while a dump runs, which follows a loss of messages: what came before the loss may be over,
 * and the dump ends in milliseconds. This and report_routes() may end in monitor_free(): nothing of the
 * monitor is touched after them. */
static void report_changes(Monitor *monitor)
{
        if (!monitor->is_changed || monitor->dump || monitor->table->state != FACT_KNOWN)
                return;
        monitor->is_changed = false;
        monitor->changed(monitor->userdata);
}

static void report_routes(Monitor *monitor)
{
        if (!monitor->is_routed)
                return;
        monitor->is_routed = false;
        monitor->routed(monitor->userdata);
}

/* What goes on failing is a warning only once. */
static int retry_level(const Monitor *monitor)
{
        return monitor->n_retries == 0 ? LOG_WARNING : LOG_DEBUG;
}

static void retry_later(Monitor *monitor)
{
        usec_t delay_usec = RETRY_FIRST_USEC << monitor->n_retries;

        if (monitor->n_retries < RETRY_DOUBLINGS)
                monitor->n_retries++;
        sd_event_source_set_time_relative(monitor->retry, delay_usec);
        sd_event_source_set_enabled(monitor->retry, SD_EVENT_ONESHOT);
}

static void on_message(const struct nlmsghdr *message, void *userdata)
{
        Monitor *monitor = userdata;
        int r = message_apply(message, monitor->table);

        if (r == MESSAGE_ASK_AGAIN || r < 0)
                monitor->is_lost = true;
        else if (r > 0)
                monitor->is_changed = true;
}

/* We are deaf from here on: what the table says may be over. */
static void give_up_events(Monitor *monitor, int error)
{
        log_message(retry_level(monitor), NULL, NULL,
                "the kernel's address messages cannot be received (%s); trying again", strerror(-error));
        monitor->dump = dump_free(monitor->dump);
        monitor->events = channel_free(monitor->events);
        monitor->is_synced = false;
        monitor->table->state = FACT_UNKNOWN;
        retry_later(monitor);
}

static void on_dumped(int result, void *userdata)
{
        Monitor *monitor = userdata;
        int r;

        monitor->dump = dump_free(monitor->dump);
        r = channel_enable(monitor->events, true);
        if (r < 0) {
                give_up_events(monitor, r);
                return;
        }
        if (result == 0 && monitor->is_lost)
                result = -ENOMEM;
        if (result == 0) {
                monitor->is_synced = true;
                monitor->is_changed |= interfaces_sweep(monitor->table) > 0;
        } else {
                log_debug("the kernel's addresses were not read whole (%s); reading them again",
                        result == -EINTR ? "they changed meanwhile" : strerror(-result));
                retry_later(monitor);
        }
        report_changes(monitor);
}

/* Begins to read the kernel from scratch. */
static int resync(Monitor *monitor)
{
        int r;

        monitor->dump = dump_free(monitor->dump);
        monitor->is_lost = false;
        monitor->is_synced = false;
        interfaces_begin_sync(monitor->table);
        r = channel_enable(monitor->events, false);
        if (r < 0)
                return r;
        r = dump_new(&monitor->dump, monitor->event, on_message, on_dumped, monitor);
        if (r < 0)
                channel_enable(monitor->events, true);
        return r;
}

static int resync_or_retry(Monitor *monitor)
{
        int r = resync(monitor);

        if (r < 0) {
                log_message(retry_level(monitor), NULL, NULL,
                        "the kernel's addresses cannot be read (%s); trying again", strerror(-r));
                retry_later(monitor);
        }
        return r;
}

/* To the very end: the kernel takes longer to make a message than we to read it. */
static int drain_events(Monitor *monitor)
{
        int r;

        do {
                r = channel_receive(monitor->events, on_message, monitor);
                if (r == -ENOBUFS) {
                        monitor->is_lost = true;
                        monitor->n_resyncs++;
                }
        } while (r > 0 || r == -ENOBUFS);
        return r;
}

static void on_events(void *userdata)
{
        Monitor *monitor = userdata;
        int r = drain_events(monitor);

        if (r < 0) {
                give_up_events(monitor, r);
                return;
        }
        if (monitor->is_lost)
                resync_or_retry(monitor);
        else if (monitor->is_synced)
                monitor->n_retries = 0; /* not before: a socket may open and dump, and fail all the same */
        report_changes(monitor);
}

static void on_route_message(const struct nlmsghdr *message, void *userdata)
{
        Monitor *monitor = userdata;

        if (message_is_default_route(message))
                monitor->is_routed = true;
}

/* Not to the end: routes may come faster than we read them, and none needs the next. */
static void on_routes(void *userdata)
{
        Monitor *monitor = userdata;
        int r = 1;

        for (int i = 0; i < ROUTES_A_TURN && (r > 0 || r == -ENOBUFS); i++) {
                r = channel_receive(monitor->routes, on_route_message, monitor);
                if (r < 0)
                        monitor->is_routed = true; /* among what was lost there may have been one */
        }
        if (r < 0 && r != -ENOBUFS) {
                log_message(retry_level(monitor), NULL, NULL,
                        "the kernel's route messages cannot be received (%s); trying again", strerror(-r));
                monitor->routes = channel_free(monitor->routes);
                retry_later(monitor);
        }
        report_routes(monitor);
}

static int open_events(Monitor *monitor)
{
        return channel_new(&monitor->events, monitor->event, event_groups, on_events, monitor);
}

static int open_routes(Monitor *monitor)
{
        return channel_new(&monitor->routes, monitor->event, route_groups, on_routes, monitor);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Monitor *monitor = userdata;

        (void) source;
        (void) usec;
        if (!monitor->events && open_events(monitor) < 0) {
                retry_later(monitor);
                return 0;
        }
        if (!monitor->is_synced && !monitor->dump)
                resync_or_retry(monitor);
        if (monitor->watches_routes && !monitor->routes && open_routes(monitor) < 0)
                retry_later(monitor);
        return 0;
}

int monitor_new(Monitor **ret, sd_event *event, Interfaces *table, MonitorChanged changed,
        MonitorRouted routed, void *userdata)
{
        AUTO(monitor_freep) Monitor *monitor = calloc(1, sizeof *monitor);
        int r;

        if (!monitor)
                return -ENOMEM;
        monitor->event = sd_event_ref(event);
        monitor->table = table;
        monitor->changed = changed;
        monitor->routed = routed;
        monitor->userdata = userdata;
        r = sd_event_add_time_relative(
                event, &monitor->retry, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_retry, monitor);
        if (r < 0)
                return r;
        r = open_events(monitor);
        if (r < 0)
                return r;
        r = resync(monitor);
        if (r < 0)
                return r;
        *ret = STEAL(monitor);
        return 0;
}

Monitor *monitor_free(Monitor *monitor)
{
        if (!monitor)
                return NULL;
        dump_free(monitor->dump);
        channel_free(monitor->routes);
        channel_free(monitor->events);
        sd_event_source_disable_unref(monitor->retry);
        sd_event_unref(monitor->event);
        free(monitor);
        return NULL;
}

int monitor_refresh(Monitor *monitor)
{
        if (!monitor->events)
                return 0; /* opening it again reads the kernel anyway */
        return resync_or_retry(monitor);
}

int monitor_watch_routes(Monitor *monitor, bool watch)
{
        monitor->watches_routes = watch;
        if (!watch) {
                monitor->routes = channel_free(monitor->routes);
                monitor->is_routed = false;
                return 0;
        }
        return monitor->routes ? 0 : open_routes(monitor);
}

unsigned monitor_count_resyncs(const Monitor *monitor)
{
        return monitor->n_resyncs;
}
