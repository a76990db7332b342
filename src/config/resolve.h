/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/reader.h"
#include "config/secrets.h"

/* The draft, which was read without a gap, becomes a configuration: references are followed, secrets read,
 * defaults that depend on other values set. Takes out of the draft what it uses. -EINVAL: `reader` has
 * errors, these or earlier ones; -ENOMEM. */
int config_resolve(Config **ret, Draft *draft, const SecretPlaces *places, Reader *reader);
