/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool: one pool's members, and the two RRsets that name them. Has policy/pool decide when something is new,
 * and marks the RRsets that are to change; which of them go out when is their queue's to say. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"
#include "util/random.h"

/* Who was discovered and taken out is known for so long after DNS held it last. */
#define REMEMBER_USEC (600 * USEC_PER_SEC)

#define DEFAULT_PRIORITY 10 /* of members that are only discovered */

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

/* Members come and go. */

/* An order may have waited for it. */
static void find_missing(Pool *pool, const Member *member)
{
        unsigned family = pool_family_of(&member->policy.address);

        if (!pool->missing[family] || strcmp(pool->missing[family], member->name) != 0)
                return;
        pool->policy.families[family].override =
                (PoolOverride){ &member->policy, pool->orders[family].forced };
        pool->serving[family].override = &member->policy; /* that is no news */
        free(STEAL(pool->missing[family]));
}

static int add_member(Pool *pool, const char *name, const Address *address, uint32_t priority,
        MemberOrigin origin, const CheckConfig *check)
{
        PoolState *policy = &pool->policy;
        AUTO(member_freep) Member *member = NULL;
        int r = member_new(&member, pool, name, address, priority, origin, check);

        if (r < 0)
                return r;
        if ((policy->n_members & (policy->n_members - 1)) == 0) {
                PoolMember **larger = reallocarray(
                        policy->members, policy->n_members == 0 ? 1 : policy->n_members * 2, sizeof *larger);

                if (!larger)
                        return -ENOMEM;
                policy->members = larger;
        }
        find_missing(pool, member);
        policy->members[policy->n_members++] = &STEAL(member)->policy;
        pool->engine->pools->members_changed = true;
        pool_touch(pool);
        return pool_index_members(policy);
}

static void drop_member(Pool *pool, size_t index)
{
        PoolState *policy = &pool->policy;
        Member *member = pool_member(pool, index);

        for (unsigned family = 0; family < 2; family++)
                if (policy->families[family].override.member == &member->policy) {
                        policy->families[family].override = (PoolOverride){ 0 };
                        pool->missing[family] = STEAL(member->name);
                }
        policy->n_members--;
        memmove(policy->members + index, policy->members + index + 1,
                (policy->n_members - index) * sizeof *policy->members);
        pool->engine->pools->members_changed = true;
        member_free(member);
        pool_touch(pool);
        pool_index_members(policy); /* what gets smaller has room */
}

/* Is there a reason to know of it still? */
static bool is_member_still(const Pool *pool, const Member *member, usec_t now)
{
        const Publication *publication = pool->publications[pool_family_of(&member->policy.address)];

        if (member->policy.published || !publication || !publication->seen_known)
                return true;
        if (member->policy.leaving)
                return false;
        if (member->origin != MEMBER_DISCOVERED || member->policy.admin != ADMIN_NONE ||
                pool->policy.families[pool_family_of(&member->policy.address)].override.member ==
                        &member->policy)
                return true;
        /* One that we took out may recover, and nobody but us may know why it is not there. */
        return member->policy.removed &&
               (health_is_up(&member->policy.health) || now - member->absent_usec < REMEMBER_USEC);
}

static void drop_the_gone(Pool *pool, usec_t now)
{
        for (size_t i = pool->policy.n_members; i-- > 0;) {
                Member *member = pool_member(pool, i);

                if (member->policy.published)
                        member->absent_usec = 0;
                else if (member->absent_usec == 0)
                        member->absent_usec = now;
                if (!is_member_still(pool, member, now))
                        drop_member(pool, i);
        }
}

static int add_by_address(Pool *pool, const Address *address, MemberOrigin origin)
{
        const PoolConfig *config = pool->config;
        bool own = origin == MEMBER_SELF && config->self_check;
        char name[ADDRESS_TEXT_MAX];

        return add_member(pool, address_to_text(address, name), address,
                config->self_priority ? config->self_priority : DEFAULT_PRIORITY, origin,
                own ? config->self_check : config->check);
}

static bool selects(const Selection *selection, const Address *address)
{
        for (size_t i = 0; i < selection->count; i++)
                if (address_equal(&selection->addresses[i], address))
                        return true;
        return false;
}

/* This host's own addresses, as they are now. */
static void follow_view(Pool *pool, unsigned family)
{
        const Selection *selection = &pool->views[family]->selection;
        /* Without a network nobody could be told, and with it the address may be back. */
        bool connected = engine_is_connected(pool->engine, family == 0 ? AF_INET : AF_INET6);

        if (selection->state == FACT_UNKNOWN)
                return;
        for (size_t i = pool->policy.n_members; i-- > 0;) {
                Member *member = pool_member(pool, i);
                bool own = selects(selection, &member->policy.address);

                if (pool_family_of(&member->policy.address) != family)
                        continue;
                if (member->origin == MEMBER_DISCOVERED && own) {
                        pool_remember(pool); /* what was ordered goes for what it becomes below */
                        drop_member(pool, i);
                } else if (member->origin == MEMBER_SELF) {
                        member->policy.leaving = !own && (connected || member->policy.leaving);
                }
        }
        for (size_t i = 0; i < selection->count; i++)
                if (!pool_find_member(&pool->policy, &selection->addresses[i]))
                        add_by_address(
                                pool, &selection->addresses[i], MEMBER_SELF); /* or at the next event */
}

void pool_facts_changed(Pool *pool)
{
        for (unsigned family = 0; family < 2; family++)
                if (pool->views[family])
                        follow_view(pool, family);
        for (size_t i = 0; i < pool->policy.n_members; i++)
                member_set_observer(pool_member(pool, i));
        pools_mark(pool->engine, pool);
}

/* What others put there is to be watched too. */
static void discover(Pool *pool, const RRset *seen)
{
        for (size_t i = 0; seen && i < seen->count; i++) {
                Address address;

                if (rdata_to_address(seen->rdata[i], seen->type, &address) == 0 &&
                        !pool_is_responsible(&pool->policy, &address))
                        add_by_address(pool, &address, MEMBER_DISCOVERED); /* or when DNS is read again */
        }
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
        drop_the_gone(pool, now);
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

/* In the midst of the queue's work: it looks at what is wanted when this returns. */
static void on_saw(Publication *publication, bool by_us)
{
        Pool *pool = publication->userdata;
        unsigned family = publication->type == TYPE_AAAA;
        const RRset *seen = publication->synthesized ? NULL : publication->seen;
        usec_t now = engine_now_usec(pool->engine);

        if (pool->config->discover && !pool->engine->stopping)
                discover(pool, seen);
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
        publication->saw = on_saw;
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
                int r = add_member(pool, member->name, &member->address, member->priority, MEMBER_CONFIGURED,
                        member->check);

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
                r = add_by_address(pool, &old->address, old->origin);
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

static int fill(Pool *pool)
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
        r = fill(pool);
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
