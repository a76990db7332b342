/* SPDX-License-Identifier: BSD-3-Clause */

/* Bus: puts the objects on each new connection, and tells the bus, a little after the first of many changes,
 * what they came to. */

#include "bus/bus.h"

#include <errno.h>
#include <stdlib.h>

#include "bus/bus-internal.h"
#include "bus/log-control.h"
#include "bus/path.h"
#include "policy/backoff.h"
#include "util/random.h"

/* A change begets others; and a record that flaps is told of a hundred times a second at most. */
#define TICK_DELAY_USEC    (5 * USEC_PER_MSEC)
#define TICK_INTERVAL_USEC (10 * USEC_PER_MSEC)

/* While the bus does not take what we have to say. */
#define CONGESTED_USEC     (20 * USEC_PER_MSEC)
#define CONGESTED_MAX_USEC (1 * USEC_PER_SEC)

static usec_t now_usec(const Bus *bus)
{
        uint64_t now;

        return sd_event_now(bus->event, CLOCK_MONOTONIC, &now) < 0 ? clock_now_usec(CLOCK_MONOTONIC) : now;
}

static void tick_at(Bus *bus, usec_t when)
{
        sd_event_source_set_time(bus->tick, when);
        sd_event_source_set_enabled(bus->tick, SD_EVENT_ONESHOT);
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata)
{
        Bus *bus = userdata;

        (void) source;
        (void) usec;
        bus->ticked_usec = now_usec(bus);
        errands_check(bus->errands);
        switch (announcer_run(bus->announcer)) {
        case ANNOUNCE_DONE:
                bus->congestions = 0;
                break;
        case ANNOUNCE_MORE:
                bus->congestions = 0;
                tick_at(bus, bus->ticked_usec + TICK_INTERVAL_USEC);
                break;
        case ANNOUNCE_CONGESTED:
                tick_at(bus, bus->ticked_usec + backoff_delay_usec(++bus->congestions, CONGESTED_USEC,
                                                        CONGESTED_MAX_USEC, random_u32()));
                break;
        }
        return 0;
}

void bus_changed(Bus *bus)
{
        usec_t when = now_usec(bus) + TICK_DELAY_USEC;
        int enabled = SD_EVENT_OFF;

        sd_event_source_get_enabled(bus->tick, &enabled);
        if (!bus->connected || enabled != SD_EVENT_OFF)
                return;
        if (when < bus->ticked_usec + TICK_INTERVAL_USEC)
                when = bus->ticked_usec + TICK_INTERVAL_USEC;
        tick_at(bus, when);
}

void bus_reconfigured(Bus *bus)
{
        announcer_look(bus->announcer, NULL);
        bus_changed(bus);
}

void bus_members_changed(Bus *bus)
{
        announcer_look(bus->announcer, &member_kind);
        bus_changed(bus);
}

void bus_event(Bus *bus, const Event *event)
{
        if (event->kind != EVENT_FAILOVER && event->kind != EVENT_FAILBACK)
                return;
        announcer_failed_over(bus->announcer, event);
        bus_changed(bus);
}

/* The connection. */

static int on_opened(void *userdata, sd_bus *connection)
{
        Bus *bus = userdata;
        int r = sd_bus_add_object_manager(connection, NULL, PATH_ROOT);

        for (size_t i = 0; i < KINDS && r >= 0; i++)
                r = kind_add_branch(&bus->branches[i], connection);
        return r < 0 ? r : log_control_add_object(bus, connection);
}

static int on_connected(void *userdata, sd_bus *connection)
{
        Bus *bus = userdata;
        int r = announcer_start(bus->announcer, connection);

        bus->connected = r >= 0;
        bus->congestions = 0;
        return r;
}

static void on_lost(void *userdata)
{
        Bus *bus = userdata;

        bus->connected = false;
        sd_event_source_set_enabled(bus->tick, SD_EVENT_OFF);
        authorizer_drop(bus->authorizer);
        errands_drop(bus->errands);
        announcer_stop(bus->announcer);
}

/* Life cycle. */

static int add_tick(Bus *bus)
{
        int r = sd_event_add_time(bus->event, &bus->tick, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_tick, bus);

        if (r >= 0)
                r = sd_event_source_set_enabled(bus->tick, SD_EVENT_OFF);
        return r < 0 ? r : sd_event_source_set_priority(bus->tick, SD_EVENT_PRIORITY_NORMAL + 10);
}

int bus_new(Bus **ret, sd_event *event, Engine *engine, const BusOperations *operations)
{
        AUTO(bus_freep) Bus *bus = calloc(1, sizeof *bus);
        ConnectionEvents events = {
                .opened = on_opened, .connected = on_connected, .lost = on_lost, .userdata = bus
        };
        int r;

        if (!bus)
                return -ENOMEM;
        bus->event = sd_event_ref(event);
        bus->engine = engine;
        bus->operations = *operations;
        for (size_t i = 0; i < KINDS; i++)
                bus->branches[i] = (Branch){ .bus = bus, .kind = kinds[i] };
        r = add_tick(bus);
        if (r >= 0)
                r = authorizer_new(&bus->authorizer);
        if (r >= 0)
                r = errands_new(&bus->errands, event, engine);
        if (r >= 0)
                r = announcer_new(&bus->announcer, engine);
        if (r >= 0)
                r = connection_new(&bus->connection, event, &events);
        if (r < 0)
                return r;
        *ret = STEAL(bus);
        return 0;
}

Bus *bus_free(Bus *bus)
{
        if (!bus)
                return NULL;
        if (bus->connected)
                announcer_run(bus->announcer);
        authorizer_free(bus->authorizer); /* what polkit still says is not heard */
        connection_free(bus->connection);
        errands_free(bus->errands);
        announcer_free(bus->announcer);
        sd_event_source_disable_unref(bus->tick);
        sd_event_unref(bus->event);
        free(bus);
        return NULL;
}
