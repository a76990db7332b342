/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"

/* org.freedesktop.LogControl1: what `systemctl service-log-level` speaks to. */

/* Puts the object on a connection that has not begun. */
int log_control_add_object(Bus *bus, sd_bus *connection);
