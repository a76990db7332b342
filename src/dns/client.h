/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "dns/message.h"
#include "dns/server-address.h"
#include "dns/tsig.h"
#include "dns/wire.h"
#include "model/tsig-key.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* One question to one server address and its answer, on sd-event: UDP with retransmission, TCP by choice or
 * when the answer was cut. Each exchange has a socket of its own (a random source port) and what does not
 * match it in ID, opcode, question or signature is not its answer. */
typedef struct Exchange Exchange;

typedef enum ExchangeResult {
        EXCHANGE_ANSWERED,    /* a matching answer; verified when the request was signed */
        EXCHANGE_UNVERIFIED,  /* only answers whose signature we could not accept; tsig says why */
        EXCHANGE_TIMED_OUT,   /* no answer: nobody knows whether the request arrived */
        EXCHANGE_UNREACHABLE, /* refused, no route, no socket, a connection that broke; `error` says why */
} ExchangeResult;

typedef struct ExchangeAnswer {
        ExchangeResult result;
        int error;           /* positive errno for EXCHANGE_UNREACHABLE */
        bool sent;           /* the request may have arrived, so that a write may have taken */
        WireMessage message; /* of ANSWERED, and the last one of UNVERIFIED; good only in the callback */
        TsigResult tsig;     /* what our check said */
        TsigVerdict verdict; /* what the peer's TSIG record said (BADKEY, BADTIME, its clock) */
} ExchangeAnswer;

/* Called exactly once, never from within exchange_start(); the exchange may be freed in it. */
typedef void (*ExchangeDone)(void *userdata, const ExchangeAnswer *answer);

typedef struct ExchangeRequest {
        ServerAddress server;
        const Message *message; /* unsigned; copied; its ID is that of the exchange */
        const TsigKey *key;     /* NULL: unsigned; must outlive the exchange */
        bool tcp;               /* not UDP at all */
        int *spare_fd;       /* a socket by exchange_open_spare() for UDP to this server's family, taken when
                              * it serves (-1 then); NULL or -1: none */
        usec_t timeout_usec; /* for the whole exchange */
        /* Seconds since 1970, for TSIG; NULL: the clock. */
        uint64_t (*now_sec)(void);
} ExchangeRequest;

/* A socket for an exchange to come, to save the time then: not bound to anything yet, so that it does not
 * matter how addresses and routes change meanwhile. Returns it, or what socket(2) said. */
int exchange_open_spare(const ServerAddress *server);

/* Sends at once. UDP is sent again after 1 s, 2 s, 4 s … (sooner when the whole time is less than 4 s) until
 * the time is over; a message over 1232 bytes goes by TCP. A server's bad key or time answer, which is not
 * signed, is believed only when the wait for a better one is over (at most 1 s). -ENOMEM and other errors
 * that are not the server's. */
int exchange_start(
        Exchange **ret, sd_event *event, const ExchangeRequest *request, ExchangeDone done, void *userdata);

/* Ends it without a call, if it is still going on. */
Exchange *exchange_free(Exchange *exchange);
DEFINE_FREEP(Exchange, exchange_free)
