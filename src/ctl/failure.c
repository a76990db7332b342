/* SPDX-License-Identifier: BSD-3-Clause */

/* Failure: what the bus, polkit and the daemon answer, as sentences that say what to do. The daemon's own
 * errors have the facts in their message already. */

#include "ctl/failure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/snapshot.h"
#include "util/nearest.h"

static bool is_one_of(const sd_bus_error *error, const char *const *names)
{
        for (; error->name && *names; names++)
                if (strcmp(error->name, *names) == 0)
                        return true;
        return false;
}

#define ERROR_IS(error, ...) is_one_of(error, (const char *const[]){ __VA_ARGS__, NULL })

/* An error need not have a message. */
static const char *words_of(const sd_bus_error *error)
{
        return error->message ? error->message : error->name;
}

bool failure_is_absence(const sd_bus_error *error)
{
        return ERROR_IS(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_SERVICE_UNKNOWN);
}

static void say_who_may(const Command *command)
{
        if (command->action)
                complain_more("Root may, and so may those whom polkit's rules allow %s (see polkit(8)).",
                        command->action);
}

static void say_denied(const Command *command, const sd_bus_error *error)
{
        complain(
                "you may not %s: %s", command->doing ? command->doing : "talk to signpostd", words_of(error));
        say_who_may(command);
}

static void say_authentication_needed(const Command *command)
{
        complain("you may %s only after authentication, and %s",
                command->doing ? command->doing : "talk to signpostd",
                command->never_asks ? "this command never asks for it" : "there is nobody to ask here");
        complain_more(command->never_asks ? "Run it as root." : "Run it at a terminal, where you are asked.");
        say_who_may(command);
}

/* A message that has a line for each thing that is wrong, under a title. */
static void say_lines(const char *title, const char *lines)
{
        complain("%s", title);
        while (*lines) {
                size_t length = strcspn(lines, "\n");

                complain_more("  %.*s", (int) length, lines);
                lines += length + (lines[length] == '\n');
        }
}

static void say_nearest(const Nearest *nearest)
{
        if (nearest->found)
                complain_more("Did you mean %s?", nearest->found);
}

/* Where a pool has to be named nothing else is offered. */
static void say_no_such_name(Ctl *ctl, bool only_pools, const sd_bus_error *error)
{
        AUTO(sd_bus_error_free) sd_bus_error ignored = SD_BUS_ERROR_NULL;
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const char *name = ctl->arguments.operands[0];
        Nearest nearest = nearest_to(name);
        const Object *object;

        complain("%s", words_of(error));
        if (snapshot_read(&snapshot, ctl->client, &ignored) < 0)
                return;
        if (only_pools && snapshot_find_name(&snapshot, OBJECT_RECORD, name)) {
                complain_more("%s is a record.", name);
                return;
        }
        for (size_t i = 0; (object = snapshot_next(&snapshot, OBJECT_POOL, &i));)
                nearest_offer(&nearest, object_name(object));
        for (size_t i = 0; !only_pools && (object = snapshot_next(&snapshot, OBJECT_RECORD, &i));)
                nearest_offer(&nearest, object_name(object));
        say_nearest(&nearest);
}

static void say_no_such_member(Ctl *ctl, const sd_bus_error *error)
{
        AUTO(sd_bus_error_free) sd_bus_error ignored = SD_BUS_ERROR_NULL;
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        Nearest nearest = nearest_to(ctl->arguments.operands[1]);
        const Object *pool = NULL;
        const Member *member;

        complain("%s", words_of(error));
        if (snapshot_read(&snapshot, ctl->client, &ignored) >= 0)
                pool = snapshot_find_name(&snapshot, OBJECT_POOL, ctl->arguments.operands[0]);
        for (size_t i = 0; pool && (member = snapshot_next_member(&snapshot, &pool->pool, &i));)
                nearest_offer(&nearest, member->name);
        say_nearest(&nearest);
}

/* DNS does not have it, or not yet. */
static void say_not_published(const Command *command, const sd_bus_error *error)
{
        if (strchr(words_of(error), '\n'))
                say_lines("this did not reach DNS:", words_of(error));
        else
                complain("%s", words_of(error));
        if (command->options & OPTION_REASON)
                complain_more("The order stands all the same, and signpostd goes on with it.");
}

/* Those that have the facts in their message, and more to be said. */
static void say_answer(Ctl *ctl, const sd_bus_error *error)
{
        const Arguments *arguments = &ctl->arguments;

        if (ERROR_IS(error, DAEMON_ERROR("BadConfiguration"))) {
                say_lines("the configuration is bad, and the one before it stays in force:", words_of(error));
        } else if (ERROR_IS(error, DAEMON_ERROR("NotPublished"), DAEMON_ERROR("Timeout"))) {
                say_not_published(arguments->command, error);
        } else if (ERROR_IS(error, DAEMON_ERROR("NoSuchRecord")) && arguments->operands[0]) {
                say_no_such_name(ctl, false, error);
        } else if (ERROR_IS(error, DAEMON_ERROR("NoSuchPool")) && arguments->operands[0]) {
                say_no_such_name(ctl, true, error);
        } else if (ERROR_IS(error, ERROR_NO_SUCH_MEMBER) && arguments->operands[1]) {
                say_no_such_member(ctl, error);
        } else {
                complain("%s", words_of(error));
                if (ERROR_IS(error, DAEMON_ERROR("WouldEmptyPool")) && !strstr(words_of(error), "force"))
                        complain_more("If that is meant, add --force.");
        }
}

static void say_error(Ctl *ctl, const sd_bus_error *error)
{
        const Command *command = ctl->arguments.command;

        if (failure_is_absence(error)) {
                complain("signpostd is not running");
                complain_more("Start it with `systemctl start signpostd`.");
        } else if (ERROR_IS(error, SD_BUS_ERROR_ACCESS_DENIED)) {
                say_denied(command, error);
        } else if (ERROR_IS(error, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED)) {
                say_authentication_needed(command);
        } else if (ERROR_IS(error, SD_BUS_ERROR_NO_REPLY)) {
                complain("%s went away before it answered",
                        client_is_connected(ctl->client) ? "signpostd" : "the system bus");
                complain_more("`journalctl -u signpostd` may say why.");
        } else if (ERROR_IS(error, SD_BUS_ERROR_UNKNOWN_METHOD, SD_BUS_ERROR_UNKNOWN_OBJECT,
                           SD_BUS_ERROR_UNKNOWN_INTERFACE, SD_BUS_ERROR_UNKNOWN_PROPERTY)) {
                complain("signpostd does not know this: %s", words_of(error));
                complain_more(
                        "Is it another version than signpostctl? `systemctl restart signpostd` runs the "
                        "installed one.");
        } else {
                say_answer(ctl, error);
        }
}

static void say_no_bus(int r)
{
        const char *address = getenv("DBUS_SYSTEM_BUS_ADDRESS");

        complain("cannot connect to the system bus (%s): %s",
                address ? address : "/run/dbus/system_bus_socket", strerror(-r));
        complain_more("signpostctl reaches signpostd over D-Bus: is dbus running?");
}

static void say_timeout(Ctl *ctl)
{
        if (!client_is_connected(ctl->client)) {
                complain("the system bus does not answer");
        } else if (ctl->arguments.command->options & OPTION_TIMEOUT) {
                complain("not done within %g s; signpostd goes on with it",
                        (double) ctl->arguments.timeout_usec / (double) USEC_PER_SEC);
        } else {
                complain("signpostd does not answer");
                complain_more("`systemctl status signpostd` and `journalctl -u signpostd` may say why.");
        }
}

void failure_say(Ctl *ctl, int r, const sd_bus_error *error)
{
        if (!ctl->client)
                say_no_bus(r);
        else if (sd_bus_error_is_set(error))
                say_error(ctl, error);
        else if (r == -ETIMEDOUT)
                say_timeout(ctl);
        else if (r == -ENOTCONN || r == -ECONNRESET)
                complain("the system bus went away");
        else if (!client_is_connected(ctl->client)) /* it does not let us in */
                say_no_bus(r);
        else
                complain("%s", strerror(-r));
}
