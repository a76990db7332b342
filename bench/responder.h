/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "model/tsig-key.h"

/* A DNS server on 127.0.0.1 port 53 of a host, over UDP and TCP. It is authoritative for example.com, knows
 * no name there but the zone's own, and says NOERROR to every UPDATE without keeping anything of it. */
typedef struct Responder Responder;

#define RESPONDER_ZONE    "example.com"
#define RESPONDER_ADDRESS "127.0.0.1"
#define RESPONDER_PORT    "53"

/* key: what requests are signed with and answers as well; borrowed. NULL: unsigned.
 * tcp: listen there too. */
Responder *responder_new(const Host *host, const TsigKey *key, bool tcp);
Responder *responder_free(Responder *responder);

typedef struct Request {
        uint64_t arrived_nsec; /* CLOCK_MONOTONIC: when the last of it was received */
        size_t size;           /* bytes */
        bool is_update;
        size_t names; /* that it updates */
} Request;

/* Is there a request within this time? */
bool responder_wait(const Responder *responder, int timeout_msec);

/* Receives one. False: none came for five seconds. */
bool responder_receive(Responder *responder, Request *ret);

/* Answers the one that was received last. */
void responder_answer(Responder *responder);
