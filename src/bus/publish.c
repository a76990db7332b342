/* SPDX-License-Identifier: BSD-3-Clause */

/* Publish: asks the engine, and leaves the call with those that wait for DNS (bus/errand). */

#include "bus/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "bus/kind.h"
#include "policy/select.h"

#define PUBLISH_TIMEOUT_USEC  (20 * USEC_PER_SEC)
#define WITHDRAW_TIMEOUT_USEC (7 * USEC_PER_SEC) /* less than the 8 for which our hooks wait */

/* Answers the call when all of these have come to rest. Takes over `names`. */
static int answer_later(const Call *call, Name *names, size_t n_names, usec_t timeout_usec)
{
        int r = errands_add(call->bus->errands, call->message, names, n_names, timeout_usec);

        bus_changed(call->bus); /* they may have come to rest already */
        return r;
}

static int publish_all(const Call *call, bool force, sd_bus_error *error)
{
        Engine *engine = call->bus->engine;
        size_t count = engine_count_records(engine) + engine_count_pools(engine), n = 0;
        AUTO_FREE Name *names = reallocarray(NULL, count + 1, sizeof *names);
        Cursor cursor = { 0 };
        Object object;
        int r;

        if (!names)
                return -ENOMEM;
        while (record_kind.next(engine, &cursor, &object))
                names[n++] = object.record.config->name;
        cursor = (Cursor){ 0 };
        while (pool_kind.next(engine, &cursor, &object))
                names[n++] = object.pool.config->record.name;
        r = engine_publish(engine, NULL, force);
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        return r < 0 ? r : answer_later(call, STEAL(names), n, PUBLISH_TIMEOUT_USEC);
}

static int publish_one(const Call *call, const char *text, bool force, sd_bus_error *error)
{
        AUTO_FREE Name *name = reallocarray(NULL, 1, sizeof *name);
        int r;

        if (!name)
                return -ENOMEM;
        r = name_from_text(name, text);
        if (r < 0)
                return error_bad_name(error, text, r);
        r = engine_publish(call->bus->engine, name, force);
        if (r == -ENOENT)
                return error_no_such_name(error, call->bus->engine, text);
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        return r < 0 ? r : answer_later(call, STEAL(name), 1, PUBLISH_TIMEOUT_USEC);
}

int publish_record(const Call *call, sd_bus_error *error)
{
        const char *name;
        int force, r = sd_bus_message_read(call->message, "sb", &name, &force);

        if (r >= 0)
                r = errands_check_room(call->bus->errands, error);
        if (r < 0)
                return r;
        return *name ? publish_one(call, name, force, error) : publish_all(call, force, error);
}

/* Withdrawal. */

typedef struct Search {
        const char *interface;
        bool found;
} Search;

static void look_for_interface(void *userdata, const SelectVerdict *verdict)
{
        Search *search = userdata;

        if (verdict->reason == SELECT_LEAVING && strcmp(verdict->interface, search->interface) == 0)
                search->found = true;
}

/* Would the name have addresses of the interface if that were not about to go down? */
static bool is_concerned(const Bus *bus, const Name *name, const char *interface)
{
        Search search = { .interface = interface };

        engine_explain(bus->engine, name, look_for_interface, &search);
        return search.found;
}

/* The records to wait for: those that are concerned, and not as they should be yet. */
static size_t collect_records(const Bus *bus, const char *interface, Name *ret)
{
        const RecordConfig *last = NULL;
        Cursor cursor = { 0 };
        bool concerned = false;
        Object object;
        size_t n = 0;

        while (record_kind.next(bus->engine, &cursor, &object)) {
                const RecordConfig *config = object.record.config;

                if (object.record.state == PUBLICATION_IN_SYNC)
                        continue;
                /* Most have the same sources as the one before. */
                if (!last || last->ipv4 != config->ipv4 || last->ipv6 != config->ipv6)
                        concerned = is_concerned(bus, &config->name, interface);
                last = config;
                if (concerned)
                        ret[n++] = config->name;
        }
        return n;
}

/* Those that this host is a member of decide a little later. */
static size_t collect_pools(const Bus *bus, const char *interface, Name *ret)
{
        Cursor cursor = { 0 };
        Object object;
        size_t n = 0;

        while (pool_kind.next(bus->engine, &cursor, &object)) {
                const RecordConfig *config = &object.pool.config->record;

                if ((config->ipv4 || config->ipv6) && is_concerned(bus, &config->name, interface))
                        ret[n++] = config->name;
        }
        return n;
}

int publish_without_interface(const Call *call, sd_bus_error *error)
{
        const Bus *bus = call->bus;
        size_t count = engine_count_records(bus->engine) + engine_count_pools(bus->engine), n;
        AUTO_FREE Name *names = reallocarray(NULL, count + 1, sizeof *names);
        const char *interface;
        int r = names ? sd_bus_message_read(call->message, "s", &interface) : -ENOMEM;

        if (r >= 0)
                r = errands_check_room(bus->errands, error);
        if (r < 0)
                return r;
        r = engine_withdraw_interface(bus->engine, interface);
        if (r == -ENODEV)
                return error_no_such_interface(error, interface);
        if (r < 0)
                return r;
        n = collect_records(bus, interface, names);
        n += collect_pools(bus, interface, names + n);
        return answer_later(call, STEAL(names), n, WITHDRAW_TIMEOUT_USEC);
}
