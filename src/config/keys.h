/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/report.h"
#include "config/secrets.h"

TsigKey *tsig_key_free(TsigKey *key);
DEFINE_FREEP(TsigKey, tsig_key_free)

/* The key that the draft describes, with its secret out of its file. What is wrong is reported, and
 * `ret` then NULL; -ENOMEM. */
int key_load(TsigKey **ret, const KeyDraft *draft, const SecretPlaces *places, Report *report);
