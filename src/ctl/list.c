/* SPDX-License-Identifier: BSD-3-Clause */

/* list: for scripts and for the eye, one line a record or pool, or a member of one pool. */

#include "ctl/command.h"

#include <errno.h>

#include "ctl/describe.h"
#include "ctl/json.h"
#include "ctl/members.h"
#include "ctl/snapshot.h"
#include "ctl/table.h"

static int add_name(Table *table, const Object *object)
{
        const Publication *publication = object_publication(object);
        AUTO_FREE char *published = describe_addresses(publication->published);

        if (!published)
                return -ENOMEM;
        table_add(table, COLOUR_NONE, "%s", publication->name);
        table_add(table, describe_state_colour(publication->state), "%s", publication->state);
        table_add(table, COLOUR_NONE, "%s", publication->provider);
        table_add(table, COLOUR_NONE, "%u", publication->ttl);
        table_add(table, COLOUR_NONE, "%s", object_kind_to_text(object->kind));
        table_add(table, COLOUR_NONE, "%s", published);
        return 0;
}

static int print_names(const Ctl *ctl, const Snapshot *snapshot)
{
        static const char *const titles[] = { "NAME", "STATE", "PROVIDER", "TTL", "KIND", "PUBLISHED" };
        static const ObjectKind kinds[] = { OBJECT_RECORD, OBJECT_POOL };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        const Object *object;

        if (!table)
                return -ENOMEM;
        if (!ctl->arguments.no_legend)
                table_add_header(table, titles);
        for (size_t kind = 0; kind < ARRAY_LENGTH(kinds); kind++)
                for (size_t i = 0; (object = snapshot_next(snapshot, kinds[kind], &i));)
                        if (add_name(table, object) < 0)
                                return -ENOMEM;
        return table_print(table, &ctl->output);
}

static void print_total(const Ctl *ctl, const Snapshot *snapshot)
{
        size_t n_records = snapshot_count(snapshot, OBJECT_RECORD);
        size_t n_pools = snapshot_count(snapshot, OBJECT_POOL);

        output_line(&ctl->output, COLOUR_NONE, "%s", "");
        output_text(&ctl->output, COLOUR_NONE, "%zu record%s", n_records, n_records == 1 ? "" : "s");
        if (n_pools > 0)
                output_text(&ctl->output, COLOUR_NONE, ", %zu pool%s", n_pools, n_pools == 1 ? "" : "s");
        output_line(&ctl->output, COLOUR_NONE, "%s", "");
}

static int print_json(const Snapshot *snapshot)
{
        AUTO(json_putp) json_object *array = json_object_new_array();

        if (!array || json_append_snapshot(array, snapshot, OBJECT_RECORD) < 0 ||
                json_append_snapshot(array, snapshot, OBJECT_POOL) < 0)
                return -ENOMEM;
        return json_print(array, true);
}

int list_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const Pool *pool = NULL;
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        if (ctl->arguments.operands[0]) {
                r = members_find_pool(&pool, &snapshot, ctl->client, ctl->arguments.operands[0], error);
                return r < 0 ? r : members_print(ctl, &snapshot, pool, NULL);
        }
        if (ctl->arguments.json)
                return print_json(&snapshot);
        r = print_names(ctl, &snapshot);
        if (r >= 0 && !ctl->arguments.no_legend)
                print_total(ctl, &snapshot);
        return r;
}
