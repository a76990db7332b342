/* SPDX-License-Identifier: BSD-3-Clause */

/* Target: from the verdicts, and what DNS holds at this moment, to what it shall hold. */

#include <errno.h>

#include "policy/pool-internal.h"

/* The members of a family by what is to become of them. */
typedef struct Tally {
        size_t n_members;
        size_t n_left; /* IN, or KEEP and there; not those who are only kept because their removal has to wait
                        */
        bool undecided;
} Tally;

/* Hosts that publish themselves need not know each other to see that they are not alone. */
static size_t count_peers(const PoolState *pool, const RRset *seen)
{
        const RecordConfig *record = &pool->config->record;
        size_t n = 0;

        for (size_t i = 0; (record->ipv4 || record->ipv6) && seen && i < seen->count; i++) {
                Address address;

                n += rdata_to_address(seen->rdata[i], seen->type, &address) == 0 &&
                     !pool_is_responsible(pool, &address);
        }
        return n;
}

static Tally tally(const PoolState *pool, unsigned family, const RRset *seen)
{
        Tally tally = { .n_left = count_peers(pool, seen) };

        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) != family)
                        continue;
                tally.n_members++;
                tally.undecided = tally.undecided || member->undecided;
                if (member->verdict == VERDICT_IN ||
                        (member->verdict == VERDICT_KEEP && !member_is_dead(member) &&
                                rrset_has_address(seen, &member->address)))
                        tally.n_left++;
        }
        return tally;
}

static unsigned minimum_of(const PoolState *pool, unsigned family)
{
        /* An operator's choice is one member. */
        if (pool->families[family].overridden && pool->config->minimum > 1)
                return 1;
        return pool->config->minimum;
}

bool pool_is_held(const PoolState *pool, unsigned family, const RRset *seen)
{
        Tally members = tally(pool, family, seen);

        return pool->started && members.n_members > 0 && !members.undecided &&
               members.n_left < minimum_of(pool, family);
}

bool pool_needs(const PoolState *pool, const PoolMember *member)
{
        unsigned family = pool_family_of(&member->address), left = 0, minimum = minimum_of(pool, family);

        if (!member->published && !member_is_eligible(member))
                return false;
        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *other = pool->members[i];

                if (other != member && pool_family_of(&other->address) == family &&
                        (member_is_eligible(other) || (other->verdict == VERDICT_KEEP && other->published &&
                                                              !member_is_dead(other))))
                        left++;
        }
        return left < (minimum > 0 ? minimum : 1);
}

/* Fallback addresses of another family are none. */
static AllDown all_down_of(const PoolConfig *config, unsigned family)
{
        for (size_t i = 0; i < config->n_fallback; i++)
                if (pool_family_of(&config->fallback[i]) == family)
                        return config->all_down;
        return config->all_down == ALL_DOWN_FALLBACK ? ALL_DOWN_HOLD : config->all_down;
}

/* Whom `all_down` says to publish beside those that are up. */
static bool all_down_adds(const PoolState *pool, const PoolMember *member, bool seen, bool undecided)
{
        AllDown all_down = all_down_of(pool->config, pool_family_of(&member->address));

        if (member_is_ordered_out(member) && member->forced)
                return false;
        if (all_down == ALL_DOWN_HOLD || undecided)
                return seen;
        return all_down == ALL_DOWN_ALL && !member_is_ordered_out(member) && !member->leaving;
}

/* What others put there stays; also, where nothing can be said of the members, the fallback addresses. */
static int add_others(const PoolState *pool, const RRset *seen, bool keep_fallback, RRset *target)
{
        for (size_t i = 0; seen && i < seen->count; i++) {
                Address address;

                if (rdata_to_address(seen->rdata[i], seen->type, &address) < 0 ||
                        pool_find_member(pool, &address) ||
                        (config_has_fallback(pool->config, &address) && !keep_fallback))
                        continue;
                if (rrset_add(target, seen->rdata[i]->bytes, seen->rdata[i]->length) < 0)
                        return -ENOMEM;
                /* An RRset has one TTL (RFC 2181 section 5.2): those who share a name must not fight over it.
                 */
                target->ttl = seen->ttl;
        }
        return 0;
}

static int add_members(
        const PoolState *pool, unsigned family, const RRset *seen, bool held, bool undecided, RRset *target)
{
        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *member = pool->members[i];
                bool there;

                if (pool_family_of(&member->address) != family)
                        continue;
                there = rrset_has_address(seen, &member->address);
                if (member->verdict != VERDICT_IN && !(member->verdict == VERDICT_KEEP && there) &&
                        !(held && all_down_adds(pool, member, there, undecided)))
                        continue;
                if (rrset_add_address(target, &member->address) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_fallback(const PoolConfig *config, unsigned family, RRset *target)
{
        for (size_t i = 0; i < config->n_fallback; i++)
                if (pool_family_of(&config->fallback[i]) == family &&
                        rrset_add_address(target, &config->fallback[i]) < 0)
                        return -ENOMEM;
        return 0;
}

int pool_target(const PoolState *pool, unsigned family, const RRset *seen, RRset **ret)
{
        const RecordConfig *record = &pool->config->record;
        Tally members = tally(pool, family, seen);
        bool held = members.n_members > 0 && members.n_left < minimum_of(pool, family);
        bool fallback = held && !members.undecided && pool->config->all_down == ALL_DOWN_FALLBACK;
        AUTO(rrset_freep)
        RRset *target = rrset_new(&record->name, family == 0 ? TYPE_A : TYPE_AAAA, record->ttl);

        if (!target ||
                add_others(pool, seen, members.n_members == 0 || (held && members.undecided), target) < 0 ||
                add_members(pool, family, seen, held, members.undecided, target) < 0)
                return -ENOMEM;
        if (fallback && add_fallback(pool->config, family, target) < 0)
                return -ENOMEM;
        *ret = target->count > 0 ? STEAL(target) : NULL;
        return 0;
}
