/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool status: how pools and their members stand, put together when somebody asks. */

#include <string.h>

#include "engine/pool-internal.h"

static bool is_frozen(const Pool *pool)
{
        for (size_t i = 0; i < pool->policy.n_members; i++) {
                const PoolMember *member = pool->policy.members[i];

                if (member->observer && member->observer->state != OBSERVER_OK)
                        return true;
        }
        return false;
}

static bool is_up(const PoolMember *member)
{
        return health_is_up(&member->health);
}

/* Is there a better priority than the one in use? */
static bool has_better(const Pool *pool, const PoolMember *member)
{
        return pool->config->policy == POOL_PRIORITY &&
               member->priority < pool->policy.families[pool_family_of(&member->address)].priority;
}

/* Of those that serve; 0: the policy knows none, or none is. */
static uint32_t priority_of(const Pool *pool, unsigned family)
{
        const PoolFamily *state = &pool->policy.families[family];

        if (pool->config->policy != POOL_PRIORITY || pool->serving[family].fallback)
                return 0;
        return state->overridden ? state->override.member->priority : state->priority;
}

PoolCondition pool_condition(const Pool *pool)
{
        const PoolState *policy = &pool->policy;

        if (is_frozen(pool))
                return POOL_FROZEN;
        if (!policy->started)
                return POOL_STARTING;
        if (policy->families[0].overridden || policy->families[1].overridden)
                return POOL_OVERRIDDEN;
        if (pool->held[0] || pool->held[1])
                return POOL_HELD;
        for (size_t i = 0; i < policy->n_members; i++)
                if (!is_up(policy->members[i]) || policy->members[i]->admin >= ADMIN_DOWN ||
                        has_better(pool, policy->members[i]))
                        return POOL_DEGRADED;
        return POOL_NORMAL;
}

static void add_override(const Pool *pool, unsigned family, OverrideStatus *ret)
{
        const char *member = pool_override_name(pool, family);

        if (!member)
                return;
        *ret = (OverrideStatus){
                .member = member,
                .user = pool->orders[family].user ?: "",
                .reason = pool->orders[family].reason ?: "",
                .until_usec = pool->orders[family].until_usec,
        };
}

static void show_pool(const Pool *pool, PoolStatus *ret)
{
        Standing standing = STANDING_NONE;

        *ret = (PoolStatus){
                .config = pool->config,
                .condition = pool_condition(pool),
                .n_members = pool->policy.n_members,
        };
        for (unsigned family = 0; family < 2; family++) {
                const Publication *publication = pool->publications[family];

                add_override(pool, family, &ret->overrides[family]);
                if (priority_of(pool, family) > ret->priority)
                        ret->priority = priority_of(pool, family);
                if (!publication)
                        continue;
                standing_add(&standing, pool->queue, publication);
                ret->wanted[family] = publication->wanted;
                ret->published[family] = publication_published(publication);
        }
        for (size_t i = 0; i < pool->policy.n_members; i++)
                ret->n_up += is_up(pool->policy.members[i]);
        ret->state = standing.state;
        ret->problem = standing.problem;
        ret->changed_usec = standing.changed_usec;
        ret->next_usec = standing.next_usec;
}

static void show_member(const Member *member, MemberStatus *ret)
{
        const PoolMember *policy = &member->policy;

        *ret = (MemberStatus){
                .pool = member->pool->config,
                .name = member->name,
                .address = policy->address,
                .priority = policy->priority,
                .origin = member->origin,
                .health = policy->health.state,
                .admin = policy->admin,
                .admin_user = member->order.user ?: "",
                .admin_reason = member->order.reason ?: "",
                .admin_until_usec = member->order.until_usec,
                .published = policy->published,
                .latency_usec = member->latency_usec,
                .checked_usec = member->checked_usec,
                .changed_usec = member->changed_usec,
                .problem = member->problem,
        };
}

size_t engine_count_pools(const Engine *engine)
{
        return engine->pools->n_pools;
}

void engine_pool(const Engine *engine, size_t index, PoolStatus *ret)
{
        show_pool(engine->pools->pools[index], ret);
}

bool engine_find_pool(const Engine *engine, const Name *name, PoolStatus *ret)
{
        const Pool *pool = pools_find(engine, name);

        if (pool)
                show_pool(pool, ret);
        return pool != NULL;
}

size_t engine_count_members(const Engine *engine, size_t pool)
{
        return engine->pools->pools[pool]->policy.n_members;
}

void engine_member(const Engine *engine, size_t pool, size_t index, MemberStatus *ret)
{
        show_member(pool_member(engine->pools->pools[pool], index), ret);
}

bool engine_find_member(const Engine *engine, const Name *name, const char *member_name, MemberStatus *ret)
{
        const Pool *pool = pools_find(engine, name);
        const Member *member = pool ? pool_member_named(pool, member_name) : NULL;

        if (member)
                show_member(member, ret);
        return member != NULL;
}

/* What became of their RRsets is news of the pools. */
static void take_publication_news(Engine *engine)
{
        PublicationList *list = &engine->pools->publication_news;
        Publication *publication;

        while ((publication = TAILQ_FIRST(list))) {
                TAILQ_REMOVE(list, publication, news_entry);
                publication->is_news = false;
                pool_touch(publication->userdata);
        }
}

bool engine_next_changed_pool(Engine *engine, PoolStatus *ret)
{
        Pool *pool;

        take_publication_news(engine);
        pool = TAILQ_FIRST(&engine->pools->news);
        if (!pool)
                return false;
        TAILQ_REMOVE(&engine->pools->news, pool, news_entry);
        pool->is_news = false;
        show_pool(pool, ret);
        return true;
}

bool engine_next_changed_member(Engine *engine, MemberStatus *ret)
{
        Member *member = TAILQ_FIRST(&engine->pools->member_news);

        if (!member)
                return false;
        TAILQ_REMOVE(&engine->pools->member_news, member, news_entry);
        member->is_news = false;
        show_member(member, ret);
        return true;
}

ObserverState engine_observer(const Engine *engine)
{
        ObserverState worst = OBSERVER_OK;

        for (unsigned family = 0; family < 2; family++) {
                const Observer *observer = &engine->pools->observers[family];

                if (observer->n_members > 0 && observer->state > worst)
                        worst = observer->state;
        }
        return worst;
}

const char *pool_condition_to_text(PoolCondition condition)
{
        static const char *const texts[] = {
                [POOL_STARTING] = "starting",
                [POOL_NORMAL] = "normal",
                [POOL_DEGRADED] = "degraded",
                [POOL_HELD] = "held",
                [POOL_OVERRIDDEN] = "overridden",
                [POOL_FROZEN] = "frozen",
        };

        return texts[condition];
}
