/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/config.h"

/* What is allowed, but hardly meant: "pools/www.example.com/minimum: …". Looks at the programs of checks and
 * hooks too, as this process sees them. */
void config_warn(const Config *config, ConfigErrors *warnings);
