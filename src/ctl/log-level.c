/* SPDX-License-Identifier: BSD-3-Clause */

/* log-level: as `systemctl service-log-level`, which not everybody knows of. */

#include "ctl/command.h"

#include <errno.h>

#include "ctl/json.h"
#include "util/log.h"

#define LOG_CONTROL_PATH      "/org/freedesktop/LogControl1"
#define LOG_CONTROL_INTERFACE "org.freedesktop.LogControl1"

static int get_level(Client *client, sd_bus_message **ret_reply, const char **ret_level, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        int r = client_new_call(client, &call, LOG_CONTROL_PATH, PROPERTY_INTERFACE, "Get");

        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", LOG_CONTROL_INTERFACE, "LogLevel");
        if (r < 0)
                return r;
        r = client_call(client, call, CLIENT_TIMEOUT_USEC, &reply, error);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "v", "s", ret_level);
        if (r < 0)
                return r;
        *ret_reply = STEAL(reply);
        return 0;
}

static int set_level(Client *client, const char *level, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = client_new_privileged_call(client, &call, LOG_CONTROL_PATH, PROPERTY_INTERFACE, "Set");

        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ssv", LOG_CONTROL_INTERFACE, "LogLevel", "s", level);
        if (r < 0)
                return r;
        return client_call(client, call, CLIENT_TIMEOUT_USEC, NULL, error);
}

static int print_json(const char *level)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json || json_add_text(json, "log_level", level) < 0)
                return -ENOMEM;
        return json_print(json, true);
}

int log_level_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *wanted = ctl->arguments.operands[0], *level;
        int r;

        if (wanted && log_level_from_text(wanted) < 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                        "no log level \"%s\": there are emerg, alert, crit, err, warning, notice, info, "
                        "debug",
                        wanted);
        if (wanted) {
                r = set_level(ctl->client, log_level_to_text(log_level_from_text(wanted)), error);
                if (r < 0)
                        return r;
        }
        r = get_level(ctl->client, &reply, &level, error);
        if (r < 0)
                return r;
        if (ctl->arguments.json)
                return print_json(level);
        output_line(&ctl->output, COLOUR_NONE, "%s", level);
        return 0;
}
