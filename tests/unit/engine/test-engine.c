/* SPDX-License-Identifier: BSD-3-Clause */

/* The engine against a server that follows a script: it holds RRsets, checks every expectation as a real one
 * does, and answers as it is told to. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "model/zone.h"
#include "util/log.h"

/* What the server does with an operation. */
typedef enum Act {
        ACT_OBEY,
        ACT_LOSE_ANSWER, /* does it, and nobody hears */
        ACT_LOSE,        /* gets nothing to do, for now */
        ACT_RETRY,
        ACT_FAIL, /* because of what it is asked */
        ACT_REFUSE,
        ACT_REFUSE_ALL,
} Act;

typedef struct World World;

typedef struct FakeProvider {
        Provider provider;
        World *world;
        sd_event_source *answer;
        bool reading;
        size_t n_results;
        ReadResult results[16];
        Outcome outcome;
} FakeProvider;

struct World {
        sd_event *event;
        Interfaces *interfaces;
        Store *store;
        Engine *engine;
        Zone *zone;           /* the server's */
        const char *bad_name; /* the server does `bad_act` to changes of it */
        Act bad_act;
        Act acts[32]; /* for the writes to come; obey when they are used up */
        size_t n_acts, n_writes, n_reads;
        bool wildcard; /* reads of absent names are answered from a wildcard */
        bool waiting, settled;
        void (*before_write)(World *world);

        ProviderConfig provider;
        SourceConfig source;
        RecordConfig records[3];
        RecordConfig *record_list[3];
        SourceConfig *source_list[1];
        ProviderConfig *provider_list[1];
        Config config;
};

static RRset *make_set(const Name *name, const char *text)
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

/* Somebody else writes. */
static void edit(World *world, size_t record, const char *text)
{
        if (!*text)
                zone_remove(world->zone, &world->records[record].name, TYPE_A);
        else
                zone_replace(world->zone, make_set(&world->records[record].name, text));
}

static const char *held(const World *world, size_t record)
{
        static char text[256];
        const RRset *set = zone_find(world->zone, &world->records[record].name, TYPE_A);
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
                                       : world->wildcard ? make_set(&keys[i].name, "203.0.113.1")
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

static void on_settled(void *userdata)
{
        ((World *) userdata)->settled = true;
}

/* A host with eth0, and up to three records fed by it. */
static void world_begin(World *world, size_t n_records, Ownership ownership)
{
        static char *everything[] = { (char *) "*", NULL };
        EngineCallbacks callbacks = { new_fake, on_waiting, on_settled, world };
        Name apex;

        *world = (World){ 0 };
        assert_true(sd_event_new(&world->event) >= 0);
        assert_int_equal(name_from_text(&apex, "example.com"), 0);
        world->zone = zone_new(&apex);
        world->interfaces = interfaces_new();
        assert_int_equal(store_open(&world->store, NULL), 0);
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
        assert_int_equal(
                engine_new(&world->engine, world->event, world->interfaces, world->store, &callbacks), 0);
}

static void configure(World *world, bool force, bool dry_run)
{
        EngineOptions options = { .force = force, .dry_run = dry_run };

        world->settled = false;
        assert_int_equal(engine_configure(world->engine, &world->config, &options), 0);
}

static void world_end(World *world)
{
        engine_free(world->engine);
        store_free(world->store);
        interfaces_free(world->interfaces);
        zone_free(world->zone);
        sd_event_unref(world->event);
}

/* The kernel says: these are eth0's addresses. */
static void have(World *world, const char *text)
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

/* Runs what is ready now, and waits for nothing. */
static void turn(World *world)
{
        while (sd_event_run(world->event, 0) > 0)
                continue;
}

/* Runs until all is settled, however long timers take. */
static void settle(World *world)
{
        world->settled = false;
        for (int i = 0; i < 100000 && !world->settled; i++)
                assert_true(sd_event_run(world->event, 10 * USEC_PER_SEC) >= 0);
        assert_true(world->settled);
        turn(world);
}

static void address_is_published_and_withdrawn(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        configure(&world, false, false);
        turn(&world);
        assert_int_equal(world.n_writes, 0); /* the kernel was not read yet */
        have(&world, "192.0.2.1");
        turn(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        have(&world, "");
        turn(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1"); /* withdraw_delay */
        settle(&world);
        assert_string_equal(held(&world, 0), "");
        world_end(&world);
}

static void change_leaves_in_the_turn_of_the_event(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        have(&world, "192.0.2.1 192.0.2.2"); /* no turn of the loop after this */
        assert_string_equal(held(&world, 0), "192.0.2.1 192.0.2.2");
        world_end(&world);
}

static void renumbering_never_empties_the_name(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        have(&world, "");
        turn(&world);
        have(&world, "192.0.2.2");
        turn(&world);
        assert_string_equal(held(&world, 0), "192.0.2.2");
        assert_int_equal(world.n_writes, 2);
        world_end(&world);
}

static void what_changes_meanwhile_merges(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        for (int i = 2; i < 200; i++) {
                char text[32];

                snprintf(text, sizeof text, "192.0.2.%d", i);
                have(&world, text);
        }
        turn(&world);
        assert_string_equal(held(&world, 0), "192.0.2.199");
        assert_int_equal(world.n_writes, 3); /* the first at once, the others together */
        world_end(&world);
}

static void three_records_go_in_one_change_set(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_int_equal(world.n_reads, 1);
        world_end(&world);
}

static void edit_once(World *world)
{
        world->before_write = NULL;
        edit(world, 0, "198.51.100.9");
}

static void conflict_is_read_and_decided_again(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        world.before_write = edit_once; /* another replaces the whole RRset between our read and our write */
        have(&world, "192.0.2.2");
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.2 198.51.100.9");
        world_end(&world);
}

static void edit_always(World *world)
{
        char text[48];

        snprintf(text, sizeof text, "198.51.100.%zu", world->n_writes);
        edit(world, 0, text);
}

static void never_ending_conflict_backs_off(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        world.before_write = edit_always;
        settle(&world);
        assert_int_equal(world.n_writes, 5);
        assert_true(world.waiting);
        world_end(&world);
}

static void shared_name_keeps_the_others(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        edit(&world, 0, "198.51.100.9");
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1 198.51.100.9");
        have(&world, "192.0.2.2");
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.2 198.51.100.9");
        have(&world, "");
        settle(&world);
        assert_string_equal(held(&world, 0), "198.51.100.9");
        world_end(&world);
}

static void lost_answer_is_read_back(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        world.acts[1] = ACT_LOSE_ANSWER;
        world.n_acts = 2;
        have(&world, "192.0.2.2");
        settle(&world);
        assert_true(world.waiting);
        assert_int_equal(engine_count(world.engine).retrying, 1);
        while (world.waiting)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        turn(&world);
        assert_int_equal(engine_count(world.engine).in_sync, 1);
        assert_int_equal(world.n_writes, 2); /* it had taken: nothing to write again */
        assert_int_equal(world.n_reads, 2);
        world_end(&world);
}

static void late_arrival_is_ours_and_goes(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_SHARED);
        world.provider.verify_usec = 30 * USEC_PER_MSEC;
        edit(&world, 0, "198.51.100.9");
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        world.acts[1] = ACT_LOSE; /* 192.0.2.2 is on its way, and the server has nothing of it */
        world.n_acts = 2;
        have(&world, "192.0.2.1 192.0.2.2");
        settle(&world);
        have(&world, "192.0.2.1");
        while (engine_count(world.engine).in_sync < 1)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        edit(&world, 0, "192.0.2.1 192.0.2.2 198.51.100.9"); /* there it is */
        while (strcmp(held(&world, 0), "192.0.2.1 198.51.100.9") != 0)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        world_end(&world);
}

static void network_that_returns_ends_the_wait(void **state)
{
        World world;
        uint64_t before = clock_now_usec(CLOCK_MONOTONIC), after;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        for (size_t i = 0; i < 4; i++)
                world.acts[i] = ACT_RETRY;
        world.n_acts = 4;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        while (world.n_writes < 4) { /* its own back-off alone would take 1 + 2 + 4 seconds */
                assert_true(sd_event_run(world.event, 100 * USEC_PER_MSEC) >= 0);
                engine_network_returned(world.engine);
        }
        after = clock_now_usec(CLOCK_MONOTONIC);
        assert_true(after - before < 4 * USEC_PER_SEC);
        assert_true(after - before > 2 * USEC_PER_SEC); /* but not twice in a second */
        world_end(&world);
}

static void refusal_parks_only_the_guilty_one(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.bad_name = "h1.example.com";
        world.bad_act = ACT_REFUSE;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        assert_string_equal(held(&world, 1), "");
        assert_string_equal(held(&world, 2), "192.0.2.1");
        assert_int_equal(engine_count(world.engine).parked, 1);
        assert_int_equal(engine_count(world.engine).in_sync, 2);
        assert_false(world.waiting);
        world_end(&world);
}

static void failure_of_one_holds_up_nobody_else(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.bad_name = "h1.example.com";
        world.bad_act = ACT_FAIL;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        assert_string_equal(held(&world, 2), "192.0.2.1");
        assert_int_equal(engine_count(world.engine).retrying, 1);
        world.bad_name = NULL; /* mended: it is tried again by itself */
        while (engine_count(world.engine).in_sync < 3)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        assert_string_equal(held(&world, 1), "192.0.2.1");
        world_end(&world);
}

static void wrong_key_parks_everything_at_once(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 3, OWNERSHIP_EXCLUSIVE);
        world.acts[0] = ACT_REFUSE_ALL;
        world.n_acts = 1;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_int_equal(engine_count(world.engine).parked, 3);
        engine_network_returned(world.engine);
        have(&world, "192.0.2.2");
        turn(&world);
        assert_int_equal(world.n_writes, 1); /* nobody has acted yet */
        configure(&world, false, false);
        settle(&world);
        assert_int_equal(engine_count(world.engine).in_sync, 3);
        world_end(&world);
}

static void wildcard_answers_do_not_lead_in_circles(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world.wildcard = true;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        assert_in_range(world.n_writes, 2, 3);
        world_end(&world);
}

static void others_record_is_not_removed_when_we_have_nothing(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        edit(&world, 0, "198.51.100.9");
        have(&world, "");
        configure(&world, false, false);
        settle(&world);
        assert_string_equal(held(&world, 0), "198.51.100.9");
        assert_int_equal(world.n_writes, 0);
        world_end(&world);
}

static void ours_is_withdrawn_after_a_restart(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        configure(&world, false, false); /* as after a restart: only the store is left */
        have(&world, "");
        settle(&world);
        assert_string_equal(held(&world, 0), "");
        world_end(&world);
}

static void dry_run_writes_nothing_and_plans(void **state)
{
        World world;
        char *text = NULL;
        size_t size;
        FILE *out;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        edit(&world, 0, "192.0.2.9");
        have(&world, "192.0.2.1");
        configure(&world, false, true);
        settle(&world);
        assert_int_equal(world.n_writes, 0);
        out = open_memstream(&text, &size);
        engine_print_plans(world.engine, out);
        fclose(out);
        assert_string_equal(text, "~ h0.example.com A at \"home\":\n"
                                  "- h0.example.com 60 IN A 192.0.2.9\n"
                                  "+ h0.example.com 60 IN A 192.0.2.1\n"
                                  "    taken 192.0.2.1 on eth0\n");
        free(text);
        world_end(&world);
}

static void force_writes_what_stands_there(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        edit(&world, 0, "192.0.2.1");
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        assert_int_equal(world.n_writes, 0);
        configure(&world, true, false);
        settle(&world);
        assert_int_equal(world.n_writes, 1);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void drift_is_repaired_by_verify(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 1, OWNERSHIP_EXCLUSIVE);
        world.provider.verify_usec = 50 * USEC_PER_MSEC;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        edit(&world, 0, "198.51.100.9");
        while (world.n_writes < 2)
                assert_true(sd_event_run(world.event, 10 * USEC_PER_SEC) >= 0);
        turn(&world);
        assert_string_equal(held(&world, 0), "192.0.2.1");
        world_end(&world);
}

static void stopping_takes_along_what_it_is_told_to(void **state)
{
        World world;

        (void) state;
        world_begin(&world, 2, OWNERSHIP_EXCLUSIVE);
        world.records[0].withdraw_on_stop = true;
        have(&world, "192.0.2.1");
        configure(&world, false, false);
        settle(&world);
        engine_withdraw(world.engine);
        settle(&world);
        assert_string_equal(held(&world, 0), "");
        assert_string_equal(held(&world, 1), "192.0.2.1");
        world_end(&world);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(address_is_published_and_withdrawn),
                cmocka_unit_test(change_leaves_in_the_turn_of_the_event),
                cmocka_unit_test(renumbering_never_empties_the_name),
                cmocka_unit_test(what_changes_meanwhile_merges),
                cmocka_unit_test(three_records_go_in_one_change_set),
                cmocka_unit_test(conflict_is_read_and_decided_again),
                cmocka_unit_test(never_ending_conflict_backs_off),
                cmocka_unit_test(shared_name_keeps_the_others),
                cmocka_unit_test(lost_answer_is_read_back),
                cmocka_unit_test(late_arrival_is_ours_and_goes),
                cmocka_unit_test(network_that_returns_ends_the_wait),
                cmocka_unit_test(refusal_parks_only_the_guilty_one),
                cmocka_unit_test(failure_of_one_holds_up_nobody_else),
                cmocka_unit_test(wrong_key_parks_everything_at_once),
                cmocka_unit_test(wildcard_answers_do_not_lead_in_circles),
                cmocka_unit_test(others_record_is_not_removed_when_we_have_nothing),
                cmocka_unit_test(ours_is_withdrawn_after_a_restart),
                cmocka_unit_test(dry_run_writes_nothing_and_plans),
                cmocka_unit_test(force_writes_what_stands_there),
                cmocka_unit_test(drift_is_repaired_by_verify),
                cmocka_unit_test(stopping_takes_along_what_it_is_told_to),
        };

        log_set_level(LOG_EMERG);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
