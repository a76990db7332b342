/* SPDX-License-Identifier: BSD-3-Clause */

/* Writes: what must hold of each of them, when it is sent and when the server does it. */

#include <string.h>

#include "simulation-promises.h"

/* References are checked every 10 s, and twice 2 s apart when one is silent. */
#define LOST_USEC (20 * USEC_PER_SEC)

/* Is the RRset never to be empty, once it was not? */
static bool is_strict(const Options *options, unsigned family)
{
        if (options->all_down == ALL_DOWN_FALLBACK && family != 0)
                return false; /* there are none of that family */
        return options->minimum > 0 && options->all_down != ALL_DOWN_EMPTY;
}

/* How long it has to stay out after so many falls soon after another. */
static usec_t hold_down(const Options *options, unsigned falls)
{
        usec_t time = options->hold_down_usec;

        for (unsigned i = 1; i < falls && time < options->hold_down_most_usec; i++)
                time *= 2;
        return time < options->hold_down_most_usec ? time : options->hold_down_most_usec;
}

/* Whom this daemon counts for the minimum. */
static Targets counted_by(const Host *host, unsigned family)
{
        const Options *options = &host->world->options;

        /* The others publish themselves. */
        return options->self && !options->discover ? ~options->fallbacks : known_to(host, family);
}

/* What it may change at all. */
static Targets may_touch(const Host *host, unsigned family)
{
        const Options *options = &host->world->options;
        Targets may = options->members[family];

        if (is_self(options, family))
                may |= own_of(host);
        if (may)
                may |= options->fallbacks;
        return options->discover ? may | host->world->ever_held[family] : may;
}

/* A daemon that cannot judge changes nothing, but by an operator's word, and where its own addresses are
 * concerned. */
static void look_at_cut_off(Host *host, unsigned family, Targets changed)
{
        if (!(changed & ~own_of(host) & ~host->world->options.fallbacks) || is_ordered(host, family) ||
                host->cut_since_usec == 0)
                return;
        if (host->no_carrier ||
                (host->world->options.n_references > 0 && usec_since(host->cut_since_usec) > LOST_USEC))
                violation(host->world, "daemon %u is cut off, and writes", host->index);
}

/* Nobody is taken out by mistake: not for failures of our own, and not before there were enough. */
static void look_at_removal(Host *host, unsigned family, unsigned target)
{
        const Options *options = &host->world->options;
        const Watch *watch = &host->watches[family][target];
        unsigned enough = options->fall < 5 ? options->fall : 5;

        if (watch->fails < enough)
                violation(host->world, "daemon %u takes out %u after %u failures", host->index, target,
                        watch->fails);
        else if (watch->fresh_fails == 0)
                violation(host->world, "daemon %u takes out %u that has not failed since the daemon started",
                        host->index, target);
        else if (watch->sound_fails == 0)
                violation(host->world, "daemon %u takes out %u that failed only while the daemon was cut off",
                        host->index, target);
}

/* A fall counts no more when the daemon has doubted itself since. Nor does one that it only knows of from its
 * state file, when DNS held the member since it started: somebody has seen it up. */
static bool is_doubtful(const Host *host, unsigned family, unsigned target)
{
        const World *world = host->world;
        const Watch *watch = &host->watches[family][target];
        usec_t seen = usec_later(world->added_usec[family][target], world->removed_usec[family][target]);

        return host->doubted_usec >= watch->fell_true_usec ||
               (watch->inherited && seen >= host->started_usec);
}

static void look_at_addition(Host *host, unsigned family, unsigned target)
{
        const Watch *watch = &host->watches[family][target];
        usec_t out = loop_clock_usec(host->loop, CLOCK_BOOTTIME) - watch->fell_usec;
        bool discovered = !(TARGET(target) & (MEMBERS | TARGET(host->own)));
        /* One that was discovered is forgotten when it is gone for long enough. */
        usec_t enough = hold_down(&host->world->options, discovered ? 1 : watch->falls);

        if (watch->fell_usec != 0 && out < enough && !is_doubtful(host, family, target))
                violation(host->world, "daemon %u puts %u back %llu ms after its fall, not %llu", host->index,
                        target, (unsigned long long) out / 1000, (unsigned long long) enough / 1000);
        else if (watch->oks == 0)
                violation(host->world, "daemon %u adds %u, whose last check was not OK", host->index, target);
}

static unsigned count_family(const Host *host, unsigned family)
{
        unsigned n = 0;

        for (size_t i = 0; i < engine_count_members(host->engine, 0); i++) {
                MemberStatus status;

                engine_member(host->engine, 0, i, &status);
                n += (status.address.family == AF_INET6) == family;
        }
        return n;
}

/* What the checks take out is bounded, in each family; not where earlier removals could not be sent. */
static void look_at_budget(Host *host, unsigned family, unsigned n)
{
        const Options *options = &host->world->options;
        unsigned allowed = count_family(host, family) * options->removal_percent / 100;

        if (usec_since(host->round_usec[family]) >= options->removal_interval_usec) {
                host->round_usec[family] = loop_true_usec();
                host->n_removals[family] = 0;
        }
        host->n_removals[family] += n;
        if (usec_since(host->disturbed_usec) > 2 * options->removal_interval_usec &&
                host->n_removals[family] > 2 * (allowed ? allowed : 1))
                violation(host->world, "daemon %u takes out %u members within %llu ms", host->index,
                        host->n_removals[family], (unsigned long long) options->removal_interval_usec / 1000);
}

static void look_at_members(Host *host, unsigned family, Targets expected, Targets wanted)
{
        const Options *options = &host->world->options;
        Targets ours = known_to(host, family), gone = expected & ~wanted & ours,
                came = wanted & ~expected & ours;
        usec_t now = loop_clock_usec(host->loop, CLOCK_BOOTTIME);
        unsigned n_removals = 0;

        /* An address that this host no longer has, or that nobody can reach it by, goes without a check. */
        gone &= ~own_of(host) | (host->no_carrier ? 0 : TARGET(host->own));
        for (unsigned i = 0; i < TARGETS; i++) {
                Watch *watch = &host->watches[family][i];

                if (gone & TARGET(i) && options->policy == POOL_ALL) {
                        look_at_removal(host, family, i);
                        /* One that has been down for long was decided upon before. */
                        n_removals += usec_since(watch->removed_usec) > 2 * options->removal_interval_usec &&
                                      now - watch->fell_usec < options->removal_interval_usec;
                        watch->removed_usec = loop_true_usec();
                }
                if (came & TARGET(i) && options->all_down != ALL_DOWN_ALL)
                        look_at_addition(host, family, i);
        }
        if (n_removals > 0)
                look_at_budget(host, family, n_removals);
}

static void look_at_quiet(Host *host)
{
        World *world = host->world;

        if (usec_since(world->disturbed_usec) < usec_promised(&world->options) || is_disputed(world) ||
                is_restless(&world->options))
                return;
        for (unsigned i = 0; i < 2 * world->n_hosts; i++)
                if (is_ordered(&world->hosts[i / 2], i % 2))
                        return;
        violation(world, "daemon %u still writes, although all is quiet", host->index);
}

void promise_sent(Host *host, unsigned family, Targets expected, Targets wanted)
{
        look_at_cut_off(host, family, expected ^ wanted);
        look_at_quiet(host);
        if (!is_ordered(host, family))
                look_at_members(host, family, expected, wanted);
}

static void count_changes(Host *host, Targets before, Targets after)
{
        World *world = host->world;
        Counts *counts = world->counts;
        Targets came = after & ~before, gone = before & ~after;

        counts->additions += targets_count(came & (MEMBERS | OWN));
        counts->removals += targets_count(gone & (MEMBERS | OWN));
        counts->selves += (came & own_of(host)) != 0;
        counts->discovered += targets_count(gone & ~own_of(host) & ~MEMBERS & ~FALLBACKS);
        counts->fallbacks += (came & FALLBACKS) != 0;
}

/* Each daemon may bring it back once in the time of a hold-down, and whoever sees it otherwise take it out
 * again; those who see different priorities, once in the time of a look at the server. */
static void look_at_flaps(World *world, unsigned family, Targets came)
{
        const Options *options = &world->options;
        usec_t calm = usec_since(world->disturbed_usec), pause = options->hold_down_usec, most;

        if (options->policy == POOL_PRIORITY && options->verify_usec * 4 / 5 < pause)
                pause = options->verify_usec * 4 / 5;
        most = world->n_hosts * (calm / pause + 2);

        if (world->flaps_usec != world->disturbed_usec) {
                world->flaps_usec = world->disturbed_usec;
                memset(world->n_flaps, 0, sizeof world->n_flaps);
        }
        for (unsigned i = 0; i < TARGETS && calm > 0; i++)
                if (came & TARGET(i) && ++world->n_flaps[family][i] > most)
                        violation(world, "%u joined %u times in %llu s", i, world->n_flaps[family][i],
                                (unsigned long long) (calm / USEC_PER_SEC));
}

void promise_applied(Host *host, unsigned family, Targets before, Targets after, usec_t sent_usec)
{
        World *world = host->world;
        const Options *options = &world->options;
        Targets ours = counted_by(host, family), changed = before ^ after;
        bool ordered = is_ordered(host, family);

        (void) sent_usec;
        world->written_usec = loop_true_usec();
        count_changes(host, before, after);
        if (changed & ~may_touch(host, family))
                violation(world, "daemon %u changed what is not its own", host->index);
        if (before && !after && is_strict(options, family) && !ordered)
                violation(world, "daemon %u emptied the RRset", host->index);
        else if (options->all_down == ALL_DOWN_HOLD && !ordered && options->policy == POOL_ALL &&
                 targets_count(after & ours) < options->minimum && before & ours & ~after)
                violation(world, "daemon %u left fewer than the minimum", host->index);
        if (!anybody_is_ordered(world, family))
                look_at_flaps(world, family, after & ~before & ~options->fallbacks);
}
