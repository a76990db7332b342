/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/kind.h"
#include "engine/engine.h"

/* Our own errors. The message always has the facts: it is all that most clients show. */
#define ERROR_PREFIX            "org.signpost1.Error."
#define ERROR_NO_SUCH_RECORD    ERROR_PREFIX "NoSuchRecord"
#define ERROR_NO_SUCH_PROVIDER  ERROR_PREFIX "NoSuchProvider"
#define ERROR_NO_SUCH_POOL      ERROR_PREFIX "NoSuchPool"
#define ERROR_NO_SUCH_MEMBER    ERROR_PREFIX "NoSuchMember"
#define ERROR_NO_SUCH_INTERFACE ERROR_PREFIX "NoSuchInterface"
#define ERROR_BAD_CONFIGURATION ERROR_PREFIX "BadConfiguration"
#define ERROR_NOT_PUBLISHED     ERROR_PREFIX "NotPublished"
#define ERROR_WOULD_EMPTY_POOL  ERROR_PREFIX "WouldEmptyPool"
#define ERROR_NOT_OVERRIDDEN    ERROR_PREFIX "NotOverridden"
#define ERROR_TIMEOUT           ERROR_PREFIX "Timeout"
#define ERROR_BUSY              ERROR_PREFIX "Busy"

/* How much of a caller's own words an error repeats: a printf() precision. */
enum {
        ERROR_QUOTED_MAX = 256,
};

/* Each fills in `error` and returns a negative errno, for a handler to return. */
int error_set(sd_bus_error *error, const char *name, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* Of a kind that has a noun. */
int error_no_such_object(sd_bus_error *error, const Kind *kind, const Engine *engine, const char *name);
/* Neither a record nor a pool. */
int error_no_such_name(sd_bus_error *error, const Engine *engine, const char *name);
int error_no_such_member(sd_bus_error *error, const Engine *engine, const Name *pool, const char *member);
int error_no_such_interface(sd_bus_error *error, const char *interface);
int error_stopping(sd_bus_error *error); /* the daemon is about to end: nothing is done any more */
int error_bad_name(sd_bus_error *error, const char *name, int reason); /* reason: of name_from_text() */
