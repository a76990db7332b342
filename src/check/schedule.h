/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* Things to be done at a time (CLOCK_MONOTONIC): any number of them, one timer. */
typedef struct Schedule Schedule;

/* The first member of what is planned. Zero: not planned. */
typedef struct ScheduleEntry {
        size_t place;
} ScheduleEntry;

/* The entry is planned no more; it may be set again, and freed. */
typedef void (*ScheduleDue)(void *userdata, ScheduleEntry *entry);

typedef struct ScheduleOptions {
        int priority;      /* among the sources of the loop: SD_EVENT_PRIORITY_NORMAL */
        usec_t slack_usec; /* what is due so soon after something else is done with it */
        ScheduleDue due;
        void *userdata;
} ScheduleOptions;

int schedule_new(Schedule **ret, sd_event *event, const ScheduleOptions *options);
Schedule *schedule_free(Schedule *schedule);
DEFINE_FREEP(Schedule, schedule_free)

/* Makes room: as long as no more than `count` entries are planned, schedule_set() cannot fail. -ENOMEM. */
int schedule_reserve(Schedule *schedule, size_t count);

/* Plans it, or plans it anew. What is set by `due` is done in a later turn of the loop, however early its
 * time. */
void schedule_set(Schedule *schedule, ScheduleEntry *entry, usec_t at_usec);
void schedule_remove(Schedule *schedule, ScheduleEntry *entry);
