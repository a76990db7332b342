/* SPDX-License-Identifier: BSD-3-Clause */

/* Explain: each address of a record's sources, and why it is in DNS or not. */

#include "bus/explain.h"

#include <errno.h>
#include <stdio.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/kind.h"
#include "bus/text.h"
#include "policy/select.h"

typedef struct Explanation {
        sd_bus_message *reply;
        int r; /* of the first append that failed */
} Explanation;

static const char *reason_of(const SelectVerdict *verdict, char buffer[static SELECT_TEXT_MAX])
{
        char published[ADDRESS_TEXT_MAX];

        if (!select_reason_is_taken(verdict->reason) || address_equal(&verdict->address, &verdict->published))
                return select_verdict_to_text(verdict, buffer);
        snprintf(buffer, SELECT_TEXT_MAX, "it is taken with the \"suffix\", as %s",
                address_to_text(&verdict->published, published));
        return buffer;
}

static int append_verdict(sd_bus_message *reply, const SelectVerdict *verdict)
{
        char address[ADDRESS_TEXT_MAX], reason[SELECT_TEXT_MAX];
        int taken = select_reason_is_taken(verdict->reason);
        int r = sd_bus_message_open_container(reply, 'r', "ssbs");

        if (r >= 0)
                r = text_append(reply, address_to_text(&verdict->address, address));
        if (r >= 0)
                r = text_append(reply, verdict->interface);
        if (r >= 0)
                r = sd_bus_message_append_basic(reply, 'b', &taken);
        if (r >= 0)
                r = text_append(reply, reason_of(verdict, reason));
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static void on_verdict(void *userdata, const SelectVerdict *verdict)
{
        Explanation *explanation = userdata;

        if (explanation->r >= 0)
                explanation->r = append_verdict(explanation->reply, verdict);
}

int explain_record(const Call *call, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Explanation explanation = { 0 };
        char text[NAME_TEXT_MAX];
        Name name;
        int r = method_read_name(call->message, &name, error);

        if (r >= 0)
                r = sd_bus_message_new_method_return(call->message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(ssbs)");
        if (r < 0)
                return r;
        explanation.reply = reply;
        r = engine_explain(call->bus->engine, &name, on_verdict, &explanation);
        if (r == -ENOENT)
                return error_no_such_object(
                        error, &record_kind, call->bus->engine, name_to_text(&name, text));
        if (r >= 0)
                r = explanation.r;
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}
