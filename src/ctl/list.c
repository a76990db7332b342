/* SPDX-License-Identifier: BSD-3-Clause */

/* list: for scripts and for the eye, one line a record. */

#include "ctl/command.h"

#include <errno.h>

#include "ctl/describe.h"
#include "ctl/json.h"
#include "ctl/snapshot.h"
#include "ctl/table.h"

static int print_table(const Ctl *ctl, const Snapshot *snapshot)
{
        static const char *const titles[] = { "NAME", "STATE", "PROVIDER", "TTL", "PUBLISHED" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        const Record *record;

        if (!table)
                return -ENOMEM;
        if (!ctl->arguments.no_legend)
                table_add_header(table, titles);
        for (size_t i = 0; (record = snapshot_next_record(snapshot, &i));) {
                AUTO_FREE char *published = describe_addresses(record->published);

                if (!published)
                        return -ENOMEM;
                table_add(table, COLOUR_NONE, "%s", record->name);
                table_add(table, describe_state_colour(record->state), "%s", record->state);
                table_add(table, COLOUR_NONE, "%s", record->provider);
                table_add(table, COLOUR_NONE, "%u", record->ttl);
                table_add(table, COLOUR_NONE, "%s", published);
        }
        return table_print(table, &ctl->output);
}

int list_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        size_t n;
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        if (ctl->arguments.json) {
                AUTO(json_putp) json_object *json = json_from_snapshot(&snapshot, OBJECT_RECORD);

                return json ? json_print(json, true) : -ENOMEM;
        }
        r = print_table(ctl, &snapshot);
        if (r < 0 || ctl->arguments.no_legend)
                return r;
        n = snapshot_count(&snapshot, OBJECT_RECORD);
        output_line(&ctl->output, COLOUR_NONE, "%s", "");
        output_line(&ctl->output, COLOUR_NONE, "%zu record%s", n, n == 1 ? "" : "s");
        return 0;
}
