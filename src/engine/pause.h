/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/clock.h"

/* Why a zone's queue begins nothing now, and until when. No timers: the queue passes `now`
 * (CLOCK_BOOTTIME). */
typedef struct Pause {
        unsigned failures; /* in a row */
        unsigned refusals; /* in a row */
        usec_t until_usec; /* USEC_INFINITY: there is none */
        bool parked;       /* a person must act; else the network is to come back */
} Pause;

#define PAUSE_NONE ((Pause){ .until_usec = USEC_INFINITY })

/* After a failure: 1 s, doubled up to 5 minutes, or what the server asked for where that is longer. */
void pause_after_failure(Pause *pause, usec_t now, usec_t asked_usec, uint32_t random);

/* After the provider refused whatever was asked: 5 minutes, doubled up to an hour. */
void pause_after_refusal(Pause *pause, usec_t now, uint32_t random);

/* The same for one RRset that failed, or was refused, so many times in a row. */
usec_t pause_of_failure(unsigned failures, uint32_t random);
usec_t pause_of_refusal(unsigned refusals, uint32_t random);

void pause_after_success(Pause *pause);

bool pause_is_on(const Pause *pause);
bool pause_is_retrying(const Pause *pause); /* it ends by itself when the network returns */

/* Ends it when its time has come. */
void pause_check(Pause *pause, usec_t now);

/* The network returned: it ends now, but at least a second after `last_start`. True when that changes
 * anything. */
bool pause_shorten(Pause *pause, usec_t now, usec_t last_start);
