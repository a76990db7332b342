/* SPDX-License-Identifier: BSD-3-Clause */

/* explain: why each address of this host is, or is not, in a record. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/explain.h"
#include "ctl/json.h"
#include "ctl/snapshot.h"
#include "ctl/table.h"

typedef struct AddressVerdict {
        const char *address;
        const char *interface; /* "": the configuration names the address */
        int taken;
        const char *reason;
} AddressVerdict;

/* A record or a pool; *ret stays NULL where none has the name. With several somebody has to say which one. */
static int find_object(const Snapshot *snapshot, const char *name, const Object **ret, sd_bus_error *error)
{
        size_t n_records = snapshot_count(snapshot, OBJECT_RECORD), first = 0;
        size_t n = n_records + snapshot_count(snapshot, OBJECT_POOL);

        if (name) {
                *ret = snapshot_find_name(snapshot, OBJECT_POOL, name);
                if (!*ret)
                        *ret = snapshot_find_name(snapshot, OBJECT_RECORD, name);
                return 0;
        }
        if (n == 0)
                return sd_bus_error_set(error, SD_BUS_ERROR_FILE_NOT_FOUND, "there are no records");
        if (n > 1)
                return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS,
                        "which %s? There are %zu: `signpostctl list` shows them",
                        n == n_records ? "record" : "name", n);
        *ret = snapshot_next(snapshot, n_records > 0 ? OBJECT_RECORD : OBJECT_POOL, &first);
        return 0;
}

static int ask(Client *client, const char *name, sd_bus_message **ret_reply, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = client_new_call(client, &call, DAEMON_PATH, MANAGER_INTERFACE, "Explain");

        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", name);
        if (r < 0)
                return r;
        return client_call(client, call, CLIENT_TIMEOUT_USEC, ret_reply, error);
}

/* 1: *ret is the next one of an a(ssbs) that was entered; 0: no more. */
static int next_verdict(sd_bus_message *reply, AddressVerdict *ret)
{
        return sd_bus_message_read(
                reply, "(ssbs)", &ret->address, &ret->interface, &ret->taken, &ret->reason);
}

static json_object *verdict_to_json(const AddressVerdict *verdict)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json || json_add_text(json, "address", verdict->address) < 0 ||
                json_add_text(json, "interface", *verdict->interface ? verdict->interface : NULL) < 0 ||
                json_add_boolean(json, "taken", verdict->taken) < 0 ||
                json_add_text(json, "reason", verdict->reason) < 0)
                return NULL;
        return STEAL(json);
}

static int print_json(sd_bus_message *reply, const char *name)
{
        AUTO(json_putp) json_object *json = json_object_new_object();
        json_object *addresses = json_object_new_array();
        AddressVerdict verdict;
        int r;

        if (!json) {
                json_object_put(addresses);
                return -ENOMEM;
        }
        if (json_add_text(json, "name", name) < 0 || json_add(json, "addresses", addresses) < 0)
                return -ENOMEM;
        while ((r = next_verdict(reply, &verdict)) > 0)
                if (json_append(addresses, verdict_to_json(&verdict)) < 0)
                        return -ENOMEM;
        return r < 0 ? r : json_print(json, true);
}

/* "yes: it is taken" would say it twice. */
static const char *reason_beside_verdict(const AddressVerdict *verdict)
{
        return verdict->taken && strcmp(verdict->reason, "it is taken") == 0 ? "" : verdict->reason;
}

static int print_table(const Ctl *ctl, sd_bus_message *reply)
{
        static const char *const titles[] = { "  ADDRESS", "INTERFACE", "TAKEN", "REASON" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        AddressVerdict verdict;
        size_t n = 0;
        int r;

        if (!table)
                return -ENOMEM;
        if (!ctl->arguments.no_legend)
                table_add_header(table, titles);
        while ((r = next_verdict(reply, &verdict)) > 0) {
                table_add_dotted(table, verdict.taken ? COLOUR_GREEN : COLOUR_GREY, verdict.address);
                table_add(table, COLOUR_NONE, "%s", *verdict.interface ? verdict.interface : "-");
                table_add(table, verdict.taken ? COLOUR_GREEN : COLOUR_NONE, "%s",
                        verdict.taken ? "yes" : "no");
                table_add(table, COLOUR_NONE, "%s", reason_beside_verdict(&verdict));
                n++;
        }
        if (r < 0)
                return r;
        if (n > 0)
                return table_print(table, &ctl->output);
        output_line(&ctl->output, COLOUR_NONE, "this host has no address of a family that the record wants");
        return 0;
}

int explain_publication(const Ctl *ctl, const Object *object)
{
        const Publication *record = object_publication(object);
        AUTO_FREE char *published = describe_addresses(record->published);
        AUTO_FREE char *wanted = describe_addresses(record->wanted);
        AUTO(table_freep) Table *table = table_new(2);
        int r;

        if (!published || !wanted || !table)
                return -ENOMEM;
        table_add_dotted(table, COLOUR_NONE, "wanted");
        table_add(table, COLOUR_NONE, "%s", wanted);
        table_add_dotted(table, COLOUR_NONE, "published");
        table_add(table, COLOUR_NONE, "%s", published);
        output_text(
                &ctl->output, describe_state_colour(object_state(object)), "%s", output_dot(&ctl->output));
        output_text(&ctl->output, COLOUR_NONE, " %s: %s", record->name, object_state(object));
        if (object->kind == OBJECT_POOL)
                output_text(&ctl->output, COLOUR_NONE, ", %s", record->state);
        output_line(&ctl->output, COLOUR_NONE, "%s", "");
        r = table_print(table, &ctl->output);
        output_line(&ctl->output, COLOUR_NONE, "%s", "");
        return r;
}

static int explain_record(Ctl *ctl, const Object *record, const char *name, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = ask(ctl->client, name, &reply, error);

        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(reply, 'a', "(ssbs)");
        if (r < 0)
                return r;
        if (ctl->arguments.json)
                return print_json(reply, name);
        if (record && !ctl->arguments.no_legend) {
                r = explain_publication(ctl, record);
                if (r < 0)
                        return r;
        }
        return print_table(ctl, reply);
}

int explain_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const Object *object = NULL;
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        r = find_object(&snapshot, ctl->arguments.operands[0], &object, error);
        if (r < 0)
                return r;
        if (object && object->kind == OBJECT_POOL)
                return explain_pool(ctl, &snapshot, object);
        /* A name that we do not find the daemon does not know either: let it say so. */
        return explain_record(ctl, object, object ? object_name(object) : ctl->arguments.operands[0], error);
}
