/* SPDX-License-Identifier: BSD-3-Clause */

/* Member: one address of a pool and the check that looks at it. Turns samples into health; what that means
 * for the pool is the pool's to decide. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"

static Pools *pools_of(const Member *member)
{
        return member->pool->engine->pools;
}

void member_touch(Member *member)
{
        if (member->is_news)
                return;
        member->is_news = true;
        TAILQ_INSERT_TAIL(&pools_of(member)->member_news, member, news_entry);
        engine_request_review(member->pool->engine);
}

static HealthOptions options_of(const Member *member)
{
        const PoolConfig *pool = member->pool->config;

        return (HealthOptions){
                .rise = member->check_config->rise,
                .fall = member->check_config->fall,
                .hold_down_usec = pool->hold_down_usec,
                .hold_down_max_usec = pool->hold_down_max_usec,
        };
}

bool member_waits_for_removal(const Member *member)
{
        const PoolMember *policy = &member->policy;
        bool lost = policy->observer && policy->observer->state != OBSERVER_OK;

        return policy->health.state == HEALTH_DOWN && policy->admin == ADMIN_NONE && policy->published &&
               !policy->removal && !lost &&
               engine_now_usec(member->pool->engine) >= policy->contested_until_usec &&
               !member->pool->held[pool_family_of(&policy->address)];
}

void member_set_fast(Member *member)
{
        bool fast = !health_is_settled(&member->policy.health) || member_waits_for_removal(member);

        if (fast == member->fast)
                return;
        member->fast = fast;
        check_set_fast(member->check, fast);
}

/* What the last check found wrong; NULL: nothing. */
static void set_problem(Member *member, const char *reason)
{
        char *copy;

        if ((!reason && !member->problem) ||
                (reason && member->problem && strcmp(reason, member->problem) == 0))
                return;
        copy = reason ? strdup(reason) : NULL;
        free(member->problem);
        member->problem = copy;
        member_touch(member);
}

static void on_health_changed(Member *member, HealthState before)
{
        HealthState now = member->policy.health.state;
        Observer *observer = member->policy.observer;

        if (observer)
                observer_count(observer, before, now);
        member->changed_usec = clock_now_usec(CLOCK_REALTIME);
        member_touch(member);
        pool_touch(member->pool);
        pools_mark(member->pool->engine, member->pool);
        pools_changed_store(member->pool->engine);
        if (member->policy.leaving)
                return; /* who is none any more is no news */
        if (now == HEALTH_DOWN && before != HEALTH_RISING && !member->told_down) {
                report_member_down(member, member->problem);
                member->told_down = true;
        }
        if (now == HEALTH_UP && before != HEALTH_FAILING) {
                report_member_up(member, member->told_down);
                member->told_down = false;
        }
}

/* It was somebody else's answer that others wait for. */
static void hear(Member *member, usec_t now)
{
        Observer *observer = member->policy.observer;

        if (!observer)
                return;
        observer_heard(observer, now);
        observing_heard(member->pool->engine);
}

static void on_sample(void *userdata, const CheckSample *sample)
{
        Member *member = userdata;
        PoolMember *policy = &member->policy;
        bool doubt = policy->observer && policy->observer->state != OBSERVER_OK;
        CheckResult result = sample->result == CHECK_FAIL && doubt ? CHECK_INDETERMINATE : sample->result;
        HealthOptions options = options_of(member);
        HealthState before = policy->health.state;
        usec_t now = engine_now_usec(member->pool->engine);

        member->checked_usec = clock_now_usec(CLOCK_REALTIME);
        set_problem(member, sample->reason);
        if (sample->result == CHECK_OK) {
                member->latency_usec = sample->latency_usec;
                hear(member, now);
        }
        if (result == CHECK_INDETERMINATE)
                return;
        if (!policy->fresh || policy->stale || member_waits_for_removal(member))
                pools_mark(member->pool->engine, member->pool);
        health_step(&policy->health, &options, result, policy->published, now);
        pool_member_looked_at(policy, result, now);
        if (policy->health.state != before)
                on_health_changed(member, before);
        if (result == CHECK_FAIL && policy->observer && !policy->confirmed)
                observing_ask_around(member->pool->engine, member);
        if (policy->health.state == HEALTH_UP || policy->health.fails >= options.fall)
                policy->inherited = false;
        member_set_fast(member);
}

void member_set_observer(Member *member)
{
        PoolMember *policy = &member->policy;
        Engine *engine = member->pool->engine;
        Observer *old = policy->observer, *new = NULL;

        /* What is on this very host can be looked at without anybody's network. */
        if (!pools_is_own(engine, &policy->address))
                new = &engine->pools->observers[pool_family_of(&policy->address)];
        if (old == new)
                return;
        if (old)
                observer_leave(old, policy->health.state);
        if (new)
                observer_enter(new, policy->health.state);
        policy->observer = new;
        pools_mark(engine, member->pool);
}

void member_recover(Member *member, bool it_was_us)
{
        pool_member_recover(&member->policy, it_was_us);
        check_discard(member->check);
        check_now(member->check);
}

static bool is_configured(const PoolConfig *pool, const char *name)
{
        for (size_t i = 0; i < pool->n_members; i++)
                if (strcmp(pool->members[i].name, name) == 0)
                        return true;
        return false;
}

/* What is known of a member of that name; or else, since it may have been given another one, of that address.
 */
static const StoredMember *find_stored(const Member *member)
{
        const StoredPool *pool =
                pool_store_find(member->pool->engine->pool_store, &member->pool->config->record.name);
        const StoredMember *found = NULL;

        for (size_t i = 0; pool && i < pool->n_members; i++) {
                const StoredMember *old = &pool->members[i];

                if (strcmp(old->name, member->name) == 0)
                        return old;
                if (address_equal(&old->address, &member->policy.address) &&
                        !is_configured(member->pool->config, old->name))
                        found = old;
        }
        return found;
}

static int restore(Member *member)
{
        const StoredMember *old = find_stored(member);

        if (!old)
                return 0;
        member->policy.admin = old->admin;
        member->policy.forced = old->order.forced;
        member->changed_usec = old->changed_usec;
        member->told_down = health_is_down(&old->health);
        /* Another server by the same name has yet to be looked at. */
        if (address_equal(&old->address, &member->policy.address)) {
                member->policy.health = old->health;
                member->policy.inherited = true;
                member->policy.removed = old->removed;
                member->absent_usec = old->absent_usec;
        }
        return stored_order_copy(&member->order, &old->order);
}

int member_new(Member **ret, Pool *pool, const char *name, const Address *address, uint32_t priority,
        MemberOrigin origin, const CheckConfig *check)
{
        AUTO(member_freep) Member *member = calloc(1, sizeof *member);
        const EngineCallbacks *callbacks = &pool->engine->callbacks;
        int r;

        if (!member)
                return -ENOMEM;
        member->pool = pool;
        member->origin = origin;
        member->check_config = check;
        member->policy.address = *address;
        member->policy.priority = priority;
        member->policy.borrowed = origin == MEMBER_DISCOVERED;
        member->fast = true;
        member->name = strdup(name);
        if (!member->name)
                return -ENOMEM;
        r = restore(member);
        if (r < 0)
                return r;
        member_set_observer(member);
        r = callbacks->new_check(callbacks->userdata, &member->check, check, address, on_sample, member);
        if (r < 0)
                return r;
        check_set_fast(member->check, true);
        *ret = STEAL(member);
        return 0;
}

Member *member_free(Member *member)
{
        Observer *observer;

        if (!member)
                return NULL;
        observer = member->policy.observer;
        if (observer)
                observer_leave(observer, member->policy.health.state);
        if (member->is_news)
                TAILQ_REMOVE(&pools_of(member)->member_news, member, news_entry);
        check_free(member->check);
        stored_order_done(&member->order);
        free(member->name);
        free(member->problem);
        free(member);
        return NULL;
}
