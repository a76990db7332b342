/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "gateway/query.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* DNS over TCP (RFC 7766): connections that ask one question after the other, and are answered in that
 * order. */
typedef struct Streams Streams;

/* At most `most` connections; one that completes no question and takes no whole answer for idle_usec is
 * closed. */
int streams_new(Streams **ret, sd_event *event, size_t most, usec_t idle_usec, QueryFindZone find_zone,
        void *userdata);
Streams *streams_free(Streams *streams);
DEFINE_FREEP(Streams, streams_free)

/* Takes the non-blocking socket over, also on error. When there are `most` already, the one that has been
 * idle for longest makes room. */
int streams_adopt(Streams *streams, int fd);
