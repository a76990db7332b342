/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool: the verdict on each member. An operator's word comes first, then an operator's failover, then the
 * pool's policy, then the checks; and what the checks take out is bounded, needs an observer that knows what
 * it sees, and gives way for a while to another daemon that puts it back. */

#include "policy/pool.h"

#include <errno.h>
#include <string.h>

/* Without a verdict on each member the pool begins after this time all the same. */
#define START_USEC (30 * USEC_PER_SEC)

unsigned pool_family_of(const Address *address)
{
        return address->family == AF_INET6;
}

PoolMember *pool_find_member(const PoolState *pool, const Address *address)
{
        for (size_t i = 0; i < pool->n_members; i++)
                if (address_equal(&pool->members[i]->address, address))
                        return pool->members[i];
        return NULL;
}

static bool is_fallback(const PoolConfig *config, const Address *address)
{
        for (size_t i = 0; i < config->n_fallback; i++)
                if (address_equal(&config->fallback[i], address))
                        return true;
        return false;
}

bool pool_is_responsible(const PoolState *pool, const Address *address)
{
        return pool_find_member(pool, address) || is_fallback(pool->config, address);
}

/* What the checks and the operator say of one member. */

static bool is_ordered_out(const PoolMember *member)
{
        return member->admin >= ADMIN_DOWN;
}

static bool is_judged(const PoolMember *member)
{
        return member->admin != ADMIN_NONE || member->leaving ||
               (member->fresh && member->health.state != HEALTH_UNKNOWN);
}

/* May it serve? */
static bool is_eligible(const PoolMember *member)
{
        if (member->admin != ADMIN_NONE)
                return member->admin == ADMIN_UP;
        return !member->leaving && member->fresh && !member->stale && health_is_up(&member->health);
}

static bool is_down(const PoolMember *member)
{
        return member->admin == ADMIN_NONE && member->fresh && health_is_down(&member->health);
}

/* Down, and does not answer. */
static bool is_dead(const PoolMember *member)
{
        return is_down(member) && member->health.state == HEALTH_DOWN;
}

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

static void saw_member(PoolState *pool, PoolMember *member, bool published, usec_t now)
{
        if (member->published == published)
                return;
        member->published = published;
        if (published && member->removed && is_down(member))
                contest(member, pool->config, now);
        member->removed = !published && member->verdict == VERDICT_OUT;
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

                if (pool_family_of(&member->address) != family || !member->published || !is_eligible(member))
                        continue;
                if (member->priority == state->priority)
                        return;
                if (theirs == 0 || member->priority < theirs)
                        theirs = member->priority;
        }
        if (theirs != 0)
                state->priority = theirs;
}

void pool_saw(PoolState *pool, unsigned family, const RRset *seen, usec_t now)
{
        for (size_t i = 0; i < pool->n_members; i++) {
                PoolMember *member = pool->members[i];

                if (pool_family_of(&member->address) == family)
                        saw_member(pool, member, rrset_has_address(seen, &member->address), now);
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
                all = is_judged(pool->members[i]);
        pool->started = all || now - pool->started_usec >= START_USEC;
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
                member && (state->override.forced || (!is_down(member) && !is_ordered_out(member)));
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

                if (pool_family_of(&member->address) != family || !is_eligible(member))
                        continue;
                if (member->priority == state->priority)
                        *ret_current_is_up = true;
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
                        !is_eligible(member))
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
        if (best == 0 || best == state->priority) {
                state->fail_back = false;
                return;
        }
        if (!current_is_up || state->fail_back) {
                state->priority = best;
                state->fail_back = false;
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

void pool_member_looked_at(PoolMember *member, CheckResult result, usec_t now)
{
        const Observer *observer = member->observer;

        member->fresh = true;
        if (result == CHECK_OK) {
                member->stale = member->witnessed = member->confirmed = false;
                return;
        }
        member->confirmed = member->confirmed || member->witnessed;
        member->witnessed =
                observer && observer_has_witness(observer, member->health.failing_since_usec, now);
}

void pool_member_recover(PoolMember *member, bool it_was_us)
{
        member->stale = true;
        member->witnessed = member->confirmed = false;
        member->removal = member->removal && !member->published;
        if (it_was_us)
                health_forgive(&member->health);
}

/* So that a mistake is noticed before it is complete. */
static bool grant_removal(PoolState *pool, PoolMember *member, usec_t now, usec_t *next)
{
        unsigned allowed = (unsigned) (pool->n_members * pool->config->removal_percent / 100);

        if (now - pool->removals_usec >= pool->config->removal_interval_usec) {
                pool->removals_usec = now;
                pool->n_removals = 0;
        }
        if (pool->n_removals >= (allowed > 0 ? allowed : 1)) {
                *next = sooner(*next, pool->removals_usec + pool->config->removal_interval_usec);
                return false;
        }
        pool->n_removals++;
        member->removal = true;
        return true;
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
        return grant_removal(pool, member, now, next) ? VERDICT_OUT : VERDICT_KEEP;
}

static Verdict judge_up(const PoolMember *member)
{
        if (member->admin == ADMIN_NONE && member->health.state == HEALTH_FAILING)
                return VERDICT_KEEP;
        return member->borrowed && !member->removed ? VERDICT_KEEP : VERDICT_IN;
}

static Verdict judge(PoolState *pool, PoolMember *member, usec_t now, usec_t *next)
{
        const PoolFamily *state = &pool->families[pool_family_of(&member->address)];

        member->undecided = false;
        if (state->overridden)
                return member == state->override.member ? VERDICT_IN : VERDICT_OUT;
        if (is_ordered_out(member) || member->leaving)
                return VERDICT_OUT;
        if (member->admin == ADMIN_NONE && (is_frozen(member) || !pool->started || !is_judged(member))) {
                member->undecided = true;
                return VERDICT_KEEP;
        }
        if (is_down(member))
                return judge_down(pool, member, now, next);
        if (member->stale && member->admin == ADMIN_NONE) {
                member->undecided = true;
                return VERDICT_KEEP;
        }
        member->removal = false;
        member->n_contests = 0;
        if (pool->config->policy == POOL_PRIORITY && member->priority != state->priority)
                return VERDICT_OUT;
        return judge_up(member);
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

/* What DNS shall hold. */

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
                if (member->verdict == VERDICT_IN || (member->verdict == VERDICT_KEEP && !is_dead(member) &&
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

        return pool->started && members.n_members > 0 && members.n_left < minimum_of(pool, family);
}

bool pool_needs(const PoolState *pool, const PoolMember *member)
{
        unsigned family = pool_family_of(&member->address), left = 0, minimum = minimum_of(pool, family);

        for (size_t i = 0; i < pool->n_members; i++) {
                const PoolMember *other = pool->members[i];

                if (other != member && pool_family_of(&other->address) == family &&
                        (is_eligible(other) ||
                                (other->verdict == VERDICT_KEEP && other->published && !is_dead(other))))
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

        if (is_ordered_out(member) && member->forced)
                return false;
        if (all_down == ALL_DOWN_HOLD || undecided)
                return seen;
        return all_down == ALL_DOWN_ALL && !is_ordered_out(member) && !member->leaving;
}

/* What others put there stays; also, where nothing can be said of the members, the fallback addresses. */
static int add_others(const PoolState *pool, const RRset *seen, bool keep_fallback, RRset *target)
{
        for (size_t i = 0; seen && i < seen->count; i++) {
                Address address;

                if (rdata_to_address(seen->rdata[i], seen->type, &address) < 0 ||
                        pool_find_member(pool, &address) ||
                        (is_fallback(pool->config, &address) && !keep_fallback))
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
