/* SPDX-License-Identifier: BSD-3-Clause */

/* status: everything on one screen. Of many records only those that somebody may want to look at. */

#include "ctl/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/json.h"
#include "ctl/pools.h"
#include "ctl/problem.h"
#include "ctl/snapshot.h"
#include "ctl/table.h"
#include "ctl/text.h"

enum {
        RECORDS_SHOWN = 30,
};

/* Worst first. */
static const char *const record_states[] = { "parked", "retrying", "unknown", "pending", "in-sync" };

typedef struct Status {
        const Ctl *ctl;
        const Snapshot *snapshot;
        usec_t now_usec; /* CLOCK_REALTIME */
        /* Of each state, how many are not shown. */
        size_t hidden[ARRAY_LENGTH(record_states)];
} Status;

static int print_json(const Snapshot *snapshot)
{
        AUTO(json_putp) json_object *json = NULL;

        for (size_t i = 0; i < snapshot->n_objects && !json; i++)
                if (snapshot->objects[i]->kind == OBJECT_MANAGER)
                        json = json_from_object(snapshot->objects[i], NULL);
        if (!json || json_add(json, "records", json_from_snapshot(snapshot, OBJECT_RECORD)) < 0 ||
                json_add(json, "pools", json_from_snapshot(snapshot, OBJECT_POOL)) < 0 ||
                json_add(json, "providers", json_from_snapshot(snapshot, OBJECT_PROVIDER)) < 0)
                return -ENOMEM;
        return json_print(json, true);
}

static void print_head(const Status *status)
{
        const Manager *manager = snapshot_manager(status->snapshot);
        const Output *output = &status->ctl->output;
        Colour colour = describe_state_colour(manager->state);

        output_text(output, colour, "%s", output_dot(output));
        output_text(output, COLOUR_NONE, " signpostd %s: ", manager->version);
        output_text(output, colour, "%s", manager->state);
        output_text(output, COLOUR_NONE, ", ");
        output_text(output, manager->online ? COLOUR_NONE : COLOUR_YELLOW, "%s",
                manager->online ? "online" : "offline");
        if (describe_observer(manager->observer)) {
                output_text(output, COLOUR_NONE, ", ");
                output_text(
                        output, describe_state_colour(manager->observer), "observer %s", manager->observer);
        }
        output_line(output, COLOUR_NONE, "%s", "");
}

static const Publication *next_record(const Status *status, size_t *index)
{
        const Object *object = snapshot_next(status->snapshot, OBJECT_RECORD, index);

        return object ? &object->record : NULL;
}

/* A line below the record's own: what it is to be, and when that is tried. */
static int add_wanted(Table *table, const Status *status, const Publication *record)
{
        AUTO_FREE char *wanted = describe_addresses(record->wanted);
        bool scheduled = record->next_retry > 0 || strcmp(record->state, "retrying") == 0;
        char next[TEXT_TIME_MAX];

        if (!wanted)
                return -ENOMEM;
        table_add_dotted(table, COLOUR_NONE, "");
        table_add(table, COLOUR_GREY, "wanted");
        table_add(table, COLOUR_NONE, "%s",
                scheduled ? text_until(record->next_retry, status->now_usec, next) : "");
        table_add(table, COLOUR_NONE, "%s", "");
        table_add(table, COLOUR_NONE, "%s", wanted);
        return 0;
}

static int add_record(Table *table, const Status *status, const Publication *record)
{
        AUTO_FREE char *published = describe_addresses(record->published);
        char changed[TEXT_TIME_MAX];

        if (!published)
                return -ENOMEM;
        table_add_dotted(table, describe_state_colour(record->state), record->name);
        table_add(table, describe_state_colour(record->state), "%s", record->state);
        table_add(table, COLOUR_NONE, "%s",
                record->last_change > 0 ? text_ago(record->last_change, status->now_usec, changed) : "-");
        table_add(table, COLOUR_NONE, "%s", record->provider);
        table_add(table, COLOUR_NONE, "%s", published);
        return describe_wants_other(record) ? add_wanted(table, status, record) : 0;
}

/* Index into record_states. */
static size_t rank(const Publication *record)
{
        size_t i = 0;

        while (i < ARRAY_LENGTH(record_states) && strcmp(record_states[i], record->state) != 0)
                i++;
        return i < ARRAY_LENGTH(record_states) ? i : 0; /* one that another version has: to be looked at */
}

static int add_all(Table *table, const Status *status)
{
        const Publication *record;

        for (size_t i = 0; (record = next_record(status, &i));)
                if (add_record(table, status, record) < 0)
                        return -ENOMEM;
        return 0;
}

/* The worst first, none that is in sync, and on a terminal no more than fit. */
static int add_worst(Table *table, Status *status)
{
        size_t in_sync = ARRAY_LENGTH(record_states) - 1;
        size_t room = status->ctl->output.terminal ? RECORDS_SHOWN : SIZE_MAX;
        const Publication *record;

        for (size_t turn = 0; turn <= in_sync; turn++)
                for (size_t i = 0; (record = next_record(status, &i));) {
                        if (rank(record) != turn)
                                continue;
                        if (turn == in_sync || room == 0) {
                                status->hidden[turn]++;
                                continue;
                        }
                        if (add_record(table, status, record) < 0)
                                return -ENOMEM;
                        room--;
                }
        return 0;
}

/* "  … and 958 in-sync, 12 retrying" */
static void print_hidden(const Status *status)
{
        const Output *output = &status->ctl->output;
        const char *separator = output->utf8 ? "  … and " : "  and ";
        bool any = false;

        for (size_t i = 0; i < ARRAY_LENGTH(record_states); i++) {
                if (status->hidden[i] == 0)
                        continue;
                output_text(output, COLOUR_NONE, "%s%zu %s", separator, status->hidden[i], record_states[i]);
                separator = ", ";
                any = true;
        }
        if (any)
                output_line(output, COLOUR_NONE, " (`signpostctl list` shows all)");
}

static int print_records(Status *status)
{
        static const char *const titles[] = { "  RECORD", "STATE", "CHANGED", "PROVIDER", "PUBLISHED" };
        size_t count = snapshot_count(status->snapshot, OBJECT_RECORD);
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        int r;

        if (!table)
                return -ENOMEM;
        if (count == 0 && snapshot_count(status->snapshot, OBJECT_POOL) > 0)
                return 0;
        output_line(&status->ctl->output, COLOUR_NONE, "%s", "");
        if (count == 0) {
                output_line(&status->ctl->output, COLOUR_NONE, "  no records are configured");
                return 0;
        }
        table_add_header(table, titles);
        r = count > RECORDS_SHOWN ? add_worst(table, status) : add_all(table, status);
        if (r >= 0)
                r = table_print(table, &status->ctl->output);
        if (r >= 0)
                print_hidden(status);
        return r;
}

static int print_providers(const Status *status)
{
        static const char *const titles[] = { "  PROVIDER", "STATE", "TYPE", "ZONE", "QUEUE" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        const Provider *provider;

        if (!table)
                return -ENOMEM;
        if (snapshot_count(status->snapshot, OBJECT_PROVIDER) == 0)
                return 0;
        table_add_header(table, titles);
        for (size_t i = 0; (provider = snapshot_next_provider(status->snapshot, &i));) {
                table_add_dotted(table, describe_state_colour(provider->state), provider->name);
                table_add(table, describe_state_colour(provider->state), "%s", provider->state);
                table_add(table, COLOUR_NONE, "%s", provider->type);
                table_add(table, COLOUR_NONE, "%s", *provider->zone ? provider->zone : "-");
                table_add(table, COLOUR_NONE, "%u", provider->queue_length);
        }
        output_line(&status->ctl->output, COLOUR_NONE, "%s", "");
        return table_print(table, &status->ctl->output);
}

int status_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        Status status = {
                .ctl = ctl,
                .snapshot = &snapshot,
                .now_usec = clock_now_usec(CLOCK_REALTIME),
        };
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        if (ctl->arguments.json)
                return print_json(&snapshot);
        print_head(&status);
        r = print_records(&status);
        if (r >= 0)
                r = pools_print(&snapshot, &ctl->output, status.now_usec);
        if (r >= 0)
                r = print_providers(&status);
        if (r >= 0)
                r = problems_print(&snapshot, &ctl->output, status.now_usec);
        return r;
}
