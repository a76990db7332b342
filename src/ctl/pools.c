/* SPDX-License-Identifier: BSD-3-Clause */

/* Pools: as status shows them. What fits on a screen is shown whole; of more, what is well is but counted. */

#include "ctl/pools.h"

#include <errno.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/table.h"
#include "ctl/text.h"

enum {
        POOLS_SHOWN = 30,
        MEMBERS_SHOWN = 30,  /* of all pools together */
        ADDRESSES_SHOWN = 6, /* the members have theirs */
        LINE_INDENT = 4,     /* below a pool */
        ORDER_INDENT = 6,    /* below a member */
};

typedef struct View {
        const Snapshot *snapshot;
        const Output *output;
        Table *table;
        usec_t now_usec;
        bool many_members;             /* those that are well are left out */
        size_t pool_room, member_room; /* how many more there is space for */
        size_t hidden_well, hidden;    /* pools that are not shown */
} View;

/* Worst first. */
static const char *const conditions[] = { "held", "frozen", "overridden", "degraded", "starting", "normal" };

enum {
        RANK_WELL = ARRAY_LENGTH(conditions) - 1,
};

/* Index into conditions. What DNS does not have comes first, and so does what another version has. */
static size_t rank(const Pool *pool)
{
        size_t i = 0;

        if (strcmp(pool->publication.state, "in-sync") != 0)
                return 0;
        while (i < ARRAY_LENGTH(conditions) && strcmp(conditions[i], pool->condition) != 0)
                i++;
        return i < ARRAY_LENGTH(conditions) ? i : 0;
}

/* "192.0.2.11 (connection refused)" */
static void add_address(Table *table, const Member *member)
{
        /* One that has no name of its own has its address's. */
        const char *address = strcmp(member->name, member->address) == 0 ? member->origin : member->address;

        if (*member->last_error)
                table_add(table, COLOUR_NONE, "%s (%s)", address, member->last_error);
        else
                table_add(table, COLOUR_NONE, "%s", address);
}

static int add_member(const View *view, const Member *member)
{
        AUTO_FREE char *order = describe_admin(member, view->now_usec);
        char latency[TEXT_TIME_MAX];

        if (!order)
                return -ENOMEM;
        table_add(view->table, COLOUR_NONE, "    %s", member->name);
        table_add(view->table, describe_state_colour(member->health), "%s", member->health);
        table_add(view->table, COLOUR_NONE, "%s", member->published ? "in" : "out");
        table_add(view->table, COLOUR_NONE, "%s", describe_latency(member, latency));
        table_add(view->table, COLOUR_NONE, "%u", member->priority);
        add_address(view->table, member);
        if (*order)
                table_add_line(view->table, COLOUR_YELLOW, ORDER_INDENT, "%s", order);
        return 0;
}

static void add_hidden_members(const View *view, const Pool *pool, size_t n_well, size_t n_others)
{
        const char *and = view->output->utf8 ? "… and" : "and";
        const char *name = pool->publication.name;

        if (n_well > 0 && n_others > 0)
                table_add_line(view->table, COLOUR_NONE, LINE_INDENT,
                        "%s %zu up, %zu others (`signpostctl list %s` shows all)", and, n_well, n_others,
                        name);
        else if (n_well > 0 || n_others > 0)
                table_add_line(view->table, COLOUR_NONE, LINE_INDENT,
                        "%s %zu %s (`signpostctl list %s` shows all)", and, n_well + n_others,
                        n_well > 0 ? "up" : "more", name);
}

static int add_members(View *view, const Pool *pool)
{
        size_t n_well = 0, n_others = 0;
        const Member *member;

        for (size_t i = 0; (member = snapshot_next_member(view->snapshot, pool, &i));) {
                bool well = describe_is_well(member);

                if (view->many_members && (well || view->member_room == 0)) {
                        n_well += well;
                        n_others += !well;
                        continue;
                }
                if (add_member(view, member) < 0)
                        return -ENOMEM;
                view->member_room--;
        }
        add_hidden_members(view, pool, n_well, n_others);
        return 0;
}

/* What it is to be, and when that is tried. */
static int add_wanted(const View *view, const Publication *publication)
{
        AUTO_FREE char *wanted = describe_some_addresses(publication->wanted, ADDRESSES_SHOWN);
        AUTO_FREE char *next =
                describe_next(publication->state, publication->next_retry, view->now_usec, NULL);

        if (!wanted)
                return -ENOMEM;
        table_add_line(view->table, COLOUR_NONE, LINE_INDENT, "wanted %s%s%s", wanted, next ? "; " : "",
                next ? next : "");
        return 0;
}

static int add_overrides(const View *view, const Pool *pool)
{
        for (size_t i = 0; i < pool->overrides.n; i++) {
                AUTO_FREE char *text = describe_override(&pool->overrides.overrides[i], view->now_usec);

                if (!text)
                        return -ENOMEM;
                table_add_line(view->table, COLOUR_YELLOW, LINE_INDENT, "%s", text);
        }
        return 0;
}

static int add_pool(View *view, const Pool *pool)
{
        const Publication *publication = &pool->publication;
        AUTO_FREE char *published = describe_some_addresses(publication->published, ADDRESSES_SHOWN);
        char priority[TEXT_TIME_MAX];
        int r = 0;

        if (!published)
                return -ENOMEM;
        table_add_dotted(view->table, describe_state_colour(pool->condition), publication->name);
        table_add(view->table, describe_state_colour(pool->condition), "%s", pool->condition);
        table_add(view->table, describe_state_colour(publication->state), "%s", publication->state);
        table_add(view->table, COLOUR_NONE, "%u/%u", pool->members_up, pool->members_total);
        table_add(view->table, COLOUR_NONE, "%s", describe_priority(pool, priority));
        table_add(view->table, COLOUR_NONE, "%s", published);
        if (describe_wants_other(publication))
                r = add_wanted(view, publication);
        if (r >= 0)
                r = add_overrides(view, pool);
        return r < 0 ? r : add_members(view, pool);
}

static int add_all(View *view)
{
        const Pool *pool;

        for (size_t i = 0; (pool = snapshot_next_pool(view->snapshot, &i));)
                if (add_pool(view, pool) < 0)
                        return -ENOMEM;
        return 0;
}

/* None that is well, and on a terminal no more than fit. */
static int add_worst(View *view)
{
        const Pool *pool;

        for (size_t turn = 0; turn <= RANK_WELL; turn++)
                for (size_t i = 0; (pool = snapshot_next_pool(view->snapshot, &i));) {
                        if (rank(pool) != turn)
                                continue;
                        if (turn == RANK_WELL || view->pool_room == 0) {
                                view->hidden_well += turn == RANK_WELL;
                                view->hidden += turn != RANK_WELL;
                                continue;
                        }
                        if (add_pool(view, pool) < 0)
                                return -ENOMEM;
                        view->pool_room--;
                }
        return 0;
}

static void print_hidden(const View *view)
{
        const char *and = view->output->utf8 ? "… and" : "and";

        if (view->hidden_well > 0 && view->hidden > 0)
                output_line(view->output, COLOUR_NONE,
                        "  %s %zu normal, %zu others (`signpostctl list` shows all)", and, view->hidden_well,
                        view->hidden);
        else if (view->hidden_well > 0 || view->hidden > 0)
                output_line(view->output, COLOUR_NONE, "  %s %zu %s (`signpostctl list` shows all)", and,
                        view->hidden_well + view->hidden, view->hidden_well > 0 ? "normal" : "more");
}

int pools_print(const Snapshot *snapshot, const Output *output, usec_t now_usec)
{
        static const char *const titles[] = { "  POOL", "CONDITION", "DNS", "UP/LATENCY", "PRIO", "ADDRESS" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        size_t n_pools = snapshot_count(snapshot, OBJECT_POOL);
        View view = {
                .snapshot = snapshot,
                .output = output,
                .table = table,
                .now_usec = now_usec,
                .many_members = snapshot_count(snapshot, OBJECT_MEMBER) > MEMBERS_SHOWN,
                .pool_room = output->terminal ? POOLS_SHOWN : SIZE_MAX,
                .member_room = output->terminal ? MEMBERS_SHOWN : SIZE_MAX,
        };
        int r;

        if (!table)
                return -ENOMEM;
        if (n_pools == 0)
                return 0;
        table_add_header(table, titles);
        r = n_pools > POOLS_SHOWN ? add_worst(&view) : add_all(&view);
        if (r < 0)
                return r;
        output_line(output, COLOUR_NONE, "%s", "");
        r = table_print(table, output);
        if (r >= 0)
                print_hidden(&view);
        return r;
}
