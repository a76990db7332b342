/* SPDX-License-Identifier: BSD-3-Clause */

/* Record: what the engine says of a record, as properties. Reads only. One getter that failed would make
 * GetManagedObjects fail for everybody, so none does. */

#include "bus/record.h"

#include <errno.h>

#include "bus/bus-internal.h"
#include "bus/path.h"
#include "bus/text.h"
#include "bus/property.h"

const char *const record_properties[RECORD_PROPERTIES] = {
        [RECORD_PROPERTY_NAME] = "Name",
        [RECORD_PROPERTY_PROVIDER] = "Provider",
        [RECORD_PROPERTY_TTL] = "Ttl",
        [RECORD_PROPERTY_STATE] = "State",
        [RECORD_PROPERTY_WANTED] = "Wanted",
        [RECORD_PROPERTY_PUBLISHED] = "Published",
        [RECORD_PROPERTY_LAST_ERROR] = "LastError",
        [RECORD_PROPERTY_LAST_CHANGE] = "LastChange",
        [RECORD_PROPERTY_NEXT_RETRY] = "NextRetry",
};

void record_digest(const RecordStatus *status, Digest ret[static RECORD_PROPERTIES])
{
        const RecordConfig *config = status->config;

        ret[RECORD_PROPERTY_NAME] = digest_bytes(DIGEST_START, config->name.wire, config->name.length);
        ret[RECORD_PROPERTY_PROVIDER] = digest_text(config->provider->id);
        ret[RECORD_PROPERTY_TTL] = digest_number(config->ttl);
        ret[RECORD_PROPERTY_STATE] = digest_number(status->state);
        ret[RECORD_PROPERTY_WANTED] = digest_values(status->wanted);
        ret[RECORD_PROPERTY_PUBLISHED] = digest_values(status->published);
        ret[RECORD_PROPERTY_LAST_ERROR] = digest_text(status->problem);
        ret[RECORD_PROPERTY_LAST_CHANGE] = digest_number(status->changed_usec);
        /* Not as CLOCK_REALTIME has it, which is set and slewed. */
        ret[RECORD_PROPERTY_NEXT_RETRY] = digest_number(status->next_usec);
}

static int get_property(sd_bus *connection, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const RecordStatus *status = &bus->record;
        char name[NAME_TEXT_MAX];

        (void) connection;
        (void) path;
        (void) interface;
        (void) error;
        switch ((RecordProperty) property_find(property, record_properties, RECORD_PROPERTIES)) {
        case RECORD_PROPERTY_NAME:
                return text_append(reply, name_to_text(&status->config->name, name));
        case RECORD_PROPERTY_PROVIDER:
                return text_append(reply, status->config->provider->id);
        case RECORD_PROPERTY_TTL:
                return sd_bus_message_append_basic(reply, 'u', &status->config->ttl);
        case RECORD_PROPERTY_STATE:
                return text_append(reply, publication_state_to_text(status->state));
        case RECORD_PROPERTY_WANTED:
                return property_append_addresses(reply, status->wanted);
        case RECORD_PROPERTY_PUBLISHED:
                return property_append_addresses(reply, status->published);
        case RECORD_PROPERTY_LAST_ERROR:
                return text_append(reply, status->problem);
        case RECORD_PROPERTY_LAST_CHANGE:
                return sd_bus_message_append_basic(reply, 't', &status->changed_usec);
        case RECORD_PROPERTY_NEXT_RETRY:
                return property_append_moment(reply, &bus->clock, status->next_usec);
        case RECORD_PROPERTIES:
                break;
        }
        return -EINVAL; /* not in the vtable */
}

#define PROPERTY(name, signature) \
        SD_BUS_PROPERTY(name, signature, get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        PROPERTY("Name", "s"),
        PROPERTY("Provider", "s"),
        PROPERTY("Ttl", "u"),
        PROPERTY("State", "s"),
        PROPERTY("Wanted", "as"),
        PROPERTY("Published", "as"),
        PROPERTY("LastError", "s"),
        PROPERTY("LastChange", "t"),
        PROPERTY("NextRetry", "t"),
        SD_BUS_VTABLE_END,
};

static int find(sd_bus *connection, const char *path, const char *interface, void *userdata, void **ret_found,
        sd_bus_error *error)
{
        Bus *bus = userdata;
        Name name;
        int r = path_to_record(path, &name);

        (void) connection;
        (void) interface;
        (void) error;
        if (r < 0 && r != -ENOENT)
                return r;
        if (r < 0 || !engine_find_record(bus->engine, &name, &bus->record))
                return 0;
        *ret_found = bus;
        return 1;
}

char *record_path(const Engine *engine, size_t index)
{
        RecordStatus status;

        engine_record(engine, index, &status);
        return path_of_record(&status.config->name);
}

static int enumerate(
        sd_bus *connection, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error)
{
        const Bus *bus = userdata;

        (void) connection;
        (void) prefix;
        (void) error;
        *ret_nodes = path_list(bus->engine, engine_count_records(bus->engine), record_path);
        return *ret_nodes ? 0 : -ENOMEM;
}

int record_add_objects(Bus *bus, sd_bus *connection)
{
        int r = sd_bus_add_fallback_vtable(
                connection, NULL, PATH_RECORD_PREFIX, RECORD_INTERFACE, vtable, find, bus);

        return r < 0 ? r : sd_bus_add_node_enumerator(connection, NULL, PATH_RECORD_PREFIX, enumerate, bus);
}
