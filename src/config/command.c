/* SPDX-License-Identifier: BSD-3-Clause */

/* Commands: of checks and of hooks. They are run as they stand, without a shell. */

#include "config/command.h"

#include <errno.h>

#include "config/texts.h"
#include "config/value.h"

/* What is no program is added all the same, so that the next one is not taken for the first. */
int command_add(char ***command, const char *argument)
{
        bool is_good = *command || (argument[0] == '/' && value_is_plain(argument));
        int r = texts_add(command, argument);

        return r < 0 || is_good ? r : -EINVAL;
}
