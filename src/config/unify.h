/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/config.h"

/* Moves a source or a check over to the configuration, which owns it then; returns it. The room for it is
 * there. */
const SourceConfig *config_take_source(Config *config, SourceConfig **source); /* NULL: none */
const CheckConfig *config_take_check(Config *config, CheckConfig **check);

/* Leave each distinct one once, in the records and pools too: what is selected (checked) for one is selected
 * for all that share it. */
void unify_sources(Config *config);
void unify_checks(Config *config);
