/* SPDX-License-Identifier: BSD-3-Clause */

/* Embedded: a provider whose zone is at hand. The work is done at once and only the telling waits for the
 * next turn of the loop, so that it behaves towards its owner as a distant server does. */

#include "provider/embedded.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum Pending {
        PENDING_NONE,
        PENDING_READ,
        PENDING_APPLY,
} Pending;

typedef struct Embedded {
        Provider provider; /* first: what the owner holds */
        EmbeddedZone *zone;
        sd_event_source *deferred;

        Pending pending;
        Outcome outcome;
        ReadResult *results;
        size_t n_results;
} Embedded;

static void free_results(ReadResult *results, size_t n)
{
        for (size_t i = 0; i < n; i++)
                rrset_free(results[i].set);
        free(results);
}

static void forget_results(Embedded *embedded)
{
        free_results(STEAL(embedded->results), embedded->n_results);
        embedded->n_results = 0;
}

static Provider *embedded_free(Provider *provider)
{
        Embedded *embedded = (Embedded *) provider;

        forget_results(embedded);
        sd_event_source_disable_unref(embedded->deferred);
        free(embedded);
        return NULL;
}

/* Everything is taken out first: the callback may begin the next operation, or free the provider. */
static int tell(sd_event_source *source __attribute__((unused)), void *userdata)
{
        Embedded *embedded = userdata;
        ProviderEvents events = embedded->provider.events;
        Outcome outcome = embedded->outcome;
        Pending pending = embedded->pending;
        ReadResult *results = STEAL(embedded->results);
        size_t n_results = embedded->n_results;

        embedded->pending = PENDING_NONE;
        embedded->n_results = 0;
        if (pending == PENDING_READ)
                events.read_done(events.userdata, &outcome, results, n_results);
        else
                events.apply_done(events.userdata, &outcome);
        free_results(results, n_results);
        return 0;
}

static int tell_later(Embedded *embedded, Pending pending)
{
        int r = sd_event_source_set_enabled(embedded->deferred, SD_EVENT_ONESHOT);

        if (r >= 0)
                embedded->pending = pending;
        return r < 0 ? r : 0;
}

static int read_one(const Zone *zone, const RRsetKey *key, ReadResult *ret)
{
        const RRset *there = zone_find(zone, &key->name, key->type);

        ret->name = key->name;
        ret->type = key->type;
        ret->kind = OUTCOME_REFUSED;
        if (!name_is_within(&key->name, zone_apex(zone))) {
                char apex[NAME_TEXT_MAX];

                snprintf(ret->reason, sizeof ret->reason, "does not lie in zone %.120s",
                        name_to_text(zone_apex(zone), apex));
                return 0;
        }
        if (key->type != TYPE_CNAME && zone_find(zone, &key->name, TYPE_CNAME)) {
                snprintf(ret->reason, sizeof ret->reason, "is an alias (CNAME): remove that first");
                return 0;
        }
        ret->kind = OUTCOME_APPLIED;
        ret->set = rrset_copy(there);
        return there && !ret->set ? -ENOMEM : 0;
}

static int embedded_read(Provider *provider, const RRsetKey *keys, size_t n)
{
        Embedded *embedded = (Embedded *) provider;
        const Zone *zone = embedded_zone_contents(embedded->zone);

        assert(embedded->pending == PENDING_NONE);
        forget_results(embedded);
        embedded->results = calloc(n + 1, sizeof *embedded->results);
        if (!embedded->results)
                return -ENOMEM;
        for (; embedded->n_results < n; embedded->n_results++) {
                int r = read_one(zone, &keys[embedded->n_results], &embedded->results[embedded->n_results]);

                if (r < 0)
                        return r;
        }
        embedded->outcome = (Outcome){ .kind = OUTCOME_APPLIED };
        return tell_later(embedded, PENDING_READ);
}

static int embedded_apply(Provider *provider, const ChangeSet *changes)
{
        Embedded *embedded = (Embedded *) provider;
        int r;

        assert(embedded->pending == PENDING_NONE);
        r = embedded_zone_apply(embedded->zone, changes, &embedded->outcome);
        if (r < 0)
                return r;
        return tell_later(embedded, PENDING_APPLY);
}

/* The zone file is written once for a change set, however large. */
static size_t embedded_cost(
        const Provider *provider __attribute__((unused)), const Change *change __attribute__((unused)))
{
        return 0;
}

static const ProviderOps embedded_ops = {
        .free = embedded_free,
        .read = embedded_read,
        .apply = embedded_apply,
        .cost = embedded_cost,
        .budget = SIZE_MAX,
};

int embedded_new(Provider **ret, sd_event *event, EmbeddedZone *zone, const ProviderConfig *config,
        const ProviderEvents *events)
{
        Embedded *embedded = calloc(1, sizeof *embedded);
        AUTO(provider_freep) Provider *provider = (Provider *) embedded;
        int r;

        if (!embedded)
                return -ENOMEM;
        embedded->provider = (Provider){ .ops = &embedded_ops, .config = config, .events = *events };
        embedded->zone = zone;
        r = sd_event_add_defer(event, &embedded->deferred, tell, embedded);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(embedded->deferred, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret = STEAL(provider);
        return 0;
}
