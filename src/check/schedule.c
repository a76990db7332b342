/* SPDX-License-Identifier: BSD-3-Clause */

/* Schedule: a binary heap beside one timer. An event source for each of 10,000 targets would take more memory
 * than all the rest of a target, and a wake-up each; here what is due within the slack is done in one.
 *
 * The timer is set when something becomes the first, and else left alone: an entry that is removed costs
 * nothing, and at worst the timer finds nothing to do. */

#include "check/schedule.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define TIMER_ACCURACY_USEC USEC_PER_MSEC

enum {
        FIRST = 1, /* of the heap; its place 0 stays empty */
        ENTRIES_A_TURN =
                256, /* the loop has other things to do; no more answers come than a socket can hold */
        LEAST_CAPACITY = 16,
};

typedef struct Slot {
        usec_t at_usec;
        ScheduleEntry *entry;
} Slot;

struct Schedule {
        sd_event_source *timer;
        ScheduleOptions options;
        Slot *heap;
        size_t count, capacity;
        usec_t armed_usec;   /* when the timer will go off at the latest */
        usec_t running_usec; /* while it runs: until when it does what is due; else 0 */
};

static void put(Schedule *schedule, size_t place, Slot slot)
{
        schedule->heap[place] = slot;
        slot.entry->place = place;
}

static void move_up(Schedule *schedule, size_t place, Slot slot)
{
        while (place > FIRST && schedule->heap[place / 2].at_usec > slot.at_usec) {
                put(schedule, place, schedule->heap[place / 2]);
                place /= 2;
        }
        put(schedule, place, slot);
}

static void move_down(Schedule *schedule, size_t place, Slot slot)
{
        for (size_t child; (child = 2 * place) <= schedule->count; place = child) {
                if (child < schedule->count &&
                        schedule->heap[child + 1].at_usec < schedule->heap[child].at_usec)
                        child++;
                if (schedule->heap[child].at_usec >= slot.at_usec)
                        break;
                put(schedule, place, schedule->heap[child]);
        }
        put(schedule, place, slot);
}

/* Puts it where another one was. */
static void settle(Schedule *schedule, size_t place, Slot slot)
{
        if (place > FIRST && schedule->heap[place / 2].at_usec > slot.at_usec)
                move_up(schedule, place, slot);
        else
                move_down(schedule, place, slot);
}

static void arm(Schedule *schedule)
{
        usec_t at_usec = schedule->count > 0 ? schedule->heap[FIRST].at_usec : USEC_INFINITY;

        if (schedule->running_usec != 0 || at_usec >= schedule->armed_usec)
                return;
        schedule->armed_usec = at_usec;
        sd_event_source_set_time(schedule->timer, at_usec);
}

void schedule_set(Schedule *schedule, ScheduleEntry *entry, usec_t at_usec)
{
        Slot slot = { .at_usec = at_usec, .entry = entry };

        if (at_usec <= schedule->running_usec)
                slot.at_usec = schedule->running_usec + 1;
        if (entry->place != 0) {
                settle(schedule, entry->place, slot);
        } else {
                assert(schedule->count < schedule->capacity);
                move_up(schedule, ++schedule->count, slot);
        }
        arm(schedule);
}

void schedule_remove(Schedule *schedule, ScheduleEntry *entry)
{
        size_t place = entry->place;
        Slot last;

        if (place == 0)
                return;
        entry->place = 0;
        last = schedule->heap[schedule->count--];
        if (last.entry != entry)
                settle(schedule, place, last);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        Schedule *schedule = userdata;
        const ScheduleOptions *options = &schedule->options;
        usec_t now_usec;

        (void) usec;
        sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now_usec);
        schedule->running_usec = now_usec + options->slack_usec;
        for (unsigned i = 0; i < ENTRIES_A_TURN && schedule->count > 0; i++) {
                ScheduleEntry *entry = schedule->heap[FIRST].entry;

                if (schedule->heap[FIRST].at_usec > schedule->running_usec)
                        break;
                schedule_remove(schedule, entry);
                options->due(options->userdata, entry);
        }
        schedule->running_usec = 0;
        schedule->armed_usec = USEC_INFINITY;
        sd_event_source_set_time(schedule->timer, USEC_INFINITY);
        arm(schedule);
        return 0;
}

int schedule_reserve(Schedule *schedule, size_t count)
{
        size_t capacity = schedule->capacity > 0 ? schedule->capacity : LEAST_CAPACITY;
        Slot *heap;

        if (count <= schedule->capacity)
                return 0;
        while (capacity < count)
                capacity += capacity / 2;
        heap = reallocarray(schedule->heap, FIRST + capacity, sizeof *heap);
        if (!heap)
                return -ENOMEM;
        schedule->heap = heap;
        schedule->capacity = capacity;
        return 0;
}

Schedule *schedule_free(Schedule *schedule)
{
        if (!schedule)
                return NULL;
        sd_event_source_disable_unref(schedule->timer);
        free(schedule->heap);
        free(schedule);
        return NULL;
}

int schedule_new(Schedule **ret, sd_event *event, const ScheduleOptions *options)
{
        AUTO(schedule_freep) Schedule *schedule = calloc(1, sizeof *schedule);
        int r;

        if (!schedule)
                return -ENOMEM;
        schedule->options = *options;
        schedule->armed_usec = USEC_INFINITY;
        r = sd_event_add_time(event, &schedule->timer, CLOCK_MONOTONIC, USEC_INFINITY, TIMER_ACCURACY_USEC,
                on_timer, schedule);
        if (r < 0)
                return r;
        r = sd_event_source_set_priority(schedule->timer, options->priority);
        if (r < 0)
                return r;
        /* Always on, without a time it never goes off: so to set the time is all, and that cannot fail. */
        r = sd_event_source_set_enabled(schedule->timer, SD_EVENT_ON);
        if (r < 0)
                return r;
        *ret = STEAL(schedule);
        return 0;
}
