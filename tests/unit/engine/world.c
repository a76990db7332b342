/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

typedef struct FakeProvider {
        Provider provider;
        World *world;
        sd_event_source *answer;
        bool reading;
        size_t n_results;
        ReadResult results[16];
        Outcome outcome;
} FakeProvider;

static RRset *world_set(const Name *name, const char *text)
{
        RRset *set = rrset_new(name, TYPE_A, 60);
        char copy[256], *rest = copy;

        assert_non_null(set);
        strcpy(copy, text);
        for (char *word; (word = strsep(&rest, " "));) {
                Address address;

                assert_int_equal(address_from_text(&address, word), 0);
                rrset_add_address(set, &address);
        }
        return set;
}

static void edit(World *world, const Name *name, const char *text)
{
        if (!*text)
                zone_remove(world->zone, name, TYPE_A);
        else
                zone_replace(world->zone, world_set(name, text));
}

void world_edit(World *world, size_t record, const char *text)
{
        edit(world, &world->records[record].name, text);
}

void world_edit_pool(World *world, const char *text)
{
        edit(world, &world->pool.record.name, text);
}

static const char *held(const World *world, const Name *name)
{
        static char text[256];
        const RRset *set = zone_find(world->zone, name, TYPE_A);
        size_t used = 0;

        text[0] = '\0';
        for (size_t i = 0; set && i < set->count; i++) {
                char buffer[ADDRESS_TEXT_MAX];
                Address address;

                assert_int_equal(rdata_to_address(set->rdata[i], TYPE_A, &address), 0);
                used += (size_t) snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "",
                        address_to_text(&address, buffer));
        }
        return text;
}

const char *world_held(const World *world, size_t record)
{
        return held(world, &world->records[record].name);
}

const char *world_held_by_pool(const World *world)
{
        return held(world, &world->pool.record.name);
}

static int on_answer(sd_event_source *source, void *userdata)
{
        FakeProvider *fake = userdata;

        (void) source;
        if (fake->reading)
                fake->provider.events.read_done(
                        fake->provider.events.userdata, &fake->outcome, fake->results, fake->n_results);
        else
                fake->provider.events.apply_done(fake->provider.events.userdata, &fake->outcome);
        return 0;
}

static void answer_later(FakeProvider *fake, bool reading)
{
        fake->reading = reading;
        sd_event_source_set_enabled(fake->answer, SD_EVENT_ONESHOT);
}

static int fake_read(Provider *provider, const RRsetKey *keys, size_t n)
{
        FakeProvider *fake = (FakeProvider *) provider;
        World *world = fake->world;

        assert_in_range(n, 1, 16);
        world->n_reads++;
        fake->n_results = n;
        outcome_set(&fake->outcome, OUTCOME_APPLIED, "%s", "");
        for (size_t i = 0; i < n; i++) {
                const RRset *set = zone_find(world->zone, &keys[i].name, keys[i].type);

                fake->results[i] = (ReadResult){ .name = keys[i].name, .type = keys[i].type };
                fake->results[i].set = set               ? rrset_copy(set)
                                       : world->wildcard ? world_set(&keys[i].name, "203.0.113.1")
                                                         : NULL;
        }
        answer_later(fake, true);
        return 0;
}

static void write_all(World *world, const ChangeSet *changes, Outcome *outcome)
{
        for (size_t i = 0; i < changes->count; i++)
                if (!zone_meets(world->zone, &changes->changes[i])) {
                        outcome_set(outcome, OUTCOME_CONFLICT, "conflict");
                        return;
                }
        outcome_set(outcome, OUTCOME_APPLIED, "%s", "");
        for (size_t i = 0; i < changes->count; i++) {
                const Change *change = &changes->changes[i];

                if (change->want)
                        assert_true(zone_replace(world->zone, rrset_copy(change->want)) >= 0);
                else
                        zone_remove(world->zone, &change->name, change->type);
        }
}

static bool is_bad(const World *world, const ChangeSet *changes)
{
        for (size_t i = 0; world->bad_name && i < changes->count; i++) {
                char text[NAME_TEXT_MAX];

                if (strcmp(name_to_text(&changes->changes[i].name, text), world->bad_name) == 0)
                        return true;
        }
        return false;
}

static int fake_apply(Provider *provider, const ChangeSet *changes)
{
        FakeProvider *fake = (FakeProvider *) provider;
        World *world = fake->world;
        Act act = world->n_writes < world->n_acts ? world->acts[world->n_writes] : ACT_OBEY;

        world->n_writes++;
        if (world->before_write)
                world->before_write(world);
        if (is_bad(world, changes))
                act = world->bad_act;
        switch (act) {
        case ACT_OBEY:
                write_all(world, changes, &fake->outcome);
                break;
        case ACT_LOSE_ANSWER:
        case ACT_LOSE:
                if (act == ACT_LOSE_ANSWER)
                        write_all(world, changes, &fake->outcome);
                outcome_set(&fake->outcome, OUTCOME_RETRY, "no answer");
                fake->outcome.uncertain = fake->outcome.everything = true;
                break;
        case ACT_RETRY:
        case ACT_FAIL:
                outcome_set(&fake->outcome, OUTCOME_RETRY, "failed");
                fake->outcome.everything = act == ACT_RETRY;
                break;
        case ACT_REFUSE:
        case ACT_REFUSE_ALL:
                outcome_set(&fake->outcome, OUTCOME_REFUSED, "refused");
                fake->outcome.everything = act == ACT_REFUSE_ALL;
                break;
        }
        answer_later(fake, false);
        return 0;
}

static size_t fake_cost(const Provider *provider, const Change *change)
{
        (void) provider;
        (void) change;
        return 1;
}

static void fake_network_returned(Provider *provider)
{
        (void) provider;
}

static Provider *fake_free(Provider *provider)
{
        FakeProvider *fake = (FakeProvider *) provider;

        for (size_t i = 0; fake->reading && i < fake->n_results; i++)
                rrset_free(fake->results[i].set);
        sd_event_source_disable_unref(fake->answer);
        free(fake);
        return NULL;
}

static const ProviderOps fake_ops = { fake_free, fake_read, fake_apply, fake_cost, 8, fake_network_returned };

static int new_fake(void *userdata, Provider **ret, const ProviderConfig *config, const Name *zone_hint,
        const ProviderEvents *events)
{
        World *world = userdata;
        FakeProvider *fake = calloc(1, sizeof *fake);

        (void) zone_hint;
        assert_non_null(fake);
        fake->provider = (Provider){ &fake_ops, config, *events };
        fake->world = world;
        assert_true(sd_event_add_defer(world->event, &fake->answer, on_answer, fake) >= 0);
        sd_event_source_set_enabled(fake->answer, SD_EVENT_OFF);
        *ret = &fake->provider;
        return 0;
}

static void on_waiting(void *userdata, bool waiting)
{
        ((World *) userdata)->waiting = waiting;
}

static void on_changed(void *userdata)
{
        ((World *) userdata)->n_changed++;
}

static void on_happened(void *userdata, const Event *event)
{
        ((World *) userdata)->n_events[event->kind]++;
}

static void on_settled(void *userdata)
{
        ((World *) userdata)->settled = true;
}

static void on_members_changed(void *userdata)
{
        ((World *) userdata)->n_members_changed++;
}

/* Checks. */

static WorldCheck **place_of(World *world, const WorldCheck *check)
{
        for (size_t i = 0; i < ARRAY_LENGTH(world->checks); i++)
                if (world->checks[i] == check)
                        return &world->checks[i];
        fail_msg("more than %zu checks", ARRAY_LENGTH(world->checks));
        return &world->checks[0];
}

static Check *free_check(Check *check)
{
        WorldCheck *fake = (WorldCheck *) (void *) check;

        *place_of(fake->world, fake) = NULL;
        free(fake);
        return NULL;
}

static void set_fast(Check *check, bool fast)
{
        ((WorldCheck *) (void *) check)->fast = fast;
}

static void count_now(Check *check)
{
        ((WorldCheck *) (void *) check)->n_now++;
}

static void count_discard(Check *check)
{
        ((WorldCheck *) (void *) check)->n_discards++;
}

static int new_check(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report, void *report_userdata)
{
        static const CheckOps ops = { free_check, set_fast, count_now, count_discard };
        WorldCheck *fake = calloc(1, sizeof *fake);

        if (!fake)
                return -ENOMEM;
        *fake = (WorldCheck){ .check = { &ops, report, report_userdata },
                .world = userdata,
                .config = config,
                .address = *address };
        *place_of(userdata, NULL) = fake;
        *ret = &fake->check;
        return 0;
}

WorldCheck *world_check(const World *world, const char *text)
{
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        for (size_t i = 0; i < ARRAY_LENGTH(world->checks); i++)
                if (world->checks[i] && address_equal(&world->checks[i]->address, &address))
                        return world->checks[i];
        return NULL;
}

void world_look(World *world, const char *address, CheckResult result, unsigned times)
{
        CheckSample sample = { .result = result,
                .latency_usec = 1000,
                .reason = result == CHECK_OK ? NULL : "it does not look well" };
        const WorldCheck *fake = world_check(world, address);

        assert_non_null(fake);
        for (unsigned i = 0; i < times; i++)
                fake->check.report(fake->check.userdata, &sample);
        world_turn(world);
}

void world_add_pool(World *world, size_t n_members)
{
        world->check = (CheckConfig){ .type = CHECK_TCP,
                .interval_usec = 10 * USEC_PER_SEC,
                .timeout_usec = 2 * USEC_PER_SEC,
                .rise = 2,
                .fall = 3 };
        world->pool = (PoolConfig){
                .record = { .provider = &world->provider, .ttl = 30, .ownership = OWNERSHIP_SHARED },
                .minimum = 1,
                .removal_percent = 100,
                .check = &world->check,
                .self_priority = 10,
                .n_members = n_members,
                .members = world->members,
        };
        assert_int_equal(name_from_text(&world->pool.record.name, "www.example.com"), 0);
        for (size_t i = 0; i < n_members; i++) {
                static char names[8][4];
                char address[40];

                snprintf(names[i], sizeof names[i], "m%u", (unsigned) (i + 1) % 10);
                snprintf(address, sizeof address, "192.0.2.%zu", 11 + i);
                world->members[i] =
                        (MemberConfig){ .name = names[i], .priority = 10, .check = &world->check };
                assert_int_equal(address_from_text(&world->members[i].address, address), 0);
        }
        world->check_list[0] = &world->check;
        world->config.checks = world->check_list;
        world->config.n_checks = 1;
        world->pool_list[0] = &world->pool;
        world->config.pools = world->pool_list;
        world->config.n_pools = 1;
}

static void make_engine(World *world)
{
        EngineCallbacks callbacks = {
                .new_provider = new_fake,
                .waiting = on_waiting,
                .settled = on_settled,
                .changed = on_changed,
                .members_changed = on_members_changed,
                .new_check = new_check,
                .happened = on_happened,
                .userdata = world,
        };

        assert_int_equal(store_open(&world->store, NULL), 0);
        assert_int_equal(pool_store_open(&world->pool_store, world->pools_path), 0);
        assert_int_equal(engine_new(&world->engine, world->event, world->interfaces, world->store,
                                 world->pool_store, &callbacks),
                0);
}

static void free_engine(World *world)
{
        engine_free(world->engine);
        store_free(world->store);
        pool_store_free(world->pool_store);
}

void world_restart(World *world)
{
        free_engine(world);
        make_engine(world);
}

void world_begin(World *world, size_t n_records, Ownership ownership)
{
        static char *everything[] = { (char *) "*", NULL };
        Name apex;

        *world = (World){ 0 };
        assert_true(sd_event_new(&world->event) >= 0);
        assert_int_equal(name_from_text(&apex, "example.com"), 0);
        world->zone = zone_new(&apex);
        world->interfaces = interfaces_new();
        world->provider = (ProviderConfig){ .id = (char *) "home", .has_zone = true, .zone = apex };
        world->source = (SourceConfig){
                .type = SOURCE_INTERFACES, .family = AF_INET, .interfaces = everything, .limit = 1000
        };
        world->source.private = true;
        for (size_t i = 0; i < n_records; i++) {
                char text[48];

                world->records[i] = (RecordConfig){ .provider = &world->provider,
                        .ttl = 60,
                        .ipv4 = &world->source,
                        .ownership = ownership,
                        .withdraw_delay_usec = 20 * USEC_PER_MSEC };
                snprintf(text, sizeof text, "h%zu.example.com", i);
                assert_int_equal(name_from_text(&world->records[i].name, text), 0);
                world->record_list[i] = &world->records[i];
        }
        world->source_list[0] = &world->source;
        world->provider_list[0] = &world->provider;
        world->config = (Config){ .n_providers = 1,
                .providers = world->provider_list,
                .n_sources = 1,
                .sources = world->source_list,
                .n_records = n_records,
                .records = world->record_list };
        make_engine(world);
}

void world_configure(World *world, bool force, bool dry_run)
{
        EngineOptions options = { .force = force, .dry_run = dry_run };

        world->settled = false;
        assert_int_equal(engine_configure(world->engine, &world->config, &options), 0);
}

void world_end(World *world)
{
        free_engine(world);
        interfaces_free(world->interfaces);
        zone_free(world->zone);
        sd_event_unref(world->event);
}

void world_have(World *world, const char *text)
{
        char copy[256], *rest = copy;

        interfaces_begin_sync(world->interfaces);
        interfaces_set_link(world->interfaces, 2, "eth0", true, true, false);
        strcpy(copy, text);
        for (char *word; *text && (word = strsep(&rest, " "));) {
                AddressFact fact = { .prefix_length = 24 };

                assert_int_equal(address_from_text(&fact.address, word), 0);
                assert_true(interfaces_set_address(world->interfaces, 2, &fact) >= 0);
        }
        interfaces_sweep(world->interfaces);
        world->settled = false;
        engine_facts_changed(world->engine);
}

void world_turn(World *world)
{
        while (sd_event_run(world->event, 0) > 0)
                continue;
}

void world_settle(World *world)
{
        world->settled = false;
        for (int i = 0; i < 100000 && !world->settled; i++)
                assert_true(sd_event_run(world->event, 10 * USEC_PER_SEC) >= 0);
        assert_true(world->settled);
        world_turn(world);
}
