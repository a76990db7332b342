/* SPDX-License-Identifier: BSD-3-Clause */

/* Deeds: at its time, each makes something go wrong, or good again. */

#include "simulation.h"

#include <string.h>

static void bump(uint8_t *count, const Deed *deed)
{
        if (deed->ending)
                (*count)--;
        else
                (*count)++;
}

/* Services that stop, or refuse: a host's own goes with the host, whatever its address is. */
static void do_service(World *world, const Deed *deed)
{
        uint8_t *counts = deed->kind == DEED_DIE ? world->dead : world->refusing;

        for (unsigned i = 0; i < FIRST_REFERENCE; i++) {
                if (!(deed->targets & TARGET(i)))
                        continue;
                bump(&counts[i], deed);
                if (TARGET(i) & OWN)
                        bump(&counts[i - FIRST_OWN + FIRST_OTHER_OWN], deed);
                if (deed->ending)
                        world->counts->revivals++;
                else
                        world->counts->deaths++;
        }
        promise_members_changed(world);
}

/* Two peers do not see each other, either way. */
static void do_partition(World *world, Host *host, const Deed *deed)
{
        for (unsigned i = 0; i < TARGETS; i++) {
                if (!(deed->targets & TARGET(i)) || i == FIRST_OWN + host->index)
                        continue;
                bump(&host->blocked[i], deed);
                if (!(TARGET(i) & OWN))
                        continue;
                bump(&world->hosts[i - FIRST_OWN].blocked[FIRST_OWN + host->index], deed);
                promise_disturbed(&world->hosts[i - FIRST_OWN]);
        }
        world->counts->partitions += !deed->ending;
        promise_disturbed(host);
}

/* What others see of it changes too. */
static void do_link(World *world, Host *host, const Deed *deed)
{
        if (deed->kind == DEED_CUT) {
                bump(&host->cut, deed);
                world->counts->cuts += !deed->ending;
        } else {
                bump(&host->no_carrier, deed);
                world->counts->carriers += !deed->ending;
                promise_own_changed(host);
                if (!host->asleep)
                        host_tell_facts(host);
        }
        promise_disturbed(host);
        if (world->options.self)
                promise_members_changed(world);
}

static void start(Host *host)
{
        if (!host->engine && !host->stopped && !host->asleep)
                host_start(host);
}

static void do_stop(Host *host, const Deed *deed)
{
        Counts *counts = host->world->counts;

        bump(&host->stopped, deed);
        if (deed->ending) {
                start(host);
                return;
        }
        if (!host->engine)
                return;
        if (deed->number == STOP_CRASH && host->world->options.on_disk)
                counts->crashes++;
        else if (deed->number == STOP_WITHOUT_STATE)
                counts->restarts_without_state++;
        else
                counts->restarts_with_state++;
        host_stop(host, (StopKind) deed->number);
}

static void do_sleep(Host *host, const Deed *deed)
{
        World *world = host->world;

        bump(&host->asleep, deed);
        if (host->asleep == 1 && !deed->ending) {
                trace(world, host, "sleeps");
                loop_sleep(host->loop);
                world->counts->sleeps++;
        }
        if (host->asleep == 0) {
                trace(world, host, "wakes");
                loop_wake(host->loop);
                host_tell_facts(host);
                start(host);
        }
        promise_disturbed(host);
        if (world->options.self)
                promise_members_changed(world);
}

static void do_jump(Host *host, const Deed *deed)
{
        promise_expire(host); /* by the clock as it was */
        loop_jump(host->loop, (int64_t) deed->number * (int64_t) USEC_PER_SEC);
        host->has_jumped = true;
        host->world->counts->jumps++;
        promise_expire(host);
        promise_disturbed(host);
}

static void do_renumber(Host *host)
{
        World *world = host->world;

        host->own = host->own < FIRST_OTHER_OWN ? FIRST_OTHER_OWN + host->index : FIRST_OWN + host->index;
        world->renumbered = true;
        promise_own_changed(host);
        world->counts->renumberings++;
        if (!host->asleep)
                host_tell_facts(host);
        promise_disturbed(host);
        promise_members_changed(world);
}

static void do_edit(World *world, const Deed *deed)
{
        const Options *options = &world->options;

        for (unsigned family = 0; family < 2; family++) {
                Targets targets = deed->targets;

                if (deed->kind == DEED_VANDAL)
                        targets &= options->members[family] | (family == 0 && options->discover ? OWN : 0);
                else
                        targets &= family == 0 ? options->strangers : 0;
                if (!targets)
                        continue;
                if (deed->kind == DEED_VANDAL)
                        world->counts->vandals++;
                else
                        world->counts->strangers++;
                server_edit(world, family, targets);
        }
        promise_members_changed(world);
}

static void do_percent(World *world, const Deed *deed)
{
        unsigned percent = deed->ending ? 0 : (unsigned) deed->number;

        if (deed->kind == DEED_SICK_SERVER)
                world->sick_percent = percent;
        else
                world->lossy_percent = percent;
        promise_members_changed(world);
}

static void do_checks(Host *host, const Deed *deed)
{
        unsigned percent = deed->ending ? 0 : (unsigned) deed->number;

        if (deed->kind == DEED_LOSS) {
                host->loss_percent = percent;
                host->world->counts->losses += !deed->ending;
        } else {
                host->shortage_percent = percent;
                host->world->counts->shortages += !deed->ending;
        }
        promise_disturbed(host);
}

static void do_to_host(World *world, Host *host, const Deed *deed)
{
        switch (deed->kind) {
        case DEED_PARTITION:
                do_partition(world, host, deed);
                break;
        case DEED_CUT:
        case DEED_CARRIER:
                do_link(world, host, deed);
                break;
        case DEED_SERVER:
                bump(&host->no_server, deed);
                world->counts->server_cuts += !deed->ending;
                promise_disturbed(host);
                break;
        case DEED_REFERENCES:
                bump(&host->no_references, deed);
                world->counts->reference_cuts += !deed->ending;
                promise_disturbed(host);
                break;
        case DEED_LOSS:
        case DEED_SHORTAGE:
                do_checks(host, deed);
                break;
        case DEED_STOP:
                do_stop(host, deed);
                break;
        case DEED_SLEEP:
                do_sleep(host, deed);
                break;
        case DEED_RELOAD:
                host_reload(host);
                break;
        case DEED_JUMP:
                do_jump(host, deed);
                break;
        case DEED_RENUMBER:
                do_renumber(host);
                break;
        case DEED_ORDER:
                host_order(host, deed);
                break;
        default:
                break;
        }
}

static void trace_deed(const World *world, const Deed *deed)
{
        static const char *const texts[] = {
                [DEED_DIE] = "death of",
                [DEED_REFUSE] = "refusal by",
                [DEED_PARTITION] = "partition from",
                [DEED_CUT] = "cut off",
                [DEED_CARRIER] = "no carrier",
                [DEED_SERVER] = "partition from the server",
                [DEED_REFERENCES] = "partition from the references",
                [DEED_LOSS] = "lost packets, per cent:",
                [DEED_SHORTAGE] = "no resources, per cent:",
                [DEED_SICK_SERVER] = "the server fails, per cent:",
                [DEED_LOSSY_SERVER] = "messages are lost, per cent:",
                [DEED_STOP] = "stop",
                [DEED_SLEEP] = "sleep",
                [DEED_RELOAD] = "reload",
                [DEED_JUMP] = "clock jumps by seconds:",
                [DEED_RENUMBER] = "renumbering",
                [DEED_STRANGER] = "somebody else edits",
                [DEED_VANDAL] = "somebody else edits members",
                [DEED_ORDER] = "an order",
        };
        char buffer[160];

        if (is_traced(world))
                trace(world, NULL, "%s%s (hosts %#x, targets%s, %d)", deed->ending ? "END of " : "",
                        texts[deed->kind], deed->hosts, targets_to_text(deed->targets, buffer), deed->number);
}

static void do_deed(World *world, const Deed *deed)
{
        trace_deed(world, deed);
        switch (deed->kind) {
        case DEED_DIE:
        case DEED_REFUSE:
                do_service(world, deed);
                return;
        case DEED_STRANGER:
        case DEED_VANDAL:
                do_edit(world, deed);
                return;
        case DEED_SICK_SERVER:
        case DEED_LOSSY_SERVER:
                do_percent(world, deed);
                return;
        default:
                for (unsigned i = 0; i < world->n_hosts; i++)
                        if (deed->hosts & (1U << i))
                                do_to_host(world, &world->hosts[i], deed);
        }
}

static void arm(World *world)
{
        if (world->next_deed == world->n_deeds)
                return;
        sd_event_source_set_time(world->deed_timer, world->deeds[world->next_deed].time_usec);
        sd_event_source_set_enabled(world->deed_timer, SD_EVENT_ONESHOT);
}

static int on_deed(sd_event_source *source, uint64_t usec, void *userdata)
{
        World *world = userdata;

        (void) source;
        (void) usec;
        do_deed(world, &world->deeds[world->next_deed++]);
        arm(world);
        return 0;
}

void deeds_begin(World *world)
{
        sd_event_add_time(world->loop, &world->deed_timer, CLOCK_MONOTONIC, 0, 1, on_deed, world);
        sd_event_source_set_enabled(world->deed_timer, SD_EVENT_OFF);
        arm(world);
}
