/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "config/config.h"
#include "model/interfaces.h"
#include "model/name.h"
#include "policy/select.h"

/* Remembers what the log was told of each address of a source, and tells what is different now. */
typedef struct Told {
        size_t n_taken, n_all; /* where they were only counted */
        size_t count;
        struct ToldAddress *addresses;
} Told;

void told_done(Told *told);

/* Logs each address that is newly taken, newly left (with the reason) or gone. A host with hundreds of
 * addresses is spared: then only their number is told. `record`: one that uses this source. */
void told_update(Told *told, const SourceConfig *source, const Selection *selection, const Interfaces *facts,
        const Name *record);
