/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/schema.h"

/* What to say about a key that no table knows. chosen: the variant in force, -1 when that is not known.
 * Completes "unknown key", and returns `buffer`. */
#define HINT_MAX 512
const char *hint_for_key(
        const ObjectSchema *schema, int chosen, const char *key, char buffer[static HINT_MAX]);
