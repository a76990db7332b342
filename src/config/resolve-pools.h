/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/report.h"

/* The draft's pools, after the records. Takes out of the draft what it uses. -ENOMEM. */
int resolve_pools(Config *config, Draft *draft, Report *report);
