/* SPDX-License-Identifier: BSD-3-Clause */

/* Promises: what users are told, held against what the world was really like. Knows the world, not the
 * daemons' thoughts: of those it sees what they send, what they say happened, and what they show. This file
 * keeps the books: what happened to whom, who was told what by an operator, who can know what. */

#include "simulation-promises.h"

#include <string.h>

unsigned targets_count(Targets targets)
{
        return (unsigned) __builtin_popcount(targets);
}

usec_t usec_since(usec_t then)
{
        usec_t now = loop_true_usec();

        return now > then ? now - then : 0;
}

usec_t usec_later(usec_t a, usec_t b)
{
        return a > b ? a : b;
}

usec_t usec_promised(const Options *options)
{
        return usec_later(options->in_usec, options->out_usec);
}

/* What happened. */

void promise_disturbed(Host *host)
{
        usec_t now = loop_true_usec();

        host->disturbed_usec = usec_later(host->disturbed_usec, now);
        host->world->disturbed_usec = usec_later(host->world->disturbed_usec, now);
        host->cut_since_usec = is_sound(host) ? 0 : now;
}

void promise_members_changed(World *world)
{
        world->members_usec = usec_later(world->members_usec, loop_true_usec());
        world->disturbed_usec = usec_later(world->disturbed_usec, loop_true_usec());
}

void promise_started(Host *host)
{
        promise_disturbed(host);
        host->started_usec = loop_true_usec();
        host->n_failures = host->n_conflicts = 0;
        host->world->counts->hosts++;
        if (host->world->options.self)
                promise_members_changed(host->world);
}

void promise_stopped(Host *host, StopKind kind)
{
        promise_disturbed(host);
        if (host->world->options.self)
                promise_members_changed(host->world);
        host->n_removals[0] = host->n_removals[1] = 0;
        for (unsigned i = 0; i < 2 * TARGETS; i++) {
                Watch *watch = &host->watches[i / TARGETS][i % TARGETS];
                bool known = kind == STOP_WITH_STATE && !host->has_jumped;

                /* From the state it may know that it was down, and asks for no more than a sample to confirm
                 * it; or the clock says that the state is too old. */
                *watch = (Watch){
                        .fails = kind == STOP_WITHOUT_STATE ? 0 : watch->fails,
                        .sound_fails = kind == STOP_WITHOUT_STATE ? 0 : watch->sound_fails,
                        .falls = known ? watch->falls : 0,
                        .fell_usec = known ? watch->fell_usec : 0,
                        .fell_true_usec = watch->fell_true_usec,
                        .inherited = true,
                };
        }
        if (kind != STOP_WITHOUT_STATE)
                return;
        memset(host->words, 0, sizeof host->words);
        memset(host->overrides, 0, sizeof host->overrides);
        host->ordered_usec = loop_true_usec();
}

void promise_answered(Host *host, OutcomeKind kind)
{
        usec_t pause = USEC_PER_SEC;

        host->n_failures = kind == OUTCOME_RETRY ? host->n_failures + 1 : 0;
        host->n_conflicts = kind == OUTCOME_CONFLICT ? host->n_conflicts + 1 : 0;
        if (host->n_failures == 0 && host->n_conflicts < 5)
                return;
        /* engine/pause */
        for (unsigned i = 1; i < host->n_failures && pause < 300 * USEC_PER_SEC; i++)
                pause *= 2;
        promise_disturbed(host);
        host->disturbed_usec = usec_later(host->disturbed_usec, loop_true_usec() + pause);
        host->world->disturbed_usec = usec_later(host->world->disturbed_usec, host->disturbed_usec);
}

void promise_sample(Host *host, unsigned family, unsigned target, CheckResult result, bool sound)
{
        Watch *watch = &host->watches[family][target];
        const Options *options = &host->world->options;

        host->world->counts->checks++;
        if (result == CHECK_INDETERMINATE) {
                host->world->counts->indeterminate++;
                return;
        }
        if (result == CHECK_FAIL) {
                watch->oks = 0;
                watch->fails++;
                watch->fresh_fails++;
                watch->sound_fails += sound;
                trace(host->world, host, "%u failed%s", target, sound ? "" : ", which is our own fault");
                return;
        }
        if (watch->oks++ == 0)
                watch->oks_since_usec = loop_true_usec();
        /* Whatever came before: it is up, and none of it counts. */
        if (watch->oks >= 10 &&
                usec_since(watch->oks_since_usec) > options->hold_down_most_usec + USEC_PER_SEC)
                watch->fails = watch->sound_fails = 0;
}

void promise_event(Host *host, const Event *event)
{
        Counts *counts = host->world->counts;
        usec_t now = loop_clock_usec(host->loop, CLOCK_BOOTTIME);
        Watch *watch;

        if (event->kind == EVENT_MEMBER_UP)
                counts->rises++;
        if (event->kind != EVENT_MEMBER_DOWN)
                return;
        watch = &host->watches[event->address->family == AF_INET6][target_of(event->address)];
        counts->falls++;
        watch->falls =
                watch->fell_usec != 0 && now - watch->fell_usec < 600 * USEC_PER_SEC ? watch->falls + 1 : 1;
        watch->fell_usec = now;
        watch->fell_true_usec = loop_true_usec();
        watch->inherited = false;
        trace(host->world, host, "%u is down (fall %u)", target_of(event->address), watch->falls);
}

/* An address that was gone comes back as a new one, for all. */
void promise_own_changed(Host *host)
{
        World *world = host->world;

        for (unsigned i = 0; i < 2 * world->n_hosts; i++) {
                world->hosts[i / 2].watches[i % 2][FIRST_OWN + host->index].fell_usec = 0;
                world->hosts[i / 2].watches[i % 2][FIRST_OTHER_OWN + host->index].fell_usec = 0;
        }
}

/* Orders. */

static bool has_words(const Host *host, unsigned family)
{
        if (host->overrides[family])
                return true;
        for (unsigned i = 0; i < TARGETS; i++)
                if (host->words[family][i].admin != ADMIN_NONE)
                        return true;
        return false;
}

/* Or had not long ago. */
bool is_ordered(const Host *host, unsigned family)
{
        if (host->ordered_usec == 0)
                return false;
        return has_words(host, family) ||
               usec_since(host->ordered_usec) < usec_promised(&host->world->options);
}

bool anybody_is_ordered(const World *world, unsigned family)
{
        for (unsigned i = 0; i < world->n_hosts; i++)
                if (is_ordered(&world->hosts[i], family))
                        return true;
        return false;
}

void promise_ordering(Host *host)
{
        host->ordered_usec = loop_true_usec();
        promise_disturbed(host);
}

void promise_ordered(Host *host, const Deed *deed, unsigned family, unsigned target)
{
        Word word = {
                .admin = deed->admin,
                .force = deed->force,
                .until_usec =
                        deed->for_usec ? loop_clock_usec(host->loop, CLOCK_REALTIME) + deed->for_usec : 0,
        };

        switch (deed->order) {
        case ORDER_ADMIN:
                host->words[family][target] = word;
                break;
        case ORDER_FAILOVER:
                host->overrides[family] = target;
                host->override_words[family] = word;
                break;
        case ORDER_FAILBACK:
                memset(host->overrides, 0, sizeof host->overrides);
                break;
        default:
                break;
        }
}

static void expire(Host *host)
{
        host->world->counts->orders_expired++;
        host->ordered_usec = loop_true_usec();
        promise_disturbed(host);
}

void promise_expire(Host *host)
{
        usec_t now = loop_clock_usec(host->loop, CLOCK_REALTIME);

        for (unsigned family = 0; family < 2 && host->ordered_usec != 0; family++) {
                usec_t until = host->override_words[family].until_usec;

                if (host->overrides[family] && until != 0 && until <= now) {
                        host->overrides[family] = 0;
                        expire(host);
                }
                for (unsigned i = 0; i < TARGETS; i++) {
                        Word *word = &host->words[family][i];

                        if (word->admin == ADMIN_NONE || word->until_usec == 0 || word->until_usec > now)
                                continue;
                        *word = (Word){ 0 };
                        expire(host);
                }
        }
}

/* Who knows of whom. */

Targets own_of(const Host *host)
{
        return TARGET(FIRST_OWN + host->index) | TARGET(FIRST_OTHER_OWN + host->index);
}

bool is_self(const Options *options, unsigned family)
{
        return options->self && (family == 0 || options->dual);
}

/* The members of the pool as this daemon knows them. */
Targets known_to(const Host *host, unsigned family)
{
        const Options *options = &host->world->options;
        Targets known = options->members[family];

        if (is_self(options, family))
                known |= TARGET(host->own);
        if (options->discover)
                known |= host->world->held[family] & ~options->fallbacks;
        return known;
}

/* Who sees whom. */

bool is_settled(const Host *host, usec_t time)
{
        const World *world = host->world;

        return is_watching(host) && !host->loss_percent && !host->shortage_percent && !world->sick_percent &&
               !world->lossy_percent &&
               usec_since(usec_later(host->disturbed_usec, world->members_usec)) >= time;
}

Sight sight_of(const World *world, unsigned family, unsigned target)
{
        unsigned n_up = 0, n_down = 0;

        for (unsigned i = 0; i < world->n_hosts; i++) {
                const Host *host = &world->hosts[i];

                /* Its own address a host can always judge. What is discovered is known to all, though not
                 * while it is out. */
                if (!(is_watching(host) || (target == host->own && is_writing(host))) ||
                        !(world->options.discover || known_to(host, family) & TARGET(target)))
                        continue;
                if (host->shortage_percent || (host->loss_percent && answers(host, target)))
                        return DISPUTED;
                n_up += answers(host, target);
                n_down += !answers(host, target);
        }
        return n_down == 0 ? SEEN_UP : n_up == 0 ? SEEN_DOWN : DISPUTED;
}

bool is_disputed(const World *world)
{
        for (unsigned i = 0; i < world->n_hosts; i++)
                for (unsigned j = 0; j < 2 * TARGETS; j++)
                        if (known_to(&world->hosts[i], j / TARGETS) & TARGET(j % TARGETS) &&
                                sight_of(world, j / TARGETS, j % TARGETS) == DISPUTED)
                                return true;
        return false;
}
