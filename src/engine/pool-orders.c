/* SPDX-License-Identifier: BSD-3-Clause */

/* Orders: what operators say of pools and members. Taken when it leaves the pool able to serve, or by force;
 * on disk before it is answered; done in the same turn. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"

int stored_order_copy(StoredOrder *ret, const StoredOrder *order)
{
        StoredOrder copy = *order;

        copy.user = order->user ? strdup(order->user) : NULL;
        copy.reason = order->reason ? strdup(order->reason) : NULL;
        if ((order->user && !copy.user) || (order->reason && !copy.reason)) {
                stored_order_done(&copy);
                return -ENOMEM;
        }
        stored_order_done(ret);
        *ret = copy;
        return 0;
}

void stored_order_done(StoredOrder *order)
{
        free(order->user);
        free(order->reason);
        *order = (StoredOrder){ 0 };
}

static int take_order(StoredOrder *ret, const Order *order)
{
        const StoredOrder from = {
                .user = (char *) order->user,
                .reason = (char *) (order->reason ?: ""),
                .until_usec = order->until_usec,
                .forced = order->force,
        };

        return stored_order_copy(ret, &from);
}

/* What every order begins with: ORDER_DONE when it may go on. */
static int begin(const Engine *engine, const Name *name, const Order *order, Pool **ret)
{
        if (engine->stopping)
                return -ESHUTDOWN;
        *ret = pools_find(engine, name);
        if (!*ret)
                return ORDER_NO_POOL;
        if (order->until_usec != 0 && order->until_usec <= clock_now_usec(CLOCK_REALTIME))
                return ORDER_PAST;
        return ORDER_DONE;
}

static int finish(Pool *pool, const Order *order)
{
        pool->speaker = order;
        pool_look(pool);
        pool->speaker = NULL;
        pools_mark(pool->engine, pool); /* timers */
        queue_run(pool->queue);
        pools_save(pool->engine, true);
        return ORDER_DONE;
}

int engine_failover(Engine *engine, const Name *name, const char *member_name, const Order *order)
{
        AUTO(stored_order_done) StoredOrder taken = { 0 };
        PoolMember *member;
        Member *named;
        unsigned family;
        Pool *pool;
        int r = begin(engine, name, order, &pool);

        if (r != ORDER_DONE)
                return r;
        named = pool_member_named(pool, member_name);
        if (!named)
                return ORDER_NO_MEMBER;
        member = &named->policy;
        if (!order->force && (member->admin >= ADMIN_DOWN || health_is_down(&member->health)))
                return ORDER_MEMBER_DOWN;
        family = pool_family_of(&member->address);
        r = take_order(&taken, order);
        if (r < 0)
                return r;
        pool_end_override(pool, family);
        pool->orders[family] = taken;
        taken = (StoredOrder){ 0 };
        pool->policy.families[family].override = (PoolOverride){ member, order->force };
        report_order(pool, named, "failover", &pool->orders[family]);
        return finish(pool, order);
}

static bool can_fail_back(const Pool *pool)
{
        bool can = false;

        for (unsigned family = 0; family < 2; family++)
                can = can || pool_override_name(pool, family);
        return can || (pool->config->policy == POOL_PRIORITY && pool->config->manual_failback);
}

int engine_failback(Engine *engine, const Name *name, const Order *order)
{
        AUTO(stored_order_done) StoredOrder taken = { 0 };
        Pool *pool;
        int r = begin(engine, name, order, &pool);

        if (r != ORDER_DONE)
                return r;
        if (!can_fail_back(pool))
                return ORDER_NO_OVERRIDE;
        r = take_order(&taken, order);
        if (r < 0)
                return r;
        for (unsigned family = 0; family < 2; family++) {
                pool_end_override(pool, family);
                pool->policy.families[family].fail_back = pool->config->policy == POOL_PRIORITY;
        }
        report_order(pool, NULL, "failback", &taken);
        return finish(pool, order);
}

/* An operator's word ends: what was not published has to rise first. */
static void release(Member *member)
{
        PoolMember *policy = &member->policy;

        if (policy->admin >= ADMIN_DOWN) {
                if (policy->observer)
                        observer_leave(policy->observer, policy->health.state);
                health_restart(&policy->health);
                if (policy->observer)
                        observer_enter(policy->observer, policy->health.state);
                member->absent_usec = 0; /* how long it was away was not its own doing */
        }
        policy->admin = ADMIN_NONE;
        policy->forced = false;
        stored_order_done(&member->order);
        member_touch(member);
}

static bool is_chosen(const Pool *pool, const PoolMember *member)
{
        const PoolFamily *state = &pool->policy.families[pool_family_of(&member->address)];

        return state->overridden && state->override.member == member;
}

int engine_set_admin(
        Engine *engine, const Name *name, const char *member_name, MemberAdmin admin, const Order *order)
{
        AUTO(stored_order_done) StoredOrder taken = { 0 };
        PoolMember *policy;
        Member *member;
        Pool *pool;
        int r = begin(engine, name, order, &pool);

        if (r != ORDER_DONE)
                return r;
        member = pool_member_named(pool, member_name);
        if (!member)
                return ORDER_NO_MEMBER;
        policy = &member->policy;
        if (admin >= ADMIN_DOWN && !order->force && is_chosen(pool, policy))
                return ORDER_IN_FAILOVER;
        if (admin >= ADMIN_DOWN && !order->force && pool_needs(&pool->policy, policy))
                return ORDER_WOULD_EMPTY;
        r = take_order(&taken, order);
        if (r < 0)
                return r;
        report_order(pool, member, member_admin_to_text(admin), &taken);
        if (admin == ADMIN_NONE) {
                if (policy->admin != ADMIN_NONE)
                        release(member);
                return finish(pool, order);
        }
        policy->admin = admin;
        policy->forced = order->force;
        stored_order_done(&member->order);
        member->order = taken;
        taken = (StoredOrder){ 0 };
        member_touch(member);
        return finish(pool, order);
}

int engine_check_now(Engine *engine, const Name *name, const char *member_name)
{
        const Pool *pool = pools_find(engine, name);
        const Member *member;

        if (engine->stopping)
                return -ESHUTDOWN;
        if (!pool)
                return ORDER_NO_POOL;
        if (!member_name) {
                for (size_t i = 0; i < pool->policy.n_members; i++)
                        check_now(pool_member(pool, i)->check);
                return ORDER_DONE;
        }
        member = pool_member_named(pool, member_name);
        if (!member)
                return ORDER_NO_MEMBER;
        check_now(member->check);
        return ORDER_DONE;
}

static bool has_expired(const StoredOrder *order, usec_t now, usec_t *next)
{
        if (order->until_usec == 0)
                return false;
        if (order->until_usec <= now)
                return true;
        *next = order->until_usec < *next ? order->until_usec : *next;
        return false;
}

usec_t pool_expire_orders(Pool *pool, usec_t now_realtime)
{
        usec_t next = USEC_INFINITY;

        for (unsigned family = 0; family < 2; family++) {
                const char *member = pool_override_name(pool, family);

                if (!member || !has_expired(&pool->orders[family], now_realtime, &next))
                        continue;
                report_expired(pool, member, "failover");
                pool_end_override(pool, family);
                pools_changed_store(pool->engine);
        }
        for (size_t i = 0; i < pool->policy.n_members; i++) {
                Member *member = pool_member(pool, i);

                if (member->policy.admin == ADMIN_NONE || !has_expired(&member->order, now_realtime, &next))
                        continue;
                report_expired(pool, member->name, member_admin_to_text(member->policy.admin));
                release(member);
                pools_changed_store(pool->engine);
        }
        return next;
}
