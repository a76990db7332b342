/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/rrset.h"

/* What a value was, in 64 bits: enough to see whether it is another one now. */
typedef uint64_t Digest;

#define DIGEST_START ((Digest) 0xcbf29ce484222325) /* FNV-1a */

Digest digest_bytes(Digest digest, const void *bytes, size_t size);
Digest digest_number(uint64_t number);
Digest digest_text(const char *text); /* NULL: as "" */

/* The values of both sets in their order; either may be NULL. TTLs do not count. */
Digest digest_values(const RRset *const sets[static 2]);
