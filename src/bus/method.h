/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "model/name.h"

/* Does what was asked for. Answers the call, now or later, and returns 0 or more; or a negative errno, with
 * `error` filled in where there is more to say, which becomes the answer. */
typedef int (*MethodHandler)(Bus *bus, sd_bus_message *call, sd_bus_error *error);

/* What a method does, and which polkit action one needs for it. */
typedef struct Method {
        const char *member;
        const char *action; /* NULL: anybody may */
        MethodHandler handler;
} Method;

/* Handles a call of one of the methods, at once or when it is authorized. The table ends with a NULL member.
 * Returns as a handler does. */
int method_call(Bus *bus, const Method *methods, sd_bus_message *call, sd_bus_error *error);

/* Reads a domain name: with or without the last dot, in any case. Negative errno, with `error` filled in. */
int method_read_name(sd_bus_message *call, Name *ret, sd_bus_error *error);
