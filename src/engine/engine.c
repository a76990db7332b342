/* SPDX-License-Identifier: BSD-3-Clause */

/* Engine: knows which records follow which sources, and hands what is new to their queues, all within the
 * turn of the loop in which the kernel spoke. Afterwards, when the packets are on their way, it tidies up:
 * log, state file. */

#include "engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "engine/explain.h"
#include "engine/queue.h"
#include "engine/report.h"
#include "policy/select.h"
#include "util/log.h"

/* What was tidied up in the state file may wait a little, so that a busy hour costs few writes. */
#define SAVE_DELAY_USEC    (2 * USEC_PER_SEC)
#define SAVE_RETRY_USEC    (60 * USEC_PER_SEC)
#define TELL_INTERVAL_USEC (1 * USEC_PER_SEC)

/* What a source selects now. Shared by all records with the same source. */
typedef struct View {
        const SourceConfig *source;
        const Name *record; /* one that uses it */
        Selection selection;
        Told told;
        bool changed; /* in this turn */
} View;

typedef struct Binding {
        const View *view;
        Queue *queue;
        Publication *publication; /* owned by the queue */
} Binding;

struct Engine {
        sd_event *event;
        const Interfaces *facts;
        Store *store;
        EngineCallbacks callbacks;
        bool dry_run;

        size_t n_views;
        View *views;
        size_t n_queues;
        Queue **queues;
        size_t n_bindings;
        Binding *bindings;

        bool waiting;
        bool facts_told;  /* the log knows the facts as they are */
        usec_t told_usec; /* when it was told last; CLOCK_BOOTTIME */
        sd_event_source *review;
        sd_event_source *save_timer;
        sd_event_source *tell_timer;
};

static usec_t now_usec(const Engine *engine)
{
        uint64_t now;

        return sd_event_now(engine->event, CLOCK_BOOTTIME, &now) < 0 ? clock_now_usec(CLOCK_BOOTTIME) : now;
}

/* Facts. */

static void look(Engine *engine, View *view)
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

static void request_review(Engine *engine)
{
        sd_event_source_set_enabled(engine->review, SD_EVENT_ONESHOT);
}

void engine_facts_changed(Engine *engine)
{
        for (size_t i = 0; i < engine->n_views; i++)
                look(engine, &engine->views[i]);
        for (size_t i = 0; i < engine->n_bindings; i++) {
                const Binding *binding = &engine->bindings[i];

                if (!binding->view->changed)
                        continue;
                if (publication_set_wanted(
                            binding->publication, &binding->view->selection, now_usec(engine)) != 0)
                        queue_mark(binding->queue, binding->publication);
        }
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_run(engine->queues[i]);
        engine->facts_told = false;
        request_review(engine);
        engine_network_returned(engine);
}

void engine_network_returned(Engine *engine)
{
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_network_returned(engine->queues[i]);
}

void engine_withdraw(Engine *engine)
{
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_withdraw(engine->queues[i]);
        request_review(engine);
}

bool engine_is_settled(const Engine *engine)
{
        if (engine->facts->state != FACT_KNOWN)
                return false;
        for (size_t i = 0; i < engine->n_queues; i++)
                if (!queue_is_settled(engine->queues[i]))
                        return false;
        return true;
}

EngineCounts engine_count(const Engine *engine)
{
        EngineCounts counts = { .total = engine->n_bindings };

        for (size_t i = 0; i < engine->n_bindings; i++) {
                switch (engine->bindings[i].publication->state) {
                case PUBLICATION_IN_SYNC:
                        counts.in_sync++;
                        break;
                case PUBLICATION_RETRYING:
                        counts.retrying++;
                        break;
                case PUBLICATION_PARKED:
                        counts.parked++;
                        break;
                case PUBLICATION_UNKNOWN:
                case PUBLICATION_PENDING:
                        counts.pending++;
                        break;
                }
        }
        return counts;
}

/* What can wait until the packets are out. */

/* At most once a second: in a storm only what comes of it is worth a line. */
static void tell(Engine *engine)
{
        usec_t now = now_usec(engine);

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

                told_update(&view->told, view->source, &view->selection, engine->facts, view->record);
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
        sd_event_source_set_time(engine->save_timer, now_usec(engine) + delay);
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
        if (engine_is_settled(engine))
                engine->callbacks.settled(engine->callbacks.userdata);
        return 0;
}

static void on_queue_changed(void *userdata)
{
        request_review(userdata);
}

static int on_new_provider(void *userdata, Provider **ret, const ProviderConfig *config,
        const Name *zone_hint, const ProviderEvents *events)
{
        Engine *engine = userdata;

        return engine->callbacks.new_provider(engine->callbacks.userdata, ret, config, zone_hint, events);
}

/* Configuration. */

static void clear(Engine *engine)
{
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_free(engine->queues[i]);
        for (size_t i = 0; i < engine->n_views; i++) {
                selection_done(&engine->views[i].selection);
                told_done(&engine->views[i].told);
        }
        free(engine->queues);
        free(engine->views);
        free(engine->bindings);
        engine->queues = NULL;
        engine->views = NULL;
        engine->bindings = NULL;
        engine->n_queues = engine->n_views = engine->n_bindings = 0;
}

static View *view_of(Engine *engine, const SourceConfig *source)
{
        for (size_t i = 0; i < engine->n_views; i++)
                if (engine->views[i].source == source)
                        return &engine->views[i];
        return NULL;
}

/* One queue for each provider; one for each record where the provider has yet to find out the zone. */
static int queue_for(Engine *engine, const RecordConfig *record, Queue **ret)
{
        QueueOptions options = {
                .event = engine->event,
                .store = engine->store,
                .config = record->provider,
                .dry_run = engine->dry_run || record->provider->dry_run,
                .new_provider = on_new_provider,
                .changed = on_queue_changed,
                .userdata = engine,
        };
        int r;

        for (size_t i = 0; record->provider->has_zone && i < engine->n_queues; i++)
                if (queue_config(engine->queues[i]) == record->provider) {
                        *ret = engine->queues[i];
                        return 0;
                }
        r = queue_new(ret, &options, &record->name);
        if (r >= 0)
                engine->queues[engine->n_queues++] = *ret;
        return r;
}

static int bind_family(
        Engine *engine, const RecordConfig *record, Queue *queue, const SourceConfig *source, bool force)
{
        Publication *publication;
        View *view;
        int r;

        if (!source)
                return 0;
        publication = publication_new(record, rrset_type_of_family(source->family), engine->store);
        if (!publication)
                return -ENOMEM;
        publication->force = force;
        r = queue_add(queue, publication);
        if (r < 0)
                return r;
        view = view_of(engine, source);
        assert(view); /* the configuration lists every source that a record names */
        view->record = &record->name;
        r = publication_set_wanted(publication, &view->selection, now_usec(engine));
        engine->bindings[engine->n_bindings++] = (Binding){ view, queue, publication };
        return r < 0 ? r : 0;
}

static int bind_record(Engine *engine, const RecordConfig *record, bool force)
{
        Queue *queue;
        int r = queue_for(engine, record, &queue);

        if (r < 0)
                return r;
        r = bind_family(engine, record, queue, record->ipv4, force);
        return r < 0 ? r : bind_family(engine, record, queue, record->ipv6, force);
}

static int build(Engine *engine, const Config *config, bool force)
{
        engine->views = calloc(config->n_sources + 1, sizeof *engine->views);
        engine->queues = calloc(config->n_records + 1, sizeof(Queue *));
        engine->bindings = calloc(2 * config->n_records + 1, sizeof *engine->bindings);
        if (!engine->views || !engine->queues || !engine->bindings)
                return -ENOMEM;
        engine->n_views = config->n_sources;
        for (size_t i = 0; i < config->n_sources; i++) {
                engine->views[i].source = config->sources[i];
                look(engine, &engine->views[i]);
        }
        for (size_t i = 0; i < config->n_records; i++) {
                int r = bind_record(engine, config->records[i], force);

                if (r < 0)
                        return r;
        }
        return 0;
}

int engine_configure(Engine *engine, const Config *config, const EngineOptions *options)
{
        int r;

        clear(engine);
        engine->dry_run = options->dry_run;
        engine->facts_told = false;
        if (options->force)
                store_clear(engine->store);
        r = build(engine, config, options->force);
        if (r < 0) {
                clear(engine);
                return r;
        }
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_run(engine->queues[i]);
        request_review(engine);
        return 0;
}

static void print_verdict(void *userdata, const SelectVerdict *verdict)
{
        char address[ADDRESS_TEXT_MAX], published[ADDRESS_TEXT_MAX], reason[SELECT_TEXT_MAX];

        fprintf(userdata, "    %s %s%s%s", select_reason_is_taken(verdict->reason) ? "taken" : "left ",
                address_to_text(&verdict->address, address), verdict->interface ? " on " : "",
                verdict->interface ?: "");
        if (!address_equal(&verdict->address, &verdict->published))
                fprintf(userdata, " as %s", address_to_text(&verdict->published, published));
        if (verdict->reason != SELECT_TAKEN)
                fprintf(userdata, ": %s", select_verdict_to_text(verdict, reason));
        fputc('\n', userdata);
}

void engine_print_plans(const Engine *engine, FILE *out)
{
        for (size_t i = 0; i < engine->n_bindings; i++) {
                AUTO(selection_done) Selection selection = { 0 };

                report_print_plan(engine->bindings[i].publication, out);
                select_addresses(
                        &selection, engine->bindings[i].view->source, engine->facts, print_verdict, out);
        }
}

/* Life cycle. */

int engine_new(Engine **ret, sd_event *event, const Interfaces *facts, Store *store,
        const EngineCallbacks *callbacks)
{
        AUTO(engine_freep) Engine *engine = calloc(1, sizeof *engine);
        int r;

        if (!engine)
                return -ENOMEM;
        engine->event = sd_event_ref(event);
        engine->facts = facts;
        engine->store = store;
        engine->callbacks = *callbacks;
        r = sd_event_add_defer(event, &engine->review, on_review, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(engine->review, SD_EVENT_OFF);
        sd_event_source_set_priority(engine->review, SD_EVENT_PRIORITY_IDLE);
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
        *ret = STEAL(engine);
        return 0;
}

Engine *engine_free(Engine *engine)
{
        if (!engine)
                return NULL;
        clear(engine);
        if (!engine->dry_run)
                store_save(engine->store);
        sd_event_source_disable_unref(engine->review);
        sd_event_source_disable_unref(engine->save_timer);
        sd_event_source_disable_unref(engine->tell_timer);
        sd_event_unref(engine->event);
        free(engine);
        return NULL;
}
