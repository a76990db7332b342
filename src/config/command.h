/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Adds an argument to a command, which is a list of texts (config/texts). The first is the absolute path of
 * what is run. -EINVAL, -ENOMEM. */
int command_add(char ***command, const char *argument);
