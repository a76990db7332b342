/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "util/cleanup.h"

/* All that is wrong with a configuration, in the order in which it was found. */
typedef struct ConfigErrors {
        size_t count;
        char **texts; /* "FILE:LINE:COLUMN: …" or "FILE: path/of/the/value: must be …, not …" */
} ConfigErrors;

void config_errors_done(ConfigErrors *errors);
void config_errors_add(ConfigErrors *errors, const char *format, ...) __attribute__((format(printf, 2, 3)));
