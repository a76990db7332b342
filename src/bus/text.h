/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

/* Text for the bus, which shuts out whoever sends it anything but UTF-8. Names of interfaces, what a
 * configuration says and what is cut to fit may be any bytes. */

/* Appends a string (NULL: "") to the message, scrubbed. */
int text_append(sd_bus_message *message, const char *text);
