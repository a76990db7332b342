/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/name.h"

/* The parts of a message that have an inner structure: names and RDATA. For the wire reader alone; everybody
 * else goes through wire.h. */

/* Reads the name at `at`, of which nothing may lie at or behind `end`, and takes its labels and pointers off
 * `steps`. Returns the bytes that it takes up at `at`, or -EBADMSG. */
int wire_read_name(const uint8_t *message, size_t at, size_t end, size_t *steps, Name *ret);

/* Does the RDATA in [at, end) have the structure of its type, to the last byte? Types that we do not know can
 * hold anything. Writes it with its names decompressed to `out` (NULL: only looks; else WIRE_MESSAGE_MAX
 * bytes). Returns the length that it has then, or -EBADMSG. */
int wire_expand_rdata(
        const uint8_t *message, uint16_t type, size_t at, size_t end, size_t *steps, uint8_t *out);
