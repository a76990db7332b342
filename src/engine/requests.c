/* SPDX-License-Identifier: BSD-3-Clause */

/* Requests: what people ask for. Each only marks what is to be looked at; the queues do the rest. */

#include <errno.h>

#include "engine/engine-internal.h"
#include "engine/status.h"
#include "util/log.h"
#include "util/message-id.h"

/* An interface that was to go down, and stays up all the same, counts again after this time. */
#define LEAVING_USEC (60 * USEC_PER_SEC)

void engine_refresh(Engine *engine)
{
        for (size_t i = 0; !engine->stopping && i < engine->n_queues; i++)
                queue_refresh(engine->queues[i]);
}

static const Row *find_row(const Engine *engine, const Name *name)
{
        ssize_t index = engine_find_record_index(engine, name);

        return index < 0 ? NULL : &engine->rows[index];
}

int engine_publish(Engine *engine, const Name *name, bool force)
{
        const Row *row = name ? find_row(engine, name) : NULL;

        if (engine->stopping)
                return -ESHUTDOWN;
        if (name && !row)
                return pools_publish(engine, name, force);
        for (size_t i = 0; !name && i < engine->n_queues; i++)
                queue_ask(engine->queues[i], NULL, force);
        for (size_t i = 0; row && i < ARRAY_LENGTH(row->bindings); i++)
                if (row->bindings[i])
                        queue_ask(row->bindings[i]->queue, row->bindings[i]->publication, force);
        return 0;
}

/* Sees to those whose time is up, and to the next. True: there were some. */
static bool end_leaving(Engine *engine)
{
        usec_t next;
        bool changed = interfaces_end_leaving(engine->facts, engine_now_usec(engine), &next) > 0;

        if (next != USEC_INFINITY)
                sd_event_source_set_time(engine->leaving_timer, next);
        sd_event_source_set_enabled(
                engine->leaving_timer, next != USEC_INFINITY ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
        return changed;
}

int engine_withdraw_interface(Engine *engine, const char *interface)
{
        int r = interfaces_set_leaving(engine->facts, interface, engine_now_usec(engine) + LEAVING_USEC);

        if (r < 0)
                return r;
        end_leaving(engine);
        if (r == 0)
                return 0;
        engine_facts_changed(engine);
        log_message(LOG_NOTICE, MESSAGE_INTERFACE_WITHDRAWN, LOG_FIELDS({ "SIGNPOST_INTERFACE", interface }),
                "%s is about to go down: its addresses are withdrawn", interface);
        return 0;
}

int engine_on_left(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *engine = userdata;

        (void) source;
        (void) usec;
        if (end_leaving(engine))
                engine_facts_changed(engine);
        return 0;
}

static int explain_source(const Engine *engine, const SourceConfig *source, SelectVisit visit, void *userdata)
{
        AUTO(selection_done) Selection selection = { 0 };

        return source ? select_addresses(&selection, source, engine->facts, visit, userdata) : 0;
}

/* The record, or the pool, of that name; NULL: there is none. */
static const RecordConfig *find_config(const Engine *engine, const Name *name)
{
        RecordStatus record;
        PoolStatus pool;

        if (engine_find_record(engine, name, &record))
                return record.config;
        return engine_find_pool(engine, name, &pool) ? &pool.config->record : NULL;
}

int engine_explain(const Engine *engine, const Name *name, SelectVisit visit, void *userdata)
{
        const RecordConfig *config = find_config(engine, name);
        int r;

        if (!config)
                return -ENOENT;
        r = explain_source(engine, config->ipv4, visit, userdata);
        return r < 0 ? r : explain_source(engine, config->ipv6, visit, userdata);
}

void engine_withdraw(Engine *engine)
{
        engine->stopping = true;
        pools_stop(engine);
        for (size_t i = 0; i < engine->n_queues; i++)
                queue_withdraw(engine->queues[i]);
        engine_request_review(engine);
}
