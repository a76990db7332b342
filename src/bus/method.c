/* SPDX-License-Identifier: BSD-3-Clause */

/* Method: the one way from a call to what it does, past polkit where the table says so. */

#include "bus/method.h"

#include <errno.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"

int method_call(Bus *bus, const Method *methods, sd_bus_message *message, sd_bus_error *error)
{
        const char *member = sd_bus_message_get_member(message);
        const Call call = { .bus = bus, .message = message, .user = CALL_ANYBODY };
        const Method *method = methods;
        int r;

        while (method->member && strcmp(method->member, member) != 0)
                method++;
        if (!method->member)
                return -EOPNOTSUPP; /* the vtable names one that the table does not */
        r = method->action ? authorizer_ask(bus->authorizer, &call, method->action, method->handler, error)
                           : method->handler(&call, error);
        return r < 0 ? r : 1;
}

int method_read_name(sd_bus_message *message, Name *ret, sd_bus_error *error)
{
        const char *text;
        int r = sd_bus_message_read(message, "s", &text);

        if (r < 0)
                return r;
        r = name_from_text(ret, text);
        return r < 0 ? error_bad_name(error, text, r) : 0;
}
