/* SPDX-License-Identifier: BSD-3-Clause */

/* rfc2136: carries changes to an authoritative server by DNS UPDATE, and reads RRsets back from that very
 * server. Every address of the server is tried in turn, the one that answered last first.
 *
 * No policy about repeating: an operation is tried once at each address and then handed back as "retry". */

#include "provider/rfc2136.h"

#include <errno.h>
#include <string.h>

#include "dns/client.h"
#include "dns/message.h"
#include "provider/rfc2136-answer.h"
#include "provider/rfc2136-servers.h"
#include "util/random.h"

enum {
        READS_IN_FLIGHT = 16,
};

/* One that has waited this long is sent anew when the network comes back. */
#define STALE_USEC (500 * USEC_PER_MSEC)

typedef enum Operation {
        OPERATION_NONE,
        OPERATION_READ,
        OPERATION_APPLY,
} Operation;

typedef struct Rfc2136 Rfc2136;

/* One read of those in flight. */
typedef struct Read {
        Rfc2136 *self;
        size_t index; /* of keys and results */
        Exchange *exchange;
} Read;

struct Rfc2136 {
        Provider provider;
        sd_event *event;
        Servers *servers;
        bool finding; /* … the servers */

        Operation operation;
        size_t tried;      /* addresses, in this operation */
        bool sent;         /* an UPDATE left this host and was not answered */
        usec_t begun_usec; /* what is under way now; CLOCK_BOOTTIME */
        bool resent;     /* … because the network returned: once is enough for a server that is only slow */
        Outcome problem; /* what the addresses tried so far came to */

        Message *update;
        Exchange *exchange;
        int spare_fd; /* for the next UPDATE; -1: none */
        int spare_family;

        size_t n_keys, next_key, n_done;
        RRsetKey *keys;
        ReadResult *results;
        Read reads[READS_IN_FLIGHT];

        sd_event_source *defer; /* failures that must not be reported from within the call */
};

static void try_server(Rfc2136 *self);
static void advance(Rfc2136 *self);

static usec_t now_usec(const Rfc2136 *self)
{
        uint64_t now;

        return sd_event_now(self->event, CLOCK_BOOTTIME, &now) < 0 ? clock_now_usec(CLOCK_BOOTTIME) : now;
}

/* Ending an operation. */

static void drop_exchanges(Rfc2136 *self)
{
        self->exchange = exchange_free(self->exchange);
        for (size_t i = 0; i < READS_IN_FLIGHT; i++)
                self->reads[i].exchange = exchange_free(self->reads[i].exchange);
}

static void free_results(ReadResult *results, size_t n)
{
        for (size_t i = 0; results && i < n; i++)
                rrset_free(results[i].set);
        free(results);
}

/* While there is time. */
static void prepare_spare(Rfc2136 *self)
{
        if (self->spare_fd >= 0 || self->provider.config->tcp || servers_count(self->servers) == 0)
                return;
        self->spare_family = servers_at(self->servers, 0)->sa.sa_family;
        self->spare_fd = exchange_open_spare(servers_at(self->servers, 0));
}

static void complete(Rfc2136 *self, const Outcome *outcome)
{
        Operation operation = self->operation;
        ReadResult *results = self->results;
        const ProviderEvents *events = &self->provider.events;
        size_t n = self->n_keys;

        drop_exchanges(self);
        free(self->keys);
        self->keys = NULL;
        self->results = NULL;
        self->update = message_free(self->update);
        self->operation = OPERATION_NONE;
        if (operation == OPERATION_READ)
                events->read_done(events->userdata, outcome, results, n);
        else
                events->apply_done(events->userdata, outcome);
        free_results(results, n);
        prepare_spare(self);
}

static void give_up(Rfc2136 *self)
{
        Outcome outcome = self->problem;

        servers_forget(self->servers);
        if (self->operation == OPERATION_APPLY && self->sent)
                outcome.uncertain = true;
        complete(self, &outcome);
}

static int on_defer(sd_event_source *source, void *userdata)
{
        (void) source;
        advance(userdata);
        return 0;
}

static void advance_later(Rfc2136 *self)
{
        sd_event_source_set_enabled(self->defer, SD_EVENT_ONESHOT);
}

static const char *server_text(const Rfc2136 *self, char buffer[static SERVER_ADDRESS_TEXT_MAX])
{
        return server_address_to_text(servers_at(self->servers, self->tried), buffer);
}

/* This address is no good now: the next one, or give up. */
static void next_server(Rfc2136 *self)
{
        drop_exchanges(self);
        if (++self->tried < servers_count(self->servers))
                advance_later(self);
        else
                give_up(self);
}

static void server_answered(Rfc2136 *self)
{
        servers_prefer(self->servers, self->tried);
        self->tried = 0;
}

/* True when this is no answer that counts: then it was dealt with, and why is remembered for the case that no
 * other address does better. A well-signed complaint about our own signature is no answer: it says nothing of
 * the zone. */
static bool take_failure(Rfc2136 *self, const ExchangeAnswer *answer)
{
        char text[SERVER_ADDRESS_TEXT_MAX];

        if (answer->result == EXCHANGE_ANSWERED && answer->verdict.error == 0)
                return false;
        self->sent = self->sent || answer->sent;
        rfc2136_explain_failure(&self->problem, answer, self->provider.config->key, server_text(self, text));
        /* A key that one address does not know will not be known at the next: say it at once. */
        if (self->problem.kind == OUTCOME_REFUSED)
                give_up(self);
        else
                next_server(self);
        return true;
}

/* Writing. */

static void on_update_done(void *userdata, const ExchangeAnswer *answer)
{
        Rfc2136 *self = userdata;
        char text[SERVER_ADDRESS_TEXT_MAX];
        Outcome outcome;

        if (take_failure(self, answer))
                return;
        rfc2136_judge_update(&outcome, &answer->message, servers_zone(self->servers),
                self->provider.config->key, server_text(self, text));
        if (outcome.kind == OUTCOME_RETRY) {
                self->problem = outcome;
                next_server(self);
                return;
        }
        if (outcome.kind == OUTCOME_REFUSED)
                servers_forget(self->servers);
        server_answered(self);
        complete(self, &outcome);
}

static int start_exchange(Rfc2136 *self, Exchange **ret, const Message *message, int *spare_fd,
        ExchangeDone done, void *userdata)
{
        const ProviderConfig *config = self->provider.config;
        ExchangeRequest request = {
                .server = *servers_at(self->servers, self->tried),
                .message = message,
                .key = config->key,
                .tcp = config->tcp,
                .timeout_usec = config->timeout_usec,
        };

        if (request.server.sa.sa_family == self->spare_family)
                request.spare_fd = spare_fd;
        return exchange_start(ret, self->event, &request, done, userdata);
}

static int send_update(Rfc2136 *self)
{
        return start_exchange(self, &self->exchange, self->update, &self->spare_fd, on_update_done, self);
}

/* Reading: a window of queries. */

static void on_read_answer(void *userdata, const ExchangeAnswer *answer);

static int send_read(Rfc2136 *self, Read *read)
{
        AUTO(message_freep) Message *query = NULL;
        const RRsetKey *key = &self->keys[self->next_key];
        int r;

        r = message_new_query(&query, random_u16(), &key->name, key->type, false);
        if (r < 0)
                return r;
        read->self = self;
        read->index = self->next_key;
        r = start_exchange(self, &read->exchange, query, NULL, on_read_answer, read);
        if (r >= 0)
                self->next_key++;
        return r;
}

static int fill_window(Rfc2136 *self)
{
        for (size_t i = 0; i < READS_IN_FLIGHT && self->next_key < self->n_keys; i++) {
                int r;

                if (self->reads[i].exchange)
                        continue;
                r = send_read(self, &self->reads[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void fail_locally(Rfc2136 *self, int error)
{
        outcome_set(&self->problem, OUTCOME_RETRY, "cannot send: %s", strerror(-error));
        self->problem.everything = true;
        give_up(self);
}

static void on_read_answer(void *userdata, const ExchangeAnswer *answer)
{
        Read *read = userdata;
        Rfc2136 *self = read->self;
        ReadResult *result = &self->results[read->index];
        char text[SERVER_ADDRESS_TEXT_MAX];
        Outcome outcome;
        int r;

        if (take_failure(self, answer))
                return;
        rfc2136_judge_read(&outcome, result, &answer->message, server_text(self, text));
        read->exchange = exchange_free(read->exchange);
        if (outcome.kind == OUTCOME_RETRY) {
                self->problem = outcome;
                next_server(self);
                return;
        }
        if (outcome.kind != OUTCOME_APPLIED) {
                servers_forget(self->servers);
                complete(self, &outcome);
                return;
        }
        if (++self->n_done == self->n_keys) {
                server_answered(self);
                complete(self, &outcome);
                return;
        }
        r = fill_window(self);
        if (r < 0)
                fail_locally(self, r);
}

/* Every read again from the first: answers of another server do not mix with this one's. */
static void reset_reads(Rfc2136 *self)
{
        for (size_t i = 0; i < self->n_keys; i++) {
                ReadResult *result = &self->results[i];

                rrset_free(result->set);
                *result = (ReadResult){ .name = self->keys[i].name, .type = self->keys[i].type };
        }
        self->next_key = self->n_done = 0;
}

static void try_server(Rfc2136 *self)
{
        int r;

        self->begun_usec = now_usec(self);
        if (self->operation == OPERATION_APPLY) {
                r = send_update(self);
        } else {
                reset_reads(self);
                r = fill_window(self);
        }
        if (r < 0)
                fail_locally(self, r);
}

static void on_servers_found(void *userdata, const char *error)
{
        Rfc2136 *self = userdata;

        self->finding = false;
        if (!error) {
                try_server(self);
                return;
        }
        outcome_set(&self->problem, OUTCOME_RETRY, "cannot find the server: %s", error);
        self->problem.everything = true;
        give_up(self);
}

/* From wherever the operation stands, the next step. */
static void advance(Rfc2136 *self)
{
        int r;

        if (self->operation == OPERATION_NONE)
                return;
        /* Once an address was tried the list stays as it is until the operation ends. */
        if (self->tried > 0 || servers_are_known(self->servers)) {
                try_server(self);
                return;
        }
        r = servers_find(self->servers, on_servers_found, self);
        if (r < 0)
                fail_locally(self, r);
        else
                self->finding = true;
}

/* The operations. */

/* Begins at once where everything is known, so that the packet leaves in this turn of the loop. A failure is
 * told from the loop: callbacks never come from within the call. */
static void begin(Rfc2136 *self, Operation operation)
{
        int r = 0;

        self->operation = operation;
        self->tried = 0;
        self->sent = self->resent = false;
        self->begun_usec = now_usec(self);
        outcome_set(&self->problem, OUTCOME_RETRY, "no server could be tried");
        if (operation != OPERATION_APPLY || !servers_are_known(self->servers)) {
                advance_later(self);
                return;
        }
        r = send_update(self);
        if (r < 0)
                advance_later(self);
}

static int rfc2136_read(Provider *provider, const RRsetKey *keys, size_t n)
{
        Rfc2136 *self = (Rfc2136 *) provider;

        self->keys = reallocarray(NULL, n, sizeof *self->keys);
        self->results = calloc(n, sizeof *self->results);
        if (!self->keys || !self->results) {
                free(self->keys);
                free(self->results);
                self->keys = NULL;
                self->results = NULL;
                return -ENOMEM;
        }
        memcpy(self->keys, keys, n * sizeof *keys);
        self->n_keys = n;
        begin(self, OPERATION_READ);
        return 0;
}

static int rfc2136_apply(Provider *provider, const ChangeSet *changes)
{
        Rfc2136 *self = (Rfc2136 *) provider;
        int r;

        /* A zone that is not known yet was not read either, and no change comes before a read. */
        if (!servers_zone(self->servers))
                return -ENOTCONN;
        r = message_new_update(&self->update, random_u16(), servers_zone(self->servers), changes);
        if (r < 0)
                return r;
        begin(self, OPERATION_APPLY);
        return 0;
}

static size_t rfc2136_cost(const Provider *provider, const Change *change)
{
        const Rfc2136 *self = (const Rfc2136 *) provider;

        return message_change_size(change, servers_zone(self->servers) ?: &name_root);
}

/* What was sent before the network went, or from an address that is gone, gets no answer: send it anew. The
 * same compare-and-swap twice is one. */
static void rfc2136_network_returned(Provider *provider)
{
        Rfc2136 *self = (Rfc2136 *) provider;

        if (self->operation == OPERATION_NONE || self->resent ||
                now_usec(self) - self->begun_usec < STALE_USEC)
                return;
        self->resent = true;
        if (self->finding)
                servers_cancel(self->servers);
        else
                self->sent = self->sent || self->operation == OPERATION_APPLY;
        self->finding = false;
        drop_exchanges(self);
        self->tried = 0;
        advance_later(self);
}

static Provider *rfc2136_free(Provider *provider)
{
        Rfc2136 *self = (Rfc2136 *) provider;

        if (!self)
                return NULL;
        drop_exchanges(self);
        sd_event_source_disable_unref(self->defer);
        message_free(self->update);
        close_fd(self->spare_fd);
        free_results(self->results, self->n_keys);
        free(self->keys);
        servers_free(self->servers);
        sd_event_unref(self->event);
        free(self);
        return NULL;
}

static const ProviderOps rfc2136_ops = {
        .free = rfc2136_free,
        .read = rfc2136_read,
        .apply = rfc2136_apply,
        .cost = rfc2136_cost,
        .budget = MESSAGE_CHANGES_MAX,
        .network_returned = rfc2136_network_returned,
};

int rfc2136_new(Provider **ret, sd_event *event, Resolver *resolver, const ProviderConfig *config,
        const Name *zone_hint, const ProviderEvents *events)
{
        Rfc2136 *self = calloc(1, sizeof *self);
        AUTO(provider_freep) Provider *owned = (Provider *) self;
        int r;

        if (!self)
                return -ENOMEM;
        self->provider = (Provider){ .ops = &rfc2136_ops, .config = config, .events = *events };
        self->event = sd_event_ref(event);
        self->spare_fd = -1;
        r = servers_new(&self->servers, event, resolver, config, zone_hint);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &self->defer, on_defer, self);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(self->defer, SD_EVENT_OFF);
        *ret = STEAL(owned);
        return 0;
}
