/* SPDX-License-Identifier: BSD-3-Clause */

/* Provider: what the engine says of a provider, as properties. Reads only; no getter fails (see record.c). */

#include "bus/provider.h"

#include <errno.h>

#include "bus/bus-internal.h"
#include "bus/path.h"
#include "bus/text.h"
#include "bus/property.h"

const char *const provider_properties[PROVIDER_PROPERTIES] = {
        [PROVIDER_PROPERTY_NAME] = "Name",
        [PROVIDER_PROPERTY_TYPE] = "Type",
        [PROVIDER_PROPERTY_ZONE] = "Zone",
        [PROVIDER_PROPERTY_STATE] = "State",
        [PROVIDER_PROPERTY_LAST_ERROR] = "LastError",
        [PROVIDER_PROPERTY_QUEUE_LENGTH] = "QueueLength",
        [PROVIDER_PROPERTY_RETRY_AFTER] = "RetryAfter",
};

static const char *type_to_text(ProviderType type)
{
        static const char *const texts[] = {
                [PROVIDER_RFC2136] = "rfc2136",
                [PROVIDER_EMBEDDED] = "embedded",
        };

        return texts[type];
}

static const char *zone_to_text(const ProviderConfig *config, char buffer[static NAME_TEXT_MAX])
{
        return config->has_zone ? name_to_text(&config->zone, buffer) : "";
}

void provider_digest(const ProviderStatus *status, Digest ret[static PROVIDER_PROPERTIES])
{
        const ProviderConfig *config = status->config;
        char zone[NAME_TEXT_MAX];

        ret[PROVIDER_PROPERTY_NAME] = digest_text(config->id);
        ret[PROVIDER_PROPERTY_TYPE] = digest_number(config->type);
        ret[PROVIDER_PROPERTY_ZONE] = digest_text(zone_to_text(config, zone));
        ret[PROVIDER_PROPERTY_STATE] = digest_number(status->state);
        ret[PROVIDER_PROPERTY_LAST_ERROR] = digest_text(status->problem);
        ret[PROVIDER_PROPERTY_QUEUE_LENGTH] = digest_number(status->queue_length);
        ret[PROVIDER_PROPERTY_RETRY_AFTER] = digest_number(status->next_usec);
}

static int get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const ProviderStatus *status = &bus->provider;
        uint32_t length = (uint32_t) status->queue_length;
        char zone[NAME_TEXT_MAX];

        (void) connection;
        (void) path;
        (void) interface;
        (void) error;
        switch ((ProviderProperty) property_find(property, provider_properties, PROVIDER_PROPERTIES)) {
        case PROVIDER_PROPERTY_NAME:
                return text_append(reply, status->config->id);
        case PROVIDER_PROPERTY_TYPE:
                return text_append(reply, type_to_text(status->config->type));
        case PROVIDER_PROPERTY_ZONE:
                return text_append(reply, zone_to_text(status->config, zone));
        case PROVIDER_PROPERTY_STATE:
                return text_append(reply, provider_state_to_text(status->state));
        case PROVIDER_PROPERTY_LAST_ERROR:
                return text_append(reply, status->problem);
        case PROVIDER_PROPERTY_QUEUE_LENGTH:
                return sd_bus_message_append_basic(reply, 'u', &length);
        case PROVIDER_PROPERTY_RETRY_AFTER:
                return property_append_moment(reply, &bus->clock, status->next_usec);
        case PROVIDER_PROPERTIES:
                break;
        }
        return -EINVAL; /* not in the vtable */
}

#define PROPERTY(name, signature) \
        SD_BUS_PROPERTY(name, signature, get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        PROPERTY("Name", "s"),
        PROPERTY("Type", "s"),
        PROPERTY("Zone", "s"),
        PROPERTY("State", "s"),
        PROPERTY("LastError", "s"),
        PROPERTY("QueueLength", "u"),
        PROPERTY("RetryAfter", "t"),
        SD_BUS_VTABLE_END,
};

static int find(sd_bus *connection, const char *path, const char *interface, void *userdata, void **ret_found,
        sd_bus_error *error)
{
        Bus *bus = userdata;
        AUTO_FREE char *id = NULL;
        int r = path_to_provider(path, &id);

        (void) connection;
        (void) interface;
        (void) error;
        if (r < 0 && r != -ENOENT)
                return r;
        if (r < 0 || !engine_find_provider(bus->engine, id, &bus->provider))
                return 0;
        *ret_found = bus;
        return 1;
}

char *provider_path(const Engine *engine, size_t index)
{
        ProviderStatus status;

        engine_provider(engine, index, &status);
        return path_of_provider(status.config->id);
}

static int enumerate(
        sd_bus *connection, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error)
{
        const Bus *bus = userdata;

        (void) connection;
        (void) prefix;
        (void) error;
        *ret_nodes = path_list(bus->engine, engine_count_providers(bus->engine), provider_path);
        return *ret_nodes ? 0 : -ENOMEM;
}

int provider_add_objects(Bus *bus, sd_bus *connection)
{
        int r = sd_bus_add_fallback_vtable(
                connection, NULL, PATH_PROVIDER_PREFIX, PROVIDER_INTERFACE, vtable, find, bus);

        return r < 0 ? r : sd_bus_add_node_enumerator(connection, NULL, PATH_PROVIDER_PREFIX, enumerate, bus);
}
