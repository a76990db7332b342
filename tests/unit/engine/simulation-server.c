/* SPDX-License-Identifier: BSD-3-Clause */

/* The server compares and swaps as RFC 2136 has it; what lies between it and the daemons loses messages,
 * keeps them for a while, and delivers them twice. */

#include "simulation.h"

#include <assert.h>
#include <string.h>
#include <sys/queue.h>

#define LATE_MOST_USEC (40 * USEC_PER_SEC)

/* One RRset's part of a message. */
typedef struct Part {
        unsigned family;
        Expect expect;
        Targets expected, wanted;
        uint32_t ttl;
} Part;

/* On its way to the server. */
struct Message {
        Host *host;
        unsigned incarnation; /* of the daemon that sent it */
        sd_event_source *arrival;
        usec_t sent_usec;
        bool answered;     /* the answer will reach the daemon */
        bool late;         /* … which has given up by then */
        unsigned n_copies; /* to come after this one */
        unsigned n_parts;
        Part parts[2];
        LIST_ENTRY(Message) entry;
};

struct FakeProvider {
        Provider provider;
        Host *host;
        sd_event_source *answer;
        bool reading, fresh; /* fresh: it answers with what is there then, not with what was there when it was
                                asked */
        size_t n_keys;
        unsigned families[2];
        RRset *snapshot[2];
        ReadResult results[2];
        Outcome outcome;
};

/* The server. */

static RRset *set_of(const World *world, unsigned family)
{
        RRset *set;

        if (!world->held[family])
                return NULL;
        set = rrset_new(&world->name, family == 0 ? TYPE_A : TYPE_AAAA, world->ttl[family]);
        assert(set);
        for (unsigned i = 0; i < TARGETS; i++)
                if (world->held[family] & TARGET(i)) {
                        Address address = target_address(family, i);

                        rrset_add_address(set, &address);
                }
        return set;
}

static void set_held(World *world, unsigned family, Targets targets)
{
        Targets before = world->held[family];

        for (unsigned i = 0; i < TARGETS; i++) {
                if (targets & ~before & TARGET(i))
                        world->added_usec[family][i] = loop_true_usec();
                if (before & ~targets & TARGET(i))
                        world->removed_usec[family][i] = loop_true_usec();
        }
        world->held[family] = targets;
        world->ever_held[family] |= targets;
}

void server_edit(World *world, unsigned family, Targets toggled)
{
        char text[160];

        set_held(world, family, world->held[family] ^ toggled);
        if (world->ttl[family] == 0)
                world->ttl[family] = 300;
        trace(world, NULL, "somebody else makes it %s:%s", family == 0 ? "A" : "AAAA",
                targets_to_text(world->held[family], text));
}

static bool is_met(const World *world, const Part *part)
{
        switch (part->expect) {
        case EXPECT_ANY:
                return true;
        case EXPECT_ABSENT:
                return world->held[part->family] == 0;
        case EXPECT_EXACTLY:
                return world->held[part->family] == part->expected;
        }
        return false;
}

/* All or nothing. */
static bool execute(World *world, const Message *message)
{
        char text[160];

        for (unsigned i = 0; i < message->n_parts; i++)
                if (world->breakage != BREAK_SWAP && !is_met(world, &message->parts[i]))
                        return false;
        for (unsigned i = 0; i < message->n_parts; i++) {
                const Part *part = &message->parts[i];
                Targets before = world->held[part->family];

                set_held(world, part->family, part->wanted);
                world->ttl[part->family] = part->ttl;
                trace(world, message->host, "server: %s is now%s", part->family == 0 ? "A" : "AAAA",
                        targets_to_text(part->wanted, text));
                promise_applied(message->host, part->family, before, part->wanted, message->sent_usec);
        }
        return true;
}

static void answer_in(FakeProvider *fake, usec_t delay)
{
        sd_event_source_set_time_relative(fake->answer, delay);
        sd_event_source_set_enabled(fake->answer, SD_EVENT_ONESHOT);
}

static void message_free(Message *message)
{
        LIST_REMOVE(message, entry);
        sd_event_source_disable_unref(message->arrival);
        free(message);
}

static usec_t travel_usec(World *world)
{
        return roll_usec(&world->dice, USEC_PER_MSEC, 40 * USEC_PER_MSEC);
}

static void send_answer(Message *message, bool applied)
{
        Host *host = message->host;
        FakeProvider *fake = host->provider;

        if (!message->answered || !host->engine || message->incarnation != host->incarnation ||
                !reaches_server(host))
                return;
        outcome_set(&fake->outcome, applied ? OUTCOME_APPLIED : OUTCOME_CONFLICT, "%s",
                applied ? "" : "it is not as expected");
        answer_in(fake, travel_usec(host->world));
}

static int on_arrival(sd_event_source *source, uint64_t usec, void *userdata)
{
        Message *message = userdata;
        World *world = message->host->world;
        bool applied = execute(world, message);

        (void) usec;
        world->counts->applied += applied;
        world->counts->conflicts += !applied;
        if (message->late && applied) {
                world->counts->late_applied++;
                promise_members_changed(world);
        }
        if (!applied)
                trace(world, message->host, "server: conflict");
        if (message->n_copies > 0) {
                message->n_copies--;
                sd_event_source_set_time_relative(source, travel_usec(world));
                sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
                return 0;
        }
        send_answer(message, applied);
        message_free(message);
        return 0;
}

/* What becomes of a message, by chance. */
static void send_message(FakeProvider *fake, Message *message)
{
        Host *host = fake->host;
        World *world = host->world;
        usec_t delay = travel_usec(world);

        message->host = host;
        message->incarnation = host->incarnation;
        message->sent_usec = loop_true_usec();
        message->answered = true;
        if (chance(&world->dice, world->lossy_percent)) {
                switch (roll(&world->dice, 4)) {
                case 0:
                        world->counts->lost_requests++;
                        free(message);
                        return;
                case 1:
                        world->counts->lost_answers++;
                        message->answered = false;
                        break;
                case 2:
                        world->counts->late_writes++;
                        message->answered = false;
                        message->late = true;
                        delay = roll_usec(&world->dice, world->options.provider_timeout_usec, LATE_MOST_USEC);
                        break;
                default:
                        world->counts->duplicates++;
                        message->n_copies = 1;
                }
        }
        sd_event_add_time_relative(
                world->loop, &message->arrival, CLOCK_MONOTONIC, delay, 1, on_arrival, message);
        LIST_INSERT_HEAD(&world->messages, message, entry);
}

void network_end(World *world)
{
        while (!LIST_EMPTY(&world->messages))
                message_free(LIST_FIRST(&world->messages));
}

/* The provider of one daemon. */

static int on_answer(sd_event_source *source, uint64_t usec, void *userdata)
{
        FakeProvider *fake = userdata;
        Host *host = fake->host;
        const ProviderEvents *events = &fake->provider.events;

        (void) source;
        (void) usec;
        promise_answered(host, fake->outcome.kind);
        if (!fake->reading) {
                trace(host->world, host, "write: %s",
                        fake->outcome.kind == OUTCOME_APPLIED ? "applied" : fake->outcome.reason);
                events->apply_done(events->userdata, &fake->outcome);
                return 0;
        }
        for (size_t i = 0; i < fake->n_keys && fake->outcome.kind == OUTCOME_APPLIED; i++) {
                unsigned family = fake->families[i];

                rrset_free(fake->results[i].set);
                fake->results[i].set = fake->fresh ? set_of(host->world, family) : STEAL(fake->snapshot[i]);
        }
        events->read_done(events->userdata, &fake->outcome, fake->results, fake->n_keys);
        return 0;
}

/* Nobody knows better until an answer comes, or never. */
static void expect_nothing(FakeProvider *fake)
{
        outcome_set(&fake->outcome, OUTCOME_RETRY, "no answer");
        fake->outcome.uncertain = fake->outcome.everything = true;
        answer_in(fake, fake->host->world->options.provider_timeout_usec);
}

static bool fails_at_once(FakeProvider *fake)
{
        World *world = fake->host->world;

        if (!reaches_server(fake->host) || !chance(&world->dice, world->sick_percent))
                return false;
        world->counts->failures++;
        outcome_set(&fake->outcome, OUTCOME_RETRY, "the server failed");
        fake->outcome.everything = chance(&world->dice, 50);
        answer_in(fake, travel_usec(world));
        return true;
}

static void forget_results(FakeProvider *fake)
{
        for (size_t i = 0; i < 2; i++) {
                fake->results[i].set = rrset_free(fake->results[i].set);
                fake->snapshot[i] = rrset_free(fake->snapshot[i]);
        }
}

static int fake_read(Provider *provider, const RRsetKey *keys, size_t n)
{
        FakeProvider *fake = (FakeProvider *) provider;
        World *world = fake->host->world;

        assert(n <= 2);
        world->counts->reads++;
        forget_results(fake);
        fake->reading = true;
        fake->n_keys = n;
        fake->fresh = chance(&world->dice, 50);
        for (size_t i = 0; i < n; i++) {
                fake->families[i] = keys[i].type != TYPE_A;
                fake->results[i] = (ReadResult){ .name = keys[i].name, .type = keys[i].type };
                fake->snapshot[i] = fake->fresh ? NULL : set_of(world, fake->families[i]);
        }
        if (fails_at_once(fake))
                return 0;
        expect_nothing(fake);
        if (!reaches_server(fake->host) || chance(&world->dice, world->lossy_percent / 2))
                return 0;
        outcome_set(&fake->outcome, OUTCOME_APPLIED, "%s", "");
        answer_in(fake, travel_usec(world) + travel_usec(world));
        return 0;
}

static Part part_of(const World *world, const Change *change)
{
        Part part = {
                .family = change->type != TYPE_A,
                .expect = change->expect,
                .expected = targets_of(change->expected),
                .wanted = targets_of(change->want),
                .ttl = change->want ? change->want->ttl : 0,
        };

        if (world->breakage == BREAK_STRANGERS)
                part.wanted &= ~STRANGERS;
        return part;
}

static int fake_apply(Provider *provider, const ChangeSet *changes)
{
        FakeProvider *fake = (FakeProvider *) provider;
        Host *host = fake->host;
        Message *message = calloc(1, sizeof *message);

        assert(message && changes->count <= 2);
        host->world->counts->writes++;
        fake->reading = false;
        for (size_t i = 0; i < changes->count; i++) {
                Part part = part_of(host->world, &changes->changes[i]);
                char expected[160], wanted[160];

                trace(host->world, host, "writes %s:%s ->%s", part.family == 0 ? "A" : "AAAA",
                        targets_to_text(part.expected, expected), targets_to_text(part.wanted, wanted));
                promise_sent(host, part.family, part.expected, part.wanted);
                message->parts[message->n_parts++] = part;
        }
        if (fails_at_once(fake)) {
                free(message);
                return 0;
        }
        expect_nothing(fake);
        if (reaches_server(host))
                send_message(fake, message);
        else
                free(message);
        return 0;
}

static size_t fake_cost(const Provider *provider, const Change *change)
{
        (void) provider;
        (void) change;
        return 1;
}

static Provider *fake_free(Provider *provider)
{
        FakeProvider *fake = (FakeProvider *) provider;

        forget_results(fake);
        sd_event_source_disable_unref(fake->answer);
        fake->host->provider = NULL;
        free(fake);
        return NULL;
}

int fake_provider_new(void *userdata, Provider **ret, const ProviderConfig *config, const Name *zone_hint,
        const ProviderEvents *events)
{
        static const ProviderOps ops = {
                .free = fake_free, .read = fake_read, .apply = fake_apply, .cost = fake_cost, .budget = 8
        };
        Host *host = userdata;
        FakeProvider *fake = calloc(1, sizeof *fake);

        (void) zone_hint;
        assert(fake && !host->provider);
        fake->provider = (Provider){ &ops, config, *events };
        fake->host = host;
        sd_event_add_time(host->loop, &fake->answer, CLOCK_MONOTONIC, 0, 1, on_answer, fake);
        sd_event_source_set_enabled(fake->answer, SD_EVENT_OFF);
        host->provider = fake;
        host->incarnation++;
        *ret = &fake->provider;
        return 0;
}
