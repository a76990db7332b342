/* SPDX-License-Identifier: BSD-3-Clause */

/* Promises: what users are told, held against what the world was really like. Knows the world, not the daemons'
 * thoughts: of those it sees what they send, what they say happened, and what they show.
 *
 * What holds at any moment is looked at with each write. What takes its time is looked at again and again, for those
 * daemons to which nothing has happened for as long as it may take. */

#include "simulation.h"

#include <string.h>

/* References are checked every 10 s, and twice 2 s apart when one is silent. */
#define LOST_USEC (20 * USEC_PER_SEC)

static unsigned count(Targets targets)
{
        return (unsigned) __builtin_popcount(targets);
}

static usec_t since(usec_t then)
{
        usec_t now = loop_true_usec();

        return now > then ? now - then : 0;
}

static usec_t later(usec_t a, usec_t b)
{
        return a > b ? a : b;
}

static usec_t all_usec(const Options *options)
{
        return later(options->in_usec, options->out_usec);
}

/* Is the RRset never to be empty, once it was not? */
static bool is_strict(const Options *options, unsigned family)
{
        if (options->all_down == ALL_DOWN_FALLBACK && family != 0)
                return false; /* there are none of that family */
        return options->minimum > 0 && options->all_down != ALL_DOWN_EMPTY;
}

/* What happened. */

void promise_disturbed(Host *host)
{
        usec_t now = loop_true_usec();

        host->disturbed_usec = later(host->disturbed_usec, now);
        host->world->disturbed_usec = later(host->world->disturbed_usec, now);
        host->cut_since_usec = is_sound(host) ? 0 : now;
}

void promise_members_changed(World *world)
{
        world->members_usec = later(world->members_usec, loop_true_usec());
        world->disturbed_usec = later(world->disturbed_usec, loop_true_usec());
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
        host->n_removals = 0;
        for (unsigned i = 0; i < 2 * TARGETS; i++) {
                Watch *watch = &host->watches[i / TARGETS][i % TARGETS];
                bool known = kind == STOP_WITH_STATE && !host->has_jumped;

                /* From the state it may know that it was down, and asks for no more than a sample to confirm it;
                 * or the clock says that the state is too old. */
                *watch = (Watch){
                        .fails = kind == STOP_WITHOUT_STATE ? 0 : watch->fails,
                        .sound_fails = kind == STOP_WITHOUT_STATE ? 0 : watch->sound_fails,
                        .falls = known ? watch->falls : 0,
                        .fell_usec = known ? watch->fell_usec : 0,
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
        host->disturbed_usec = later(host->disturbed_usec, loop_true_usec() + pause);
        host->world->disturbed_usec = later(host->world->disturbed_usec, host->disturbed_usec);
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
                return;
        }
        if (watch->oks++ == 0)
                watch->oks_since_usec = loop_true_usec();
        /* Whatever came before: it is up, and none of it counts. */
        if (watch->oks >= 10 && since(watch->oks_since_usec) > options->hold_down_most_usec + USEC_PER_SEC)
                watch->fails = watch->sound_fails = 0;
}

/* How long it has to stay out after so many falls soon after another. */
static usec_t hold_down(const Options *options, unsigned falls)
{
        usec_t time = options->hold_down_usec;

        for (unsigned i = 1; i < falls && time < options->hold_down_most_usec; i++)
                time *= 2;
        return time < options->hold_down_most_usec ? time : options->hold_down_most_usec;
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
        watch->falls = watch->fell_usec != 0 && now - watch->fell_usec < 600 * USEC_PER_SEC ? watch->falls + 1 : 1;
        watch->fell_usec = now;
        watch->inherited = false;
        trace(host->world, host, "%u is down (fall %u)", target_of(event->address), watch->falls);
}

/* An address that went with its link comes back as a new one. */
void promise_link_changed(Host *host)
{
        for (unsigned family = 0; family < 2; family++)
                host->watches[family][host->own].fell_usec = 0;
}

/* Falls that nothing followed from are in doubt now. */
void promise_recovered(Host *host)
{
        for (unsigned i = 0; i < 2 * TARGETS; i++)
                host->watches[i / TARGETS][i % TARGETS].fell_usec = 0;
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
static bool is_ordered(const Host *host, unsigned family)
{
        if (host->ordered_usec == 0)
                return false;
        return has_words(host, family) || since(host->ordered_usec) < all_usec(&host->world->options);
}

static bool anybody_is_ordered(const World *world, unsigned family)
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

/* Writes. */

static Targets own_of(const Host *host)
{
        return TARGET(FIRST_OWN + host->index) | TARGET(FIRST_OTHER_OWN + host->index);
}

static bool is_self(const Options *options, unsigned family)
{
        return options->self && (family == 0 || options->dual);
}

/* The members of the pool as this daemon knows them. */
static Targets known_to(const Host *host, unsigned family)
{
        const Options *options = &host->world->options;
        Targets known = options->members[family];

        if (is_self(options, family))
                known |= TARGET(host->own);
        if (options->discover)
                known |= host->world->held[family] & ~options->fallbacks;
        return known;
}

/* … and whom it counts for the minimum. */
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

/* A daemon that cannot judge changes nothing, but by an operator's word, and where its own addresses are concerned. */
static void look_at_cut_off(Host *host, unsigned family, Targets changed)
{
        if (!(changed & ~own_of(host) & ~host->world->options.fallbacks) || is_ordered(host, family) || host->cut_since_usec == 0)
                return;
        if (host->no_carrier || since(host->cut_since_usec) > LOST_USEC)
                violation(host->world, "daemon %u is cut off, and writes", host->index);
}

/* Nobody is taken out by mistake: not for failures of our own, and not before there were enough. */
static void look_at_removal(Host *host, unsigned family, unsigned target)
{
        const Options *options = &host->world->options;
        const Watch *watch = &host->watches[family][target];
        unsigned enough = options->fall < 5 ? options->fall : 5;

        if (watch->fails < enough)
                violation(host->world, "daemon %u takes out %u after %u failures", host->index, target, watch->fails);
        else if (watch->fresh_fails == 0)
                violation(host->world, "daemon %u takes out %u that has not failed since the daemon started",
                        host->index, target);
        else if (watch->sound_fails == 0)
                violation(host->world, "daemon %u takes out %u that failed only while the daemon was cut off",
                        host->index, target);
}

/* The daemon knows of the fall from its state file, and when it started DNS held the member, or came to since: somebody
 * has seen it up. */
static bool is_doubtful(const Host *host, unsigned family, unsigned target)
{
        const World *world = host->world;

        return host->watches[family][target].inherited &&
               later(world->added_usec[family][target], world->removed_usec[family][target]) >=
                       host->started_usec;
}

static void look_at_addition(Host *host, unsigned family, unsigned target)
{
        const Watch *watch = &host->watches[family][target];
        usec_t out = loop_clock_usec(host->loop, CLOCK_BOOTTIME) - watch->fell_usec;
        bool discovered = !(TARGET(target) & (MEMBERS | TARGET(host->own)));
        /* One that was discovered is forgotten when it is gone for long enough. */
        usec_t enough = hold_down(&host->world->options, discovered ? 1 : watch->falls);

        if (watch->fell_usec != 0 && out < enough && !is_doubtful(host, family, target))
                violation(host->world, "daemon %u puts %u back %llu ms after its fall, not %llu", host->index, target,
                        (unsigned long long) out / 1000, (unsigned long long) enough / 1000);
        else if (watch->oks == 0)
                violation(host->world, "daemon %u adds %u, whose last check was not OK", host->index, target);
}

/* What the checks take out is bounded; not where earlier removals could not be sent. */
static void look_at_budget(Host *host, unsigned n)
{
        const Options *options = &host->world->options;
        unsigned allowed = (unsigned) engine_count_members(host->engine, 0) * options->removal_percent / 100;

        if (since(host->round_usec) >= options->removal_interval_usec) {
                host->round_usec = loop_true_usec();
                host->n_removals = 0;
        }
        host->n_removals += n;
        if (since(host->disturbed_usec) > 2 * options->removal_interval_usec &&
                host->n_removals > 2 * (allowed ? allowed : 1))
                violation(host->world, "daemon %u takes out %u members within %llu ms", host->index, host->n_removals,
                        (unsigned long long) options->removal_interval_usec / 1000);
}

static void look_at_members(Host *host, unsigned family, Targets expected, Targets wanted)
{
        const Options *options = &host->world->options;
        Targets ours = known_to(host, family), gone = expected & ~wanted & ours, came = wanted & ~expected & ours;
        usec_t now = loop_clock_usec(host->loop, CLOCK_BOOTTIME);
        unsigned n_removals = 0;

        /* An address that this host no longer has, or that nobody can reach it by, goes without a check. */
        gone &= ~own_of(host) | (host->no_carrier ? 0 : TARGET(host->own));
        for (unsigned i = 0; i < TARGETS; i++) {
                Watch *watch = &host->watches[family][i];

                if (gone & TARGET(i) && options->policy == POOL_ALL) {
                        look_at_removal(host, family, i);
                        /* One that has been down for long was decided upon before. */
                        n_removals += since(watch->removed_usec) > 2 * options->removal_interval_usec &&
                                      now - watch->fell_usec < options->removal_interval_usec;
                        watch->removed_usec = loop_true_usec();
                }
                if (came & TARGET(i) && options->all_down != ALL_DOWN_ALL)
                        look_at_addition(host, family, i);
        }
        if (n_removals > 0)
                look_at_budget(host, n_removals);
}

/* Does anybody see it otherwise than others do? */
static bool is_disputed(const World *world);

static void look_at_quiet(Host *host)
{
        World *world = host->world;

        if (since(world->disturbed_usec) < all_usec(&world->options) || is_disputed(world))
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

        counts->additions += count(came & (MEMBERS | OWN));
        counts->removals += count(gone & (MEMBERS | OWN));
        counts->selves += (came & own_of(host)) != 0;
        counts->discovered += count(gone & ~own_of(host) & ~MEMBERS & ~FALLBACKS);
        counts->fallbacks += (came & FALLBACKS) != 0;
}

/* Each daemon may bring it back once in the time of a hold-down, and whoever sees it otherwise take it out again; those
 * who see different priorities, once in the time of a look at the server. */
static void look_at_flaps(World *world, unsigned family, Targets came)
{
        const Options *options = &world->options;
        usec_t calm = since(world->disturbed_usec), pause = options->hold_down_usec, most;

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
                 count(after & ours) < options->minimum && before & ours & ~after)
                violation(world, "daemon %u left fewer than the minimum", host->index);
        if (!anybody_is_ordered(world, family))
                look_at_flaps(world, family, after & ~before & ~options->fallbacks);
}

/* What takes its time. */

/* Nothing has happened for so long that could keep this daemon from doing what it should. */
static bool is_settled(const Host *host, usec_t time)
{
        const World *world = host->world;

        return is_watching(host) && !host->loss_percent && !host->shortage_percent && !world->sick_percent &&
               !world->lossy_percent && since(later(host->disturbed_usec, world->members_usec)) >= time;
}

typedef enum Sight {
        SEEN_UP, /* by all that watch */
        SEEN_DOWN,
        DISPUTED,
} Sight;

static Sight sight_of(const World *world, unsigned family, unsigned target)
{
        unsigned n_up = 0, n_down = 0;

        for (unsigned i = 0; i < world->n_hosts; i++) {
                const Host *host = &world->hosts[i];

                /* What is discovered is known to all, though not while it is out. */
                if (!is_watching(host) ||
                        !(world->options.discover || known_to(host, family) & TARGET(target)))
                        continue;
                if (host->shortage_percent || (host->loss_percent && answers(host, target)))
                        return DISPUTED;
                n_up += answers(host, target);
                n_down += !answers(host, target);
        }
        return n_down == 0 ? SEEN_UP : n_up == 0 ? SEEN_DOWN : DISPUTED;
}

static bool is_disputed(const World *world)
{
        for (unsigned i = 0; i < world->n_hosts; i++)
                for (unsigned j = 0; j < 2 * TARGETS; j++)
                        if (known_to(&world->hosts[i], j / TARGETS) & TARGET(j % TARGETS) &&
                                sight_of(world, j / TARGETS, j % TARGETS) == DISPUTED)
                                return true;
        return false;
}

/* What this daemon's members of a family are like. */
typedef struct Scene {
        Targets known, up, down, disputed;
} Scene;

static Scene scene_of(const Host *host, unsigned family)
{
        Scene scene = { .known = known_to(host, family) };

        for (unsigned i = 0; i < TARGETS; i++) {
                if (!(scene.known & TARGET(i)))
                        continue;
                switch (sight_of(host->world, family, i)) {
                case SEEN_UP:
                        scene.up |= TARGET(i);
                        break;
                case SEEN_DOWN:
                        scene.down |= TARGET(i);
                        break;
                case DISPUTED:
                        scene.disputed |= TARGET(i);
                        break;
                }
        }
        return scene;
}

static uint32_t priority_of(const Options *options, unsigned target)
{
        return MEMBERS & TARGET(target) ? options->priorities[target] : SELF_PRIORITY;
}

/* Those of the best priority among them. */
static Targets best_of(const Options *options, Targets targets)
{
        uint32_t best = UINT32_MAX;
        Targets result = 0;

        for (unsigned i = 0; i < TARGETS; i++)
                if (targets & TARGET(i) && priority_of(options, i) < best)
                        best = priority_of(options, i);
        for (unsigned i = 0; i < TARGETS; i++)
                if (targets & TARGET(i) && priority_of(options, i) == best)
                        result |= TARGET(i);
        return result;
}

/* Are so many up that `all_down` has no say? */
static bool has_enough(const Options *options, const Scene *scene)
{
        if (options->policy == POOL_ALL)
                return count(scene->up) >= options->minimum;
        /* Which priority serves is known only where nobody sees another one. */
        return !scene->disputed && !options->manual_failback && !options->self && !options->discover &&
               count(best_of(options, scene->up)) >= options->minimum;
}

static void expect_out(const Host *host, unsigned family, Targets targets)
{
        World *world = host->world;

        for (unsigned i = 0; i < TARGETS; i++) {
                if (!(targets & TARGET(i)))
                        continue;
                world->counts->promised_out++;
                if (world->held[family] & TARGET(i) && since(world->added_usec[family][i]) > world->options.out_usec)
                        violation(world, "%u is down for everybody, and still there: daemon %u has had %llu s", i,
                                host->index, (unsigned long long) (world->options.out_usec / USEC_PER_SEC));
        }
}

static void expect_in(const Host *host, unsigned family, Targets targets)
{
        World *world = host->world;

        for (unsigned i = 0; i < TARGETS; i++) {
                if (!(targets & TARGET(i)))
                        continue;
                world->counts->promised_in++;
                if (!(world->held[family] & TARGET(i)) &&
                        since(world->removed_usec[family][i]) > world->options.in_usec)
                        violation(world, "%u is up for everybody, and not there: daemon %u has had %llu s", i,
                                host->index, (unsigned long long) (world->options.in_usec / USEC_PER_SEC));
        }
}

/* Nobody is up: what the rules say then. */
static void look_at_nobody(const Host *host, unsigned family, const Scene *scene)
{
        World *world = host->world;
        const Options *options = &world->options;

        if (scene->up || scene->disputed || !scene->known || options->minimum == 0)
                return;
        switch (options->all_down) {
        case ALL_DOWN_HOLD:
                world->counts->promised_held += world->held[family] != 0;
                break;
        case ALL_DOWN_ALL:
                if (options->members[family] & ~world->held[family])
                        violation(world, "nobody is up, and not every member is there");
                break;
        case ALL_DOWN_EMPTY:
                break;
        case ALL_DOWN_FALLBACK:
                if (family == 0 && options->fallbacks & ~world->held[family])
                        violation(world, "nobody is up, and the fallback addresses are not there");
                break;
        }
}

static void look_at_scene(const Host *host, unsigned family)
{
        const Options *options = &host->world->options;
        Scene scene = scene_of(host, family);
        bool enough = has_enough(options, &scene);
        Targets mine = options->members[family] | TARGET(host->own);

        if (is_settled(host, options->out_usec)) {
                look_at_nobody(host, family, &scene);
                if (enough)
                        expect_out(host, family, scene.down | options->fallbacks);
                else if (options->all_down == ALL_DOWN_EMPTY && options->policy == POOL_ALL)
                        expect_out(host, family, scene.down);
                if (enough && options->policy == POOL_PRIORITY)
                        expect_out(host, family, scene.up & ~best_of(options, scene.up));
        }
        if (!is_settled(host, options->in_usec))
                return;
        if (options->policy == POOL_ALL)
                expect_in(host, family, scene.up & mine);
        else if (enough)
                expect_in(host, family, best_of(options, scene.up));
}

/* The same word on all of them that act. */
static bool all_say(const World *world, unsigned family, unsigned target, MemberAdmin admin, bool force)
{
        for (unsigned i = 0; i < world->n_hosts; i++) {
                const Host *host = &world->hosts[i];
                const Word *word = &host->words[family][target];

                if (!host->engine)
                        continue;
                if (!is_settled(host, all_usec(&world->options)) || host->overrides[family] ||
                        (word->admin >= ADMIN_DOWN) != (admin >= ADMIN_DOWN) || word->admin == ADMIN_NONE ||
                        word->force != force)
                        return false;
        }
        return true;
}

static bool all_fail_over(const World *world, unsigned family, unsigned target)
{
        for (unsigned i = 0; i < world->n_hosts; i++) {
                const Host *host = &world->hosts[i];

                if (!host->engine)
                        continue;
                if (!is_settled(host, all_usec(&world->options)) || host->overrides[family] != target ||
                        !host->override_words[family].force)
                        return false;
        }
        return true;
}

/* Orders that every daemon was given, and by force. */
static void look_at_orders(const Host *host, unsigned family)
{
        World *world = host->world;
        Targets held = world->held[family];
        unsigned chosen = host->overrides[family];

        for (unsigned i = FIRST_MEMBER; i < FIRST_OWN; i++) {
                MemberAdmin admin = host->words[family][i].admin;

                if (admin == ADMIN_NONE || !all_say(world, family, i, admin, true))
                        continue;
                world->counts->promised_ordered++;
                if (admin >= ADMIN_DOWN && held & TARGET(i))
                        violation(world, "%u is there against an operator's word", i);
                if (admin == ADMIN_UP && !(held & TARGET(i)) && world->options.policy == POOL_ALL)
                        violation(world, "%u is not there against an operator's word", i);
        }
        /* One that is renumbered is no member any more. */
        if (!chosen || world->renumbered || !all_fail_over(world, family, chosen))
                return;
        world->counts->promised_ordered++;
        if ((held & known_to(host, family)) != TARGET(chosen))
                violation(world, "a failover to %u was ordered, and it is not alone there", chosen);
}

static void look_at_agreement(Host *host)
{
        World *world = host->world;
        PoolStatus pool;

        if (since(world->written_usec) < 2 * world->options.verify_usec + 10 * USEC_PER_SEC || is_disputed(world))
                return;
        if (!engine_find_pool(host->engine, &world->name, &pool)) {
                violation(world, "daemon %u knows no pool", host->index);
                return;
        }
        world->counts->promised_agreement++;
        if (pool.state != PUBLICATION_IN_SYNC)
                violation(world, "daemon %u is not in sync", host->index);
        for (unsigned family = 0; family < 2; family++)
                if (known_to(host, family) && targets_of(pool.published[family]) != world->held[family])
                        violation(world, "daemon %u believes that the server holds something else", host->index);
        if (engine_observer(host->engine) != OBSERVER_OK)
                violation(world, "daemon %u still doubts itself", host->index);
}

static void look_at_world(World *world)
{
        if (since(world->disturbed_usec) < all_usec(&world->options))
                return;
        if (is_disputed(world))
                world->counts->quarrels++;
        else
                world->counts->promised_quiet++;
}

void promise_look(World *world)
{
        usec_t time = all_usec(&world->options);

        for (unsigned i = 0; i < world->n_hosts; i++)
                promise_expire(&world->hosts[i]);
        if (since(world->members_usec) < (world->options.in_usec < world->options.out_usec ? world->options.in_usec
                                                                                           : world->options.out_usec))
                return;
        for (unsigned i = 0; i < world->n_hosts; i++) {
                Host *host = &world->hosts[i];

                for (unsigned family = 0; family < 2; family++) {
                        if (!anybody_is_ordered(world, family))
                                look_at_scene(host, family);
                        else if (is_settled(host, time))
                                look_at_orders(host, family);
                }
                if (is_settled(host, time))
                        look_at_agreement(host);
        }
        look_at_world(world);
}
