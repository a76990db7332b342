/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/output.h"
#include "ctl/snapshot.h"

/* Prints the pools, each with its members below it, as a block of its own; nothing where there are none. Of
 * many only those that somebody may want to look at. -ENOMEM. */
int pools_print(const Snapshot *snapshot, const Output *output, usec_t now_usec);
