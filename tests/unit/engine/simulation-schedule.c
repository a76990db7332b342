/* SPDX-License-Identifier: BSD-3-Clause */

/* Schedule: what the seed says, made before the run, so that nothing that the engine does can change it.
 * Spells in which things go wrong are followed by calm ones that are long enough for every promise to come
 * due. Some of what is wrong stays so: then it is the world that the daemons have to live with. */

#include "simulation.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array)     ((unsigned) (sizeof(array) / sizeof((array)[0])))
#define PICK(dice, array) ((array)[roll(dice, LENGTH(array))])

/* policy/pool: the first verdict is waited for as long; policy/observer: so long it may doubt itself, … */
#define START_USEC (30 * USEC_PER_SEC)
#define DOUBT_USEC (30 * USEC_PER_SEC)
/* … and so long it believes that it was wrong to. */
#define TRUST_USEC (60 * USEC_PER_SEC)

static unsigned count(Targets targets)
{
        return (unsigned) __builtin_popcount(targets);
}

static Targets some(Dice *dice, Targets of)
{
        return of & roll(dice, 1U << FIRST_REFERENCE);
}

/* At least one, where there is any. */
static Targets one(Dice *dice, Targets of)
{
        unsigned n = count(of), nth = n ? roll(dice, n) : 0;

        for (unsigned i = 0; i < TARGETS && n; i++)
                if (of & TARGET(i) && nth-- == 0)
                        return TARGET(i);
        return 0;
}

/* The pool. */

static void make_members(Options *options, Dice *dice, unsigned n)
{
        bool two_families = chance(dice, 20);

        for (unsigned i = 0; i < n; i++) {
                options->members[two_families && chance(dice, 50)] |= TARGET(FIRST_MEMBER + i);
                options->priorities[FIRST_MEMBER + i] = 1 + roll(dice, 3);
        }
        options->dual = two_families;
}

/* Who is a member, and how they come to be. */
static void make_kind(Options *options, Dice *dice)
{
        unsigned kind = roll(dice, 100);

        if (kind < 60) {
                make_members(options, dice, 1 + roll(dice, MEMBERS_MAX));
                options->discover = kind >= 54;
                return;
        }
        options->self = true;
        options->discover = kind < 85;
        if (chance(dice, 40))
                make_members(options, dice, 1 + roll(dice, 3));
}

static void make_times(Options *options, Dice *dice)
{
        static const unsigned intervals[] = { 1000, 2000, 5000, 5000, 10000, 10000, 10000, 10000 },
                              fast[] = { 500, 1000, 2000 }, timeouts[] = { 500, 1000, 2000 },
                              hold_downs[] = { 2, 5, 10, 30 }, verifies[] = { 10, 20, 30 },
                              removals[] = { 2, 5, 10 };

        options->interval_usec = PICK(dice, intervals) * USEC_PER_MSEC;
        options->fast_usec = PICK(dice, fast) * USEC_PER_MSEC;
        if (options->fast_usec > options->interval_usec)
                options->fast_usec = options->interval_usec;
        options->timeout_usec = PICK(dice, timeouts) * USEC_PER_MSEC;
        options->hold_down_usec = PICK(dice, hold_downs) * USEC_PER_SEC;
        options->hold_down_most_usec = options->hold_down_usec * (1 + roll(dice, 4));
        options->verify_usec = PICK(dice, verifies) * USEC_PER_SEC;
        options->removal_interval_usec = PICK(dice, removals) * USEC_PER_SEC;
        options->failback_usec = (5 + roll(dice, 20)) * USEC_PER_SEC;
        options->provider_timeout_usec = (2 + roll(dice, 4)) * USEC_PER_SEC;
}

static void make_rules(Options *options, Dice *dice)
{
        static const unsigned percents[] = { 1, 25, 25, 25, 50, 100 }, minimums[] = { 0, 1, 1, 1, 1, 2, 3 };
        static const AllDown all_downs[] = { ALL_DOWN_HOLD, ALL_DOWN_HOLD, ALL_DOWN_HOLD, ALL_DOWN_HOLD,
                ALL_DOWN_HOLD, ALL_DOWN_ALL, ALL_DOWN_EMPTY, ALL_DOWN_FALLBACK };

        options->rise = 1 + roll(dice, 3);
        options->fall = 1 + roll(dice, 3);
        options->removal_percent = PICK(dice, percents);
        options->minimum = PICK(dice, minimums);
        options->all_down = PICK(dice, all_downs);
        if (options->all_down == ALL_DOWN_FALLBACK)
                options->fallbacks =
                        TARGET(FIRST_FALLBACK) | (chance(dice, 50) ? TARGET(FIRST_FALLBACK + 1) : 0);
        options->policy = chance(dice, 30) ? POOL_PRIORITY : POOL_ALL;
        options->manual_failback = chance(dice, 25);
        options->n_references = chance(dice, 70) ? 1 + roll(dice, 2) : 0;
        options->strangers = chance(dice, 50) ? STRANGERS : 0;
        options->on_disk = chance(dice, 3);
        if (!options->self || options->discover)
                return;
        /* Each daemon has members that the others do not know of, so that these rules would have them
         * quarrel. */
        options->policy = POOL_ALL;
        if (options->all_down == ALL_DOWN_ALL || options->all_down == ALL_DOWN_FALLBACK)
                options->all_down = ALL_DOWN_HOLD;
        options->fallbacks = 0;
}

/* How many removals in a row there can be. */
static unsigned members_at_most(const Options *options)
{
        unsigned n = count(options->members[0] | options->members[1]);

        if (options->self)
                n += 2 * options->n_hosts; /* renumbered */
        return n + (options->discover ? 4 : 0);
}

/* Until when what is promised has to be so, each step at its slowest. */
static void make_promises(Options *options)
{
        unsigned n = members_at_most(options), at_once = n * options->removal_percent / 100;
        usec_t check =
                (options->fast_usec > options->timeout_usec ? options->fast_usec : options->timeout_usec) *
                21 / 20;
        usec_t round = 2 * (options->interval_usec + options->timeout_usec);
        usec_t detection = round + (options->fall > options->rise ? options->fall : options->rise) * check;
        usec_t removals = (n / (at_once ? at_once : 1) + 1) * options->removal_interval_usec;
        usec_t writing = options->verify_usec + 2 * options->provider_timeout_usec + 10 * USEC_PER_SEC;

        options->out_usec = START_USEC + detection + TRUST_USEC + 2 * DOUBT_USEC + round + removals +
                            options->hold_down_most_usec + writing;
        options->in_usec = START_USEC + detection + DOUBT_USEC + round + options->hold_down_most_usec +
                           writing + (options->policy == POOL_PRIORITY ? options->failback_usec : 0);
}

/* What goes wrong. */

static Deed *add(World *world, const Deed *deed)
{
        Deed *end;

        if (world->n_deeds + 2 > DEEDS_MAX)
                return NULL;
        world->deeds[world->n_deeds++] = *deed;
        if (deed->end_usec == 0)
                return &world->deeds[world->n_deeds - 1];
        end = &world->deeds[world->n_deeds++];
        *end = *deed;
        end->time_usec = deed->end_usec;
        end->ending = true;
        return end;
}

static Targets everybody(const Options *options)
{
        Targets all = options->members[0] | options->members[1];

        if (options->self)
                for (unsigned i = 0; i < options->n_hosts; i++)
                        all |= TARGET(FIRST_OWN + i);
        if (options->discover)
                all |= options->strangers;
        return all;
}

static void make_order(const Options *options, Dice *dice, Deed *deed)
{
        static const OrderKind kinds[] = { ORDER_ADMIN, ORDER_ADMIN, ORDER_ADMIN, ORDER_ADMIN, ORDER_FAILOVER,
                ORDER_FAILOVER, ORDER_FAILBACK, ORDER_CHECK, ORDER_REFRESH, ORDER_PUBLISH };

        deed->end_usec = 0;
        if (chance(dice, 70))
                deed->hosts = (1U << options->n_hosts) - 1;
        deed->targets = one(dice, everybody(options));
        deed->order = PICK(dice, kinds);
        deed->admin = (MemberAdmin) roll(dice, 5);
        deed->for_usec = chance(dice, 70) ? roll_usec(dice, USEC_PER_SEC, 60 * USEC_PER_SEC) : 0;
        deed->force = chance(dice, 25);
}

/* Half of what can go wrong is about members. */
static void make_deed(World *world, Dice *dice, usec_t begin, usec_t end)
{
        static const DeedKind kinds[] = { DEED_DIE, DEED_DIE, DEED_DIE, DEED_DIE, DEED_REFUSE, DEED_REFUSE,
                DEED_PARTITION, DEED_PARTITION, DEED_PARTITION, DEED_CUT, DEED_CUT, DEED_CARRIER,
                DEED_CARRIER, DEED_SERVER, DEED_REFERENCES, DEED_LOSS, DEED_SHORTAGE, DEED_SICK_SERVER,
                DEED_LOSSY_SERVER, DEED_LOSSY_SERVER, DEED_STOP, DEED_STOP, DEED_SLEEP, DEED_RELOAD,
                DEED_JUMP, DEED_RENUMBER, DEED_STRANGER, DEED_VANDAL, DEED_ORDER, DEED_ORDER, DEED_ORDER };
        static const int32_t jumps[] = { -3600, -600, -30, -1, 1, 30, 600, 3600, 31536000, -31536000 };
        const Options *options = &world->options;
        Targets all = everybody(options);
        Deed deed = {
                .time_usec = roll_usec(dice, begin, end),
                .kind = PICK(dice, kinds),
                .hosts = 1U << roll(dice, options->n_hosts),
                .targets = one(dice, all) | (chance(dice, 30) ? some(dice, all) : 0) |
                           (chance(dice, 8) ? all : 0),
                .number = (int32_t) (5 + roll(dice, 60)),
        };

        deed.end_usec = roll_usec(dice, deed.time_usec + USEC_PER_MSEC, end + USEC_PER_SEC);
        switch (deed.kind) {
        case DEED_STOP:
                deed.number = (int32_t) roll(dice, 3);
                break;
        case DEED_JUMP:
                deed.number = PICK(dice, jumps);
                deed.end_usec = 0;
                break;
        case DEED_RELOAD:
        case DEED_RENUMBER:
                deed.end_usec = 0;
                break;
        case DEED_STRANGER:
                deed.targets = one(dice, STRANGERS);
                deed.end_usec = 0;
                break;
        case DEED_VANDAL:
                deed.end_usec = 0;
                break;
        case DEED_ORDER:
                make_order(options, dice, &deed);
                break;
        default:
                break;
        }
        add(world, &deed);
}

/* Some of what goes wrong in a spell stays so, for members and networks: the server and the daemons come
 * back. */
static void make_spell(World *world, Dice *dice, usec_t begin, usec_t end, usec_t calm_end)
{
        unsigned n = roll(dice, 10) + roll(dice, 4) * roll(dice, 4);

        for (unsigned i = 0; i < n; i++) {
                Deed *deed;

                make_deed(world, dice, begin, end);
                deed = &world->deeds[world->n_deeds - 1];
                if (deed->ending && deed->kind <= DEED_REFERENCES && chance(dice, 15)) {
                        deed->time_usec = deed->end_usec = calm_end;
                        world->deeds[world->n_deeds - 2].end_usec = calm_end;
                }
        }
}

static int compare_deeds(const void *a, const void *b)
{
        const Deed *one = a, *other = b;

        if (one->time_usec != other->time_usec)
                return one->time_usec < other->time_usec ? -1 : 1;
        return one->kind != other->kind ? (int) one->kind - (int) other->kind
                                        : (int) one->hosts - (int) other->hosts;
}

static void make_deeds(World *world, Dice *dice)
{
        Options *options = &world->options;
        unsigned n_spells = 1 + chance(dice, 30);
        usec_t calm = (options->out_usec > options->in_usec ? options->out_usec : options->in_usec) +
                      2 * options->verify_usec + 5 * USEC_PER_SEC;
        usec_t now = 0;

        for (unsigned i = 0; i < options->n_hosts; i++)
                add(world, &(Deed){ .time_usec = chance(dice, 70) ? 0 : roll_usec(dice, 0, 20 * USEC_PER_SEC),
                                   .kind = DEED_STOP,
                                   .hosts = 1U << i,
                                   .ending = true });
        for (unsigned i = 0; i < n_spells; i++) {
                usec_t spell = roll_usec(dice, USEC_PER_SEC, 45 * USEC_PER_SEC);

                /* Mostly all has been in order before. */
                if (i == 0 && chance(dice, 60))
                        now += roll_usec(dice, 10 * USEC_PER_SEC, 35 * USEC_PER_SEC);
                make_spell(world, dice, now, now + spell, now + spell + calm);
                now += spell + calm;
        }
        options->end_usec = now;
        qsort(world->deeds, world->n_deeds, sizeof world->deeds[0], compare_deeds);
}

/* What the server holds at first. */
static void make_held(World *world, Dice *dice)
{
        const Options *options = &world->options;
        unsigned how = roll(dice, 4);

        for (unsigned family = 0; family < 2; family++) {
                Targets all = options->members[family];

                if (options->self && family == 0)
                        all |= everybody(options) & OWN;
                world->held[family] = how == 0 ? 0 : how == 1 ? some(dice, all) : all;
        }
        world->held[0] |= options->strangers && chance(dice, 70) ? one(dice, options->strangers) : 0;
}

void schedule_make(World *world, Dice *dice)
{
        static const unsigned hosts[] = { 1, 1, 2, 2, 2, 2, 3, 3, 4, 5 };
        Options *options = &world->options;

        options->n_hosts = PICK(dice, hosts);
        make_kind(options, dice);
        make_times(options, dice);
        make_rules(options, dice);
        make_promises(options);
        make_held(world, dice);
        make_deeds(world, dice);
}
