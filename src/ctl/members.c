/* SPDX-License-Identifier: BSD-3-Clause */

/* Members: of one pool, found and listed for the commands that are about one. */

#include "ctl/members.h"

#include <errno.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/failure.h"
#include "ctl/json.h"
#include "ctl/table.h"

int members_get_pool_path(char **ret, Client *client, const char *name, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        const char *path;
        int r = client_new_call(client, &call, DAEMON_PATH, MANAGER_INTERFACE, "GetPool");

        if (r >= 0)
                r = sd_bus_message_append(call, "s", name);
        if (r >= 0)
                r = client_call(client, call, CLIENT_TIMEOUT_USEC, &reply, error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

int members_find_pool(
        const Pool **ret, const Snapshot *snapshot, Client *client, const char *name, sd_bus_error *error)
{
        const Object *object = snapshot_find_name(snapshot, OBJECT_POOL, name);
        AUTO_FREE char *path = NULL;
        int r;

        if (!object) { /* the daemon may read the name otherwise, or has words for its absence */
                r = members_get_pool_path(&path, client, name, error);
                if (r < 0)
                        return r;
                object = snapshot_find(snapshot, path, OBJECT_POOL);
        }
        if (!object)
                return -ENOENT;
        *ret = &object->pool;
        return 0;
}

bool members_is_unknown(const sd_bus_error *error)
{
        return sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
               sd_bus_error_has_name(error, ERROR_NO_SUCH_MEMBER);
}

int members_set_unknown(sd_bus_error *error, const char *pool, const char *member)
{
        sd_bus_error_free(error);
        return sd_bus_error_setf(
                error, ERROR_NO_SUCH_MEMBER, "the pool %s has no member \"%s\"", pool, member);
}

static json_object *to_json(const Snapshot *snapshot, const Pool *pool, const char *only)
{
        AUTO(json_putp) json_object *array = json_object_new_array();
        const Object *object;

        if (!only)
                return json_from_members(snapshot, pool);
        for (size_t i = 0; array && (object = snapshot_next(snapshot, OBJECT_MEMBER, &i));)
                if (pool_has_member(pool, &object->member) && strcmp(object->member.name, only) == 0 &&
                        json_append(array, json_from_object(object, NULL)) < 0)
                        return NULL;
        return STEAL(array);
}

static int print_json(const Snapshot *snapshot, const Pool *pool, const char *only)
{
        AUTO(json_putp) json_object *array = to_json(snapshot, pool, only);

        return array ? json_print(array, true) : -ENOMEM;
}

static void add_member(Table *table, const Member *member)
{
        char latency[TEXT_TIME_MAX];

        table_add(table, COLOUR_NONE, "%s", member->name);
        table_add(table, COLOUR_NONE, "%s", member->address);
        table_add(table, COLOUR_NONE, "%u", member->priority);
        table_add(table, describe_state_colour(member->health), "%s", member->health);
        table_add(table, describe_is_ordered(member) ? COLOUR_YELLOW : COLOUR_NONE, "%s", member->admin);
        table_add(table, COLOUR_NONE, "%s", member->published ? "in" : "out");
        table_add(table, COLOUR_NONE, "%s", describe_latency(member, latency));
        table_add(table, COLOUR_NONE, "%s", member->last_error);
}

static int print_table(const Ctl *ctl, const Snapshot *snapshot, const Pool *pool, const char *only)
{
        static const char *const titles[] = { "MEMBER", "ADDRESS", "PRIO", "HEALTH", "ADMIN", "DNS",
                "LATENCY", "ERROR" };
        AUTO(table_freep) Table *table = table_new(ARRAY_LENGTH(titles));
        const Member *member;

        if (!table)
                return -ENOMEM;
        if (!ctl->arguments.no_legend)
                table_add_header(table, titles);
        for (size_t i = 0; (member = snapshot_next_member(snapshot, pool, &i));)
                if (!only || strcmp(member->name, only) == 0)
                        add_member(table, member);
        return table_print(table, &ctl->output);
}

int members_print(const Ctl *ctl, const Snapshot *snapshot, const Pool *pool, const char *only)
{
        int r;

        if (ctl->arguments.json)
                return print_json(snapshot, pool, only);
        r = print_table(ctl, snapshot, pool, only);
        if (r < 0 || only || ctl->arguments.no_legend)
                return r;
        output_line(&ctl->output, COLOUR_NONE, "%s", "");
        output_line(
                &ctl->output, COLOUR_NONE, "%u of %u members are up", pool->members_up, pool->members_total);
        return 0;
}
