/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool: one pool's members, and the two RRsets that name them. Has policy/pool decide when something is new,
 * and marks the RRsets that are to change; which of them go out when is their queue's to say. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"
#include "util/random.h"

Member *pool_member(const Pool *pool, size_t index)
{
        return (Member *) (void *) pool->policy.members[index];
}

const char *pool_override_name(const Pool *pool, unsigned family)
{
        const PoolMember *member = pool->policy.families[family].override.member;

        return member ? ((const Member *) (const void *) member)->name : pool->missing[family];
}

void pool_end_override(Pool *pool, unsigned family)
{
        pool->policy.families[family].override = (PoolOverride){ 0 };
        free(STEAL(pool->missing[family]));
        stored_order_done(&pool->orders[family]);
}

Member *pool_member_named(const Pool *pool, const char *name)
{
        for (size_t i = 0; i < pool->policy.n_members; i++)
                if (strcmp(pool_member(pool, i)->name, name) == 0)
                        return pool_member(pool, i);
        return NULL;
}

const RRset *pool_seen(const Pool *pool, unsigned family)
{
        const Publication *publication = pool->publications[family];

        return publication ? publication_published(publication) : NULL;
}

void pool_touch(Pool *pool)
{
        if (pool->is_news)
                return;
        pool->is_news = true;
        TAILQ_INSERT_TAIL(&pool->engine->pools->news, pool, news_entry);
        engine_request_review(pool->engine);
}

/* Deciding. */

static void schedule_verify(Pool *pool, usec_t now)
{
        usec_t interval = pool->config->verify_usec;

        pool->verify_usec = USEC_INFINITY;
        if (interval > 0)
                pool->verify_usec = now + interval - interval / 10 * (random_u16() % 100) / 100;
}

static void verify(Pool *pool, usec_t now)
{
        if (now < pool->verify_usec)
                return;
        schedule_verify(pool, now);
        for (unsigned family = 0; family < 2; family++)
                if (pool->publications[family])
                        queue_look(pool->queue, pool->publications[family]);
}

static Serving serving(const Pool *pool, unsigned family)
{
        const PoolFamily *state = &pool->policy.families[family];

        return (Serving){
                .override = state->overridden ? state->override.member : NULL,
                .priority = state->priority,
                .fallback = pool->held[family] && pool->config->all_down == ALL_DOWN_FALLBACK,
        };
}

static void tell_serving(Pool *pool, unsigned family)
{
        const RRset *after = pool->publications[family] ? pool->publications[family]->wanted : NULL;
        Serving before = pool->serving[family], now = serving(pool, family);

        pool->serving[family] = now;
        if (now.override && now.override != before.override)
                report_switch(pool, family, EVENT_FAILOVER, after, NULL);
        else if (before.override && !now.override)
                report_switch(pool, family, EVENT_FAILBACK, after, "the failover is over");
        else if (now.fallback != before.fallback)
                report_switch(pool, family, now.fallback ? EVENT_FAILOVER : EVENT_FAILBACK, after,
                        now.fallback ? "too few members are up: the fallback addresses serve"
                                     : "enough members are up again");
        else if (before.priority != 0 && now.priority > before.priority)
                report_switch(pool, family, EVENT_FAILOVER, after, "no member of a better priority is up");
        else if (before.priority != 0 && now.priority < before.priority)
                report_switch(
                        pool, family, EVENT_FAILBACK, after, "members of a better priority are up again");
}

/* Before it starts it does what operators say, and nothing else. */
static bool is_known(const Pool *pool, unsigned family)
{
        if (pool->policy.started || pool->policy.families[family].overridden)
                return true;
        for (size_t i = 0; i < pool->policy.n_members; i++)
                if (pool->policy.members[i]->admin != ADMIN_NONE &&
                        pool_family_of(&pool->policy.members[i]->address) == family)
                        return true;
        return false;
}

static void look_at_family(Pool *pool, unsigned family)
{
        Publication *publication = pool->publications[family];
        bool held;

        if (!publication)
                return;
        if (publication_set_pool_wanted(publication, is_known(pool, family)) != 0)
                queue_mark(pool->queue, publication);
        if (!publication->seen_known)
                return; /* what was said holds until it is read */
        held = pool_is_held(&pool->policy, family, pool_seen(pool, family));
        if (held == pool->held[family])
                return;
        pool->held[family] = held;
        report_held(pool, family);
}

static void set_fast(const Pool *pool)
{
        for (size_t i = 0; i < pool->policy.n_members; i++)
                member_set_fast(pool_member(pool, i));
}

void pool_look(Pool *pool)
{
        usec_t now = engine_now_usec(pool->engine);

        pool->expiry_usec = pool_expire_orders(pool, clock_now_usec(CLOCK_REALTIME));
        verify(pool, now);
        if (pool_decide(&pool->policy, now, &pool->next_usec))
                pool_touch(pool);
        for (unsigned family = 0; family < 2; family++) {
                look_at_family(pool, family);
                tell_serving(pool, family);
        }
        pool_drop_the_gone(pool, now);
        set_fast(pool);
        if (pool_condition(pool) != pool->condition) {
                pool->condition = pool_condition(pool);
                pool_touch(pool);
        }
}

/* Those who come into DNS, or leave it. */
static void touch_members(Pool *pool, unsigned family, const RRset *seen)
{
        for (size_t i = 0; i < pool->policy.n_members; i++) {
                const PoolMember *policy = pool->policy.members[i];

                if (pool_family_of(&policy->address) == family &&
                        rrset_has_address(seen, &policy->address) != policy->published)
                        member_touch(pool_member(pool, i));
        }
}

/* DNS could not be reached, and can be again: who did not answer meanwhile may have been out of reach as
 * well. */
static void doubt_members(Pool *pool)
{
        for (size_t i = 0; i < pool->policy.n_members; i++)
                if (pool->policy.members[i]->observer)
                        member_recover(pool_member(pool, i), false);
}

void pool_on_saw(Publication *publication, bool by_us)
{
        Pool *pool = publication->userdata;
        unsigned family = publication->type == TYPE_AAAA;
        const RRset *seen = publication->synthesized ? NULL : publication->seen;
        usec_t now = engine_now_usec(pool->engine);

        if (pool->config->discover && !pool->engine->stopping)
                pool_discover(pool, seen);
        if (publication->state == PUBLICATION_RETRYING)
                doubt_members(pool);
        touch_members(pool, family, seen);
        pool_saw(&pool->policy, family, seen, by_us, now);
        pool_touch(pool);
        if (pool->engine->stopping)
                return;
        pool_look(pool);
        pools_mark(pool->engine, pool);
}

/* Life cycle. */

int pool_new(Pool **ret, Engine *engine, const PoolConfig *config, Queue *queue)
{
        AUTO(pool_freep) Pool *pool = calloc(1, sizeof *pool);
        usec_t now = engine_now_usec(engine);
        int r;

        if (!pool)
                return -ENOMEM;
        pool->engine = engine;
        pool->config = config;
        pool->queue = queue;
        pool->policy.config = config;
        pool->policy.started_usec = now;
        pool->views[0] = config->record.ipv4 ? engine_view_of(engine, config->record.ipv4) : NULL;
        pool->views[1] = config->record.ipv6 ? engine_view_of(engine, config->record.ipv6) : NULL;
        pool->next_usec = pool->expiry_usec = USEC_INFINITY;
        schedule_verify(pool, now);
        r = pool_fill(pool);
        if (r < 0)
                return r;
        pool_facts_changed(pool);
        *ret = STEAL(pool);
        return 0;
}

Pool *pool_free(Pool *pool)
{
        if (!pool)
                return NULL;
        for (size_t i = 0; i < pool->policy.n_members; i++)
                member_free(pool_member(pool, i));
        free(pool->policy.members);
        free(pool->policy.by_address);
        for (unsigned family = 0; family < 2; family++)
                pool_end_override(pool, family);
        if (pool->dirty)
                TAILQ_REMOVE(&pool->engine->pools->dirty, pool, dirty_entry);
        if (pool->is_news)
                TAILQ_REMOVE(&pool->engine->pools->news, pool, news_entry);
        free(pool);
        return NULL;
}
