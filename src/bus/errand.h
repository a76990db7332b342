/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "model/name.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Calls that are answered when DNS has it: each waits until its records and pools are not under way any
 * more. */
typedef struct Errands Errands;

/* Both are borrowed. */
int errands_new(Errands **ret, sd_event *event, const Engine *engine);
Errands *errands_free(Errands *errands);
DEFINE_FREEP(Errands, errands_free)

/* Is there room for one more? Else Error.Busy, before anything was done. */
int errands_check_room(const Errands *errands, sd_bus_error *error);

/* Takes over `names`; after a reload they are the new configuration's records and pools of these
 * names. The answer is
 * nothing when DNS has all of them as they are wanted, else NotPublished with what is wrong, or Timeout after
 * that time. Returns 1, or -ENOMEM. */
int errands_add(Errands *errands, sd_bus_message *message, Name *names, size_t n_names, usec_t timeout_usec);

/* Answers those that can be answered now. */
void errands_check(Errands *errands);

/* The connection is lost: nobody waits for an answer any more. */
void errands_drop(Errands *errands);
