/* SPDX-License-Identifier: BSD-3-Clause */

/* Pools: when each is looked at, and whether this host may judge at all. What is new in a turn of the loop is
 * gathered, so that a thousand members that fail at once are one decision for each pool. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/pool-internal.h"

#define SAVE_DELAY_USEC (10 * USEC_PER_SEC)

/* What is on disk of health counts for ten minutes after it was written. */
#define SAVE_INTERVAL_USEC (300 * USEC_PER_SEC)

void pools_request_look(Engine *engine)
{
        sd_event_source_set_enabled(engine->pools->look, SD_EVENT_ONESHOT);
}

void pools_mark(Engine *engine, Pool *pool)
{
        pools_request_look(engine);
        if (pool->dirty)
                return;
        pool->dirty = true;
        TAILQ_INSERT_TAIL(&engine->pools->dirty, pool, dirty_entry);
}

void pools_mark_all(Engine *engine)
{
        for (size_t i = 0; i < engine->pools->n_pools; i++)
                pools_mark(engine, engine->pools->pools[i]);
}

void pools_changed_store(Engine *engine)
{
        engine->pools->store_dirty = true;
        pools_request_look(engine);
}
static int compare_addresses(const void *a, const void *b)
{
        return address_compare(a, b);
}

/* So that whether a member is on this host is quickly told. */
static void gather_own(Engine *engine)
{
        Pools *pools = engine->pools;
        size_t n = interfaces_count_addresses(engine->facts);
        Address *own = reallocarray(pools->own, n + 1, sizeof *own);

        if (!own)
                return; /* what was so before is as good a guess as any */
        pools->own = own;
        pools->n_own = 0;
        for (size_t l = 0; l < engine->facts->n_links; l++)
                for (size_t a = 0; a < engine->facts->links[l].n_addresses; a++)
                        own[pools->n_own++] = engine->facts->links[l].addresses[a].address;
        if (pools->n_own > 0)
                qsort(own, pools->n_own, sizeof *own, compare_addresses);
}

bool pools_is_own(const Engine *engine, const Address *address)
{
        const Pools *pools = engine->pools;

        if (address_is_loopback(address))
                return true;
        return pools->n_own > 0 &&
               bsearch(address, pools->own, pools->n_own, sizeof *pools->own, compare_addresses);
}

void pools_facts_changed(Engine *engine)
{
        if (engine->stopping || engine->pools->n_pools == 0)
                return;
        gather_own(engine);
        observing_look_at_links(engine);
        for (size_t i = 0; i < engine->pools->n_pools; i++)
                pool_facts_changed(engine->pools->pools[i]);
}

/* Looking. */

static usec_t sooner(usec_t a, usec_t b)
{
        return a < b ? a : b;
}

static void set_timer(sd_event_source *timer, usec_t when)
{
        if (when != USEC_INFINITY)
                sd_event_source_set_time(timer, when);
        sd_event_source_set_enabled(timer, when != USEC_INFINITY ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static usec_t save_at(const Engine *engine)
{
        const Pools *pools = engine->pools;

        if (engine->dry_run || pools->n_pools == 0)
                return USEC_INFINITY;
        return pools->saved_usec + (pools->store_dirty ? SAVE_DELAY_USEC : SAVE_INTERVAL_USEC);
}

static void arm(Engine *engine)
{
        Pools *pools = engine->pools;
        usec_t next = save_at(engine), expiry = USEC_INFINITY;

        for (size_t i = 0; i < pools->n_pools; i++) {
                next = sooner(next, sooner(pools->pools[i]->next_usec, pools->pools[i]->verify_usec));
                expiry = sooner(expiry, pools->pools[i]->expiry_usec);
        }
        for (unsigned family = 0; family < 2; family++)
                next = sooner(next, pools->observer_next_usec[family]);
        set_timer(pools->timer, next);
        set_timer(pools->expiry_timer, expiry);
}

static bool is_configured(const void *engine, const Name *name)
{
        return pools_find(engine, name);
}

void pools_save(Engine *engine, bool durable)
{
        Pools *pools = engine->pools;

        pools->saved_usec = engine_now_usec(engine);
        pools->store_dirty = false;
        for (size_t i = 0; i < pools->n_pools; i++)
                if (pool_remember(pools->pools[i]) < 0)
                        pools->store_dirty = true; /* out of memory: a little later, then */
        pool_store_prune(engine->pool_store, is_configured, engine);
        if (!engine->dry_run)
                pool_store_save(engine->pool_store, durable);
}

static void run_queue(Queue *queue)
{
        if (queue)
                queue_run(queue);
}

static int on_look(sd_event_source *source, void *userdata)
{
        Engine *engine = userdata;
        Pools *pools = engine->pools;
        Queue *queue = NULL;
        Pool *pool;

        (void) source;
        if (engine->stopping)
                return 0;
        for (unsigned family = 0; family < 2; family++)
                observing_look(engine, family);
        while ((pool = TAILQ_FIRST(&pools->dirty))) {
                TAILQ_REMOVE(&pools->dirty, pool, dirty_entry);
                pool->dirty = false;
                if (queue != pool->queue)
                        run_queue(queue);
                queue = pool->queue;
                pool_look(pool);
        }
        run_queue(queue);
        arm(engine);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *engine = userdata;
        Pools *pools = engine->pools;
        usec_t now = engine_now_usec(engine);

        (void) source;
        (void) usec;
        for (size_t i = 0; i < pools->n_pools; i++)
                if (pools->pools[i]->next_usec <= now || pools->pools[i]->verify_usec <= now)
                        pools_mark(engine, pools->pools[i]);
        if (save_at(engine) <= now)
                pools_save(engine, false);
        pools_request_look(engine);
        return 0;
}

static int on_expiry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *engine = userdata;

        (void) source;
        (void) usec;
        pools_mark_all(engine);
        return 0;
}

void pools_review(Engine *engine)
{
        if (!engine->pools->members_changed)
                return;
        engine->pools->members_changed = false;
        engine->callbacks.members_changed(engine->callbacks.userdata);
}

int pools_publish(Engine *engine, const Name *name, bool force)
{
        const Pool *pool = pools_find(engine, name);

        for (unsigned family = 0; pool && family < 2; family++)
                if (pool->publications[family])
                        queue_ask(pool->queue, pool->publications[family], force);
        return pool ? 0 : -ENOENT;
}

static int compare_pools(const void *name, const void *pool)
{
        return name_compare(name, &(*(Pool *const *) pool)->config->record.name);
}

Pool *pools_find(const Engine *engine, const Name *name)
{
        const Pools *pools = engine->pools;
        Pool **found = pools->n_pools == 0
                               ? NULL
                               : bsearch(name, pools->pools, pools->n_pools, sizeof(Pool *), compare_pools);

        return found ? *found : NULL;
}

void pools_each_publication(
        const Engine *engine, void (*visit)(void *userdata, const Publication *publication), void *userdata)
{
        for (size_t p = 0; p < engine->pools->n_pools; p++)
                for (unsigned family = 0; family < 2; family++)
                        if (engine->pools->pools[p]->publications[family])
                                visit(userdata, engine->pools->pools[p]->publications[family]);
}

bool pools_are_settled(const Engine *engine)
{
        for (size_t p = 0; p < engine->pools->n_pools; p++) {
                const Pool *pool = engine->pools->pools[p];

                for (size_t i = 0; i < pool->policy.n_members; i++)
                        if (member_waits_for_removal(pool_member(pool, i)))
                                return false;
        }
        return true;
}

bool pools_are_degraded(const Engine *engine)
{
        for (size_t p = 0; p < engine->pools->n_pools; p++) {
                const Pool *pool = engine->pools->pools[p];

                if (pool->condition == POOL_HELD || pool->condition == POOL_FROZEN)
                        return true;
        }
        return false;
}

/* The daemon stops: own addresses are taken along where the configuration says so; all else stays as it is.
 */
static void leave(Pool *pool)
{
        for (size_t i = 0; i < pool->policy.n_members; i++) {
                Member *member = pool_member(pool, i);

                member->check = check_free(member->check);
                if (member->origin == MEMBER_SELF)
                        member->policy.leaving = true;
        }
        if (!pool->config->record.withdraw_on_stop)
                return;
        pool_decide(&pool->policy, engine_now_usec(pool->engine), &pool->next_usec);
        for (unsigned family = 0; family < 2; family++)
                if (pool->publications[family]) {
                        publication_set_pool_wanted(pool->publications[family], true);
                        queue_look(pool->queue, pool->publications[family]); /* are there others by now? */
                }
}

void pools_stop(Engine *engine)
{
        Pools *pools = engine->pools;

        for (size_t i = 0; i < pools->n_pools; i++)
                leave(pools->pools[i]);
        for (size_t i = 0; i < pools->n_references; i++)
                pools->references[i].check = check_free(pools->references[i].check);
        sd_event_source_set_enabled(pools->look, SD_EVENT_OFF);
        sd_event_source_set_enabled(pools->timer, SD_EVENT_OFF);
        sd_event_source_set_enabled(pools->expiry_timer, SD_EVENT_OFF);
}

/* Life cycle. */

static int add_pools(Engine *engine)
{
        const Config *config = engine->config;
        Pools *pools = engine->pools;

        pools->pools = calloc(config->n_pools + 1, sizeof(Pool *));
        if (!pools->pools)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_pools; i++) {
                Queue *queue;
                int r = engine_queue_for(engine, &config->pools[i]->record, &queue);

                if (r >= 0)
                        r = pool_new(&pools->pools[i], engine, config->pools[i], queue);
                if (r < 0)
                        return r;
                pools->n_pools++;
                pools_mark(engine, pools->pools[i]);
        }
        return 0;
}

int pools_build(Engine *engine)
{
        int r;

        for (unsigned family = 0; family < 2; family++) {
                observing_init(&engine->pools->observers[family], engine->config);
                engine->pools->observer_next_usec[family] = USEC_INFINITY;
        }
        gather_own(engine);
        observing_look_at_links(engine);
        engine->pools->saved_usec = engine_now_usec(engine);
        r = add_pools(engine);
        return r < 0 ? r : observing_add_references(engine);
}

void pools_clear(Engine *engine)
{
        Pools *pools = engine->pools;

        for (size_t i = 0; i < pools->n_pools; i++)
                pool_remember(pools->pools[i]); /* or, without memory, it begins anew */
        for (size_t i = 0; i < pools->n_pools; i++)
                pool_free(pools->pools[i]);
        for (size_t i = 0; i < pools->n_references; i++)
                check_free(pools->references[i].check);
        free(pools->pools);
        free(pools->references);
        pools->pools = NULL;
        pools->references = NULL;
        pools->n_pools = pools->n_references = 0;
        sd_event_source_set_enabled(pools->look, SD_EVENT_OFF);
        sd_event_source_set_enabled(pools->timer, SD_EVENT_OFF);
        sd_event_source_set_enabled(pools->expiry_timer, SD_EVENT_OFF);
}

static int add_sources(Engine *engine, Pools *pools)
{
        int r = sd_event_add_defer(engine->event, &pools->look, on_look, engine);

        if (r < 0)
                return r;
        sd_event_source_set_enabled(pools->look, SD_EVENT_OFF);
        r = sd_event_add_time(
                engine->event, &pools->timer, CLOCK_BOOTTIME, 0, 10 * USEC_PER_MSEC, on_timer, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(pools->timer, SD_EVENT_OFF);
        r = sd_event_add_time(engine->event, &pools->expiry_timer, CLOCK_REALTIME, 0, 10 * USEC_PER_MSEC,
                on_expiry, engine);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(pools->expiry_timer, SD_EVENT_OFF);
        return 0;
}

int pools_new(Pools **ret, Engine *engine)
{
        Pools *pools = calloc(1, sizeof *pools);
        int r;

        if (!pools)
                return -ENOMEM;
        TAILQ_INIT(&pools->dirty);
        TAILQ_INIT(&pools->news);
        TAILQ_INIT(&pools->member_news);
        TAILQ_INIT(&pools->publication_news);
        *ret = pools;
        r = add_sources(engine, pools);
        return r;
}

Pools *pools_free(Pools *pools)
{
        if (!pools)
                return NULL;
        free(pools->own);
        sd_event_source_disable_unref(pools->look);
        sd_event_source_disable_unref(pools->timer);
        sd_event_source_disable_unref(pools->expiry_timer);
        free(pools);
        return NULL;
}
