/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "config/config.h"
#include "model/interfaces.h"
#include "model/name.h"
#include "policy/select.h"

/* Remembers what the log was told of each address of a source, and tells what is different now. */
typedef struct Explained {
        size_t n_taken, n_all; /* where they were only counted */
        size_t count;
        struct ExplainedAddress *addresses;
} Explained;

void explained_done(Explained *told);

/* Logs each address that is newly taken, newly left (with the reason) or gone. A host with hundreds of
 * addresses is spared: then only their number is told. `record`: one that uses this source. */
void explained_update(Explained *told, const SourceConfig *source, const Selection *selection, const Interfaces *facts,
        const Name *record);
