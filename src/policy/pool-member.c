/* SPDX-License-Identifier: BSD-3-Clause */

/* One member of a pool: what its checks, the observer and the operator say of it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/pool-internal.h"

unsigned pool_family_of(const Address *address)
{
        return address->family == AF_INET6;
}

static int compare_members(const void *a, const void *b)
{
        return address_compare(&(*(PoolMember *const *) a)->address, &(*(PoolMember *const *) b)->address);
}

static int compare_address(const void *address, const void *member)
{
        return address_compare(address, &(*(PoolMember *const *) member)->address);
}

int pool_index_members(PoolState *pool)
{
        PoolMember **sorted = reallocarray(pool->by_address, pool->n_members + 1, sizeof(PoolMember *));

        if (!sorted)
                return -ENOMEM;
        pool->by_address = sorted;
        if (pool->n_members > 0) {
                memcpy(sorted, pool->members, pool->n_members * sizeof(PoolMember *));
                qsort(sorted, pool->n_members, sizeof(PoolMember *), compare_members);
        }
        return 0;
}

PoolMember *pool_find_member(const PoolState *pool, const Address *address)
{
        PoolMember **found = pool->n_members == 0 ? NULL
                                                  : bsearch(address, pool->by_address, pool->n_members,
                                                            sizeof(PoolMember *), compare_address);

        return found ? *found : NULL;
}

bool config_has_fallback(const PoolConfig *config, const Address *address)
{
        for (size_t i = 0; i < config->n_fallback; i++)
                if (address_equal(&config->fallback[i], address))
                        return true;
        return false;
}

bool pool_is_responsible(const PoolState *pool, const Address *address)
{
        return pool_find_member(pool, address) || config_has_fallback(pool->config, address);
}

bool member_is_ordered_out(const PoolMember *member)
{
        return member->admin >= ADMIN_DOWN;
}

bool member_is_judged(const PoolMember *member)
{
        return member->admin != ADMIN_NONE || member->leaving ||
               (member->fresh && member->health.state != HEALTH_UNKNOWN);
}

bool member_is_eligible(const PoolMember *member)
{
        if (member->admin != ADMIN_NONE)
                return member->admin == ADMIN_UP;
        return !member->leaving && member->fresh && !member->stale && health_is_up(&member->health);
}

bool member_is_open(const PoolMember *member)
{
        if (member->admin != ADMIN_NONE || member->leaving || member_is_down(member))
                return false;
        return member->stale || !member_is_judged(member) ||
               (member->observer && member->observer->state != OBSERVER_OK);
}

bool member_is_down(const PoolMember *member)
{
        return member->admin == ADMIN_NONE && member->fresh && health_is_down(&member->health);
}

bool member_is_dead(const PoolMember *member)
{
        return member_is_down(member) && member->health.state == HEALTH_DOWN;
}

/* What an answer of its own says about its failures. */
static void take_answer(PoolMember *member)
{
        member->stale = false;
        switch (member->health.state) {
        case HEALTH_UNKNOWN:
        case HEALTH_UP:
                member->witnessed = member->confirmed = false;
                break;
        case HEALTH_FAILING:
                /* It proves as much as anybody else's: the network works. */
                member->witnessed = true;
                member->failed_usec = 0;
                break;
        case HEALTH_DOWN:
        case HEALTH_RISING:
                /* It fell, perhaps because of us, and was not even taken out. */
                if (member->published && !member->confirmed)
                        health_doubt(&member->health);
                break;
        }
}

/* No check begins before the one before it has ended. So a failure after somebody else's answer is one of a
 * check that began when the network worked; and if somebody answered since the last failure too, it worked
 * all the while. */
static void take_failure(PoolMember *member, usec_t now)
{
        const Observer *observer = member->observer;
        usec_t failing_since = member->health.failing_since_usec;

        if (observer && member->witnessed &&
                observer_has_witness(observer, member->failed_usec, failing_since, now))
                member->confirmed = true;
        if (observer && observer_has_witness(observer, failing_since, failing_since, now))
                member->witnessed = true;
        member->failed_usec = now;
}

void pool_member_looked_at(PoolMember *member, CheckResult result, usec_t now)
{
        member->fresh = true;
        if (result == CHECK_OK) {
                take_answer(member);
                return;
        }
        take_failure(member, now);
}

void pool_member_recover(PoolMember *member, bool it_was_us)
{
        member->stale = true;
        member->witnessed = member->confirmed = false;
        member->removal = member->removal && !member->published;
        if (it_was_us)
                health_forgive(&member->health);
}

const char *member_admin_to_text(MemberAdmin admin)
{
        static const char *const texts[] = {
                [ADMIN_NONE] = "none",
                [ADMIN_UP] = "up",
                [ADMIN_DOWN] = "down",
                [ADMIN_DRAIN] = "drain",
                [ADMIN_MAINTENANCE] = "maintenance",
        };

        return texts[admin];
}

int member_admin_from_text(const char *text)
{
        for (int admin = ADMIN_NONE; admin <= ADMIN_MAINTENANCE; admin++)
                if (strcmp(member_admin_to_text((MemberAdmin) admin), text) == 0)
                        return admin;
        return -EINVAL;
}
