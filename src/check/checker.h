/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "check/check.h"
#include "config/config.h"
#include "model/address.h"
#include "util/cleanup.h"

/* Checks targets over the network: when, and how many at once. The same target is checked once however many
 * want to know of it. */
typedef struct Checker Checker;

/* Opens no socket before the first check needs one. */
int checker_new(Checker **ret, sd_event *event);
/* After all of its checks. */
Checker *checker_free(Checker *checker);
DEFINE_FREEP(Checker, checker_free)

/* config: borrowed for as long as the check lives. Which phase of the interval it gets follows from how many there
 * are. -ENOMEM. */
int checker_add(Checker *checker, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report, void *userdata);
