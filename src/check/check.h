/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "policy/health.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* One target that is looked at again and again until it is freed: what whoever wants to know of it sees of a
 * check, however it is done. */
typedef struct Check Check;

typedef struct CheckSample {
        CheckResult result;
        usec_t latency_usec; /* from the start to the answer; OK only */
        const char *reason;  /* what went wrong: "connection refused"; NULL for OK. Borrowed */
} CheckSample;

/* Called from the loop, never from within a call of one of the functions below. May free checks, this one too. */
typedef void (*CheckReport)(void *userdata, const CheckSample *sample);

typedef struct CheckOps {
        Check *(*free)(Check *check); /* NULL */
        void (*set_fast)(Check *check, bool fast);
        void (*now)(Check *check);
        void (*discard)(Check *check);
} CheckOps;

struct Check {
        const CheckOps *ops;
        CheckReport report;
        void *userdata;
};

Check *check_free(Check *check);
DEFINE_FREEP(Check, check_free)

/* From now on at the fast interval, or at the ordinary one. The next check is as soon as that says, counted from
 * the last one's start. */
void check_set_fast(Check *check, bool fast);

/* Looks as soon as it can, unless it does already. */
void check_now(Check *check);

/* The result under way, if any, is thrown away; the next check is as planned. */
void check_discard(Check *check);
