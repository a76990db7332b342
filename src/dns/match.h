/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "dns/wire.h"

/* Does `message` answer `request`, by all that stands in them? Who sent it, and its signature, are for
 * others. */
bool message_answers(const WireMessage *message, const WireMessage *request);
