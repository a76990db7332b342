/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "netlink/channel.h"
#include "util/cleanup.h"

/* The kernel read whole: first its links, then their addresses, a piece of at most 32 KiB a turn of the
 * event loop. */
typedef struct Dump Dump;

/* result: 0: complete; -EINTR: something changed meanwhile, so that objects may be missing (what came is
 * true all the same); another negative errno: it failed. Nothing follows; frees the dump, as a rule. */
typedef void (*DumpDone)(int result, void *userdata);

/* Sends the request; never calls back from within. Negative errno. */
int dump_new(Dump **ret, sd_event *event, ChannelMessage message, DumpDone done, void *userdata);
Dump *dump_free(Dump *dump);
DEFINE_FREEP(Dump, dump_free)
