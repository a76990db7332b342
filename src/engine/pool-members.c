/* SPDX-License-Identifier: BSD-3-Clause */

/* Members come and go: by the configuration, with this host's own addresses, and as they are found in DNS. */

#include <errno.h>
#include <string.h>

#include "engine/pool-internal.h"

/* Who was discovered and taken out is known for so long after DNS held it last. */
#define REMEMBER_USEC (600 * USEC_PER_SEC)

#define DEFAULT_PRIORITY 10 /* of members that are only discovered */

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

int pool_add_member(Pool *pool, const char *name, const Address *address, uint32_t priority,
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

void pool_drop_the_gone(Pool *pool, usec_t now)
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

int pool_add_by_address(Pool *pool, const Address *address, MemberOrigin origin)
{
        const PoolConfig *config = pool->config;
        bool own = origin == MEMBER_SELF && config->self_check;
        char name[ADDRESS_TEXT_MAX];

        return pool_add_member(pool, address_to_text(address, name), address,
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
                        pool_add_by_address(
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
void pool_discover(Pool *pool, const RRset *seen)
{
        for (size_t i = 0; seen && i < seen->count; i++) {
                Address address;

                if (rdata_to_address(seen->rdata[i], seen->type, &address) == 0 &&
                        !pool_is_responsible(&pool->policy, &address))
                        pool_add_by_address(
                                pool, &address, MEMBER_DISCOVERED); /* or when DNS is read again */
        }
}
