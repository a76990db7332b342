/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"

/* The manager's methods that are answered when DNS has it: see Method. */
int publish_record(Bus *bus, sd_bus_message *call, sd_bus_error *error);
int publish_without_interface(Bus *bus, sd_bus_message *call, sd_bus_error *error);
