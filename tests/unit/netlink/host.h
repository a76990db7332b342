/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "model/interfaces.h"
#include "netlink/monitor.h"

/* A network namespace with nothing in it but lo, and a monitor that listens to it. */
typedef struct Host {
        sd_event *event;
        Interfaces *table;
        Monitor *monitor;
        unsigned n_changed;
        unsigned n_routed;
} Host;

/* Moves this process into a new namespace; false, and says why, where that is not permitted. */
bool host_is_possible(void);

/* cmocka's setup and teardown: *state is the Host, in a namespace of its own; the table is known. */
int host_setup(void **state);
int host_teardown(void **state);

/* A monitor that has not run yet; for setups that want it later. */
void host_start_monitor(Host *host);

/* A pair of links, e0 and e1, both up and without addresses of the kernel's own making. */
void host_add_pair(Host *host);

/* Runs commands for ip(8), one a line; fails the test when one fails. */
void ip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts ip(8) and goes on; -force, so that commands may fail. */
pid_t ip_start(const char *commands);

/* True when the child has ended. */
bool has_ended(pid_t child);

/* Runs the loop until the table is what getifaddrs() says; fails the test after some seconds. */
void host_converge(Host *host);
bool host_equals_kernel(const Host *host);

/* Runs the loop as long as something waits for it; never waits itself. */
void host_run_pending(Host *host);

const LinkFact *host_link(const Host *host, const char *name);               /* NULL: none */
const AddressFact *host_address(const Host *host, const char *address_text); /* NULL: none */

/* The netlink sockets of this process, as they were opened. Returns how many. */
size_t find_netlink_sockets(int *fds, size_t max);
