/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/* A network namespace that a measured program takes for its host: lo, and a link "eth0" with carrier. No
 * IPv6, so that every event is one that the benchmark caused. All of it is gone with the process.
 *
 * What stands in the way of measuring (no right to make namespaces) ends the program with a message. */
typedef struct Host Host;

/* n_addresses: that it always has, 198.18.0.2 and up (RFC 2544 keeps that network for benchmarks). */
Host *host_new(unsigned n_addresses);
Host *host_free(Host *host);

/* Between the two, what the process opens or forks belongs to the host. */
void host_enter(const Host *host);
void host_leave(const Host *host);

/* Asks the kernel to add (RTM_NEWADDR) or remove (RTM_DELADDR) 198.18.0.1, which sorts before the others.
 * Returns the time just before the message was sent: nanoseconds, CLOCK_MONOTONIC. */
uint64_t host_request_address(const Host *host, uint16_t message_type);

/* Reads the kernel's answer to the request. */
void host_confirm_address(const Host *host);

uint64_t now_nsec(void); /* CLOCK_MONOTONIC */
