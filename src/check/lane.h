/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "check/probe.h"

/* Checks of one kind: what does them, and how many at once. */

typedef enum LaneKind {
        LANE_ICMP,
        LANE_TCP,
        LANE_HTTP,
        LANE_EXEC,
        LANE_KINDS, /* how many there are */
} LaneKind;

typedef struct Lane {
        LaneKind kind;
        Prober *prober;       /* NULL: was not needed yet */
        size_t running, most; /* probes; most: 0 is not known yet */
} Lane;

LaneKind lane_kind(CheckType type);

/* True: one more has to wait until one has ended. */
bool lane_is_full(Lane *lane);

/* As prober_start(). */
int lane_start(Lane *lane, sd_event *event, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata);
void lane_cancel(Lane *lane, Probe *probe);
/* To be called when a probe is done. */
void lane_leave(Lane *lane);
void lane_done(Lane *lane);
