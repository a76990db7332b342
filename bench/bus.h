/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "host.h"

/* A message bus of the benchmark's own, and clients on it that listen to everything. */
typedef struct Bus Bus;

typedef struct BusOptions {
        const char *listener; /* the program bench/listener */
        unsigned listeners;
        bool stopped; /* they do not read (SIGSTOP) */
} BusOptions;

/* directory: for its files. Returns when all of them listen. */
Bus *bus_new(const Host *host, const char *directory, const BusOptions *options);
Bus *bus_free(Bus *bus);

/* "DBUS_SYSTEM_BUS_ADDRESS=…" */
const char *bus_environment(const Bus *bus);
