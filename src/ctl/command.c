/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/command.h"

#include <string.h>

#define ORDER_OPTIONS (OPTION_FOR | OPTION_REASON | OPTION_FORCE)

/* clang-format off */
/* One of those that say what becomes of a member. */
#define ADMIN(word, state, takes, text)              \
        {                                            \
                .name = word,                        \
                .operands = "POOL MEMBER",           \
                .help = text,                        \
                .options = takes,                    \
                .action = "org.signpost1.set-admin", \
                .doing = "take members in or out",   \
                .admin = state,                      \
                .run = admin_run,                    \
        }
/* clang-format on */

static const Command commands[] = {
        {
                .name = "status",
                .help = "show what is published and what is wrong: default",
                .options = OPTION_JSON,
                .run = status_run,
        },
        {
                .name = "list",
                .operands = "[POOL]",
                .help = "list names, or a pool's members, one a line",
                .options = OPTION_JSON | OPTION_LEGEND,
                .run = list_run,
        },
        {
                .name = "explain",
                .operands = "[NAME]",
                .help = "say of each address or member why it is in or out",
                .options = OPTION_JSON | OPTION_LEGEND,
                .run = explain_run,
        },
        {
                .name = "publish",
                .operands = "[NAME]",
                .help = "publish a record or pool, or all, and wait for DNS",
                .options = OPTION_FORCE,
                .action = "org.signpost1.publish",
                .doing = "publish records",
                .run = publish_run,
        },
        {
                .name = "failover",
                .operands = "POOL MEMBER",
                .help = "let this member alone serve the pool",
                .options = ORDER_OPTIONS,
                .action = "org.signpost1.failover",
                .doing = "fail pools over",
                .run = failover_run,
        },
        {
                .name = "failback",
                .operands = "POOL",
                .help = "end a failover, or go back: as the checks say",
                .options = OPTION_REASON,
                .action = "org.signpost1.failover",
                .doing = "fail pools back",
                .run = failback_run,
        },
        ADMIN("drain", "drain", ORDER_OPTIONS, "take a member out: send nobody new there"),
        ADMIN("maintenance", "maintenance", ORDER_OPTIONS, "take a member out: somebody works on it"),
        ADMIN("down", "down", ORDER_OPTIONS, "take a member out, whatever its checks say"),
        ADMIN("up", "up", ORDER_OPTIONS, "keep a member in, whatever its checks say"),
        ADMIN("auto", "none", OPTION_REASON, "end these four: let its checks decide again"),
        {
                .name = "check",
                .operands = "POOL [MEMBER]",
                .help = "check members now, and show what comes of it",
                .options = OPTION_JSON | OPTION_LEGEND,
                .action = "org.signpost1.refresh",
                .doing = "have members checked",
                .run = check_run,
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
                .operands = "[LEVEL]",
                .help = "show, or set, how much is logged: emerg to debug",
                .options = OPTION_JSON,
                .action = "org.signpost1.set-log-level",
                .doing = "set the log level",
                .run = log_level_run,
        },
        {
                .name = "withdraw",
                .operands = "INTERFACE",
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
