/* SPDX-License-Identifier: BSD-3-Clause */

/* Host: one daemon as daemon.c would build it, its state files, and the operator who tells it something. */

#include "simulation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

enum {
        STATE_FILE_MAX = 1 << 20,
};

/* What the engine says. */

static void on_waiting(void *userdata, bool waiting)
{
        (void) userdata;
        (void) waiting;
}

static void on_settled(void *userdata)
{
        (void) userdata;
}

static void on_changed(void *userdata)
{
        Host *host = userdata;
        Counts *counts = host->world->counts;
        ObserverState state = engine_observer(host->engine);
        PoolStatus pool;
        MemberStatus member;
        RecordStatus record;

        while (engine_next_changed(host->engine, &record) || engine_next_changed_pool(host->engine, &pool) ||
                engine_next_changed_member(host->engine, &member))
                continue;
        if (state != OBSERVER_OK || host->observer != OBSERVER_OK)
                host->doubted_usec = loop_true_usec();
        if (state == host->observer)
                return;
        trace(host->world, host, "the observer is %s", observer_state_to_text(state));
        counts->suspicions += state == OBSERVER_SUSPECT;
        counts->losts += state == OBSERVER_LOST;
        counts->recoveries += state == OBSERVER_OK;
        host->observer = state;
}

static void on_members_changed(void *userdata)
{
        (void) userdata;
}

static void on_event(void *userdata, const Event *event)
{
        promise_event(userdata, event);
}

/* Facts. */

static void set_facts(Host *host)
{
        bool carrier = !host->no_carrier || host->world->breakage == BREAK_BLIND;
        AddressFact fact = { .prefix_length = 24 };

        interfaces_begin_sync(host->facts);
        interfaces_set_link(host->facts, 2, "eth0", true, carrier, false);
        fact.address = target_address(0, host->own);
        interfaces_set_address(host->facts, 2, &fact);
        fact.prefix_length = 64;
        fact.address = target_address(1, host->own);
        interfaces_set_address(host->facts, 2, &fact);
        interfaces_sweep(host->facts);
}

void host_tell_facts(Host *host)
{
        sd_event *before;

        if (!host->engine)
                return;
        before = loop_enter(host->loop);
        set_facts(host);
        engine_facts_changed(host->engine);
        loop_enter(before);
}

/* Life. */

static const char *state_path(const Host *host, const char *what, char buffer[static 256])
{
        if (!host->world->options.on_disk)
                return NULL;
        snprintf(buffer, 256, "%s/%u-%s.json", host->world->folder, host->index, what);
        return buffer;
}

static void open_state(Host *host)
{
        char path[256];

        must(store_open(&host->store, state_path(host, "published", path)));
        must(pool_store_open(&host->pool_store, state_path(host, "pools", path)));
}

static void close_state(Host *host)
{
        host->store = store_free(host->store);
        host->pool_store = pool_store_free(host->pool_store);
}

static void remove_state(Host *host)
{
        static const char *const files[] = { "published", "pools" };

        for (size_t i = 0; host->world->options.on_disk && i < 2; i++) {
                char path[256], log[264];

                snprintf(log, sizeof log, "%s.log", state_path(host, files[i], path));
                unlink(path);
                unlink(log);
        }
}

void host_start(Host *host)
{
        World *world = host->world;
        EngineCallbacks callbacks = {
                .new_provider = fake_provider_new,
                .waiting = on_waiting,
                .settled = on_settled,
                .changed = on_changed,
                .members_changed = on_members_changed,
                .new_check = fake_check_new,
                .happened = on_event,
                .userdata = host,
        };
        EngineOptions options = { 0 };
        bool facts_first = chance(&world->dice, 50);
        sd_event *before = loop_enter(host->loop);

        trace(world, host, "starts");
        promise_started(host);
        if (!host->store)
                open_state(host);
        host->facts = interfaces_new();
        host->observer = OBSERVER_OK;
        must(engine_new(&host->engine, host->loop, host->facts, host->store, host->pool_store, &callbacks));
        if (facts_first)
                set_facts(host);
        must(engine_configure(host->engine, &world->config, &options));
        set_facts(host);
        engine_facts_changed(host->engine);
        loop_enter(before);
}

/* What a crash leaves: the files as they were when nobody had the time to tidy up. */
typedef struct Remains {
        char *texts[4];
        size_t sizes[4];
} Remains;

static const char *remains_path(const Host *host, unsigned i, char buffer[static 264])
{
        static const char *const names[] = { "published.json", "published.json.log", "pools.json",
                "pools.json.log" };

        snprintf(buffer, 264, "%s/%u-%s", host->world->folder, host->index, names[i]);
        return buffer;
}

static void remains_take(Remains *remains, const Host *host)
{
        char path[264];

        *remains = (Remains){ 0 };
        for (unsigned i = 0; i < 4; i++)
                file_read(remains_path(host, i, path), STATE_FILE_MAX, &remains->texts[i], &remains->sizes[i],
                        NULL);
}

static void remains_put(Remains *remains, const Host *host)
{
        char path[264];

        for (unsigned i = 0; i < 4; i++) {
                unlink(remains_path(host, i, path));
                if (remains->texts[i])
                        must(file_replace(path, remains->texts[i], remains->sizes[i], false));
                free(remains->texts[i]);
        }
}

void host_stop(Host *host, StopKind kind)
{
        bool crash = kind == STOP_CRASH && host->world->options.on_disk;
        Remains remains;
        sd_event *before;

        if (!host->engine)
                return;
        trace(host->world, host, "stops%s",
                crash                        ? ": crash"
                : kind == STOP_WITHOUT_STATE ? " and loses its state"
                                             : "");
        if (crash)
                remains_take(&remains, host);
        before = loop_enter(host->loop);
        host->engine = engine_free(host->engine);
        loop_enter(before);
        host->facts = interfaces_free(host->facts);
        if (crash || kind == STOP_WITHOUT_STATE || host->world->options.on_disk)
                close_state(host);
        if (crash)
                remains_put(&remains, host);
        if (kind == STOP_WITHOUT_STATE)
                remove_state(host);
        promise_stopped(host, kind == STOP_CRASH && !crash ? STOP_WITH_STATE : kind);
}

void host_reload(Host *host)
{
        EngineOptions options = { 0 };
        sd_event *before;

        if (!host->engine)
                return;
        host->world->counts->reloads++;
        promise_stopped(host, STOP_WITH_STATE);
        before = loop_enter(host->loop);
        must(engine_configure(host->engine, &host->world->config, &options));
        loop_enter(before);
        promise_started(host);
}

void host_init(World *world, unsigned index, Dice *dice)
{
        Host *host = &world->hosts[index];

        *host = (Host){ .world = world, .index = index, .own = FIRST_OWN + index };
        host->loop = loop_new(roll_usec(dice, 0, 100 * USEC_PER_SEC),
                (usec_t) 1700000000 * USEC_PER_SEC + roll_usec(dice, 0, 3 * USEC_PER_SEC),
                (uint8_t) roll(dice, 256), dice->state);
        remove_state(host);
}

void host_done(Host *host)
{
        if (host->engine)
                host_stop(host, STOP_WITH_STATE);
        close_state(host);
        remove_state(host);
        host->loop = sd_event_unref(host->loop);
}

/* Operators. */

static const char *member_name(
        const World *world, unsigned family, unsigned target, char buffer[static ADDRESS_TEXT_MAX])
{
        Address address = target_address(family, target);

        for (size_t i = 0; i < world->pool.n_members; i++)
                if (address_equal(&world->members[i].address, &address))
                        return world->members[i].name;
        return address_to_text(&address, buffer);
}

static int give(Host *host, const Deed *deed, unsigned family, unsigned target)
{
        const World *world = host->world;
        usec_t now = loop_clock_usec(host->loop, CLOCK_REALTIME);
        Order order = {
                .user = "operator",
                .reason = "because",
                .until_usec = deed->for_usec ? now + deed->for_usec : 0,
                .force = deed->force,
        };
        char buffer[ADDRESS_TEXT_MAX];
        const char *member = member_name(world, family, target, buffer);

        switch (deed->order) {
        case ORDER_ADMIN:
                return engine_set_admin(host->engine, &world->name, member, deed->admin, &order);
        case ORDER_FAILOVER:
                return engine_failover(host->engine, &world->name, member, &order);
        case ORDER_FAILBACK:
                return engine_failback(host->engine, &world->name, &order);
        case ORDER_CHECK:
                return engine_check_now(host->engine, &world->name, target % 2 ? member : NULL);
        case ORDER_REFRESH:
                engine_refresh(host->engine);
                return ORDER_DONE;
        case ORDER_PUBLISH:
                engine_publish(host->engine, &world->name, false);
                return ORDER_DONE;
        }
        return ORDER_DONE;
}

void host_order(Host *host, const Deed *deed)
{
        static const char *const kinds[] = { "admin", "failover", "failback", "check", "refresh", "publish" };
        unsigned target = deed->targets ? (unsigned) __builtin_ctz(deed->targets) : host->own;
        unsigned family = (host->world->options.members[1] & TARGET(target)) != 0;
        sd_event *before;
        int r;

        if (!host->engine || host->asleep)
                return;
        before = loop_enter(host->loop);
        promise_ordering(host);
        r = give(host, deed, family, target);
        loop_enter(before);
        trace(host->world, host, "order: %s %u %s%s for %llu s: %d", kinds[deed->order], target,
                deed->order == ORDER_ADMIN ? member_admin_to_text(deed->admin) : "",
                deed->force ? " by force" : "", (unsigned long long) (deed->for_usec / USEC_PER_SEC), r);
        if (r != ORDER_DONE) {
                host->world->counts->orders_refused++;
                return;
        }
        host->world->counts->orders++;
        promise_ordered(host, deed, family, target);
}
