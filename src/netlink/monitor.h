/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "model/interfaces.h"
#include "util/cleanup.h"

/* Listens to the kernel's links and addresses and keeps a table of them. */
typedef struct Monitor Monitor;

/* Called once after each drain of the socket in which the table changed, in the same turn of the loop. */
typedef void (*MonitorChanged)(void *userdata);

/* Called when a route appeared, while routes are watched. */
typedef void (*MonitorRouted)(void *userdata);

/* Opens the sockets and begins the first dump; the table becomes FACT_KNOWN with the first `changed` call.
 * `table` is borrowed and must outlive the monitor. Negative errno when netlink cannot be had. */
int monitor_new(Monitor **ret, sd_event *event, Interfaces *table, MonitorChanged changed,
        MonitorRouted routed, void *userdata);
Monitor *monitor_free(Monitor *monitor);
DEFINE_FREEP(Monitor, monitor_free)

/* Reads the kernel again from scratch. */
int monitor_refresh(Monitor *monitor);

/* Watches for default routes that appear (either family). A router's table may change a thousand times a
 * second: ask for this only while something waits for the network to come back. */
int monitor_watch_routes(Monitor *monitor, bool watch);

/* How often the socket overran and the kernel was read again, for logs and tests. */
unsigned monitor_count_resyncs(const Monitor *monitor);
