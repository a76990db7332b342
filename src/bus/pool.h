/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "engine/event.h"

/* The signal FailedOver of the event's pool: EVENT_FAILOVER or EVENT_FAILBACK. -ENOMEM. */
int pool_new_failed_over(sd_bus *bus, const Event *event, sd_bus_message **ret);
