/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/command.h"
#include "ctl/snapshot.h"

/* What explain prints of a pool: each of its members, and why it is in DNS or not. -ENOMEM. */
int explain_pool(const Ctl *ctl, const Snapshot *snapshot, const Object *pool);

/* What stands above it, of a record as well: how it stands, and its addresses. -ENOMEM. */
int explain_publication(const Ctl *ctl, const Object *object);
