/* SPDX-License-Identifier: BSD-3-Clause */

/* Calm: what takes its time. Is looked at again and again, for those daemons to which nothing has happened
 * for as long as it may take. */

#include "simulation-promises.h"

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
                return targets_count(scene->up) >= options->minimum;
        /* Which priority serves is known only where nobody sees another one. */
        return !scene->disputed && !options->manual_failback && !options->self && !options->discover &&
               targets_count(best_of(options, scene->up)) >= options->minimum;
}

static void expect_out(const Host *host, unsigned family, Targets targets)
{
        World *world = host->world;

        for (unsigned i = 0; i < TARGETS; i++) {
                if (!(targets & TARGET(i)))
                        continue;
                world->counts->promised_out++;
                if (world->held[family] & TARGET(i) &&
                        usec_since(world->added_usec[family][i]) > world->options.out_usec)
                        violation(world,
                                "%u is down for everybody, and still there: daemon %u has had %llu s", i,
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
                        usec_since(world->removed_usec[family][i]) > world->options.in_usec)
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
                if ((options->members[family] & ~world->held[family]) && !is_restless(options))
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
                if (!is_settled(host, usec_promised(&world->options)) || host->overrides[family] ||
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
                if (!is_settled(host, usec_promised(&world->options)) || host->overrides[family] != target ||
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

        if (usec_since(world->written_usec) < 2 * world->options.verify_usec + 10 * USEC_PER_SEC ||
                is_disputed(world))
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
                        violation(world, "daemon %u believes that the server holds something else",
                                host->index);
        if (engine_observer(host->engine) != OBSERVER_OK)
                violation(world, "daemon %u still doubts itself", host->index);
}

static void look_at_world(World *world)
{
        if (usec_since(world->disturbed_usec) < usec_promised(&world->options))
                return;
        if (is_disputed(world))
                world->counts->quarrels++;
        else
                world->counts->promised_quiet++;
}

void promise_look(World *world)
{
        usec_t time = usec_promised(&world->options);

        for (unsigned i = 0; i < world->n_hosts; i++)
                promise_expire(&world->hosts[i]);
        if (usec_since(world->members_usec) < (world->options.in_usec < world->options.out_usec
                                                              ? world->options.in_usec
                                                              : world->options.out_usec))
                return;
        for (unsigned i = 0; i < world->n_hosts; i++) {
                Host *host = &world->hosts[i];

                for (unsigned family = 0; family < 2; family++) {
                        if (!anybody_is_ordered(world, family))
                                look_at_scene(host, family);
                        else if (is_settled(host, time) && usec_since(world->disturbed_usec) >= time)
                                look_at_orders(host, family);
                }
                if (is_settled(host, time))
                        look_at_agreement(host);
        }
        look_at_world(world);
}
