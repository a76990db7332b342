/* SPDX-License-Identifier: BSD-3-Clause */

/* Publication: the bookkeeping of one RRset. Sends nothing and waits for nothing; its queue does.
 *
 * What is ours is kept so that the store always says at least as much as is true: values are added before a
 * write goes out and taken away only after the server has confirmed. */

#include "engine/publication.h"

#include <errno.h>
#include <string.h>

/* A signed message is good for as long as the clocks may differ, either way (RFC 8945 section 10): twice the
 * fudge. */
#define PENDING_USEC (600 * USEC_PER_SEC)

Publication *publication_new(const RecordConfig *record, uint16_t type, Store *store, PublicationList *news)
{
        Publication *publication = calloc(1, sizeof *publication);
        const StoreEntry *entry;

        if (!publication)
                return NULL;
        publication->record = record;
        publication->type = type;
        publication->store = store;
        publication->news = news;
        publication->wake_usec = USEC_INFINITY;
        entry = store_find(store, record->provider->id, &record->name, type);
        if (entry)
                publication->changed_usec = entry->changed_usec;
        return publication;
}

Publication *publication_free(Publication *publication)
{
        if (!publication)
                return NULL;
        if (publication->is_news)
                TAILQ_REMOVE(publication->news, publication, news_entry);
        rrset_free(publication->wanted);
        rrset_free(publication->seen);
        rrset_free(publication->disputed);
        rrset_free(publication->attempt);
        rrset_free(publication->attempt_ours);
        free(publication->reason);
        free(publication);
        return NULL;
}

static bool is_exclusive(const Publication *publication)
{
        return publication->record->ownership == OWNERSHIP_EXCLUSIVE;
}

static const StoreEntry *stored(const Publication *publication)
{
        return store_find(publication->store, publication->record->provider->id, &publication->record->name,
                publication->type);
}

static const RRset *ours(const Publication *publication)
{
        const StoreEntry *entry = stored(publication);

        return entry ? entry->ours : NULL;
}

/* pending: NULL for none. */
static int remember(Publication *publication, const RRset *mine, const RRset *pending, usec_t until_usec)
{
        StoreEntry entry = {
                .provider = publication->record->provider->id,
                .name = publication->record->name,
                .type = publication->type,
                .ours = mine,
                .pending = pending,
                .pending_until_usec = rrset_is_empty(pending) ? 0 : until_usec,
                .changed_usec = publication->changed_usec,
        };
        int r = store_put(publication->store, &entry, is_exclusive(publication));

        return r < 0 ? r : 0;
}

void publication_touch(Publication *publication)
{
        if (publication->is_news)
                return;
        publication->is_news = true;
        TAILQ_INSERT_TAIL(publication->news, publication, news_entry);
}

static void set_state(Publication *publication, PublicationState state, const char *reason)
{
        char *copy = reason ? strdup(reason) : NULL;

        publication_touch(publication);
        free(publication->reason);
        publication->reason = copy;
        publication->state = state;
}

int publication_set_wanted(Publication *publication, const Selection *selection, usec_t now)
{
        AUTO(rrset_freep) RRset *wanted = NULL;
        bool hurry = selection->count == 0 && selection->n_leaving > publication->n_leaving;

        if (selection->state == FACT_UNKNOWN || publication->withdrawing)
                return 0;
        if (selection->count > 0) {
                wanted = rrset_new(&publication->record->name, publication->type, publication->record->ttl);
                if (!wanted)
                        return -ENOMEM;
        }
        for (size_t i = 0; i < selection->count; i++)
                if (rrset_add_address(wanted, &selection->addresses[i]) < 0)
                        return -ENOMEM;
        publication->n_leaving = selection->n_leaving;
        if (publication->wanted_known && rrset_equal(wanted, publication->wanted)) {
                if (!hurry || publication->hurry)
                        return 0;
                publication->hurry = true; /* before it only waited */
                return 1;
        }
        if (!wanted)
                publication->empty_since = now;
        publication->hurry = hurry;
        publication->wanted_known = true;
        if (publication->state == PUBLICATION_IN_SYNC)
                publication->state = PUBLICATION_PENDING;
        publication_touch(publication);
        rrset_free(publication->wanted);
        publication->wanted = STEAL(wanted);
        return 1;
}

int publication_set_pool_wanted(Publication *publication, bool known)
{
        const RRset *seen = publication->synthesized ? NULL : publication->seen;
        AUTO(rrset_freep) RRset *wanted = NULL;
        bool changed = publication->wanted_known != known;

        if (publication->withdrawing)
                known = true;
        if (pool_target(publication->pool, publication->type == TYPE_AAAA, seen, &wanted) < 0)
                return -ENOMEM;
        publication->wanted_known = known;
        changed = changed || !rrset_equal(wanted, publication->wanted);
        rrset_free(publication->wanted);
        publication->wanted = STEAL(wanted);
        if (!changed)
                return 0;
        if (publication->state == PUBLICATION_IN_SYNC)
                publication->state = PUBLICATION_PENDING;
        publication_touch(publication);
        return 1;
}

int publication_decide(Publication *publication, usec_t now, RRset **ret_target, usec_t *ret_when)
{
        PublishFacts facts = {
                .record = publication->record,
                .type = publication->type,
                .pool = publication->pool,
                .wanted_known = publication->wanted_known,
                .wanted = publication->wanted,
                .empty_since = publication->empty_since,
                .seen_known = publication->seen_known,
                .seen = publication->synthesized ? NULL : publication->seen,
                .ours = ours(publication),
                .withdraw_at_once = publication->withdrawing || publication->hurry,
        };
        int step = publish_decide(&facts, now, ret_target, ret_when);

        if (step != PUBLISH_NOTHING || !publication->force || !is_exclusive(publication) ||
                rrset_is_empty(publication->wanted))
                return step;
        *ret_target = rrset_copy(publication->seen);
        return *ret_target ? PUBLISH_CHANGE : -ENOMEM;
}

/* What may still arrive beside what is known to be there. *ret: NULL for none. */
static int still_pending(const Publication *publication, const RRset *there, RRset **ret)
{
        const StoreEntry *entry = stored(publication);
        AUTO(rrset_freep) RRset *pending = NULL;

        *ret = NULL;
        if (!entry || !entry->pending || entry->pending_until_usec <= clock_now_usec(CLOCK_REALTIME))
                return 0;
        pending = rrset_copy(entry->pending);
        if (!pending)
                return -ENOMEM;
        for (size_t i = 0; there && i < there->count; i++)
                rrset_remove(pending, there->rdata[i]->bytes, there->rdata[i]->length);
        *ret = pending->count > 0 ? STEAL(pending) : NULL;
        return 0;
}

/* What is sent may arrive, or have arrived, although nobody says so. */
static int note_intent(Publication *publication)
{
        const StoreEntry *entry = stored(publication);
        AUTO(rrset_freep) RRset *pending = NULL;

        if (!publication->attempt_ours)
                return 0;
        pending = rrset_copy(publication->attempt_ours);
        if (!pending || rrset_add_all(pending, entry ? entry->pending : NULL) < 0)
                return -ENOMEM;
        return remember(publication, entry ? entry->ours : NULL, pending,
                clock_now_usec(CLOCK_REALTIME) + PENDING_USEC);
}

/* What of the target is ours. *ret: NULL for nothing. */
static int copy_mine(const Publication *publication, const RRset *target, RRset **ret)
{
        const RRset *mine = is_exclusive(publication) || publication->pool ? target : publication->wanted;
        AUTO(rrset_freep) RRset *copy = rrset_copy(mine);

        if (mine && !copy)
                return -ENOMEM;
        for (size_t i = 0; publication->pool && mine && i < mine->count; i++) {
                Address address;

                if (rdata_to_address(mine->rdata[i], mine->type, &address) == 0 &&
                        !pool_is_responsible(publication->pool, &address))
                        rrset_remove(copy, mine->rdata[i]->bytes, mine->rdata[i]->length);
        }
        *ret = STEAL(copy);
        return 0;
}

int publication_begin(Publication *publication, ChangeSet *changes, RRset *target)
{
        AUTO(rrset_freep) RRset *owned = target;
        AUTO(rrset_freep) RRset *mine = NULL;
        Expect expect = EXPECT_EXACTLY;
        int r;

        if (publication->force && is_exclusive(publication) && !rrset_is_empty(target))
                expect = EXPECT_ANY;
        else if (publication->synthesized || rrset_is_empty(publication->seen))
                expect = EXPECT_ABSENT;
        r = change_set_add(
                changes, &publication->record->name, publication->type, expect, publication->seen, target);
        if (r < 0)
                return r;
        r = copy_mine(publication, target, &mine);
        if (r < 0)
                return r;
        rrset_free(publication->attempt_ours);
        publication->attempt_ours = STEAL(mine);
        rrset_free(publication->attempt);
        publication->attempt = STEAL(owned);
        r = note_intent(publication);
        if (r < 0)
                return r;
        publication->in_flight = true;
        if (publication->state != PUBLICATION_RETRYING)
                set_state(publication, PUBLICATION_PENDING, NULL);
        return 0;
}

static void forget_conflicts(Publication *publication)
{
        publication->conflicts = 0;
        publication->disputed = rrset_free(publication->disputed);
}

int publication_applied(Publication *publication)
{
        const StoreEntry *entry = stored(publication);
        AUTO(rrset_freep) RRset *pending = NULL;

        publication->in_flight = false;
        publication->force = publication->alone = false;
        publication->synthesized = false;
        publication->failures = publication->refusals = 0;
        forget_conflicts(publication);
        rrset_free(publication->seen);
        publication->seen = STEAL(publication->attempt);
        publication->seen_known = true;
        publication->changed_usec = clock_now_usec(CLOCK_REALTIME);
        set_state(publication, PUBLICATION_PENDING, NULL);
        if (publication->saw)
                publication->saw(publication, true);
        if (still_pending(publication, publication->attempt_ours, &pending) < 0)
                return -ENOMEM;
        return remember(
                publication, publication->attempt_ours, pending, entry ? entry->pending_until_usec : 0);
}

void publication_conflicted(Publication *publication)
{
        publication->in_flight = false;
        publication->seen_known = false;
        if (publication->synthesized) {
                /* It was no wildcard: others write, and made it what it was before. */
                publication->synthesized = publication->alone = false;
                forget_conflicts(publication);
                return;
        }
        publication->conflicts++;
        rrset_free(publication->disputed);
        publication->disputed = STEAL(publication->seen);
}

void publication_failed(Publication *publication, const Outcome *outcome)
{
        /* A pool decides by what it knows of its members, which may be old when the server can be reached
         * again. */
        if (publication->in_flight && (outcome->uncertain || publication->pool))
                publication->seen_known = false;
        publication->in_flight = false;
        set_state(publication, PUBLICATION_RETRYING, outcome->reason);
}

void publication_park(Publication *publication, const char *reason)
{
        publication->in_flight = false;
        publication->refusals++;
        /* What a person changes meanwhile is looked at afresh. */
        publication->seen_known = false;
        set_state(publication, PUBLICATION_PARKED, reason);
}

static int add_common(RRset *to, const RRset *a, const RRset *b)
{
        for (size_t i = 0; a && i < a->count; i++)
                if (rrset_contains(b, a->rdata[i]) &&
                        rrset_add(to, a->rdata[i]->bytes, a->rdata[i]->length) < 0)
                        return -ENOMEM;
        return 0;
}

/* Of an exclusive RRset: it stands as we want it, whoever wrote it; or it was ours before this process began,
 * which may have missed what the one before it sent last. */
static bool is_all_ours(const Publication *publication, const StoreEntry *entry)
{
        if (entry && entry->inherited)
                return true;
        return publication->wanted_known && rrset_same_data(publication->seen, publication->wanted);
}

/* A pool is responsible for its members, whoever of several daemons put them there. */
static int add_members(RRset *to, const PoolState *pool, const RRset *seen)
{
        for (size_t i = 0; seen && i < seen->count; i++) {
                Address address;

                if (rdata_to_address(seen->rdata[i], seen->type, &address) == 0 &&
                        pool_is_responsible(pool, &address) && rrset_add_address(to, &address) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* Ours is what the server holds of what was ours or on its way. What is not there (any more) is forgotten,
 * but for what may still arrive: a message that the network kept for a while is as good as a new one. */
static int take_stock(Publication *publication)
{
        const StoreEntry *entry = stored(publication);
        const RRset *seen = publication->seen;
        AUTO(rrset_freep)
        RRset *mine = rrset_new(&publication->record->name, publication->type, publication->record->ttl);
        AUTO(rrset_freep) RRset *pending = NULL;

        if (!mine)
                return -ENOMEM;
        if (entry && add_common(mine, entry->ours, seen) + add_common(mine, entry->pending, seen) < 0)
                return -ENOMEM;
        if (is_exclusive(publication) && is_all_ours(publication, entry) && rrset_add_all(mine, seen) < 0)
                return -ENOMEM;
        if (publication->pool && add_members(mine, publication->pool, seen) < 0)
                return -ENOMEM;
        if (still_pending(publication, mine, &pending) < 0)
                return -ENOMEM;
        return remember(publication, mine, pending, entry ? entry->pending_until_usec : 0);
}

bool publication_is_pending(const Publication *publication, usec_t *ret_left_usec)
{
        const StoreEntry *entry = stored(publication);
        usec_t now = clock_now_usec(CLOCK_REALTIME);

        if (!entry || !entry->pending)
                return false;
        *ret_left_usec = entry->pending_until_usec <= now ? 0 : entry->pending_until_usec - now;
        /* A clock that was set back makes nobody wait for years. */
        if (*ret_left_usec > PENDING_USEC)
                *ret_left_usec = PENDING_USEC;
        return true;
}

/* The same data as we had expected although the server said that it differs: first suspect the other changes
 * of that set (try alone), then a wildcard that answers for a name which does not exist (RFC 2136 section 3.2
 * looks at real RRsets). */
static void look_into_conflict(Publication *publication)
{
        if (!publication->conflicts || !rrset_same_data(publication->seen, publication->disputed))
                return;
        if (publication->alone && !rrset_is_empty(publication->seen))
                publication->synthesized = true;
        publication->alone = true;
}

int publication_saw(Publication *publication, RRset *set)
{
        if (!rrset_same_data(set, publication->seen))
                publication->synthesized = false;
        publication_touch(publication);
        rrset_free(publication->seen);
        publication->seen = set;
        publication->seen_known = true;
        look_into_conflict(publication);
        if (publication->saw)
                publication->saw(publication, false);
        return take_stock(publication);
}

void publication_settled(Publication *publication)
{
        if (!publication->wanted_known || !publication->seen_known)
                return;
        publication->alone = publication->force = false;
        publication->failures = publication->refusals = 0;
        forget_conflicts(publication);
        set_state(publication, PUBLICATION_IN_SYNC, NULL);
}

void publication_waits(Publication *publication)
{
        if (publication->state != PUBLICATION_RETRYING)
                set_state(publication, PUBLICATION_PENDING, NULL);
}

void publication_ask(Publication *publication, bool force)
{
        publication->force = publication->force || force;
        set_state(publication, PUBLICATION_PENDING, NULL);
        if (publication->in_flight)
                return;
        publication->seen_known = false;
        publication->wake_usec = USEC_INFINITY;
}

const RRset *publication_published(const Publication *publication)
{
        if (publication->synthesized)
                return NULL;
        /* While a quarrel is looked into, what was there before it is the best that is known. */
        return publication->seen || publication->seen_known ? publication->seen : publication->disputed;
}

const char *publication_state_to_text(PublicationState state)
{
        static const char *const texts[] = {
                [PUBLICATION_UNKNOWN] = "unknown",
                [PUBLICATION_PENDING] = "pending",
                [PUBLICATION_IN_SYNC] = "in-sync",
                [PUBLICATION_RETRYING] = "retrying",
                [PUBLICATION_PARKED] = "parked",
        };

        return texts[state];
}
