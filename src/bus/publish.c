/* SPDX-License-Identifier: BSD-3-Clause */

/* Publish: asks the engine, and leaves the call with those that wait for DNS (bus/errand). */

#include "bus/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "policy/select.h"

#define PUBLISH_TIMEOUT_USEC  (20 * USEC_PER_SEC)
#define WITHDRAW_TIMEOUT_USEC (7 * USEC_PER_SEC) /* less than the 8 for which our hooks wait */

/* Answers the call when all of these have come to rest. Takes over `names`. */
static int answer_later(Bus *bus, sd_bus_message *call, Name *names, size_t n_names, usec_t timeout_usec)
{
        int r = errands_add(bus->errands, call, names, n_names, timeout_usec);

        bus_changed(bus); /* they may have come to rest already */
        return r;
}

static int publish_all(Bus *bus, sd_bus_message *call, bool force, sd_bus_error *error)
{
        size_t count = engine_count_records(bus->engine);
        AUTO_FREE Name *names = reallocarray(NULL, count + 1, sizeof *names);
        int r;

        if (!names)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                RecordStatus status;

                engine_record(bus->engine, i, &status);
                names[i] = status.config->name;
        }
        r = engine_publish(bus->engine, NULL, force);
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        return r < 0 ? r : answer_later(bus, call, STEAL(names), count, PUBLISH_TIMEOUT_USEC);
}

static int publish_one(Bus *bus, sd_bus_message *call, const char *text, bool force, sd_bus_error *error)
{
        AUTO_FREE Name *name = reallocarray(NULL, 1, sizeof *name);
        int r;

        if (!name)
                return -ENOMEM;
        r = name_from_text(name, text);
        if (r < 0)
                return error_bad_name(error, text, r);
        r = engine_publish(bus->engine, name, force);
        if (r == -ENOENT)
                return error_no_such_record(error, bus->engine, text);
        if (r == -ESHUTDOWN)
                return error_stopping(error);
        return r < 0 ? r : answer_later(bus, call, STEAL(name), 1, PUBLISH_TIMEOUT_USEC);
}

int publish_record(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        const char *name;
        int force, r = sd_bus_message_read(call, "sb", &name, &force);

        if (r >= 0)
                r = errands_check_room(bus->errands, error);
        if (r < 0)
                return r;
        return *name ? publish_one(bus, call, name, force, error) : publish_all(bus, call, force, error);
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

/* The records to wait for: those that would have addresses of the interface if it were not about to go down,
 * and that are not as they should be yet. */
static size_t collect_withdrawn(const Bus *bus, size_t count, const char *interface, Name *ret)
{
        Search search = { .interface = interface };
        const RecordConfig *last = NULL;
        size_t n = 0;

        for (size_t i = 0; i < count; i++) {
                RecordStatus status;

                engine_record(bus->engine, i, &status);
                if (status.state == PUBLICATION_IN_SYNC)
                        continue;
                /* Most have the same sources as the one before. */
                if (!last || last->ipv4 != status.config->ipv4 || last->ipv6 != status.config->ipv6) {
                        last = status.config;
                        search.found = false;
                        engine_explain(bus->engine, &last->name, look_for_interface, &search);
                }
                if (search.found)
                        ret[n++] = status.config->name;
        }
        return n;
}

int publish_without_interface(Bus *bus, sd_bus_message *call, sd_bus_error *error)
{
        size_t count = engine_count_records(bus->engine), n;
        AUTO_FREE Name *names = reallocarray(NULL, count + 1, sizeof *names);
        const char *interface;
        int r = names ? sd_bus_message_read(call, "s", &interface) : -ENOMEM;

        if (r >= 0)
                r = errands_check_room(bus->errands, error);
        if (r < 0)
                return r;
        r = engine_withdraw_interface(bus->engine, interface);
        if (r == -ENODEV)
                return error_no_such_interface(error, interface);
        if (r < 0)
                return r;
        n = collect_withdrawn(bus, count, interface, names);
        return answer_later(bus, call, STEAL(names), n, WITHDRAW_TIMEOUT_USEC);
}
