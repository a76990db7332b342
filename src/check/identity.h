/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "model/address.h"

/* When are two checks one and the same? When they look at the same address in the same way. How many results
 * make a verdict ("rise", "fall") is of no concern here. */

bool identity_equal(const CheckConfig *a, const CheckConfig *b);

/* The same for checks that are the same. */
uint32_t identity_hash(const CheckConfig *config, const Address *address);
