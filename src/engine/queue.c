/* SPDX-License-Identifier: BSD-3-Clause */

/* Queue: asks each publication that is marked what it needs, puts changes together into one set (or reads
 * into one read), and hands the outcome back. Decides when, never what.
 *
 * Changes go before reads: a new address does not wait behind a look at a thousand other names. */

#include "engine/queue.h"

#include <errno.h>
#include <string.h>

#include "engine/queue-internal.h"
#include "engine/report.h"
#include "util/random.h"

enum {
        READS_AT_ONCE = 256, /* so that a change never waits long behind reads */
};

#define TIMER_SLACK_USEC (10 * USEC_PER_MSEC)

usec_t queue_now_usec(const Queue *queue)
{
        uint64_t now;

        /* Before the loop runs the first time this is the clock itself. */
        return sd_event_now(queue->options.event, CLOCK_BOOTTIME, &now) < 0 ? clock_now_usec(CLOCK_BOOTTIME)
                                                                            : now;
}

void queue_mark(Queue *queue, Publication *publication)
{
        if (publication->dirty || publication->state == PUBLICATION_PARKED)
                return;
        publication->dirty = true;
        queue->n_dirty++;
        TAILQ_INSERT_TAIL(&queue->dirty, publication, dirty_entry);
}

void queue_unmark(Queue *queue, Publication *publication)
{
        if (!publication->dirty)
                return;
        publication->dirty = false;
        queue->n_dirty--;
        TAILQ_REMOVE(&queue->dirty, publication, dirty_entry);
}

void queue_wake_at(Queue *queue, Publication *publication, usec_t when)
{
        publication->wake_usec = when;
        publication_touch(publication);
        if (when < queue->wake_usec)
                queue->wake_usec = when;
}

/* The timer, for whatever comes first. */
static void arm(Queue *queue)
{
        usec_t when = pause_is_on(&queue->pause) ? queue->pause.until_usec : queue->wake_usec;

        if (queue->operation != OPERATION_NONE || when == USEC_INFINITY) {
                sd_event_source_set_enabled(queue->timer, SD_EVENT_OFF);
                return;
        }
        sd_event_source_set_time(queue->timer, when);
        sd_event_source_set_enabled(queue->timer, SD_EVENT_ONESHOT);
}

/* Marks those whose time has come. */
static void wake_publications(Queue *queue, usec_t now)
{
        if (queue->wake_usec > now)
                return;
        queue->wake_usec = USEC_INFINITY;
        for (size_t i = 0; i < queue->count; i++) {
                Publication *publication = queue->publications[i];
                usec_t left;

                if (publication->wake_usec > now) {
                        if (publication->wake_usec < queue->wake_usec)
                                queue->wake_usec = publication->wake_usec;
                        continue;
                }
                publication->wake_usec = USEC_INFINITY;
                if (publication_is_pending(publication, &left))
                        publication->seen_known = false;
                if (publication->state == PUBLICATION_PARKED)
                        publication_ask(publication, false);
                publication_touch(publication);
                queue_mark(queue, publication);
        }
}

/* When they go on is different now. */
static void touch_waiting(Queue *queue)
{
        Publication *publication;

        TAILQ_FOREACH(publication, &queue->dirty, dirty_entry)
                publication_touch(publication);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        Queue *queue = userdata;

        (void) source;
        (void) usec;
        pause_check(&queue->pause, queue_now_usec(queue));
        touch_waiting(queue);
        queue_run(queue);
        return 0;
}

static void arm_verify(Queue *queue)
{
        usec_t interval = queue->options.config->verify_usec;

        if (interval == 0)
                return;
        sd_event_source_set_time(queue->verify_timer,
                queue_now_usec(queue) + interval - interval / 10 * (random_u16() % 100) / 100);
        sd_event_source_set_enabled(queue->verify_timer, SD_EVENT_ONESHOT);
}

void queue_look(Queue *queue, Publication *publication)
{
        if (publication->in_flight)
                return;
        publication->seen_known = false;
        queue_mark(queue, publication);
}

/* Reads everything back; what differs is repaired by the ordinary way. */
static void look_again(Queue *queue)
{
        for (size_t i = 0; i < queue->count; i++)
                queue_look(queue, queue->publications[i]);
}

static int on_verify(sd_event_source *source, uint64_t usec, void *userdata)
{
        Queue *queue = userdata;

        (void) source;
        (void) usec;
        look_again(queue);
        arm_verify(queue);
        queue_run(queue);
        return 0;
}

/* Beginning operations. */

static void start(Queue *queue, Operation operation, const ChangeSet *changes)
{
        Outcome failure;
        int r;

        queue->operation = operation;
        queue->last_start_usec = queue_now_usec(queue);
        if (operation == OPERATION_READ) {
                r = provider_read(queue->provider, queue->keys, queue->n_flight);
        } else {
                /* Once it is sent it may be ours, and the disk has to know first, unless it knows enough
                 * already: new values of an exclusive RRset can wait for the next save. A failure was logged,
                 * and DNS that is right is worth more than a file that is. */
                if (store_is_urgent(queue->options.store))
                        store_log(queue->options.store);
                r = provider_apply(queue->provider, changes);
        }
        for (size_t i = 0; i < queue->n_flight; i++)
                publication_touch(queue->flight[i]);
        if (r >= 0)
                return;
        queue->operation = OPERATION_NONE;
        outcome_set(&failure, OUTCOME_RETRY, "cannot begin: %s", strerror(-r));
        queue_failed(queue, &failure);
        queue->n_flight = 0;
        queue->wake_usec = queue_now_usec(queue); /* what is left is looked at in a turn of its own */
}

static void begin_reads(Queue *queue)
{
        Publication *publication, *next;

        for (publication = TAILQ_FIRST(&queue->dirty); publication; publication = next) {
                next = TAILQ_NEXT(publication, dirty_entry);
                if (publication->seen_known)
                        continue;
                queue_unmark(queue, publication);
                publication->in_flight = true;
                queue->keys[queue->n_flight] = (RRsetKey){ publication->record->name, publication->type };
                queue->flight[queue->n_flight++] = publication;
                if (queue->n_flight == READS_AT_ONCE)
                        break;
        }
        if (queue->n_flight > 0)
                start(queue, OPERATION_READ, NULL);
}

static void plan(Queue *queue, Publication *publication, RRset *target)
{
        queue_unmark(queue, publication);
        rrset_free(publication->attempt);
        publication->attempt = target;
        publication->planned = true;
        report_planned(publication);
}

/* As it should be; but what may still arrive is to be looked for then. */
static void settle(Queue *queue, Publication *publication)
{
        usec_t left;

        publication_settled(publication);
        if (publication_is_pending(publication, &left))
                queue_wake_at(queue, publication, queue_now_usec(queue) + left + USEC_PER_SEC);
}

/* Asks one publication what it needs. Returns true when the change set is full. */
static bool consider(Queue *queue, Publication *publication, ChangeSet *changes, size_t *cost)
{
        RRset *target = NULL;
        usec_t when = USEC_INFINITY;
        Change change;
        int step = publication_decide(publication, queue_now_usec(queue), &target, &when);

        publication->wake_usec = USEC_INFINITY;
        publication->planned = false;
        if (step == PUBLISH_READ || step < 0)
                return false; /* stays marked */
        if (step != PUBLISH_CHANGE) {
                queue_unmark(queue, publication);
                if (step == PUBLISH_WAIT) {
                        publication_waits(publication);
                        queue_wake_at(queue, publication, when);
                } else {
                        settle(queue, publication);
                }
                return false;
        }
        if (queue->options.dry_run) {
                plan(queue, publication, target);
                return false;
        }
        if (publication->alone && changes->count > 0) {
                rrset_free(target);
                return false; /* its turn comes */
        }
        change = (Change){ .name = publication->record->name,
                .type = publication->type,
                .expect = EXPECT_EXACTLY,
                .expected = publication->seen,
                .want = target };
        *cost += provider_cost(queue->provider, &change);
        if (changes->count > 0 && *cost > queue->provider->ops->budget) {
                rrset_free(target);
                return true;
        }
        if (publication_begin(publication, changes, target) < 0)
                return false;
        queue_unmark(queue, publication);
        queue->flight[queue->n_flight++] = publication;
        return publication->alone;
}

static void begin_changes(Queue *queue)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        Publication *publication, *next;
        size_t cost = 0;

        if (!changes)
                return;
        for (publication = TAILQ_FIRST(&queue->dirty); publication; publication = next) {
                next = TAILQ_NEXT(publication, dirty_entry);
                if (consider(queue, publication, changes, &cost))
                        break;
        }
        if (changes->count > 0)
                start(queue, OPERATION_APPLY, changes);
}

void queue_run(Queue *queue)
{
        if (queue->operation == OPERATION_NONE && !pause_is_on(&queue->pause)) {
                wake_publications(queue, queue_now_usec(queue));
                begin_changes(queue);
        }
        if (queue->operation == OPERATION_NONE && !pause_is_on(&queue->pause))
                begin_reads(queue);
        arm(queue);
        queue->options.changed(queue->options.userdata);
}

void queue_network_returned(Queue *queue)
{
        provider_network_returned(queue->provider);
        if (!pause_shorten(&queue->pause, queue_now_usec(queue), queue->last_start_usec))
                return;
        touch_waiting(queue);
        queue_run(queue);
}

/* A person's word ends any pause, a parked one too. */
static void unpause(Queue *queue)
{
        queue->pause.parked = false;
        queue_network_returned(queue);
}

void queue_ask(Queue *queue, Publication *publication, bool force)
{
        for (size_t i = 0; i < queue->count; i++) {
                if (publication && publication != queue->publications[i])
                        continue;
                publication_ask(queue->publications[i], force);
                queue_mark(queue, queue->publications[i]);
        }
        unpause(queue);
        queue_run(queue);
}

void queue_refresh(Queue *queue)
{
        for (size_t i = 0; i < queue->count; i++)
                if (queue->publications[i]->state == PUBLICATION_RETRYING)
                        publication_ask(queue->publications[i], false);
        look_again(queue);
        queue_network_returned(queue);
        queue_run(queue);
}

void queue_get_status(const Queue *queue, QueueStatus *ret)
{
        *ret = (QueueStatus){
                .answered = queue->answered,
                .failing = queue->pause.failures + queue->pause.refusals > 0,
                .parked = queue->pause.parked,
                .problem = queue->problem,
                .length = queue->n_dirty,
                .next_usec = queue->pause.until_usec,
        };
        for (size_t i = 0; i < queue->n_flight; i++)
                ret->length += !queue->flight[i]->dirty;
}

usec_t queue_next_usec(const Queue *queue, const Publication *publication)
{
        bool waits = publication->state >= PUBLICATION_RETRYING || publication->state == PUBLICATION_PENDING;

        if (publication->in_flight || !waits)
                return USEC_INFINITY;
        if (publication->wake_usec != USEC_INFINITY)
                return publication->wake_usec;
        return queue->pause.until_usec; /* USEC_INFINITY where there is no pause */
}

void queue_withdraw(Queue *queue)
{
        queue->withdrawing = true;
        for (size_t i = 0; i < queue->count; i++) {
                Publication *publication = queue->publications[i];

                if (!publication->record->withdraw_on_stop) {
                        queue_unmark(queue, publication);
                        continue;
                }
                publication->withdrawing = true;
                publication_touch(publication);
                publication->wanted = rrset_free(publication->wanted);
                publication->wanted_known = true;
                queue_mark(queue, publication);
        }
        queue_run(queue);
}

bool queue_is_retrying(const Queue *queue)
{
        return pause_is_retrying(&queue->pause);
}

bool queue_is_settled(const Queue *queue)
{
        if (queue->operation != OPERATION_NONE)
                return false;
        for (size_t i = 0; i < queue->count; i++) {
                const Publication *publication = queue->publications[i];

                if (queue->withdrawing && !publication->withdrawing)
                        continue;
                switch (publication->state) {
                case PUBLICATION_IN_SYNC:
                        if (publication->dirty)
                                return false;
                        break;
                case PUBLICATION_RETRYING:
                case PUBLICATION_PARKED:
                        break;
                case PUBLICATION_UNKNOWN:
                case PUBLICATION_PENDING:
                        if (!publication->planned)
                                return false;
                        break;
                }
        }
        return true;
}

const ProviderConfig *queue_config(const Queue *queue)
{
        return queue->options.config;
}

int queue_add(Queue *queue, Publication *publication)
{
        AUTO(publication_freep) Publication *owned = publication;
        Publication **publications;
        Publication **flight;

        publications = reallocarray(queue->publications, queue->count + 1, sizeof *publications);
        if (!publications)
                return -ENOMEM;
        queue->publications = publications;
        flight = reallocarray(queue->flight, queue->count + 1, sizeof *flight);
        if (!flight)
                return -ENOMEM;
        queue->flight = flight;
        queue->publications[queue->count++] = STEAL(owned);
        queue_mark(queue, publication);
        return 0;
}

static int add_timers(Queue *queue)
{
        int r = sd_event_add_time(
                queue->options.event, &queue->timer, CLOCK_BOOTTIME, 0, TIMER_SLACK_USEC, on_timer, queue);

        if (r < 0)
                return r;
        sd_event_source_set_enabled(queue->timer, SD_EVENT_OFF);
        r = sd_event_add_time(queue->options.event, &queue->verify_timer, CLOCK_BOOTTIME, 0, USEC_PER_SEC,
                on_verify, queue);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(queue->verify_timer, SD_EVENT_OFF);
        arm_verify(queue);
        return 0;
}

int queue_new(Queue **ret, const QueueOptions *options, const Name *zone_hint)
{
        AUTO(queue_freep) Queue *queue = calloc(1, sizeof *queue);
        ProviderEvents events = {
                .read_done = queue_read_done, .apply_done = queue_apply_done, .userdata = queue
        };
        int r;

        if (!queue)
                return -ENOMEM;
        queue->options = *options;
        queue->pause = PAUSE_NONE;
        queue->wake_usec = USEC_INFINITY;
        TAILQ_INIT(&queue->dirty);
        queue->keys = reallocarray(NULL, READS_AT_ONCE, sizeof *queue->keys);
        if (!queue->keys)
                return -ENOMEM;
        r = options->new_provider(options->userdata, &queue->provider, options->config, zone_hint, &events);
        if (r < 0)
                return r;
        r = add_timers(queue);
        if (r < 0)
                return r;
        *ret = STEAL(queue);
        return 0;
}

Queue *queue_free(Queue *queue)
{
        if (!queue)
                return NULL;
        sd_event_source_disable_unref(queue->timer);
        sd_event_source_disable_unref(queue->verify_timer);
        provider_free(queue->provider);
        for (size_t i = 0; i < queue->count; i++)
                publication_free(queue->publications[i]);
        free(queue->publications);
        free(queue->flight);
        free(queue->keys);
        free(queue->problem);
        free(queue);
        return NULL;
}
