/* SPDX-License-Identifier: BSD-3-Clause */

/* explain, of a pool: why each member is, or is not, in DNS. */

#include <errno.h>

#include "ctl/describe.h"
#include "ctl/explain.h"
#include "ctl/json.h"
#include "ctl/table.h"
#include "ctl/verdict.h"

static json_object *member_to_json(const Member *member, const Verdict *verdict)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json || json_add_text(json, "name", member->name) < 0 ||
                json_add_text(json, "address", member->address) < 0 ||
                json_add_boolean(json, "taken", verdict->wanted) < 0 ||
                json_add_boolean(json, "published", member->published) < 0 ||
                json_add_text(json, "reason", verdict->reason) < 0)
                return NULL;
        return STEAL(json);
}

static int print_json(const Snapshot *snapshot, const Pool *pool, usec_t now_usec)
{
        AUTO(json_putp) json_object *json = json_object_new_object(), *members = json_object_new_array();
        const Member *member;

        if (!json || !members || json_add_text(json, "name", pool->publication.name) < 0)
                return -ENOMEM;
        for (size_t i = 0; (member = snapshot_next_member(snapshot, pool, &i));) {
                AUTO(verdict_done) Verdict verdict = { 0 };

                if (verdict_of(&verdict, snapshot, pool, member, now_usec) < 0 ||
                        json_append(members, member_to_json(member, &verdict)) < 0)
                        return -ENOMEM;
        }
        if (json_add(json, "members", STEAL(members)) < 0)
                return -ENOMEM;
        return json_print(json, true);
}

static int add_member(
        Table *table, const Snapshot *snapshot, const Pool *pool, const Member *member, usec_t now_usec)
{
        AUTO(verdict_done) Verdict verdict = { 0 };

        if (verdict_of(&verdict, snapshot, pool, member, now_usec) < 0)
                return -ENOMEM;
        table_add_dotted(table, verdict.wanted ? COLOUR_GREEN : COLOUR_GREY, member->name);
        table_add(table, COLOUR_NONE, "%s", member->address);
        table_add(table, verdict.wanted ? COLOUR_GREEN : COLOUR_NONE, "%s", verdict.wanted ? "yes" : "no");
        table_add(table, COLOUR_NONE, "%s", member->published ? "in" : "out");
        table_add(table, COLOUR_NONE, "%s", verdict.reason);
        return 0;
}

static int print_table(const Ctl *ctl, const Snapshot *snapshot, const Pool *pool, usec_t now_usec)
{
        static const char *const titles[] = { "  MEMBER", "ADDRESS", "TAKEN", "DNS", "REASON" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        const Member *member;

        if (!table)
                return -ENOMEM;
        if (!ctl->arguments.no_legend)
                table_add_header(table, titles);
        for (size_t i = 0; (member = snapshot_next_member(snapshot, pool, &i));)
                if (add_member(table, snapshot, pool, member, now_usec) < 0)
                        return -ENOMEM;
        return table_print(table, &ctl->output);
}

int explain_pool(const Ctl *ctl, const Snapshot *snapshot, const Object *pool)
{
        usec_t now_usec = clock_now_usec(CLOCK_REALTIME);
        int r;

        if (ctl->arguments.json)
                return print_json(snapshot, &pool->pool, now_usec);
        if (!ctl->arguments.no_legend) {
                r = explain_publication(ctl, pool);
                if (r < 0)
                        return r;
        }
        return print_table(ctl, snapshot, &pool->pool, now_usec);
}
