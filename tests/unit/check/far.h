/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "check/probe.h"
#include "model/address.h"

/* Two network namespaces with a link between them. The test is in the near one; in the far one are the
 * targets, of every kind that there is. The same in IPv4 and IPv6. */
typedef struct Far {
        sd_event *event;
        int near, far;
} Far;

#define LIVE4        "10.98.0.1" /* 10.98.0.0/16 is all there, without a listener */
#define SILENT4      "10.99.1.1"
#define UNREACHABLE4 "10.99.2.1"
#define PROHIBITED4  "10.99.3.1"
#define ROUTER4      "192.0.2.2" /* who says so */
#define NEAR4        "192.0.2.1"
#define NO_ROUTE4    "203.0.113.1"
#define LIVE6        "2001:db8:98::1"
#define SILENT6      "2001:db8:99:1::1"
#define UNREACHABLE6 "2001:db8:99:2::1"
#define PROHIBITED6  "2001:db8:99:3::1"
#define ROUTER6      "2001:db8::2"

bool far_is_possible(void); /* false, and says why, where namespaces are not permitted */

/* cmocka's setup and teardown: *state is the Far. */
int far_setup(void **state);
int far_teardown(void **state);

/* Between the two, what is opened is in the far namespace. */
void far_enter(const Far *far);
void far_leave(const Far *far);

unsigned far_echoes(const Far *far); /* ICMP echo requests that arrived there so far, of both families */

/* "net/ipv4/ping_group_range" of the namespace that this process is in. */
void set_sysctl(const char *name, const char *value);

Address address_of(const char *text);

/* What a probe said. */
typedef struct Outcome {
        unsigned count;
        CheckResult result; /* the last one */
        char reason[256];   /* "": none */
} Outcome;

void outcome_take(void *outcome, CheckResult result, const char *reason); /* ProbeDone */

/* Runs the loop until there are as many; fails after some seconds. */
void await_count(const Far *far, const unsigned *count, unsigned wanted);
void run_pending(const Far *far); /* never waits */
