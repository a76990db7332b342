/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/report.h"

/* The provider of a record, or of a pool's part that is one: the one that it names, else the one with the
 * longest zone around its name. NULL: there is none, or not one only, which is reported unless it follows
 * from an error that was. */
const ProviderConfig *match_provider(
        const Config *config, const Draft *draft, const RecordDraft *record, Report *report);
