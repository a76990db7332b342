/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/method.h"

/* The manager's methods that are answered when DNS has it: see Method. */
int publish_record(const Call *call, sd_bus_error *error);
int publish_without_interface(const Call *call, sd_bus_error *error);
