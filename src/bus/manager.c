/* SPDX-License-Identifier: BSD-3-Clause */

/* org.signpost1.Manager: each method looks its object up, calls one use case of the engine or the daemon, and
 * says how it went. */

#include <errno.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/explain.h"
#include "bus/kind.h"
#include "bus/path.h"
#include "bus/publish.h"
#include "version.h"

/* Objects by their names. */

/* Takes over `path`. */
static int reply_with_path(const Call *call, char *path)
{
        AUTO_FREE char *owned = path;

        return owned ? sd_bus_reply_method_return(call->message, "o", owned) : -ENOMEM;
}

static int get_record(const Call *call, sd_bus_error *error)
{
        char text[NAME_TEXT_MAX];
        RecordStatus status;
        Name name;
        int r = method_read_name(call->message, &name, error);

        if (r < 0)
                return r;
        if (!engine_find_record(call->bus->engine, &name, &status))
                return error_no_such_object(
                        error, &record_kind, call->bus->engine, name_to_text(&name, text));
        return reply_with_path(call, path_of_record(&name));
}

static int get_pool(const Call *call, sd_bus_error *error)
{
        char text[NAME_TEXT_MAX];
        PoolStatus status;
        Name name;
        int r = method_read_name(call->message, &name, error);

        if (r < 0)
                return r;
        if (!engine_find_pool(call->bus->engine, &name, &status))
                return error_no_such_object(error, &pool_kind, call->bus->engine, name_to_text(&name, text));
        return reply_with_path(call, path_of_pool(&name));
}

static int get_provider(const Call *call, sd_bus_error *error)
{
        ProviderStatus status;
        const char *id;
        int r = sd_bus_message_read(call->message, "s", &id);

        if (r < 0)
                return r;
        if (!engine_find_provider(call->bus->engine, id, &status))
                return error_no_such_object(error, &provider_kind, call->bus->engine, id);
        return reply_with_path(call, path_of_provider(id));
}

static int reply_with_paths(const Call *call, const Kind *kind)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        AUTO(path_list_freep) char **paths = kind_paths(kind, call->bus->engine);
        int r = paths ? sd_bus_message_new_method_return(call->message, &reply) : -ENOMEM;

        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "o");
        for (char **path = paths; r >= 0 && *path; path++)
                r = sd_bus_message_append_basic(reply, 'o', *path);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

static int list_records(const Call *call, sd_bus_error *error)
{
        (void) error;
        return reply_with_paths(call, &record_kind);
}

static int list_pools(const Call *call, sd_bus_error *error)
{
        (void) error;
        return reply_with_paths(call, &pool_kind);
}

static int list_providers(const Call *call, sd_bus_error *error)
{
        (void) error;
        return reply_with_paths(call, &provider_kind);
}

/* Configuration and facts. */

static int reload(const Call *call, sd_bus_error *error)
{
        const BusOperations *operations = &call->bus->operations;
        AUTO_FREE char *errors = NULL;
        int r = operations->reload(operations->userdata, &errors);

        if (r == -EBADMSG)
                return error_set(error, ERROR_BAD_CONFIGURATION, "%s", errors ?: "the configuration is bad");
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        if (r < 0)
                return error_set(
                        error, SD_BUS_ERROR_FAILED, "the new configuration cannot be used: %s", strerror(-r));
        return sd_bus_reply_method_return(call->message, NULL);
}

static int refresh(const Call *call, sd_bus_error *error)
{
        const BusOperations *operations = &call->bus->operations;
        int r = operations->refresh(operations->userdata);

        if (r < 0)
                return error_set(
                        error, SD_BUS_ERROR_FAILED, "cannot read the kernel's addresses: %s", strerror(-r));
        return sd_bus_reply_method_return(call->message, NULL);
}

/* The object: there is one. */

static const Method methods[] = {
        { "Reload", "org.signpost1.reload", reload },
        { "Refresh", "org.signpost1.refresh", refresh },
        { "Publish", "org.signpost1.publish", publish_record },
        { "WithdrawInterface", "org.signpost1.publish", publish_without_interface },
        { "Explain", NULL, explain_record },
        { "GetRecord", NULL, get_record },
        { "GetPool", NULL, get_pool },
        { "GetProvider", NULL, get_provider },
        { "ListRecords", NULL, list_records },
        { "ListPools", NULL, list_pools },
        { "ListProviders", NULL, list_providers },
        { 0 },
};

static PropertyList list(const Object *object)
{
        const ManagerStatus *status = &object->manager;

        return (PropertyList){ {
                { "Version", PROPERTY_TEXT, .text = SIGNPOST_VERSION, .silent = true },
                { "State", PROPERTY_TEXT, .text = engine_state_to_text(status->state) },
                { "Online", PROPERTY_BOOLEAN, .number = status->online },
                { "Observer", PROPERTY_TEXT, .text = observer_state_to_text(status->observer) },
        } };
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        KIND_METHOD("Reload", NULL, "", NULL, ""),
        KIND_METHOD("Refresh", NULL, "", NULL, ""),
        KIND_METHOD("Publish", "sb", SD_BUS_PARAM(name) SD_BUS_PARAM(force), NULL, ""),
        KIND_METHOD("WithdrawInterface", "s", SD_BUS_PARAM(interface), NULL, ""),
        KIND_METHOD("Explain", "s", SD_BUS_PARAM(name), "a(ssbs)", SD_BUS_PARAM(addresses)),
        KIND_METHOD("GetRecord", "s", SD_BUS_PARAM(name), "o", SD_BUS_PARAM(record)),
        KIND_METHOD("GetPool", "s", SD_BUS_PARAM(name), "o", SD_BUS_PARAM(pool)),
        KIND_METHOD("GetProvider", "s", SD_BUS_PARAM(name), "o", SD_BUS_PARAM(provider)),
        KIND_METHOD("ListRecords", NULL, "", "ao", SD_BUS_PARAM(records)),
        KIND_METHOD("ListPools", NULL, "", "ao", SD_BUS_PARAM(pools)),
        KIND_METHOD("ListProviders", NULL, "", "ao", SD_BUS_PARAM(providers)),
        KIND_CONSTANT("Version", "s"),
        KIND_PROPERTY("State", "s"),
        KIND_PROPERTY("Online", "b"),
        KIND_PROPERTY("Observer", "s"),
        SD_BUS_VTABLE_END,
};

static char *path(const Object *object)
{
        (void) object;
        return strdup(PATH_ROOT);
}

static bool next(const Engine *engine, Cursor *cursor, Object *ret)
{
        if (cursor->index++ > 0)
                return false;
        ret->manager = (ManagerStatus){
                .state = engine_state(engine),
                .online = engine_is_online(engine),
                .observer = engine_observer(engine),
        };
        return true;
}

static int find(const Engine *engine, const char *path, Object *ret)
{
        return strcmp(path, PATH_ROOT) == 0 && next(engine, &(Cursor){ 0 }, ret);
}

const Kind manager_kind = {
        .interface = "org.signpost1.Manager",
        .prefix = PATH_ROOT,
        .vtable = vtable,
        .methods = methods,
        .list = list,
        .path = path,
        .find = find,
        .next = next,
};
