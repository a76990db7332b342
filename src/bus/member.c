/* SPDX-License-Identifier: BSD-3-Clause */

/* org.signpost1.Member: one server of a pool, how its checks find it, and the operator's word on it. */

#include <errno.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/kind.h"
#include "bus/order.h"
#include "bus/path.h"

/* Methods. */

static int read_admin(sd_bus_message *message, MemberAdmin *ret, sd_bus_error *error)
{
        const char *text;
        int r = sd_bus_message_read(message, "s", &text);

        if (r < 0)
                return r;
        r = member_admin_from_text(text);
        if (r < 0)
                return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                        "\"%.*s\" is no state: none, up, down, drain or maintenance", ERROR_QUOTED_MAX, text);
        *ret = (MemberAdmin) r;
        return 0;
}

static int set_admin(const Call *call, sd_bus_error *error)
{
        AUTO_FREE char *member = NULL;
        OrderArguments arguments;
        MemberAdmin admin = ADMIN_NONE;
        Name pool;
        int r = path_to_member(sd_bus_message_get_path(call->message), &pool, &member);

        if (r >= 0)
                r = read_admin(call->message, &admin, error);
        if (r >= 0)
                r = order_read(call, true, &arguments, error);
        if (r < 0)
                return r;
        r = engine_set_admin(call->bus->engine, &pool, member, admin, &arguments.order);
        return order_answer(call, &pool, member, r, error);
}

static int check_member(const Call *call, sd_bus_error *error)
{
        AUTO_FREE char *member = NULL;
        Name pool;
        int r = path_to_member(sd_bus_message_get_path(call->message), &pool, &member);

        if (r < 0)
                return r;
        r = engine_check_now(call->bus->engine, &pool, member);
        return r == ORDER_DONE ? sd_bus_reply_method_return(call->message, NULL)
                               : order_answer(call, &pool, member, r, error);
}

static const Method methods[] = {
        { "SetAdmin", "org.signpost1.set-admin", set_admin },
        { "CheckNow", "org.signpost1.refresh", check_member },
        { 0 },
};

/* Properties. */

static PropertyList list(const Object *object)
{
        const MemberStatus *status = &object->member;

        return (PropertyList){ {
                { "Name", PROPERTY_TEXT, .text = status->name },
                { "Address", PROPERTY_ADDRESS, .address = &status->address },
                { "Priority", PROPERTY_NUMBER, .number = status->priority },
                { "Origin", PROPERTY_TEXT, .text = member_origin_to_text(status->origin) },
                { "Health", PROPERTY_TEXT, .text = health_state_to_text(status->health) },
                { "Published", PROPERTY_BOOLEAN, .number = status->published },
                { "Admin", PROPERTY_TEXT, .text = member_admin_to_text(status->admin) },
                { "AdminReason", PROPERTY_TEXT, .text = status->admin_reason },
                { "AdminUser", PROPERTY_TEXT, .text = status->admin_user },
                { "AdminUntil", PROPERTY_TIME, .number = status->admin_until_usec },
                { "Latency", PROPERTY_TIME, .number = status->latency_usec, .silent = true },
                { "LastCheckTime", PROPERTY_TIME, .number = status->checked_usec, .silent = true },
                { "LastChange", PROPERTY_TIME, .number = status->changed_usec },
                { "LastError", PROPERTY_TEXT, .text = status->problem },
        } };
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        KIND_METHOD("SetAdmin", "stst",
                SD_BUS_PARAM(state) SD_BUS_PARAM(until) SD_BUS_PARAM(reason) SD_BUS_PARAM(flags), NULL, ""),
        KIND_METHOD("CheckNow", NULL, "", NULL, ""),
        KIND_PROPERTY("Name", "s"),
        KIND_PROPERTY("Address", "s"),
        KIND_PROPERTY("Priority", "u"),
        KIND_PROPERTY("Origin", "s"),
        KIND_PROPERTY("Health", "s"),
        KIND_PROPERTY("Published", "b"),
        KIND_PROPERTY("Admin", "s"),
        KIND_PROPERTY("AdminReason", "s"),
        KIND_PROPERTY("AdminUser", "s"),
        KIND_PROPERTY("AdminUntil", "t"),
        KIND_SILENT_PROPERTY("Latency", "t"),
        KIND_SILENT_PROPERTY("LastCheckTime", "t"),
        KIND_PROPERTY("LastChange", "t"),
        KIND_PROPERTY("LastError", "s"),
        SD_BUS_VTABLE_END,
};

/* Objects. */

static char *path(const Object *object)
{
        return path_of_member(&object->member.pool->record.name, object->member.name);
}

static int find(const Engine *engine, const char *path, Object *ret)
{
        AUTO_FREE char *member = NULL;
        Name pool;
        int r = path_to_member(path, &pool, &member);

        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : engine_find_member(engine, &pool, member, &ret->member);
}

static bool next(const Engine *engine, Cursor *cursor, Object *ret)
{
        size_t n_pools = engine_count_pools(engine);

        while (cursor->group < n_pools && cursor->index >= engine_count_members(engine, cursor->group))
                *cursor = (Cursor){ .group = cursor->group + 1 };
        if (cursor->group >= n_pools)
                return false;
        engine_member(engine, cursor->group, cursor->index++, &ret->member);
        return true;
}

static bool next_changed(Engine *engine, Object *ret)
{
        return engine_next_changed_member(engine, &ret->member);
}

const Kind member_kind = {
        .interface = "org.signpost1.Member",
        .prefix = PATH_POOL_PREFIX,
        .vtable = vtable,
        .methods = methods,
        .list = list,
        .path = path,
        .find = find,
        .next = next,
        .next_changed = next_changed,
};
