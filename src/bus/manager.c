/* SPDX-License-Identifier: BSD-3-Clause */

/* Manager: each method looks its object up, calls one use case of the engine or the daemon, and says how it
 * went. */

#include "bus/manager.h"

#include <errno.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/explain.h"
#include "bus/method.h"
#include "bus/path.h"
#include "bus/provider.h"
#include "bus/publish.h"
#include "bus/record.h"
#include "bus/text.h"
#include "version.h"

/* Properties. */

const char *const manager_properties[MANAGER_PROPERTIES] = {
        [MANAGER_PROPERTY_STATE] = "State",
        [MANAGER_PROPERTY_ONLINE] = "Online",
};

void manager_digest(const Engine *engine, Digest ret[static MANAGER_PROPERTIES])
{
        ret[MANAGER_PROPERTY_STATE] = digest_number(engine_state(engine));
        ret[MANAGER_PROPERTY_ONLINE] = digest_number(engine_is_online(engine));
}

static int get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        const Bus *bus = userdata;
        int online = engine_is_online(bus->engine);

        (void) connection;
        (void) path;
        (void) interface;
        (void) error;
        if (strcmp(property, "Version") == 0)
                return text_append(reply, SIGNPOST_VERSION);
        if (strcmp(property, "State") == 0)
                return text_append(reply, engine_state_to_text(engine_state(bus->engine)));
        return sd_bus_message_append_basic(reply, 'b', &online);
}

/* Objects by their names. */

static int get_record(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        AUTO_FREE char *path = NULL;
        char text[NAME_TEXT_MAX];
        RecordStatus status;
        Name name;
        int r = method_read_name(call, &name, error);

        if (r < 0)
                return r;
        if (!engine_find_record(bus->engine, &name, &status))
                return error_no_such_record(error, bus->engine, name_to_text(&name, text));
        path = path_of_record(&name);
        return path ? sd_bus_reply_method_return(call, "o", path) : -ENOMEM;
}

static int get_provider(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        AUTO_FREE char *path = NULL;
        ProviderStatus status;
        const char *id;
        int r = sd_bus_message_read(call, "s", &id);

        if (r < 0)
                return r;
        if (!engine_find_provider(bus->engine, id, &status))
                return error_no_such_provider(error, bus->engine, id);
        path = path_of_provider(id);
        return path ? sd_bus_reply_method_return(call, "o", path) : -ENOMEM;
}

static int reply_with_paths(sd_bus_message *call, char **owned_paths)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        AUTO(path_list_freep) char **paths = owned_paths;
        int r = paths ? sd_bus_message_new_method_return(call, &reply) : -ENOMEM;

        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "o");
        for (char **path = paths; r >= 0 && *path; path++)
                r = sd_bus_message_append_basic(reply, 'o', *path);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

static int list_records(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        (void) error;
        return reply_with_paths(call, path_list(bus->engine, engine_count_records(bus->engine), record_path));
}

static int list_providers(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        (void) error;
        return reply_with_paths(
                call, path_list(bus->engine, engine_count_providers(bus->engine), provider_path));
}

/* Configuration and facts. */

static int reload(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        AUTO_FREE char *errors = NULL;
        int r = bus->operations.reload(bus->operations.userdata, &errors);

        if (r == -EBADMSG)
                return error_set(error, ERROR_BAD_CONFIGURATION, "%s", errors ?: "the configuration is bad");
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        if (r < 0)
                return error_set(
                        error, SD_BUS_ERROR_FAILED, "the new configuration cannot be used: %s", strerror(-r));
        return sd_bus_reply_method_return(call, NULL);
}

static int refresh(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        int r = bus->operations.refresh(bus->operations.userdata);

        if (r < 0)
                return error_set(
                        error, SD_BUS_ERROR_FAILED, "cannot read the kernel's addresses: %s", strerror(-r));
        return sd_bus_reply_method_return(call, NULL);
}

/* The object. */

static const Method methods[] = {
        { "Reload", "org.signpost1.reload", reload },
        { "Refresh", "org.signpost1.refresh", refresh },
        { "Publish", "org.signpost1.publish", publish_record },
        { "WithdrawInterface", "org.signpost1.publish", publish_without_interface },
        { "Explain", NULL, explain_record },
        { "GetRecord", NULL, get_record },
        { "GetProvider", NULL, get_provider },
        { "ListRecords", NULL, list_records },
        { "ListProviders", NULL, list_providers },
        { 0 },
};

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return method_call(userdata, methods, call, error);
}

#define METHOD(member, signature, names, result, result_names) \
        SD_BUS_METHOD_WITH_NAMES(                              \
                member, signature, names, result, result_names, on_call, SD_BUS_VTABLE_UNPRIVILEGED)
#define PROPERTY(name, signature, flag) SD_BUS_PROPERTY(name, signature, get_property, 0, flag)

/* All methods are unprivileged as far as sd-bus is concerned, which would block to find out who asks. */
static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        METHOD("Reload", NULL, "", NULL, ""),
        METHOD("Refresh", NULL, "", NULL, ""),
        METHOD("Publish", "sb", SD_BUS_PARAM(name) SD_BUS_PARAM(force), NULL, ""),
        METHOD("WithdrawInterface", "s", SD_BUS_PARAM(interface), NULL, ""),
        METHOD("Explain", "s", SD_BUS_PARAM(name), "a(ssbs)", SD_BUS_PARAM(addresses)),
        METHOD("GetRecord", "s", SD_BUS_PARAM(name), "o", SD_BUS_PARAM(record)),
        METHOD("GetProvider", "s", SD_BUS_PARAM(name), "o", SD_BUS_PARAM(provider)),
        METHOD("ListRecords", NULL, "", "ao", SD_BUS_PARAM(records)),
        METHOD("ListProviders", NULL, "", "ao", SD_BUS_PARAM(providers)),
        PROPERTY("Version", "s", SD_BUS_VTABLE_PROPERTY_CONST),
        PROPERTY("State", "s", SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        PROPERTY("Online", "b", SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_VTABLE_END,
};

int manager_add_object(Bus *bus, sd_bus *connection)
{
        int r = sd_bus_add_object_vtable(connection, NULL, PATH_ROOT, MANAGER_INTERFACE, vtable, bus);

        return r < 0 ? r : sd_bus_add_object_manager(connection, NULL, PATH_ROOT);
}
