/* SPDX-License-Identifier: BSD-3-Clause */

#include "dns/lookup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/client.h"
#include "util/random.h"

struct Lookup {
        sd_event *event;
        ResolvConf conf;
        Name name;
        uint16_t type;
        LookupDone done;
        void *userdata;
        unsigned tries; /* begun so far */
        Exchange *exchange;
};

Lookup *lookup_free(Lookup *lookup)
{
        if (!lookup)
                return NULL;
        exchange_free(lookup->exchange);
        sd_event_unref(lookup->event);
        free(lookup);
        return NULL;
}

static const ServerAddress *current_server(const Lookup *lookup)
{
        return &lookup->conf.servers[(lookup->tries - 1) % lookup->conf.n_servers];
}

/* Without the port: that is always 53. */
static const char *host_of(const ServerAddress *server, char buffer[static ADDRESS_TEXT_MAX])
{
        Address address;

        if (server->sa.sa_family == AF_INET)
                address_from_bytes(&address, AF_INET, &server->ipv4.sin_addr, 4);
        else
                address_from_bytes(&address, AF_INET6, &server->ipv6.sin6_addr, 16);
        return address_to_text(&address, buffer);
}

static unsigned rcode_of(const WireMessage *answer)
{
        return (unsigned) answer->edns_rcode_high << 4 | answer->rcode;
}

/* Of names, NXDOMAIN says as much as NOERROR; anything else says something of the server. */
static bool is_final(const ExchangeAnswer *answer)
{
        if (answer->result != EXCHANGE_ANSWERED)
                return false;
        return rcode_of(&answer->message) == RCODE_NOERROR || rcode_of(&answer->message) == RCODE_NXDOMAIN;
}

#define FAILURE_MAX 160

static const char *describe_failure(
        char buffer[static FAILURE_MAX], const ExchangeAnswer *answer, const ServerAddress *server)
{
        char host[ADDRESS_TEXT_MAX];

        host_of(server, host);
        if (answer->result == EXCHANGE_ANSWERED)
                snprintf(buffer, FAILURE_MAX, "%s from %s", rcode_to_text(rcode_of(&answer->message), false),
                        host);
        else if (answer->result == EXCHANGE_UNREACHABLE)
                snprintf(buffer, FAILURE_MAX, "cannot reach %s: %s", host, strerror(answer->error));
        else
                snprintf(buffer, FAILURE_MAX, "no answer from %s", host);
        return buffer;
}

static int try_next(Lookup *lookup);

static void on_answer(void *userdata, const ExchangeAnswer *answer)
{
        Lookup *lookup = userdata;
        char failure[FAILURE_MAX];

        lookup->exchange = exchange_free(lookup->exchange);
        if (is_final(answer)) {
                lookup->done(lookup->userdata, &answer->message, NULL);
                return;
        }
        describe_failure(failure, answer, current_server(lookup));
        if (lookup->tries == lookup->conf.n_servers * lookup->conf.attempts)
                lookup->done(lookup->userdata, NULL, failure);
        else if (try_next(lookup) < 0)
                lookup->done(lookup->userdata, NULL, "out of memory");
}

static int try_next(Lookup *lookup)
{
        AUTO(message_freep) Message *message = NULL;
        ExchangeRequest request;
        int r;

        /* A new ID each time: what comes late from one server must not answer for another. */
        r = message_new_query(&message, random_u16(), &lookup->name, lookup->type, true);
        if (r < 0)
                return r;
        lookup->tries++;
        request = (ExchangeRequest){
                .server = *current_server(lookup),
                .message = message,
                .tcp = lookup->conf.tcp,
                .timeout_usec = lookup->conf.timeout_usec,
        };
        return exchange_start(&lookup->exchange, lookup->event, &request, on_answer, lookup);
}

int lookup_start(Lookup **ret, sd_event *event, const ResolvConf *conf, const Name *name, uint16_t type,
        LookupDone done, void *userdata)
{
        AUTO(lookup_freep) Lookup *lookup = calloc(1, sizeof *lookup);
        int r;

        if (!lookup)
                return -ENOMEM;
        lookup->event = sd_event_ref(event);
        lookup->conf = *conf;
        lookup->name = *name;
        lookup->type = type;
        lookup->done = done;
        lookup->userdata = userdata;
        r = try_next(lookup);
        if (r < 0)
                return r;
        *ret = STEAL(lookup);
        return 0;
}
