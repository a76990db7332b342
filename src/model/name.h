/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_WIRE_MAX 255 /* RFC 1035 section 3.1 */
#define NAME_TEXT_MAX 1024

/* A domain name, always absolute, in wire format without compression. A value: copy it freely.
 * Letters keep their case; comparisons do not look at it (RFC 4343). */
typedef struct Name {
        uint8_t length; /* bytes of `wire` in use, with the root's zero */
        uint8_t wire[NAME_WIRE_MAX];
} Name;

extern const Name name_root;

/* Presentation format (RFC 1035 section 5.1: \. and \DDD), with or without the last dot.
 * -EINVAL: an empty label or a bad escape; -ENAMETOOLONG: a label over 63 bytes or a name over 255. */
int name_from_text(Name *ret, const char *text);

/* Wire format without compression, which must end within `size`. Returns the bytes used, or -EBADMSG. */
int name_from_wire(Name *ret, const uint8_t *wire, size_t size);

/* Writes into `buffer` and returns it: no last dot, but "." for the root. */
const char *name_to_text(const Name *name, char buffer[static NAME_TEXT_MAX]);

bool name_equal(const Name *a, const Name *b);

/* Canonical order (RFC 4034 section 6.1): <0, 0, >0. */
int name_compare(const Name *a, const Name *b);

/* True for the zone's own name too. */
bool name_is_within(const Name *name, const Name *zone);

/* Labels, without the root's. */
unsigned name_labels(const Name *name);

/* The name without its first label; false (and untouched) for the root. */
bool name_parent(const Name *name, Name *ret);

/* Lower-cases the letters A to Z in place: the form that digests want (RFC 8945 section 4.3.3). */
void name_to_lower(Name *name);
