/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/command.h"
#include "ctl/objects.h"

/* The lines of monitor: one for each thing that happens, for people or as JSON. */

typedef enum NewsKind {
        NEWS_PRESENT, /* as it was when monitor, or the daemon, began */
        NEWS_CHANGED,
        NEWS_ADDED,
        NEWS_REMOVED,
} NewsKind;

/* before: for NEWS_CHANGED, NULL else. People are not told what only moves along with everything else.
 * -ENOMEM. */
int news_print(const Ctl *ctl, NewsKind kind, const Object *object, const Object *before);

/* The signal FailedOver of a pool: who serves it now, instead of whom, and why. -ENOMEM. */
int news_print_failover(
        const Ctl *ctl, const Object *pool, char *const *from, char *const *to, const char *reason);

/* The daemon itself. */
typedef enum NewsOfDaemon {
        NEWS_APPEARED,
        NEWS_VANISHED,
        NEWS_SILENT, /* it does not answer */
} NewsOfDaemon;

/* -ENOMEM. */
int news_print_daemon(const Ctl *ctl, NewsOfDaemon news);
