/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "model/change.h"
#include "model/rrset.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* A provider carries changes to authoritative DNS and reads back what is there. One operation at a time; each
 * ends in exactly one call of its `done`, which never comes from within the call that began it. */

typedef enum OutcomeKind {
        OUTCOME_APPLIED,  /* (of a read: here is what there is) */
        OUTCOME_CONFLICT, /* what we expected is not there: read, decide again */
        OUTCOME_REFUSED,  /* a person must act; `reason` says what to do */
        OUTCOME_RETRY,    /* not now */
} OutcomeKind;

typedef struct Outcome {
        OutcomeKind kind;
        bool uncertain;          /* nobody knows whether the write took: read before the next exact expectation */
        bool everything;         /* whatever the change is: no server, a wrong key, a zone that is not there */
        usec_t retry_after_usec; /* what the server asked for; 0: our own back-off */
        char reason[320];        /* for a person; "" when applied */
} Outcome;

void outcome_set(Outcome *ret, OutcomeKind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* One RRset that was asked for. kind is APPLIED (set: as it stands there, NULL: absent) or REFUSED (this name
 * alone cannot be kept: `reason`). */
typedef struct ReadResult {
        Name name;
        uint16_t type;
        OutcomeKind kind;
        RRset *set; /* owned by the provider until the callback returns; steal it by setting NULL */
        char reason[160];
} ReadResult;

typedef struct Provider Provider;

/* The callbacks that an owner hands in. */
typedef struct ProviderEvents {
        /* outcome APPLIED: all of `results` are there, in the order asked. */
        void (*read_done)(void *userdata, const Outcome *outcome, ReadResult *results, size_t n);
        void (*apply_done)(void *userdata, const Outcome *outcome);
        void *userdata;
} ProviderEvents;

typedef struct RRsetKey {
        Name name;
        uint16_t type;
} RRsetKey;

typedef struct ProviderOps {
        Provider *(*free)(Provider *provider);
        int (*read)(Provider *provider, const RRsetKey *keys, size_t n);
        int (*apply)(Provider *provider, const ChangeSet *changes);
        /* How much of the budget of one change set a change takes. */
        size_t (*cost)(const Provider *provider, const Change *change);
        size_t budget;
        /* Addresses, links or routes came back: forget which servers seemed dead. */
        void (*network_returned)(Provider *provider);
} ProviderOps;

/* The head of each provider's own struct. */
struct Provider {
        const ProviderOps *ops;
        const ProviderConfig *config;
        ProviderEvents events;
};

Provider *provider_free(Provider *provider); /* drops what is in flight without a call */
DEFINE_FREEP(Provider, provider_free)

/* Negative errno: could not even begin; no call will come. */
int provider_read(Provider *provider, const RRsetKey *keys, size_t n);
int provider_apply(Provider *provider, const ChangeSet *changes);
size_t provider_cost(const Provider *provider, const Change *change);
void provider_network_returned(Provider *provider);
