/* SPDX-License-Identifier: BSD-3-Clause */

/* Bindings: from a configuration to the engine's views, queues and publications, each record bound to the
 * view of its source and the queue of its provider. */

#include <assert.h>
#include <errno.h>

#include "engine/engine-internal.h"

static void on_queue_changed(void *userdata)
{
        engine_request_review(userdata);
}

static void on_happened(void *userdata, const Event *event)
{
        const Engine *engine = userdata;

        engine->callbacks.happened(engine->callbacks.userdata, event);
}

static int on_new_provider(void *userdata, Provider **ret, const ProviderConfig *config,
        const Name *zone_hint, const ProviderEvents *events)
{
        Engine *engine = userdata;

        return engine->callbacks.new_provider(engine->callbacks.userdata, ret, config, zone_hint, events);
}

void engine_clear(Engine *engine)
{
        pools_clear(engine);
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_free(engine->queues[i]);
        for (size_t i = 0; i < engine->n_views; i++) {
                selection_done(&engine->views[i].selection);
                explained_done(&engine->views[i].explained);
        }
        free(engine->queues);
        free(engine->views);
        free(engine->bindings);
        free(engine->rows);
        engine->queues = NULL;
        engine->views = NULL;
        engine->bindings = NULL;
        engine->rows = NULL;
        engine->config = NULL;
        engine->n_queues = engine->n_views = engine->n_bindings = 0;
}

static View *view_of(const Engine *engine, const SourceConfig *source)
{
        for (size_t i = 0; i < engine->n_views; i++)
                if (engine->views[i].source == source)
                        return &engine->views[i];
        return NULL;
}

const View *engine_view_of(const Engine *engine, const SourceConfig *source)
{
        return view_of(engine, source);
}

/* One queue for each provider; one for each name where the provider has yet to find out the zone. */
int engine_queue_for(Engine *engine, const RecordConfig *record, Queue **ret)
{
        QueueOptions options = {
                .event = engine->event,
                .store = engine->store,
                .config = record->provider,
                .dry_run = engine->dry_run || record->provider->dry_run,
                .new_provider = on_new_provider,
                .changed = on_queue_changed,
                .happened = on_happened,
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

/* family: 0 for A, 1 for AAAA. */
static int bind_family(Engine *engine, size_t record_index, Queue *queue, unsigned family, bool force)
{
        const RecordConfig *record = engine->config->records[record_index];
        const SourceConfig *source = family == 0 ? record->ipv4 : record->ipv6;
        Publication *publication;
        Binding *binding;
        View *view;
        int r;

        if (!source)
                return 0;
        publication =
                publication_new(record, rrset_type_of_family(source->family), engine->store, &engine->news);
        if (!publication)
                return -ENOMEM;
        publication->force = force;
        r = queue_add(queue, publication);
        if (r < 0)
                return r;
        view = view_of(engine, source);
        assert(view); /* the configuration lists every source that a record names */
        view->record = &record->name;
        r = publication_set_wanted(publication, &view->selection, engine_now_usec(engine));
        binding = &engine->bindings[engine->n_bindings++];
        *binding = (Binding){ record_index, view, queue, publication };
        publication->userdata = binding;
        engine->rows[record_index].bindings[family] = binding;
        return r < 0 ? r : 0;
}

static int bind_record(Engine *engine, size_t record_index, bool force)
{
        Queue *queue;
        int r = engine_queue_for(engine, engine->config->records[record_index], &queue);

        for (unsigned family = 0; r >= 0 && family < 2; family++)
                r = bind_family(engine, record_index, queue, family, force);
        return r;
}

/* Whom the log names beside the addresses of a source. */
static void name_views(Engine *engine, const RecordConfig *record)
{
        for (size_t i = 0; i < engine->n_views; i++)
                if (engine->views[i].source == record->ipv4 || engine->views[i].source == record->ipv6)
                        engine->views[i].record = &record->name;
}

static int build(Engine *engine, const Config *config, bool force)
{
        engine->config = config;
        engine->views = calloc(config->n_sources + 1, sizeof *engine->views);
        engine->queues = calloc(config->n_records + config->n_pools + 1, sizeof(Queue *));
        engine->bindings = calloc(2 * config->n_records + 1, sizeof *engine->bindings);
        engine->rows = calloc(config->n_records + 1, sizeof *engine->rows);
        if (!engine->views || !engine->queues || !engine->bindings || !engine->rows)
                return -ENOMEM;
        engine->n_views = config->n_sources;
        for (size_t i = 0; i < config->n_sources; i++) {
                engine->views[i].source = config->sources[i];
                view_look(engine, &engine->views[i]);
        }
        for (size_t i = 0; i < config->n_pools; i++)
                name_views(engine, &config->pools[i]->record);
        for (size_t i = 0; i < config->n_records; i++) {
                int r = bind_record(engine, i, force);

                if (r < 0)
                        return r;
        }
        return pools_build(engine);
}

int engine_configure(Engine *engine, const Config *config, const EngineOptions *options)
{
        int r;

        engine_clear(engine);
        engine->dry_run = options->dry_run;
        engine->facts_told = false;
        if (options->force)
                store_clear(engine->store);
        r = build(engine, config, options->force);
        if (r < 0) {
                engine_clear(engine);
                return r;
        }
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_run(engine->queues[i]);
        engine_request_review(engine);
        return 0;
}
