/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "ctl/command.h"

#define DAEMON_ERROR(name)   "org.signpost1.Error." name
#define ERROR_NO_SUCH_MEMBER DAEMON_ERROR("NoSuchMember")

/* Nobody has the daemon's name on the bus. */
bool failure_is_absence(const sd_bus_error *error);

/* Says on stderr, in words and with what to do about it, why the command failed: the negative errno and the
 * error that it returned. ctl->client may be NULL: there is no bus. */
void failure_say(Ctl *ctl, int r, const sd_bus_error *error);
