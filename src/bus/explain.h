/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/method.h"

/* The method Explain(name) of the manager: see Method. */
int explain_record(const Call *call, sd_bus_error *error);
