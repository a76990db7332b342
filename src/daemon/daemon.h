/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "util/cleanup.h"

/* Builds, wires and frees all the parts, and owns the event loop. Decides nothing. */
typedef struct Daemon Daemon;

typedef struct DaemonOptions {
        const char *config_path; /* NULL: the default place, where there may be none */
        bool once;
        bool force;
        bool dry_run;
} DaemonOptions;

/* -EBADMSG: the configuration is bad, and every error was logged; else a negative errno that was logged. */
int daemon_new(Daemon **ret, const DaemonOptions *options);
Daemon *daemon_free(Daemon *daemon);
DEFINE_FREEP(Daemon, daemon_free)

/* Until SIGTERM, or until all is done with `once` and `dry_run`. Returns the exit status. */
int daemon_run(Daemon *daemon);

/* Only looks at the configuration and says what it found. Negative: it is bad. */
int daemon_check(const DaemonOptions *options);
