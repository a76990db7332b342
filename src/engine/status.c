/* SPDX-License-Identifier: BSD-3-Clause */

/* Status: how things stand, put together from publications and queues when somebody asks. Keeps nothing. */

#include "engine/status.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "engine/engine-internal.h"
#include "engine/report.h"

static void count_publication(void *userdata, const Publication *publication)
{
        EngineCounts *counts = userdata;

        counts->total++;
        switch (publication->state) {
        case PUBLICATION_IN_SYNC:
                counts->in_sync++;
                break;
        case PUBLICATION_RETRYING:
                counts->retrying++;
                break;
        case PUBLICATION_PARKED:
                counts->parked++;
                break;
        case PUBLICATION_UNKNOWN:
        case PUBLICATION_PENDING:
                counts->pending++;
                break;
        }
}

EngineCounts engine_count(const Engine *engine)
{
        EngineCounts counts = { 0 };

        for (size_t i = 0; i < engine->n_bindings; i++)
                count_publication(&counts, engine->bindings[i].publication);
        pools_each_publication(engine, count_publication, &counts);
        return counts;
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

static void print_pool_plan(void *userdata, const Publication *publication)
{
        report_print_plan(publication, userdata);
}

void engine_print_plans(const Engine *engine, FILE *out)
{
        for (size_t i = 0; i < engine->n_bindings; i++) {
                AUTO(selection_done) Selection selection = { 0 };

                report_print_plan(engine->bindings[i].publication, out);
                select_addresses(
                        &selection, engine->bindings[i].view->source, engine->facts, print_verdict, out);
        }
        pools_each_publication(engine, print_pool_plan, out);
}

/* Records. */

size_t engine_count_records(const Engine *engine)
{
        return engine->config ? engine->config->n_records : 0;
}

/* How bad it is: the state of the worse of two RRsets is the record's. */
static unsigned severity(PublicationState state)
{
        static const unsigned severities[] = {
                [PUBLICATION_IN_SYNC] = 0,
                [PUBLICATION_PENDING] = 1,
                [PUBLICATION_UNKNOWN] = 2,
                [PUBLICATION_RETRYING] = 3,
                [PUBLICATION_PARKED] = 4,
        };

        return severities[state];
}

void standing_add(Standing *standing, const Queue *queue, const Publication *publication)
{
        usec_t next = queue_next_usec(queue, publication);

        if (severity(publication->state) >= severity(standing->state)) {
                standing->state = publication->state;
                if (publication->reason)
                        standing->problem = publication->reason;
        }
        if (publication->changed_usec > standing->changed_usec)
                standing->changed_usec = publication->changed_usec;
        if (next < standing->next_usec)
                standing->next_usec = next;
}

void engine_record(const Engine *engine, size_t index, RecordStatus *ret)
{
        const Row *row = &engine->rows[index];
        Standing standing = STANDING_NONE;

        *ret = (RecordStatus){ .config = engine->config->records[index] };
        for (unsigned family = 0; family < ARRAY_LENGTH(row->bindings); family++) {
                const Binding *binding = row->bindings[family];

                if (!binding)
                        continue;
                standing_add(&standing, binding->queue, binding->publication);
                ret->wanted[family] = binding->publication->wanted;
                ret->published[family] = publication_published(binding->publication);
        }
        ret->state = standing.state;
        ret->problem = standing.problem;
        ret->changed_usec = standing.changed_usec;
        ret->next_usec = standing.next_usec;
}

ssize_t engine_find_record_index(const Engine *engine, const Name *name)
{
        size_t low = 0, high = engine_count_records(engine);

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = name_compare(&engine->config->records[middle]->name, name);

                if (order == 0)
                        return (ssize_t) middle;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return -ENOENT;
}

bool engine_find_record(const Engine *engine, const Name *name, RecordStatus *ret)
{
        ssize_t index = engine_find_record_index(engine, name);

        if (index < 0)
                return false;
        engine_record(engine, (size_t) index, ret);
        return true;
}

bool engine_next_changed(Engine *engine, RecordStatus *ret)
{
        Publication *publication = TAILQ_FIRST(&engine->news);

        if (!publication)
                return false;
        TAILQ_REMOVE(&engine->news, publication, news_entry);
        publication->is_news = false;
        engine_record(engine, ((const Binding *) publication->userdata)->record, ret);
        return true;
}

/* Providers. */

size_t engine_count_providers(const Engine *engine)
{
        return engine->config ? engine->config->n_providers : 0;
}

static ProviderState state_of_queue(const QueueStatus *queue)
{
        if (queue->parked)
                return PROVIDER_PARKED;
        if (queue->failing)
                return PROVIDER_RETRYING;
        return queue->answered ? PROVIDER_OK : PROVIDER_UNKNOWN;
}

void engine_provider(const Engine *engine, size_t index, ProviderStatus *ret)
{
        *ret = (ProviderStatus){ .config = engine->config->providers[index], .next_usec = USEC_INFINITY };
        for (size_t i = 0; i < engine->n_queues; i++) {
                QueueStatus queue;

                if (queue_config(engine->queues[i]) != ret->config)
                        continue;
                queue_get_status(engine->queues[i], &queue);
                ret->queue_length += queue.length;
                if (state_of_queue(&queue) > ret->state)
                        ret->state = state_of_queue(&queue);
                if (state_of_queue(&queue) == ret->state && queue.problem)
                        ret->problem = queue.problem;
                if (queue.next_usec < ret->next_usec)
                        ret->next_usec = queue.next_usec;
        }
}

bool engine_find_provider(const Engine *engine, const char *id, ProviderStatus *ret)
{
        for (size_t i = 0; i < engine_count_providers(engine); i++)
                if (strcmp(engine->config->providers[i]->id, id) == 0) {
                        engine_provider(engine, i, ret);
                        return true;
                }
        return false;
}

const char *provider_state_to_text(ProviderState state)
{
        static const char *const texts[] = {
                [PROVIDER_UNKNOWN] = "unknown",
                [PROVIDER_OK] = "ok",
                [PROVIDER_RETRYING] = "retrying",
                [PROVIDER_PARKED] = "parked",
        };

        return texts[state];
}

/* The whole. */

EngineState engine_state(const Engine *engine)
{
        EngineCounts counts = engine_count(engine);

        if (engine->stopping)
                return ENGINE_STOPPING;
        if (engine->facts->state != FACT_KNOWN)
                return ENGINE_STARTING;
        return counts.retrying + counts.parked > 0 || pools_are_degraded(engine) ? ENGINE_DEGRADED
                                                                                 : ENGINE_RUNNING;
}

const char *engine_state_to_text(EngineState state)
{
        static const char *const texts[] = {
                [ENGINE_STARTING] = "starting",
                [ENGINE_RUNNING] = "running",
                [ENGINE_DEGRADED] = "degraded",
                [ENGINE_STOPPING] = "stopping",
        };

        return texts[state];
}

static bool reaches_further(const AddressFact *fact)
{
        return !fact->leaving && fact->scope < RT_SCOPE_LINK && !address_is_link_local(&fact->address);
}

bool engine_is_connected(const Engine *engine, int family)
{
        for (size_t l = 0; l < engine->facts->n_links; l++) {
                const LinkFact *link = &engine->facts->links[l];

                if (!link->up || !link->carrier || link->loopback)
                        continue;
                for (size_t a = 0; a < link->n_addresses; a++)
                        if (link->addresses[a].address.family == family &&
                                reaches_further(&link->addresses[a]))
                                return true;
        }
        return false;
}

bool engine_is_online(const Engine *engine)
{
        return engine_is_connected(engine, AF_INET) || engine_is_connected(engine, AF_INET6);
}
