/* SPDX-License-Identifier: BSD-3-Clause */

/* Log control: level and target of the log, while the daemon runs.
 *
 * sd-bus wants the answer to Properties.Set within the setter, and polkit's word comes later. So the writes
 * are taken before sd-bus sees them, and go the way of a method. */

#include "bus/log-control.h"

#include <errno.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/text.h"
#include "util/log.h"

#define LOG_CONTROL_PATH      "/org/freedesktop/LogControl1"
#define LOG_CONTROL_INTERFACE "org.freedesktop.LogControl1"
#define SET_ACTION            "org.signpost1.set-log-level"

static int set_level(const char *value, sd_bus_error *error)
{
        int level = log_level_from_text(value);

        if (level < 0)
                return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                        "\"%.*s\" is no log level: emerg, alert, crit, err, warning, notice, info or debug",
                        ERROR_QUOTED_MAX, value);
        log_notice("the log level is now %s", log_level_to_text(level));
        log_set_level(level);
        return 0;
}

static int set_target(const char *value, sd_bus_error *error)
{
        int target = log_target_from_text(value);

        if (target < 0)
                return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                        "\"%.*s\" is no log target: journal or console", ERROR_QUOTED_MAX, value);
        log_set_target(target);
        return 0;
}

/* The properties that can be written. */
static const struct {
        const char *property;
        int (*set)(const char *value, sd_bus_error *error);
} setters[] = {
        { "LogLevel", set_level },
        { "LogTarget", set_target },
};

/* Returns the setter's index for a call of Properties.Set, with the message at its value; negative: none. */
static int find_setter(sd_bus_message *message)
{
        const char *interface, *property;

        if (!sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Properties", "Set") ||
                sd_bus_message_read(message, "ss", &interface, &property) < 0 ||
                strcmp(interface, LOG_CONTROL_INTERFACE) != 0)
                return -ENOENT;
        for (size_t i = 0; i < ARRAY_LENGTH(setters); i++)
                if (strcmp(setters[i].property, property) == 0)
                        return (int) i;
        return -ENOENT;
}

static int set_property(const Call *call, sd_bus_error *error)
{
        int setter = find_setter(call->message);
        const char *value;
        int r;

        if (setter < 0)
                return setter;
        r = sd_bus_message_read(call->message, "v", "s", &value);
        if (r < 0)
                return error_set(
                        error, SD_BUS_ERROR_INVALID_ARGS, "%s is a string", setters[setter].property);
        r = setters[setter].set(value, error);
        return r < 0 ? r : sd_bus_reply_method_return(call->message, NULL);
}

/* Sees each call to the object before the vtable does. */
static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Call call = { .bus = bus, .message = message, .user = CALL_ANYBODY };
        int r;

        if (find_setter(message) < 0)
                return 0;
        r = authorizer_ask(bus->authorizer, &call, SET_ACTION, set_property, error);
        return r < 0 ? r : 1;
}

static int get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void) connection;
        (void) path;
        (void) interface;
        (void) userdata;
        (void) error;
        if (strcmp(property, "LogLevel") == 0)
                return text_append(reply, log_level_to_text(log_get_level()));
        if (strcmp(property, "LogTarget") == 0)
                return text_append(reply, log_target_to_text(log_get_target()));
        return text_append(reply, program_invocation_short_name);
}

/* Makes the property writable in the introspection data; on_call() takes each write. */
static int refuse_to_set(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *value, void *userdata, sd_bus_error *error)
{
        (void) connection;
        (void) path;
        (void) interface;
        (void) property;
        (void) value;
        (void) userdata;
        (void) error;
        return -EACCES;
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_WRITABLE_PROPERTY("LogLevel", "s", get_property, refuse_to_set, 0, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_WRITABLE_PROPERTY(
                "LogTarget", "s", get_property, refuse_to_set, 0, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("SyslogIdentifier", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

int log_control_add_object(Bus *bus, sd_bus *connection)
{
        int r = sd_bus_add_object(connection, NULL, LOG_CONTROL_PATH, on_call, bus);

        return r < 0 ? r
                     : sd_bus_add_object_vtable(
                               connection, NULL, LOG_CONTROL_PATH, LOG_CONTROL_INTERFACE, vtable, bus);
}
