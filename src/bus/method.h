/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "bus/bus.h"
#include "model/name.h"

/* A method call on its way. All borrowed. */
typedef struct Call {
        Bus *bus;
        sd_bus_message *message;
        uid_t user; /* who asks; CALL_ANYBODY: it was not asked, because anybody may */
} Call;

#define CALL_ANYBODY ((uid_t) -1)

/* Does what was asked for. Answers the call, now or later, and returns 0 or more; or a negative errno, with
 * `error` filled in where there is more to say, which becomes the answer. */
typedef int (*MethodHandler)(const Call *call, sd_bus_error *error);

/* What a method does, and which polkit action one needs for it. */
typedef struct Method {
        const char *member;
        const char *action; /* NULL: anybody may */
        MethodHandler handler;
} Method;

/* Handles a call of one of the methods, at once or when it is authorized. The table ends with a NULL member.
 * Returns as a handler does. */
int method_call(Bus *bus, const Method *methods, sd_bus_message *message, sd_bus_error *error);

/* Reads a domain name: with or without the last dot, in any case. Negative errno, with `error` filled in. */
int method_read_name(sd_bus_message *message, Name *ret, sd_bus_error *error);
