/* SPDX-License-Identifier: BSD-3-Clause */

/* Engine: knows which records follow which sources, and hands what is new to their queues, all within the
 * turn of the loop in which the kernel spoke. Afterwards, when the packets are on their way, it tidies up:
 * log, state file. */

#include "engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/engine-internal.h"

/* What was tidied up in the state file may wait a little, so that a busy hour costs few writes. */
#define SAVE_DELAY_USEC    (2 * USEC_PER_SEC)
#define SAVE_RETRY_USEC    (60 * USEC_PER_SEC)
#define TELL_INTERVAL_USEC (1 * USEC_PER_SEC)

usec_t engine_now_usec(const Engine *engine)
{
        uint64_t now;

        return sd_event_now(engine->event, CLOCK_BOOTTIME, &now) < 0 ? clock_now_usec(CLOCK_BOOTTIME) : now;
}

/* Facts. */

void view_look(const Engine *engine, View *view)
{
        Selection selection;

        view->changed = false;
        if (select_addresses(&selection, view->source, engine->facts, NULL, NULL) < 0)
                return; /* out of memory: the next event looks again */
        if (selection_equal(&selection, &view->selection)) {
                selection_done(&selection);
                return;
        }
        selection_done(&view->selection);
        view->selection = selection;
        view->changed = true;
}

void engine_request_review(Engine *engine)
{
        sd_event_source_set_enabled(engine->review, SD_EVENT_ONESHOT);
}

void engine_facts_changed(Engine *engine)
{
        for (size_t i = 0; i < engine->n_views; i++)
                view_look(engine, &engine->views[i]);
        for (size_t i = 0; i < engine->n_bindings; i++) {
                const Binding *binding = &engine->bindings[i];

                if (!binding->view->changed)
                        continue;
                if (publication_set_wanted(
                            binding->publication, &binding->view->selection, engine_now_usec(engine)) != 0)
                        queue_mark(binding->queue, binding->publication);
        }
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_run(engine->queues[i]);
        pools_facts_changed(engine);
        engine->facts_told = false;
        engine_request_review(engine);
        engine_network_returned(engine);
}

void engine_network_returned(Engine *engine)
{
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_network_returned(engine->queues[i]);
}

bool engine_is_settled(const Engine *engine)
{
        if (engine->facts->state != FACT_KNOWN)
                return false;
        for (size_t i = 0; i < engine->n_queues; i++)
                if (!queue_is_settled(engine->queues[i]))
                        return false;
        return engine->stopping || pools_are_settled(engine);
}

/* What can wait until the packets are out. */

/* At most once a second: in a storm only what comes of it is worth a line. */
static void tell(Engine *engine)
{
        usec_t now = engine_now_usec(engine);

        if (engine->facts_told)
                return;
        if (engine->told_usec != 0 && now - engine->told_usec < TELL_INTERVAL_USEC) {
                sd_event_source_set_time(engine->tell_timer, engine->told_usec + TELL_INTERVAL_USEC);
                sd_event_source_set_enabled(engine->tell_timer, SD_EVENT_ONESHOT);
                return;
        }
        engine->facts_told = true;
        engine->told_usec = now;
        for (size_t i = 0; i < engine->n_views; i++) {
                View *view = &engine->views[i];

                explained_update(
                        &view->explained, view->source, &view->selection, engine->facts, view->record);
        }
}

static int on_tell(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        tell(userdata);
        return 0;
}

static void schedule_save(Engine *engine, usec_t delay)
{
        int enabled = SD_EVENT_OFF;

        sd_event_source_get_enabled(engine->save_timer, &enabled);
        if (engine->dry_run || !store_is_dirty(engine->store) || enabled != SD_EVENT_OFF)
                return;
        sd_event_source_set_time(engine->save_timer, engine_now_usec(engine) + delay);
        sd_event_source_set_enabled(engine->save_timer, SD_EVENT_ONESHOT);
}

static int on_save(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *engine = userdata;

        (void) source;
        (void) usec;
        if (store_save(engine->store) < 0)
                schedule_save(engine, SAVE_RETRY_USEC);
        return 0;
}

static void update_waiting(Engine *engine)
{
        bool waiting = false;

        for (size_t i = 0; i < engine->n_queues; i++)
                waiting = waiting || queue_is_retrying(engine->queues[i]);
        if (waiting == engine->waiting)
                return;
        engine->waiting = waiting;
        engine->callbacks.waiting(engine->callbacks.userdata, waiting);
}

static int on_review(sd_event_source *source, void *userdata)
{
        Engine *engine = userdata;

        (void) source;
        tell(engine);
        update_waiting(engine);
        schedule_save(engine, SAVE_DELAY_USEC);
        pools_review(engine);
        engine->callbacks.changed(engine->callbacks.userdata);
        if (engine_is_settled(engine))
                engine->callbacks.settled(engine->callbacks.userdata);
        return 0;
}

/* Life cycle. */

int engine_new(Engine **ret, sd_event *event, Interfaces *facts, Store *store, PoolStore *pool_store,
        const EngineCallbacks *callbacks)
{
        AUTO(engine_freep) Engine *engine = calloc(1, sizeof *engine);
        int r;

        if (!engine)
                return -ENOMEM;
        engine->event = sd_event_ref(event);
        engine->facts = facts;
        engine->store = store;
        engine->pool_store = pool_store;
        engine->callbacks = *callbacks;
        TAILQ_INIT(&engine->news);
        r = sd_event_add_defer(event, &engine->review, on_review, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(engine->review, SD_EVENT_OFF);
        /* After packets and answers, before those who only look. */
        sd_event_source_set_priority(engine->review, SD_EVENT_PRIORITY_NORMAL + 5);
        r = sd_event_add_time(
                event, &engine->save_timer, CLOCK_BOOTTIME, 0, USEC_PER_SEC / 4, on_save, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(engine->save_timer, SD_EVENT_OFF);
        r = sd_event_add_time(
                event, &engine->tell_timer, CLOCK_BOOTTIME, 0, USEC_PER_SEC / 4, on_tell, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(engine->tell_timer, SD_EVENT_OFF);
        r = sd_event_add_time(
                event, &engine->leaving_timer, CLOCK_BOOTTIME, 0, USEC_PER_SEC, engine_on_left, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(engine->leaving_timer, SD_EVENT_OFF);
        r = pools_new(&engine->pools, engine);
        if (r < 0)
                return r;
        *ret = STEAL(engine);
        return 0;
}

Engine *engine_free(Engine *engine)
{
        if (!engine)
                return NULL;
        if (engine->pools)
                engine_clear(engine);
        if (!engine->dry_run) {
                store_save(engine->store);
                pool_store_save(engine->pool_store, true);
        }
        pools_free(engine->pools);
        sd_event_source_disable_unref(engine->review);
        sd_event_source_disable_unref(engine->save_timer);
        sd_event_source_disable_unref(engine->tell_timer);
        sd_event_source_disable_unref(engine->leaving_timer);
        sd_event_unref(engine->event);
        free(engine);
        return NULL;
}
