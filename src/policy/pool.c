/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool: the verdict on each member. An operator's word comes first, then an operator's failover, then the
 * pool's policy, then the checks; and what the checks take out is bounded, needs an observer that knows what
 * it sees, and gives way for a while to another daemon that puts it back. */

#include "policy/pool.h"

#include "policy/pool-internal.h"

/* Without a verdict on each member the pool begins after this time all the same. */
#define START_USEC (30 * USEC_PER_SEC)

static bool is_frozen(const PoolMember *member)
{
        return member->observer && member->observer->state != OBSERVER_OK;
}

static usec_t sooner(usec_t a, usec_t b)
{
        return a < b ? a : b;
}

/* Seeing. */

/* Somebody else put back what we had taken out: whoever did may see what we cannot. Doubled each time, so
 * that two who disagree do so ever more rarely. */
static void contest(PoolMember *member, const PoolConfig *config, usec_t now)
{
        usec_t wait = config->hold_down_usec;

        for (unsigned i = 0; i < member->n_contests && wait < config->hold_down_max_usec; i++)
                wait *= 2;
        if (wait > config->hold_down_max_usec)
                wait = config->hold_down_max_usec;
        member->n_contests++;
        member->contested_until_usec = now + wait;
        member->removal = false;
}

static void saw_member(PoolState *pool, PoolMember *member, bool published, bool by_us, usec_t now)
{
        if (member->published == published)
                return;
        member->published = published;
        if (published && member->removed && member_is_down(member))
                contest(member, pool->config, now);
        member->removed = !published && (member->removal || (by_us && member->verdict == VERDICT_OUT));
        /* The state file says that it was down, and since then somebody put it back. */
        if (published && member->inherited && health_is_down(&member->health))
                health_doubt(&member->health);
}

/* Another daemon may have decided on another priority: two that insist would quarrel for good. */
static void adopt_priority(PoolState *pool, unsigned family)
{
        PoolFamily *state = &pool->families[family];
        uint32_t theirs = 0;

        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) != family || !member->published ||
                        !member_is_eligible(member))
                        continue;
                if (member->priority == state->priority) {
                        state->fail_back = false; /* it is done */
                        return;
                }
                if (theirs == 0 || member->priority < theirs)
                        theirs = member->priority;
        }
        if (theirs != 0 && !state->fail_back)
                state->priority = theirs;
}

void pool_saw(PoolState *pool, unsigned family, const RRset *seen, bool by_us, usec_t now)
{
        for (size_t i = 0; i < pool->n_members; i++) {
                PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) == family)
                        saw_member(pool, member, rrset_has_address(seen, &member->address), by_us, now);
        }
        if (pool->config->policy == POOL_PRIORITY && !pool->families[family].overridden)
                adopt_priority(pool, family);
}

/* Deciding. */

/* Until each member was looked at, or for half a minute. */
static bool has_started(PoolState *pool, usec_t now, usec_t *next)
{
        bool all = true;

        if (pool->started)
                return true;
        for (size_t i = 0; all && i < pool->n_members; i++)
                all = member_is_judged(pool->members[i]);
        pool->started = (all && pool->n_members > 0) || now - pool->started_usec >= START_USEC;
        if (!pool->started)
                *next = sooner(*next, pool->started_usec + START_USEC);
        return pool->started;
}

/* The override of the family, while it is in force. */
static const PoolMember *override_of(PoolState *pool, unsigned family)
{
        PoolFamily *state = &pool->families[family];
        const PoolMember *member = state->override.member;

        state->overridden =
                member && !member->leaving &&
                (state->override.forced || (!member_is_down(member) && !member_is_ordered_out(member)));
        return state->overridden ? member : NULL;
}

/* The best priority that has a member up; 0: none has. */
static uint32_t best_priority(const PoolState *pool, unsigned family, bool *ret_current_is_up)
{
        const PoolFamily *state = &pool->families[family];
        uint32_t best = 0;

        *ret_current_is_up = false;
        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) != family)
                        continue;
                /* Nothing is taken from those who only have to be looked at again. */
                if (member->priority == state->priority &&
                        (member_is_eligible(member) || member_is_open(member)))
                        *ret_current_is_up = true;
                if (!member_is_eligible(member))
                        continue;
                if (best == 0 || member->priority < best)
                        best = member->priority;
        }
        return best;
}

/* When a member of that priority has been up for long enough. */
static usec_t failback_at(const PoolState *pool, unsigned family, uint32_t priority)
{
        usec_t at = USEC_INFINITY;

        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) != family || member->priority != priority ||
                        !member_is_eligible(member))
                        continue;
                if (member->admin == ADMIN_UP)
                        return 0;
                at = sooner(at, member->health.up_since_usec + pool->config->failback_delay_usec);
        }
        return at;
}

static void choose_priority(PoolState *pool, unsigned family, usec_t now, usec_t *next)
{
        PoolFamily *state = &pool->families[family];
        bool current_is_up;
        uint32_t best;
        usec_t at;

        if (state->priority == 0)
                adopt_priority(pool, family);
        best = best_priority(pool, family, &current_is_up);
        if (best == 0 || best == state->priority || (current_is_up && best > state->priority))
                return;
        if (!current_is_up || state->fail_back) {
                state->priority = best;
                return;
        }
        if (pool->config->manual_failback)
                return;
        at = failback_at(pool, family, best);
        if (at <= now)
                state->priority = best;
        else
                *next = sooner(*next, at);
}

/* So that a mistake is noticed before it is complete. */
static bool grant_removal(PoolState *pool, PoolMember *member, usec_t now, usec_t *next)
{
        unsigned family = pool_family_of(&member->address);
        PoolFamily *state = &pool->families[family];
        size_t n = 0, allowed;

        for (size_t i = 0; i < pool->n_members; i++)
                n += pool_family_of(&pool->members[i]->address) == family;
        allowed = n * pool->config->removal_percent / 100;
        if (now - state->removals_usec >= pool->config->removal_interval_usec) {
                state->removals_usec = now;
                state->n_removals = 0;
        }
        if (state->n_removals >= (allowed > 0 ? allowed : 1)) {
                *next = sooner(*next, state->removals_usec + pool->config->removal_interval_usec);
                return false;
        }
        state->n_removals++;
        member->removal = true;
        return true;
}

static bool is_in_use(const PoolState *pool, const PoolMember *member)
{
        uint32_t priority = pool->families[pool_family_of(&member->address)].priority;

        return pool->config->policy != POOL_PRIORITY || priority == 0 || member->priority == priority;
}

/* The verdict on what is down. */
static Verdict judge_down(PoolState *pool, PoolMember *member, usec_t now, usec_t *next)
{
        usec_t when;

        if (!member->published)
                return VERDICT_OUT;
        if (member->health.state == HEALTH_RISING)
                return VERDICT_KEEP; /* who answers is not taken out, only not put in yet */
        if (member->removal)
                return VERDICT_OUT;
        if (now < member->contested_until_usec) {
                *next = sooner(*next, member->contested_until_usec);
                return VERDICT_KEEP;
        }
        if (member->observer && (!member->confirmed || !observer_may_remove(member->observer, now, &when))) {
                if (member->confirmed)
                        *next = sooner(*next, when);
                member->undecided = true;
                return VERDICT_KEEP;
        }
        /* Of a priority that is not in use any more nobody is needed. */
        if (!is_in_use(pool, member)) {
                member->removal = true;
                return VERDICT_OUT;
        }
        return grant_removal(pool, member, now, next) ? VERDICT_OUT : VERDICT_KEEP;
}

static Verdict judge_up(const PoolMember *member, usec_t now, usec_t *next)
{
        const Health *health = &member->health;

        if (member->admin != ADMIN_NONE)
                return VERDICT_IN;
        if (health->state == HEALTH_FAILING || (member->borrowed && !member->removed))
                return VERDICT_KEEP;
        /* It fell, which was not believed; but others may have taken it out. */
        if (health->fell_usec != 0 && now - health->fell_usec < health->hold_down_usec) {
                *next = sooner(*next, health->fell_usec + health->hold_down_usec);
                return VERDICT_KEEP;
        }
        return VERDICT_IN;
}

static Verdict judge(PoolState *pool, PoolMember *member, usec_t now, usec_t *next)
{
        const PoolFamily *state = &pool->families[pool_family_of(&member->address)];

        member->undecided = false;
        if (state->overridden)
                return member == state->override.member ? VERDICT_IN : VERDICT_OUT;
        if (member_is_ordered_out(member) || member->leaving)
                return VERDICT_OUT;
        if (member->admin == ADMIN_NONE &&
                (is_frozen(member) || !pool->started || !member_is_judged(member))) {
                member->undecided = true;
                return VERDICT_KEEP;
        }
        if (member_is_down(member))
                return judge_down(pool, member, now, next);
        if (member->stale && member->admin == ADMIN_NONE) {
                member->undecided = true;
                return VERDICT_KEEP;
        }
        member->removal = false;
        member->n_contests = 0;
        if (!is_in_use(pool, member))
                return VERDICT_OUT;
        return judge_up(member, now, next);
}

bool pool_decide(PoolState *pool, usec_t now, usec_t *ret_next)
{
        bool was_started = pool->started, changed = false;

        *ret_next = USEC_INFINITY;
        has_started(pool, now, ret_next);
        for (unsigned family = 0; family < 2; family++) {
                uint32_t priority = pool->families[family].priority;
                bool overridden = pool->families[family].overridden;

                override_of(pool, family);
                if (pool->config->policy == POOL_PRIORITY && pool->started)
                        choose_priority(pool, family, now, ret_next);
                changed = changed || priority != pool->families[family].priority ||
                          overridden != pool->families[family].overridden;
        }
        for (size_t i = 0; i < pool->n_members; i++) {
                PoolMember *member = pool->members[i];
                bool undecided = member->undecided;
                Verdict verdict = judge(pool, member, now, ret_next);

                changed = changed || verdict != member->verdict || undecided != member->undecided;
                member->verdict = verdict;
        }
        return changed || was_started != pool->started;
}
