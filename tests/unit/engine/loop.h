/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "util/clock.h"

/* Time, made to order. A program that links loop.c gets it in place of sd-event (the part that the engine
 * uses), of clock_gettime() and of util/random: several hosts, each with an event loop and clocks of its own,
 * in one process, and the same numbers lead to the same run each time.
 *
 * There is one true time, in microseconds since 0. A host's CLOCK_BOOTTIME is the true time since it booted;
 * CLOCK_MONOTONIC stands still while it sleeps; CLOCK_REALTIME is what somebody set it to. */

/* A loop for a host that booted `uptime` ago. Its sources fire as late as `lateness` of their accuracy
 * allows, 0 to 255. */
sd_event *loop_new(usec_t uptime, usec_t realtime, uint8_t lateness, uint64_t random_seed);

/* Forgets what was left of the last run; the true time begins at `start`. */
void loop_begin(usec_t start);

usec_t loop_true_usec(void);
usec_t loop_clock_usec(const sd_event *event, clockid_t clock);

/* Asleep nothing fires. */
void loop_sleep(sd_event *event);
void loop_wake(sd_event *event);

/* Somebody sets CLOCK_REALTIME. */
void loop_jump(sd_event *event, int64_t by_usec);

/* From now on it is this host that runs: its clocks are read, and its random numbers. NULL: none. Returns the
 * one before. */
sd_event *loop_enter(sd_event *event);

/* Runs whatever is next in any of the loops; where times are equal, the first of them goes first. False:
 * nothing is to come until `end`, and the true time is now that. */
bool loop_step(sd_event *const *events, unsigned n, usec_t end);
