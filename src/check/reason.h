/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "util/clock.h"

/* What people are told of a check that did not go well. */

/* Does this errno (positive), which came after the first packet was out, speak of our own resources instead
 * of the target? What fails before that always does, but for ECONNREFUSED. */
bool reason_is_ours(int error);

/* "connection refused"; never NULL. */
const char *reason_of_error(int error);

/* "no answer within 2 s". Writes into `buffer` and returns it. */
#define REASON_TIMEOUT_MAX 64
const char *reason_of_timeout(usec_t timeout_usec, char buffer[static REASON_TIMEOUT_MAX]);
