/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "host.h"

/* 65,000 targets without an ARP entry each: the host of host.h, a second link, and behind that a namespace
 * that takes all of 10.98.0.0/16 for its own addresses. There somebody accepts TCP connections at
 * NETWORK_PORT and closes them. */
typedef struct Network {
        Host *host;
        pid_t acceptor;
} Network;

#define NETWORK_PORT 8080

/* "10.98.0.1": the targets by their numbers. Writes into `buffer` and returns it. */
#define NETWORK_ADDRESS_MAX 16
const char *network_address(unsigned number, char buffer[static NETWORK_ADDRESS_MAX]);

Network *network_new(void);
Network *network_free(Network *network);

uint64_t network_count_echoes(const Network *network);      /* ICMP echo requests that left the host so far */
uint64_t network_count_connections(const Network *network); /* TCP connections that it began so far */
uint64_t network_cpu_nsec(const Network *network);          /* of the one that accepts */
