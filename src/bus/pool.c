/* SPDX-License-Identifier: BSD-3-Clause */

/* org.signpost1.Pool: servers behind one name, and the operator's word on which of them serves. */

#include "bus/pool.h"

#include <errno.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/kind.h"
#include "bus/order.h"
#include "bus/path.h"
#include "bus/text.h"

#define INTERFACE "org.signpost1.Pool"

/* Methods. */

static int failover(const Call *call, sd_bus_error *error)
{
        OrderArguments arguments;
        const char *member;
        Name pool;
        int r = path_to_pool(sd_bus_message_get_path(call->message), &pool);

        if (r >= 0)
                r = sd_bus_message_read(call->message, "s", &member);
        if (r >= 0)
                r = order_read(call, true, &arguments, error);
        if (r < 0)
                return r;
        r = engine_failover(call->bus->engine, &pool, member, &arguments.order);
        return order_answer(call, &pool, member, r, error);
}

static int failback(const Call *call, sd_bus_error *error)
{
        OrderArguments arguments;
        Name pool;
        int r = path_to_pool(sd_bus_message_get_path(call->message), &pool);

        if (r >= 0)
                r = order_read(call, false, &arguments, error);
        if (r < 0)
                return r;
        r = engine_failback(call->bus->engine, &pool, &arguments.order);
        return order_answer(call, &pool, NULL, r, error);
}

static const Method methods[] = {
        { "Failover", "org.signpost1.failover", failover },
        { "Failback", "org.signpost1.failover", failback },
        { 0 },
};

/* Properties. */

static const char *policy_to_text(PoolPolicy policy)
{
        return policy == POOL_PRIORITY ? "priority" : "all";
}

static PropertyList list(const Object *object)
{
        const PoolStatus *status = &object->pool;
        const RecordConfig *record = &status->config->record;

        return (PropertyList){ {
                { "Name", PROPERTY_NAME, .domain = &record->name },
                { "Provider", PROPERTY_TEXT, .text = record->provider->id },
                { "Ttl", PROPERTY_NUMBER, .number = record->ttl },
                { "Policy", PROPERTY_TEXT, .text = policy_to_text(status->config->policy) },
                { "State", PROPERTY_TEXT, .text = publication_state_to_text(status->state) },
                { "Condition", PROPERTY_TEXT, .text = pool_condition_to_text(status->condition) },
                { "Wanted", PROPERTY_ADDRESSES, .sets = status->wanted },
                { "Published", PROPERTY_ADDRESSES, .sets = status->published },
                { "LastError", PROPERTY_TEXT, .text = status->problem },
                { "LastChange", PROPERTY_TIME, .number = status->changed_usec },
                { "NextRetry", PROPERTY_MOMENT, .number = status->next_usec },
                { "Priority", PROPERTY_NUMBER, .number = status->priority },
                { "MembersUp", PROPERTY_NUMBER, .number = status->n_up },
                { "MembersTotal", PROPERTY_NUMBER, .number = status->n_members },
                { "Overrides", PROPERTY_OVERRIDES, .overrides = status->overrides },
        } };
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        KIND_METHOD("Failover", "stst",
                SD_BUS_PARAM(member) SD_BUS_PARAM(until) SD_BUS_PARAM(reason) SD_BUS_PARAM(flags), NULL, ""),
        KIND_METHOD("Failback", "st", SD_BUS_PARAM(reason) SD_BUS_PARAM(flags), NULL, ""),
        SD_BUS_SIGNAL_WITH_NAMES(
                "FailedOver", "asass", SD_BUS_PARAM(from) SD_BUS_PARAM(to) SD_BUS_PARAM(reason), 0),
        KIND_PROPERTY("Name", "s"),
        KIND_PROPERTY("Provider", "s"),
        KIND_PROPERTY("Ttl", "u"),
        KIND_PROPERTY("Policy", "s"),
        KIND_PROPERTY("State", "s"),
        KIND_PROPERTY("Condition", "s"),
        KIND_PROPERTY("Wanted", "as"),
        KIND_PROPERTY("Published", "as"),
        KIND_PROPERTY("LastError", "s"),
        KIND_PROPERTY("LastChange", "t"),
        KIND_PROPERTY("NextRetry", "t"),
        KIND_PROPERTY("Priority", "u"),
        KIND_PROPERTY("MembersUp", "u"),
        KIND_PROPERTY("MembersTotal", "u"),
        KIND_PROPERTY("Overrides", "a(stss)"),
        SD_BUS_VTABLE_END,
};

/* Signals. */

static int append_addresses(sd_bus_message *signal, const RRset *set)
{
        const RRset *const sets[2] = { set };
        const Property property = { .type = PROPERTY_ADDRESSES, .sets = sets };

        return property_append(&property, signal, NULL);
}

int pool_new_failed_over(sd_bus *bus, const Event *event, sd_bus_message **ret)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *signal = NULL;
        AUTO_FREE char *path = path_of_pool(event->name);
        int r = path ? sd_bus_message_new_signal(bus, &signal, path, INTERFACE, "FailedOver") : -ENOMEM;

        if (r >= 0)
                r = append_addresses(signal, event->before);
        if (r >= 0)
                r = append_addresses(signal, event->after);
        if (r >= 0)
                r = text_append(signal, event->reason);
        if (r < 0)
                return r;
        *ret = STEAL(signal);
        return 0;
}

/* Objects. */

static char *path(const Object *object)
{
        return path_of_pool(&object->pool.config->record.name);
}

static int find(const Engine *engine, const char *path, Object *ret)
{
        Name name;
        int r = path_to_pool(path, &name);

        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : engine_find_pool(engine, &name, &ret->pool);
}

static bool next(const Engine *engine, Cursor *cursor, Object *ret)
{
        if (cursor->index >= engine_count_pools(engine))
                return false;
        engine_pool(engine, cursor->index++, &ret->pool);
        return true;
}

static bool next_changed(Engine *engine, Object *ret)
{
        return engine_next_changed_pool(engine, &ret->pool);
}

const Kind pool_kind = {
        .interface = INTERFACE,
        .prefix = PATH_POOL_PREFIX,
        .vtable = vtable,
        .methods = methods,
        .list = list,
        .path = path,
        .find = find,
        .next = next,
        .next_changed = next_changed,
        .noun = "pool",
        .error = ERROR_NO_SUCH_POOL,
};
