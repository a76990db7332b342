/* SPDX-License-Identifier: BSD-3-Clause */

/* org.signpost1.Record: a name that has this host's addresses. Reads only. */

#include <errno.h>

#include "bus/error.h"
#include "bus/kind.h"
#include "bus/path.h"

static PropertyList list(const Object *object)
{
        const RecordStatus *status = &object->record;
        const RecordConfig *config = status->config;

        return (PropertyList){ {
                { "Name", PROPERTY_NAME, .domain = &config->name },
                { "Provider", PROPERTY_TEXT, .text = config->provider->id },
                { "Ttl", PROPERTY_NUMBER, .number = config->ttl },
                { "State", PROPERTY_TEXT, .text = publication_state_to_text(status->state) },
                { "Wanted", PROPERTY_ADDRESSES, .sets = status->wanted },
                { "Published", PROPERTY_ADDRESSES, .sets = status->published },
                { "LastError", PROPERTY_TEXT, .text = status->problem },
                { "LastChange", PROPERTY_TIME, .number = status->changed_usec },
                { "NextRetry", PROPERTY_MOMENT, .number = status->next_usec },
        } };
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        KIND_PROPERTY("Name", "s"),
        KIND_PROPERTY("Provider", "s"),
        KIND_PROPERTY("Ttl", "u"),
        KIND_PROPERTY("State", "s"),
        KIND_PROPERTY("Wanted", "as"),
        KIND_PROPERTY("Published", "as"),
        KIND_PROPERTY("LastError", "s"),
        KIND_PROPERTY("LastChange", "t"),
        KIND_PROPERTY("NextRetry", "t"),
        SD_BUS_VTABLE_END,
};

static char *path(const Object *object)
{
        return path_of_record(&object->record.config->name);
}

static int find(const Engine *engine, const char *path, Object *ret)
{
        Name name;
        int r = path_to_record(path, &name);

        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : engine_find_record(engine, &name, &ret->record);
}

static bool next(const Engine *engine, Cursor *cursor, Object *ret)
{
        if (cursor->index >= engine_count_records(engine))
                return false;
        engine_record(engine, cursor->index++, &ret->record);
        return true;
}

static bool next_changed(Engine *engine, Object *ret)
{
        return engine_next_changed(engine, &ret->record);
}

const Kind record_kind = {
        .interface = "org.signpost1.Record",
        .prefix = PATH_RECORD_PREFIX,
        .vtable = vtable,
        .list = list,
        .path = path,
        .find = find,
        .next = next,
        .next_changed = next_changed,
        .noun = "record",
        .error = ERROR_NO_SUCH_RECORD,
};
