/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"

/* The method Explain(name) of the manager: see Method. */
int explain_record(Bus *bus, sd_bus_message *call, sd_bus_error *error);
