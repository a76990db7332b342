/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <json-c/json.h>
#include <stddef.h>

#include "config/errors.h"
#include "util/cleanup.h"

static inline void json_putp(json_object **object)
{
        json_object_put(*object); /* takes NULL */
}

/* JSON text (RFC 8259, and comments) -> objects. `text` ends with a NUL that `size` does not count.
 * 0, or 1 when a key stood twice in one object (the first value counts); -EINVAL: no JSON; each of these said
 * in `errors` as "FILE:LINE:COLUMN: …"; -ENOMEM. */
int json_read(json_object **ret, const char *text, size_t size, const char *file, ConfigErrors *errors);
