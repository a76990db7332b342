/* SPDX-License-Identifier: BSD-3-Clause */

/* Loop: a timer heap for each host. Does not know what it is used for; refuses file descriptors, signals and
 * children, which a simulated host has none of.
 *
 * What it replaces has no argument to say whose clock is read. So there is one hidden state, as behind the
 * real ones: the true time, and the host that runs. */

#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/random.h"

#define ACCURACY_USEC (250 * USEC_PER_MSEC) /* sd-event's own, for 0 */
#define NOWHERE       UINT32_MAX

struct sd_event_source {
        sd_event *event;
        unsigned n_ref;
        bool timer; /* else it is deferred work */
        clockid_t clock;
        usec_t time_usec, accuracy_usec;
        int enabled;
        int64_t priority;
        sd_event_handler_t on_deferred;
        sd_event_time_handler_t on_time;
        void *userdata;

        usec_t due_usec; /* true time */
        uint32_t at;     /* in the heap; NOWHERE: it is not */
        bool pending;
        TAILQ_ENTRY(sd_event_source) entry; /* of those that are pending, or unused */
};

typedef TAILQ_HEAD(SourceList, sd_event_source) SourceList;

struct sd_event {
        unsigned n_ref;
        usec_t booted_usec, slept_usec, asleep_since_usec;
        bool asleep;
        int64_t realtime_offset;
        uint8_t lateness;
        uint64_t random;

        SourceList pending;
        uint32_t n_heap, room;
        sd_event_source **heap; /* the next first */
};

static struct {
        usec_t now;
        sd_event *running;
        SourceList unused; /* sources that were freed */
} time_state = { .unused = TAILQ_HEAD_INITIALIZER(time_state.unused) };

/* Clocks. */

usec_t loop_true_usec(void)
{
        return time_state.now;
}

usec_t loop_clock_usec(const sd_event *event, clockid_t clock)
{
        usec_t now = time_state.now, uptime = now - event->booted_usec;

        switch (clock) {
        case CLOCK_REALTIME:
                return now + (usec_t) event->realtime_offset;
        case CLOCK_BOOTTIME:
                return uptime;
        default:
                assert(clock == CLOCK_MONOTONIC);
                return uptime - event->slept_usec - (event->asleep ? now - event->asleep_since_usec : 0);
        }
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
        usec_t now;

        if (!time_state.running ||
                (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME && clock != CLOCK_MONOTONIC))
                return (int) syscall(SYS_clock_gettime, clock, ret);
        now = loop_clock_usec(time_state.running, clock);
        ret->tv_sec = (time_t) (now / USEC_PER_SEC);
        ret->tv_nsec = (long) (now % USEC_PER_SEC * 1000);
        return 0;
}

/* splitmix64 */
uint32_t random_u32(void)
{
        uint64_t z;

        assert(time_state.running);
        z = time_state.running->random += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return (uint32_t) ((z ^ (z >> 31)) >> 32);
}

uint16_t random_u16(void)
{
        return (uint16_t) random_u32();
}

/* The heap. */

static void place(sd_event *event, uint32_t at, sd_event_source *source)
{
        event->heap[at] = source;
        source->at = at;
}

static void sift_up(sd_event *event, uint32_t at, sd_event_source *source)
{
        while (at > 0 && event->heap[(at - 1) / 2]->due_usec > source->due_usec) {
                place(event, at, event->heap[(at - 1) / 2]);
                at = (at - 1) / 2;
        }
        place(event, at, source);
}

static void sift_down(sd_event *event, uint32_t at, sd_event_source *source)
{
        for (uint32_t child; (child = 2 * at + 1) < event->n_heap; at = child) {
                if (child + 1 < event->n_heap &&
                        event->heap[child + 1]->due_usec < event->heap[child]->due_usec)
                        child++;
                if (event->heap[child]->due_usec >= source->due_usec)
                        break;
                place(event, at, event->heap[child]);
        }
        place(event, at, source);
}

static void heap_remove(sd_event_source *source)
{
        sd_event *event = source->event;
        uint32_t at = source->at;
        sd_event_source *last;

        if (at == NOWHERE)
                return;
        source->at = NOWHERE;
        last = event->heap[--event->n_heap];
        if (last == source)
                return;
        if (at > 0 && event->heap[(at - 1) / 2]->due_usec > last->due_usec)
                sift_up(event, at, last);
        else
                sift_down(event, at, last);
}

static void heap_add(sd_event_source *source)
{
        sd_event *event = source->event;

        if (event->n_heap == event->room) {
                event->room = event->room ? 2 * event->room : 64;
                event->heap = reallocarray(event->heap, event->room, sizeof(sd_event_source *));
                assert(event->heap);
        }
        sift_up(event, event->n_heap++, source);
}

/* When a clock of the host will say so, unless somebody changes it. */
static usec_t due(const sd_event_source *source)
{
        const sd_event *event = source->event;
        usec_t late = source->accuracy_usec * event->lateness / 255, time = source->time_usec;
        int64_t base = (int64_t) event->booted_usec;

        if (time >= INT64_MAX - 2 * (usec_t) INT32_MAX * USEC_PER_SEC)
                return USEC_INFINITY;
        if (source->clock == CLOCK_REALTIME)
                base = -event->realtime_offset;
        else if (source->clock == CLOCK_MONOTONIC)
                base += (int64_t) event->slept_usec;
        base += (int64_t) (time + late);
        return base > 0 ? (usec_t) base : 0;
}

static void unqueue(sd_event_source *source)
{
        heap_remove(source);
        if (source->pending)
                TAILQ_REMOVE(&source->event->pending, source, entry);
        source->pending = false;
}

static void queue(sd_event_source *source)
{
        unqueue(source);
        if (source->enabled == SD_EVENT_OFF)
                return;
        if (!source->timer) {
                source->pending = true;
                TAILQ_INSERT_TAIL(&source->event->pending, source, entry);
                return;
        }
        source->due_usec = due(source);
        if (source->due_usec != USEC_INFINITY)
                heap_add(source);
}

/* A clock is not what it was. */
static void reckon_anew(sd_event *event)
{
        for (uint32_t i = 0; i < event->n_heap; i++)
                event->heap[i]->due_usec = due(event->heap[i]);
        for (uint32_t i = event->n_heap / 2; i-- > 0;)
                sift_down(event, i, event->heap[i]);
}

/* Loops. */

void loop_begin(usec_t start)
{
        time_state.now = start;
        time_state.running = NULL;
}

sd_event *loop_new(usec_t uptime, usec_t realtime, uint8_t lateness, uint64_t random_seed)
{
        sd_event *event = calloc(1, sizeof *event);

        assert(event && uptime <= time_state.now);
        event->n_ref = 1;
        event->booted_usec = time_state.now - uptime;
        event->realtime_offset = (int64_t) (realtime - time_state.now);
        event->lateness = lateness;
        event->random = random_seed;
        TAILQ_INIT(&event->pending);
        return event;
}

void loop_sleep(sd_event *event)
{
        assert(!event->asleep);
        event->asleep = true;
        event->asleep_since_usec = time_state.now;
}

void loop_wake(sd_event *event)
{
        assert(event->asleep);
        event->asleep = false;
        event->slept_usec += time_state.now - event->asleep_since_usec;
        reckon_anew(event);
}

void loop_jump(sd_event *event, int64_t by_usec)
{
        event->realtime_offset += by_usec;
        reckon_anew(event);
}

sd_event *loop_enter(sd_event *event)
{
        sd_event *before = time_state.running;

        time_state.running = event;
        return before;
}

static usec_t next_usec(const sd_event *event)
{
        if (event->asleep)
                return USEC_INFINITY;
        if (!TAILQ_EMPTY(&event->pending))
                return 0;
        return event->n_heap > 0 ? event->heap[0]->due_usec : USEC_INFINITY;
}

/* As sd-event does: what is due becomes pending, then the most important of it runs. */
static void dispatch(sd_event *event)
{
        sd_event_source *source, *best = NULL;

        while (event->n_heap > 0 && event->heap[0]->due_usec <= time_state.now) {
                source = event->heap[0];
                heap_remove(source);
                source->pending = true;
                TAILQ_INSERT_TAIL(&event->pending, source, entry);
        }
        TAILQ_FOREACH(source, &event->pending, entry)
                if (!best || source->priority < best->priority)
                        best = source;
        if (!best)
                return;
        unqueue(best);
        if (best->enabled == SD_EVENT_ONESHOT)
                best->enabled = SD_EVENT_OFF;
        sd_event_source_ref(best);
        if (best->timer)
                best->on_time(best, best->time_usec, best->userdata);
        else
                best->on_deferred(best, best->userdata);
        sd_event_source_unref(best);
}

bool loop_step(sd_event *const *events, unsigned n, usec_t end)
{
        sd_event *first = NULL;
        usec_t when = USEC_INFINITY;

        for (unsigned i = 0; i < n; i++) {
                usec_t next = next_usec(events[i]);

                if (next < when) {
                        when = next;
                        first = events[i];
                }
        }
        if (!first || when > end) {
                time_state.now = end;
                return false;
        }
        if (when > time_state.now)
                time_state.now = when;
        loop_enter(first);
        dispatch(first);
        loop_enter(NULL);
        return true;
}

/* sd-event. */

sd_event *sd_event_ref(sd_event *event)
{
        event->n_ref++;
        return event;
}

sd_event *sd_event_unref(sd_event *event)
{
        if (!event || --event->n_ref > 0)
                return NULL;
        free(event->heap);
        free(event);
        return NULL;
}

int sd_event_now(sd_event *event, clockid_t clock, uint64_t *ret)
{
        *ret = loop_clock_usec(event, clock);
        return 0;
}

static sd_event_source *source_new(sd_event *event, sd_event_source **ret, void *userdata)
{
        sd_event_source *source = TAILQ_FIRST(&time_state.unused);

        if (source)
                TAILQ_REMOVE(&time_state.unused, source, entry);
        else
                source = malloc(sizeof *source);
        assert(source && ret); /* nothing here uses floating sources */
        *source = (sd_event_source){
                .event = sd_event_ref(event),
                .n_ref = 1,
                .enabled = SD_EVENT_ONESHOT,
                .userdata = userdata,
                .at = NOWHERE,
        };
        *ret = source;
        return source;
}

int sd_event_add_time(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t usec,
        uint64_t accuracy, sd_event_time_handler_t callback, void *userdata)
{
        sd_event_source *source = source_new(event, ret, userdata);

        source->timer = true;
        source->clock = clock;
        source->time_usec = usec;
        source->accuracy_usec = accuracy ? accuracy : ACCURACY_USEC;
        source->on_time = callback;
        queue(source);
        return 0;
}

int sd_event_add_time_relative(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t usec,
        uint64_t accuracy, sd_event_time_handler_t callback, void *userdata)
{
        return sd_event_add_time(
                event, ret, clock, loop_clock_usec(event, clock) + usec, accuracy, callback, userdata);
}

int sd_event_add_defer(sd_event *event, sd_event_source **ret, sd_event_handler_t callback, void *userdata)
{
        sd_event_source *source = source_new(event, ret, userdata);

        source->on_deferred = callback;
        queue(source);
        return 0;
}

sd_event_source *sd_event_source_ref(sd_event_source *source)
{
        source->n_ref++;
        return source;
}

sd_event_source *sd_event_source_unref(sd_event_source *source)
{
        if (!source || --source->n_ref > 0)
                return NULL;
        unqueue(source);
        sd_event_unref(source->event);
        TAILQ_INSERT_HEAD(&time_state.unused, source, entry);
        return NULL;
}

sd_event_source *sd_event_source_disable_unref(sd_event_source *source)
{
        if (source)
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return sd_event_source_unref(source);
}

sd_event *sd_event_source_get_event(sd_event_source *source)
{
        return source->event;
}

void *sd_event_source_get_userdata(sd_event_source *source)
{
        return source->userdata;
}

int sd_event_source_set_description(sd_event_source *source, const char *description)
{
        (void) source;
        (void) description;
        return 0;
}

int sd_event_source_set_priority(sd_event_source *source, int64_t priority)
{
        source->priority = priority;
        return 0;
}

int sd_event_source_set_enabled(sd_event_source *source, int enabled)
{
        if (!source)
                return 0;
        if (source->enabled == enabled)
                return 0;
        source->enabled = enabled;
        queue(source);
        return 0;
}

int sd_event_source_get_enabled(sd_event_source *source, int *ret)
{
        if (ret)
                *ret = source->enabled;
        return source->enabled != SD_EVENT_OFF;
}

int sd_event_source_set_time(sd_event_source *source, uint64_t usec)
{
        source->time_usec = usec;
        if (source->enabled != SD_EVENT_OFF)
                queue(source);
        return 0;
}

int sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
        return sd_event_source_set_time(source, loop_clock_usec(source->event, source->clock) + usec);
}

int sd_event_source_set_time_accuracy(sd_event_source *source, uint64_t usec)
{
        source->accuracy_usec = usec ? usec : ACCURACY_USEC;
        if (source->enabled != SD_EVENT_OFF)
                queue(source);
        return 0;
}

int sd_event_source_get_time(sd_event_source *source, uint64_t *ret)
{
        *ret = source->time_usec;
        return 0;
}
