/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/output.h"
#include "ctl/snapshot.h"

/* Prints what is wrong, why, and what happens next: one entry for all records and pools that have the same
 * trouble at the same provider. Nothing where all is well. -ENOMEM. */
int problems_print(const Snapshot *snapshot, const Output *output, usec_t now_usec);
