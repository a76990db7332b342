/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

#include "util/clock.h"

/* The values that properties have, as members of structs. */

typedef enum ValueType {
        FIELD_STRING,    /* char *, never NULL */
        FIELD_STRINGS,   /* char **, see ctl/string-list.h */
        FIELD_UINT32,    /* uint32_t */
        FIELD_BOOLEAN,   /* bool */
        FIELD_TIME,      /* usec_t, CLOCK_REALTIME */
        FIELD_DURATION,  /* usec_t */
        FIELD_OVERRIDES, /* Overrides */
} ValueType;

/* A failover, by hand: this member alone serves its family. */
typedef struct Override {
        char *member;
        usec_t until;        /* CLOCK_REALTIME; 0: until failback */
        char *user, *reason; /* reason "": none was given */
} Override;

typedef struct Overrides {
        size_t n;
        Override *overrides;
} Overrides;

bool overrides_contain(const Overrides *overrides, const Override *override);

/* Each is given where the value stands. */

/* Makes zeroed memory a value of that type: nothing. -ENOMEM. */
int value_init(ValueType type, void *value);
void value_done(ValueType type, void *value);

/* The same as `from`, in zeroed memory. -ENOMEM. */
int value_copy(ValueType type, void *value, const void *from);
bool value_equal(ValueType type, const void *a, const void *b);

/* In the place of the value that was there. Negative errno: the message has something else. */
int value_read(ValueType type, void *value, sd_bus_message *message);
const char *value_signature(ValueType type);
