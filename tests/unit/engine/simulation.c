/* SPDX-License-Identifier: BSD-3-Clause */

/* Simulation: builds a world from a seed, runs it to its end or to the first broken promise, and takes it
 * down. */

#include "simulation.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define START_USEC (200 * USEC_PER_SEC) /* hosts may have booted before */
#define TICK_USEC  (4 * USEC_PER_SEC)

/* Dice: splitmix64. */

static uint64_t mix(uint64_t z)
{
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
}

static uint32_t dice_next(Dice *dice)
{
        return (uint32_t) (mix(dice->state += 0x9e3779b97f4a7c15U) >> 32);
}

unsigned roll(Dice *dice, unsigned n)
{
        return (unsigned) ((uint64_t) dice_next(dice) * n >> 32);
}

bool chance(Dice *dice, unsigned percent)
{
        return percent > 0 && roll(dice, 100) < percent;
}

usec_t roll_usec(Dice *dice, usec_t least, usec_t most)
{
        return most > least ? least + dice_next(dice) * (most - least) / UINT32_MAX : least;
}

void must(int r)
{
        if (r >= 0)
                return;
        fprintf(stderr, "the simulation cannot go on: %s\n", strerror(-r));
        abort();
}

/* Telling. */

bool is_traced(const World *world)
{
        return world->trace != NULL;
}

__attribute__((format(printf, 3, 0))) static void trace_list(
        const World *world, const Host *host, const char *format, va_list arguments)
{
        usec_t now = loop_true_usec() - START_USEC;

        fprintf(world->trace, "%7llu.%03llu ", (unsigned long long) (now / USEC_PER_SEC),
                (unsigned long long) (now % USEC_PER_SEC / USEC_PER_MSEC));
        if (host)
                fprintf(world->trace, "daemon %u: ", host->index);
        vfprintf(world->trace, format, arguments);
        fputc('\n', world->trace);
}

void trace(const World *world, const Host *host, const char *format, ...)
{
        va_list arguments;

        if (!is_traced(world))
                return;
        va_start(arguments, format);
        trace_list(world, host, format, arguments);
        va_end(arguments);
}

void violation(World *world, const char *format, ...)
{
        va_list arguments;

        if (world->violation[0])
                return;
        va_start(arguments, format);
        vsnprintf(world->violation, sizeof world->violation, format, arguments);
        va_end(arguments);
        trace(world, NULL, "BROKEN PROMISE: %s", world->violation);
}

const char *targets_to_text(Targets targets, char buffer[static 160])
{
        size_t used = 0;

        if (!targets)
                return strcpy(buffer, " none");
        for (unsigned i = 0; i < TARGETS; i++)
                if (targets & TARGET(i))
                        used += (size_t) snprintf(buffer + used, 160 - used, " %u", i);
        return buffer;
}

/* The configuration that all daemons have. */

static void make_check(World *world)
{
        const Options *options = &world->options;

        world->check = (CheckConfig){
                .type = CHECK_ICMP,
                .interval_usec = options->interval_usec,
                .fast_interval_usec = options->fast_usec,
                .timeout_usec = options->timeout_usec,
                .rise = options->rise,
                .fall = world->breakage == BREAK_FALL ? 1 : options->fall,
        };
        world->check_list[0] = &world->check;
}

static void make_sources(World *world)
{
        static const int families[] = { AF_INET, AF_INET6 };
        static char *patterns[] = { (char *) "eth*", NULL };

        for (unsigned i = 0; i < 2; i++) {
                world->sources[i] = (SourceConfig){ .type = SOURCE_INTERFACES,
                        .family = families[i],
                        .interfaces = patterns,
                        .limit = 1000 };
                world->source_list[i] = &world->sources[i];
        }
}

static void make_members(World *world)
{
        const Options *options = &world->options;

        for (unsigned i = FIRST_MEMBER; i < FIRST_OWN; i++) {
                Targets members = options->members[0] | options->members[1];
                MemberConfig *member = &world->members[world->pool.n_members];
                char *name = world->member_names[world->pool.n_members];

                if (!(members & TARGET(i)))
                        continue;
                snprintf(name, sizeof world->member_names[0], "m%u", i);
                *member = (MemberConfig){
                        .name = name,
                        .address = target_address((options->members[1] & TARGET(i)) != 0, i),
                        .priority = options->priorities[i],
                        .check = &world->check,
                };
                world->pool.n_members++;
        }
        world->pool.members = world->members;
}

static void make_pool(World *world)
{
        const Options *options = &world->options;
        Breakage breakage = world->breakage;

        world->pool = (PoolConfig){
                .record = {
                        .name = world->name,
                        .provider = &world->provider,
                        .ttl = 30,
                        .ipv4 = options->self ? &world->sources[0] : NULL,
                        .ipv6 = options->self && options->dual ? &world->sources[1] : NULL,
                        .ownership = OWNERSHIP_SHARED,
                },
                .policy = options->policy,
                .minimum = breakage == BREAK_MINIMUM ? 0 : options->minimum,
                .all_down = breakage == BREAK_EMPTY ? ALL_DOWN_EMPTY : options->all_down,
                .fallback = world->fallbacks,
                .manual_failback = options->manual_failback,
                .failback_delay_usec = options->failback_usec,
                .removal_percent = breakage == BREAK_BUDGET ? 100 : options->removal_percent,
                .removal_interval_usec = options->removal_interval_usec,
                .hold_down_usec = breakage == BREAK_HOLD_DOWN ? 0 : options->hold_down_usec,
                .hold_down_max_usec = breakage == BREAK_HOLD_DOWN ? 0 : options->hold_down_most_usec,
                .verify_usec = breakage == BREAK_VERIFY ? 0 : options->verify_usec,
                .discover = options->discover,
                .check = &world->check,
                .self_check = options->self ? &world->check : NULL,
                .self_priority = options->self ? SELF_PRIORITY : 0,
        };
        for (unsigned i = FIRST_FALLBACK; i < FIRST_REFERENCE; i++)
                if (options->fallbacks & TARGET(i))
                        world->fallbacks[world->pool.n_fallback++] = target_address(0, i);
        make_members(world);
        world->pool_list[0] = &world->pool;
}

static void make_config(World *world)
{
        const Options *options = &world->options;
        Name apex;

        must(name_from_text(&apex, "example.com"));
        must(name_from_text(&world->name, "www.example.com"));
        world->provider = (ProviderConfig){ .id = (char *) "home", .has_zone = true, .zone = apex };
        world->provider_list[0] = &world->provider;
        make_check(world);
        make_sources(world);
        make_pool(world);
        world->config = (Config){
                .n_providers = 1,
                .providers = world->provider_list,
                .n_sources = options->self ? 1 + options->dual : 0,
                .sources = world->source_list,
                .n_checks = 1,
                .checks = world->check_list,
                .n_pools = 1,
                .pools = world->pool_list,
                .references = world->references,
        };
        if (world->breakage == BREAK_BLIND)
                return;
        for (unsigned i = 0; i < options->n_references; i++)
                for (unsigned family = 0; family < 1U + options->dual; family++)
                        world->references[world->config.n_references++] =
                                target_address(family, FIRST_REFERENCE + i);
}

/* Running. */

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) usec;
        promise_look(userdata);
        sd_event_source_set_time_relative(source, TICK_USEC);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void trace_options(const World *world)
{
        const Options *options = &world->options;
        static const char *const all_downs[] = { "hold", "all", "empty", "fallback" };
        char first[160], second[160], third[160];

        trace(world, NULL, "%u daemons, %s, members%s and%s, strangers%s%s%s, minimum %u, all_down %s%s",
                options->n_hosts, options->policy == POOL_ALL ? "all" : "priority",
                targets_to_text(options->members[0], first), targets_to_text(options->members[1], second),
                targets_to_text(options->strangers, third), options->self ? ", self" : "",
                options->discover ? ", discover" : "", options->minimum, all_downs[options->all_down],
                options->manual_failback ? ", manual failback" : "");
        trace(world, NULL,
                "interval %llu fast %llu timeout %llu ms, rise %u fall %u, hold-down %llu to %llu s, verify "
                "%llu s, "
                "removals %u%% in %llu s, failback %llu s, %u references; out in %llu s, in in %llu s",
                (unsigned long long) options->interval_usec / 1000,
                (unsigned long long) options->fast_usec / 1000,
                (unsigned long long) options->timeout_usec / 1000, options->rise, options->fall,
                (unsigned long long) (options->hold_down_usec / USEC_PER_SEC),
                (unsigned long long) (options->hold_down_most_usec / USEC_PER_SEC),
                (unsigned long long) (options->verify_usec / USEC_PER_SEC), options->removal_percent,
                (unsigned long long) (options->removal_interval_usec / USEC_PER_SEC),
                (unsigned long long) (options->failback_usec / USEC_PER_SEC), options->n_references,
                (unsigned long long) (options->out_usec / USEC_PER_SEC),
                (unsigned long long) (options->in_usec / USEC_PER_SEC));
        trace(world, NULL, "the server holds%s and%s", targets_to_text(world->held[0], first),
                targets_to_text(world->held[1], second));
}

static void begin(World *world, Dice *dice)
{
        loop_begin(START_USEC);
        world->loop = loop_new(0, 0, 0, 0);
        LIST_INIT(&world->messages);
        schedule_make(world, dice);
        make_config(world);
        world->n_hosts = world->options.n_hosts;
        world->members_usec = world->disturbed_usec = START_USEC;
        for (unsigned family = 0; family < 2; family++) {
                world->ever_held[family] = world->held[family];
                world->ttl[family] = 30;
        }
        for (unsigned i = 0; i < world->n_hosts; i++) {
                host_init(world, i, dice);
                world->hosts[i].stopped = 1;
        }
        deeds_begin(world);
        sd_event_add_time_relative(
                world->loop, &world->tick_timer, CLOCK_MONOTONIC, TICK_USEC, 1, on_tick, world);
        trace_options(world);
}

static void run(World *world)
{
        sd_event *loops[1 + HOSTS_MAX] = { world->loop };

        for (unsigned i = 0; i < world->n_hosts; i++)
                loops[1 + i] = world->hosts[i].loop;
        while (!world->violation[0])
                if (!loop_step(loops, 1 + world->n_hosts, START_USEC + world->options.end_usec))
                        return;
}

static void end(World *world)
{
        for (unsigned i = 0; i < world->n_hosts; i++)
                host_done(&world->hosts[i]);
        network_end(world);
        sd_event_source_disable_unref(world->deed_timer);
        sd_event_source_disable_unref(world->tick_timer);
        world->loop = sd_event_unref(world->loop);
}

bool simulate(
        World *world, uint64_t seed, Breakage breakage, const char *folder, Counts *counts, FILE *trace_to)
{
        Dice dice = { .state = mix(seed) }; /* neighbours have nothing in common */

        memset(world, 0, sizeof *world);
        world->seed = seed;
        world->breakage = breakage;
        world->folder = folder;
        world->counts = counts;
        world->trace = trace_to;
        world->dice.state = mix(dice.state);
        begin(world, &dice);
        run(world);
        end(world);
        return world->violation[0] == '\0';
}
