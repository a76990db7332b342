/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/command.h"

#include <string.h>

static const Command commands[] = {
        {
                .name = "status",
                .help = "show what is published and what is wrong (the default)",
                .options = OPTION_JSON,
                .run = status_run,
        },
        {
                .name = "list",
                .help = "list the records, one a line",
                .options = OPTION_JSON | OPTION_LEGEND,
                .run = list_run,
        },
        {
                .name = "explain",
                .operand = "[NAME]",
                .help = "say of each address why it is taken or left",
                .options = OPTION_JSON | OPTION_LEGEND,
                .run = explain_run,
        },
        {
                .name = "publish",
                .operand = "[NAME]",
                .help = "publish a record, or all; end when DNS has it",
                .options = OPTION_FORCE,
                .action = "org.signpost1.publish",
                .doing = "publish records",
                .run = publish_run,
        },
        {
                .name = "refresh",
                .help = "read addresses and DNS again, and retry what waits",
                .action = "org.signpost1.refresh",
                .doing = "let signpostd look again",
                .run = refresh_run,
        },
        {
                .name = "reload",
                .help = "read the configuration again",
                .action = "org.signpost1.reload",
                .doing = "reload the configuration",
                .run = reload_run,
        },
        {
                .name = "monitor",
                .help = "show each change as it comes",
                .options = OPTION_JSON,
                .run = monitor_run,
        },
        {
                .name = "log-level",
                .operand = "[LEVEL]",
                .help = "show, or set, how much is logged: emerg to debug",
                .options = OPTION_JSON,
                .action = "org.signpost1.set-log-level",
                .doing = "set the log level",
                .run = log_level_run,
        },
        {
                .name = "withdraw",
                .operand = "INTERFACE",
                .min_operands = 1,
                .help = "take an interface's addresses out of DNS",
                .options = OPTION_TIMEOUT,
                .action = "org.signpost1.publish",
                .doing = "withdraw addresses",
                .never_asks = true,
                .run = withdraw_run,
        },
        { 0 },
};

const Command *command_table(void)
{
        return commands;
}

const Command *command_find(const char *name)
{
        for (const Command *command = commands; command->name; command++)
                if (strcmp(command->name, name) == 0)
                        return command;
        return NULL;
}
