/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/objects.h"

/* What monitor tells of an object, without its name, on one line: how it stands ("in-sync; published
 * 192.0.2.1"), or what happened since `before` ("in-sync -> retrying; 192.0.2.53 does not answer; tries again
 * in 2 s"). "": nothing that a person cares for, only times and lengths that move with everything else.
 * Malloc'ed; NULL when out of memory. */
char *change_describe(const Object *object, const Object *before, usec_t now_usec);
