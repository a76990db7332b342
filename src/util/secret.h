/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/cleanup.h"

/* Bytes that nobody may see: wiped when freed. There is no way to print one. */
typedef struct Secret {
        size_t size;
        uint8_t bytes[];
} Secret;

/* A copy of `size` bytes; NULL when out of memory. The caller wipes its own copy. */
Secret *secret_new(const void *bytes, size_t size);
Secret *secret_free(Secret *secret);
DEFINE_FREEP(Secret, secret_free)

/* Equal in size and bytes, in time that does not depend on the bytes. */
_Bool secret_equal(const Secret *a, const Secret *b);
