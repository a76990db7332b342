/* SPDX-License-Identifier: BSD-3-Clause */

/* org.signpost1.Provider: where names are published. Reads only. */

#include <errno.h>

#include "bus/error.h"
#include "bus/kind.h"
#include "bus/path.h"

static const char *type_to_text(ProviderType type)
{
        static const char *const texts[] = {
                [PROVIDER_RFC2136] = "rfc2136",
                [PROVIDER_EMBEDDED] = "embedded",
        };

        return texts[type];
}

static PropertyList list(const Object *object)
{
        const ProviderStatus *status = &object->provider;
        const ProviderConfig *config = status->config;
        Property zone = { "Zone", PROPERTY_TEXT, .text = "" };

        if (config->has_zone)
                zone = (Property){ "Zone", PROPERTY_NAME, .domain = &config->zone };
        return (PropertyList){ {
                { "Name", PROPERTY_TEXT, .text = config->id },
                { "Type", PROPERTY_TEXT, .text = type_to_text(config->type) },
                zone,
                { "State", PROPERTY_TEXT, .text = provider_state_to_text(status->state) },
                { "LastError", PROPERTY_TEXT, .text = status->problem },
                { "QueueLength", PROPERTY_NUMBER, .number = status->queue_length },
                { "RetryAfter", PROPERTY_MOMENT, .number = status->next_usec },
        } };
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        KIND_PROPERTY("Name", "s"),
        KIND_PROPERTY("Type", "s"),
        KIND_PROPERTY("Zone", "s"),
        KIND_PROPERTY("State", "s"),
        KIND_PROPERTY("LastError", "s"),
        KIND_PROPERTY("QueueLength", "u"),
        KIND_PROPERTY("RetryAfter", "t"),
        SD_BUS_VTABLE_END,
};

static char *path(const Object *object)
{
        return path_of_provider(object->provider.config->id);
}

static int find(const Engine *engine, const char *path, Object *ret)
{
        AUTO_FREE char *id = NULL;
        int r = path_to_provider(path, &id);

        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : engine_find_provider(engine, id, &ret->provider);
}

static bool next(const Engine *engine, Cursor *cursor, Object *ret)
{
        if (cursor->index >= engine_count_providers(engine))
                return false;
        engine_provider(engine, cursor->index++, &ret->provider);
        return true;
}

const Kind provider_kind = {
        .interface = "org.signpost1.Provider",
        .prefix = PATH_PROVIDER_PREFIX,
        .vtable = vtable,
        .list = list,
        .path = path,
        .find = find,
        .next = next,
        .noun = "provider",
        .error = ERROR_NO_SUCH_PROVIDER,
};
