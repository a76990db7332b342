/* SPDX-License-Identifier: BSD-3-Clause */

/* Memory: how a pool begins, from its configuration and what the pool store knows of it, and what the store
 * is told of it. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"

static bool keeps_family(const Pool *pool, unsigned family)
{
        const PoolConfig *config = pool->config;

        if (config->discover || (family == 0 ? config->record.ipv4 : config->record.ipv6))
                return true;
        for (size_t i = 0; i < pool->policy.n_members; i++)
                if (pool_family_of(&pool->policy.members[i]->address) == family)
                        return true;
        for (size_t i = 0; i < config->n_fallback; i++)
                if (pool_family_of(&config->fallback[i]) == family)
                        return true;
        return false;
}

static int add_publication(Pool *pool, unsigned family)
{
        Publication *publication;
        int r;

        publication = publication_new(&pool->config->record, family == 0 ? TYPE_A : TYPE_AAAA,
                pool->engine->store, &pool->engine->pools->publication_news);
        if (!publication)
                return -ENOMEM;
        publication->pool = &pool->policy;
        publication->saw = pool_on_saw;
        publication->userdata = pool;
        r = queue_add(pool->queue, publication);
        if (r >= 0)
                pool->publications[family] = publication;
        return r;
}

static int add_configured(Pool *pool)
{
        for (size_t i = 0; i < pool->config->n_members; i++) {
                const MemberConfig *member = &pool->config->members[i];
                int r = pool_add_member(pool, member->name, &member->address, member->priority,
                        MEMBER_CONFIGURED, member->check);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_ours(const Pool *pool, const Address *address)
{
        uint16_t type = rrset_type_of_family(address->family);
        const StoreEntry *entry = store_find(
                pool->engine->store, pool->config->record.provider->id, &pool->config->record.name, type);

        return entry &&
               (rrset_has_address(entry->ours, address) || rrset_has_address(entry->pending, address));
}

/* Members of before that may be none any more, and those that operators spoke of. */
static bool is_kept(const Pool *pool, const StoredMember *old)
{
        switch (old->origin) {
        case MEMBER_CONFIGURED:
        case MEMBER_SELF:
                return is_ours(pool, &old->address);
        case MEMBER_DISCOVERED:
                return pool->config->discover && (old->admin != ADMIN_NONE || old->removed);
        }
        return false;
}

static int add_stored(Pool *pool, const StoredPool *stored)
{
        for (size_t i = 0; stored && i < stored->n_members; i++) {
                const StoredMember *old = &stored->members[i];
                int r;

                if (!is_kept(pool, old) || pool_find_member(&pool->policy, &old->address))
                        continue;
                r = pool_add_by_address(pool, &old->address, old->origin);
                if (r < 0)
                        return r;
                /* As far as we know; own addresses are looked at when the kernel has told them. */
                pool->policy.members[pool->policy.n_members - 1]->leaving =
                        old->origin == MEMBER_CONFIGURED ||
                        (old->origin == MEMBER_SELF && !pool->views[pool_family_of(&old->address)]);
        }
        return 0;
}

/* Before there are members. */
static int restore(Pool *pool, const StoredPool *stored)
{
        for (unsigned family = 0; stored && family < 2; family++) {
                int r;

                pool->policy.families[family].priority = stored->priorities[family];
                pool->serving[family].priority = stored->priorities[family];
                if (!stored->overrides[family])
                        continue;
                pool->missing[family] = strdup(stored->overrides[family]);
                r = pool->missing[family] ? stored_order_copy(&pool->orders[family], &stored->orders[family])
                                          : -ENOMEM;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Who is not in the configuration any more, and could not come in another way, is not waited for. */
static void end_hopeless_overrides(Pool *pool)
{
        const PoolConfig *config = pool->config;

        for (unsigned family = 0; family < 2; family++) {
                if (!pool->missing[family] || config->discover || config->record.ipv4 || config->record.ipv6)
                        continue;
                report_hopeless(pool, pool->missing[family]);
                pool_end_override(pool, family);
        }
}

int pool_fill(Pool *pool)
{
        const StoredPool *stored = pool_store_find(pool->engine->pool_store, &pool->config->record.name);
        int r = restore(pool, stored);

        if (r >= 0)
                r = add_configured(pool);
        if (r >= 0)
                r = add_stored(pool, stored);
        for (unsigned family = 0; r >= 0 && family < 2; family++)
                r = keeps_family(pool, family) ? add_publication(pool, family) : 0;
        if (r >= 0)
                end_hopeless_overrides(pool);
        return r;
}

/* What is to be known again. */

static int remember_member(StoredMember *ret, const Member *member)
{
        ret->address = member->policy.address;
        ret->origin = member->origin;
        ret->changed_usec = member->changed_usec;
        ret->removed = member->policy.removed;
        ret->absent_usec = member->absent_usec;
        ret->health = member->policy.health;
        ret->admin = member->policy.admin;
        ret->name = strdup(member->name);
        return ret->name ? stored_order_copy(&ret->order, &member->order) : -ENOMEM;
}

/* An order for an own address that is away, or for one that has yet to be discovered. */
static bool is_awaited(const Pool *pool, const StoredMember *old)
{
        usec_t until = old->order.until_usec;

        return old->origin != MEMBER_CONFIGURED && old->admin != ADMIN_NONE &&
               (until == 0 || until > clock_now_usec(CLOCK_REALTIME)) && !pool_member_named(pool, old->name);
}

static int remember_awaited(StoredPool *to, const Pool *pool, const StoredPool *before)
{
        for (size_t i = 0; before && i < before->n_members; i++) {
                const StoredMember *old = &before->members[i];
                StoredMember *copy = &to->members[to->n_members];

                if (!is_awaited(pool, old))
                        continue;
                *copy = (StoredMember){ .address = old->address, .origin = old->origin, .admin = old->admin };
                to->n_members++;
                copy->name = strdup(old->name);
                if (!copy->name || stored_order_copy(&copy->order, &old->order) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int pool_remember(const Pool *pool)
{
        const StoredPool *before = pool_store_find(pool->engine->pool_store, &pool->config->record.name);
        size_t n = pool->policy.n_members, n_before = before ? before->n_members : 0;
        AUTO(stored_pool_freep)
        StoredPool *stored = stored_pool_new(&pool->config->record.name, n + n_before);
        int r = stored ? 0 : -ENOMEM;

        if (stored)
                stored->n_members = n;
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = remember_member(&stored->members[i], pool_member(pool, i));
        if (r >= 0)
                r = remember_awaited(stored, pool, before);
        for (unsigned family = 0; r >= 0 && family < 2; family++) {
                const char *override = pool_override_name(pool, family);

                stored->priorities[family] = pool->policy.families[family].priority;
                if (!override)
                        continue;
                stored->overrides[family] = strdup(override);
                r = stored->overrides[family]
                            ? stored_order_copy(&stored->orders[family], &pool->orders[family])
                            : -ENOMEM;
        }
        return r < 0 ? r : pool_store_put(pool->engine->pool_store, STEAL(stored));
}
