/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-event.h>

#include "config/config.h"
#include "model/address.h"
#include "policy/health.h"
#include "util/cleanup.h"

/* One way of checking (ICMP, TCP, HTTP, a command): looks at a target once each time that it is asked, and keeps
 * the time-out. When to look is the checker's to say. */
typedef struct Prober Prober;

/* One look that is under way. */
typedef struct Probe Probe;

/* reason: NULL for CHECK_OK, else what is wrong; borrowed. The probe is gone when it is called. */
typedef void (*ProbeDone)(void *userdata, CheckResult result, const char *reason);

typedef struct ProberOps {
        int (*start)(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
                ProbeDone done, void *userdata);
        void (*cancel)(Prober *prober, Probe *probe);
        Prober *(*free)(Prober *prober); /* NULL */
} ProberOps;

struct Prober {
        const ProberOps *ops;
};

/* Begins. `done` is called once, from the loop, never from within this call, unless the probe is cancelled before. config:
 * borrowed until then. Negative errno when it could not be begun for reasons of our own (EMFILE, ENOBUFS, …), which says
 * nothing about the target. */
int prober_start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address, ProbeDone done,
        void *userdata);
void prober_cancel(Prober *prober, Probe *probe);
/* After its probes. */
Prober *prober_free(Prober *prober);
DEFINE_FREEP(Prober, prober_free)

int icmp_prober_new(Prober **ret, sd_event *event);
int tcp_prober_new(Prober **ret, sd_event *event);
int http_prober_new(Prober **ret, sd_event *event);
int exec_prober_new(Prober **ret, sd_event *event);
