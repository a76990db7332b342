/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "ctl/snapshot.h"

/* Why a member of a pool is, or is not, in DNS. */
typedef struct Verdict {
        bool wanted; /* by the pool; DNS may not have it yet */
        char *reason;
} Verdict;

void verdict_done(Verdict *verdict);

/* *ret is to be done with verdict_done(). -ENOMEM. */
int verdict_of(
        Verdict *ret, const Snapshot *snapshot, const Pool *pool, const Member *member, usec_t now_usec);
