/* SPDX-License-Identifier: BSD-3-Clause */

/* Host: one daemon as daemon.c would build it, with checks that look at the made-up network. */

#include "simulation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "util/file.h"

enum {
        STATE_FILE_MAX = 1 << 20,
};

/* Checks: one at a time of each target, as the checker does it. */

struct FakeCheck {
        Check check;
        Host *host;
        const CheckConfig *config;
        unsigned family, target;
        sd_event_source *timer; /* to the next start; while it is busy, to the result */
        bool busy, fast, sound;
        CheckSample sample;
        usec_t started_usec; /* CLOCK_MONOTONIC */
        bool *freed;         /* to be told when it is */
};

static usec_t interval_of(const FakeCheck *check)
{
        usec_t interval = check->fast ? check->config->fast_interval_usec : check->config->interval_usec;

        return roll_usec(&check->host->world->dice, interval - interval / 20, interval + interval / 20);
}

static void plan(FakeCheck *check)
{
        sd_event_source_set_time(check->timer, check->started_usec + interval_of(check));
        sd_event_source_set_enabled(check->timer, SD_EVENT_ONESHOT);
}

/* What the check will find, and after what time. */
static usec_t look(FakeCheck *check)
{
        Host *host = check->host;
        Dice *dice = &host->world->dice;
        bool lost;

        if (chance(dice, host->shortage_percent)) {
                check->sample = (CheckSample){ CHECK_INDETERMINATE, 0, "too many open files" };
                return USEC_PER_MSEC;
        }
        lost = chance(dice, host->loss_percent);
        check->sound = lost || !would_answer(host, check->target);
        if (!lost && answers(host, check->target)) {
                check->sample = (CheckSample){ .result = CHECK_OK };
                check->sample.latency_usec = roll_usec(dice, USEC_PER_MSEC, 150 * USEC_PER_MSEC);
                return check->sample.latency_usec;
        }
        if (host->no_carrier && check->target != host->own && chance(dice, 50)) {
                bool blamed = chance(dice, 50);

                check->sample = (CheckSample){ blamed ? CHECK_FAIL : CHECK_INDETERMINATE, 0, "unreachable" };
                return USEC_PER_MSEC;
        }
        check->sample = (CheckSample){ CHECK_FAIL, 0, "refused" };
        if (host->world->refusing[check->target] && !host->blocked[check->target])
                return 2 * USEC_PER_MSEC;
        check->sample.reason = "no answer";
        return check->config->timeout_usec;
}

static void report(FakeCheck *check)
{
        Host *host = check->host;
        CheckSample sample = check->sample;
        bool freed = false;

        check->busy = false;
        check->freed = &freed;
        promise_sample(host, check->family, check->target, sample.result, check->sound);
        if (host->world->breakage == BREAK_BLAME && sample.result == CHECK_INDETERMINATE)
                sample.result = CHECK_FAIL;
        check->check.report(check->check.userdata, &sample);
        if (freed)
                return;
        check->freed = NULL;
        plan(check);
}

static int on_check(sd_event_source *source, uint64_t usec, void *userdata)
{
        FakeCheck *check = userdata;

        (void) usec;
        if (check->busy) {
                report(check);
                return 0;
        }
        check->busy = true;
        check->started_usec = loop_clock_usec(check->host->loop, CLOCK_MONOTONIC);
        sd_event_source_set_time_relative(source, look(check));
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void fake_set_fast(Check *base, bool fast)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->fast == fast)
                return;
        check->fast = fast;
        if (!check->busy)
                plan(check);
}

static void fake_now(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->busy)
                return;
        sd_event_source_set_time_relative(check->timer, 0);
        sd_event_source_set_enabled(check->timer, SD_EVENT_ONESHOT);
}

static void fake_discard(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->busy)
                plan(check);
        check->busy = false;
}

static Check *fake_free(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->freed)
                *check->freed = true;
        sd_event_source_disable_unref(check->timer);
        free(check);
        return NULL;
}

int fake_check_new(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report_to, void *report_userdata)
{
        static const CheckOps ops = { fake_free, fake_set_fast, fake_now, fake_discard };
        Host *host = userdata;
        FakeCheck *check = calloc(1, sizeof *check);

        assert(check);
        check->check = (Check){ &ops, report_to, report_userdata };
        check->host = host;
        check->config = config;
        check->family = address->family == AF_INET6;
        check->target = target_of(address);
        sd_event_add_time_relative(host->loop, &check->timer, CLOCK_MONOTONIC,
                roll_usec(&host->world->dice, 0, config->interval_usec), 1, on_check, check);
        *ret = &check->check;
        return 0;
}

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
        if (state == host->observer)
                return;
        trace(host->world, host, "the observer is %s", observer_state_to_text(state));
        counts->suspicions += state == OBSERVER_SUSPECT;
        counts->losts += state == OBSERVER_LOST;
        counts->recoveries += state == OBSERVER_OK;
        if (state == OBSERVER_OK)
                promise_recovered(host);
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
        static const char *const names[] = { "published.json", "published.json.log", "pools.json", "pools.json.log" };

        snprintf(buffer, 264, "%s/%u-%s", host->world->folder, host->index, names[i]);
        return buffer;
}

static void remains_take(Remains *remains, const Host *host)
{
        char path[264];

        *remains = (Remains){ 0 };
        for (unsigned i = 0; i < 4; i++)
                file_read(remains_path(host, i, path), STATE_FILE_MAX, &remains->texts[i], &remains->sizes[i], NULL);
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
                crash                              ? ": crash"
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
                (usec_t) 1700000000 * USEC_PER_SEC + roll_usec(dice, 0, 3 * USEC_PER_SEC), (uint8_t) roll(dice, 256),
                dice->state);
        remove_state(host);
}

void host_done(Host *host)
{
        if (host->engine)
                host_stop(host, STOP_WITH_STATE);
        close_state(host);
        host->loop = sd_event_unref(host->loop);
}

/* Operators. */

static const char *member_name(const World *world, unsigned family, unsigned target, char buffer[static ADDRESS_TEXT_MAX])
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
                deed->order == ORDER_ADMIN ? member_admin_to_text(deed->admin) : "", deed->force ? " by force" : "",
                (unsigned long long) (deed->for_usec / USEC_PER_SEC), r);
        if (r != ORDER_DONE) {
                host->world->counts->orders_refused++;
                return;
        }
        host->world->counts->orders++;
        promise_ordered(host, deed, family, target);
}
