/* SPDX-License-Identifier: BSD-3-Clause */

/* Connection: sd-bus gives up for good when the bus goes, and waits for the bus when it is told to be
 * finished. So each bus gets a connection of its own, made from a timer because none can be freed while it
 * calls us; and before the loop ends it is taken out of it. Nothing wakes up to look for a bus: inotify says
 * when its socket is there. */

#include "bus/connection.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "policy/backoff.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/message-id.h"
#include "util/random.h"

#define BUS_NAME       "org.signpost1"
#define SYSTEM_BUS     "unix:path=/run/dbus/system_bus_socket"
#define LOCAL_NAME     "org.freedesktop.DBus.Local"
#define DRIVER_NAME    "org.freedesktop.DBus"
#define RETRY_USEC     (100 * USEC_PER_MSEC)
#define RETRY_MAX_USEC (60 * USEC_PER_SEC)

/* Messages that the bus has not taken yet, above which no call is read any more; and below which again. */
#define BACKLOG_MAX    32
#define BACKLOG_NORMAL 8

/* Addresses and DNS go first. */
#define PRIORITY (SD_EVENT_PRIORITY_NORMAL + 10)

/* What RequestName answers (D-Bus specification, "Message Bus Messages"). */
enum {
        NAME_IS_OURS = 1,
        NAME_IS_QUEUED = 2,
};

struct Connection {
        sd_event *event;
        ConnectionEvents events;
        sd_bus *bus;
        sd_bus_slot *name_request;
        sd_event_source *retry;
        sd_event_source *drain; /* while the backlog is too long; then the bus is out of the loop */
        sd_event_source *leave; /* before the loop ends */
        unsigned failures;      /* in a row */
        bool connected;
        bool named;
        bool finishing; /* nothing that comes in is looked at any more */
};

static void try_later(Connection *connection)
{
        uint64_t now;

        connection->failures++;
        if (sd_event_now(connection->event, CLOCK_BOOTTIME, &now) < 0)
                now = clock_now_usec(CLOCK_BOOTTIME);
        sd_event_source_set_time(connection->retry,
                now + backoff_delay_usec(connection->failures, RETRY_USEC, RETRY_MAX_USEC, random_u32()));
        sd_event_source_set_enabled(connection->retry, SD_EVENT_ONESHOT);
}

/* A nuisance that repeats itself is told once. */
static int complaint_level(const Connection *connection)
{
        return connection->failures == 0 ? LOG_WARNING : LOG_DEBUG;
}

static void stop_drain(Connection *connection)
{
        connection->drain = sd_event_source_disable_unref(connection->drain);
}

/* It cannot be freed where sd-bus may have called us: the timer does that. */
static void lose(Connection *connection)
{
        bool connected = connection->connected;

        stop_drain(connection);
        connection->connected = connection->named = false;
        if (connected) {
                log_message(LOG_WARNING, MESSAGE_BUS_LOST, NULL,
                        "D-Bus: the connection is lost; DNS is kept up without it until the bus is back");
                connection->events.lost(connection->events.userdata);
        } else {
                log_message(complaint_level(connection), NULL, NULL, "D-Bus: the bus does not let us in");
        }
        try_later(connection);
}

/* The name. */

static void take_name(Connection *connection)
{
        connection->named = true;
        log_info("D-Bus: answering as " BUS_NAME);
}

static int on_name_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        Connection *connection = userdata;
        const sd_bus_error *error = sd_bus_message_get_error(answer);
        uint32_t result = 0;

        (void) ret_error;
        if (sd_bus_is_open(connection->bus) <= 0)
                return 1; /* the connection is lost, of which we hear by itself */
        if (error || sd_bus_message_read(answer, "u", &result) < 0) {
                log_message(complaint_level(connection), NULL, NULL,
                        "D-Bus: cannot have the name " BUS_NAME ": %s",
                        error ? error->message ?: error->name : "the bus gives an answer that is none");
                try_later(connection);
                return 1;
        }
        connection->failures = 0;
        if (result == NAME_IS_QUEUED)
                log_message(LOG_WARNING, MESSAGE_BUS_NAME_TAKEN, NULL,
                        "D-Bus: somebody else answers as " BUS_NAME " already; waiting for the name");
        else if (result == NAME_IS_OURS && !connection->named)
                take_name(connection);
        return 1;
}

static void request_name(Connection *connection)
{
        int r;

        connection->name_request = sd_bus_slot_unref(connection->name_request);
        r = sd_bus_request_name_async(connection->bus, &connection->name_request, BUS_NAME, SD_BUS_NAME_QUEUE,
                on_name_answer, connection);
        if (r < 0)
                try_later(connection);
}

/* What somebody who asks much and reads nothing would have us keep. Until the bus takes our answers no more
 * calls are read: they wait where they cost their sender something. */

static bool backlog_is_below(const Connection *connection, uint64_t limit)
{
        uint64_t backlog;

        return sd_bus_get_n_queued_write(connection->bus, &backlog) >= 0 && backlog < limit;
}

/* Back into the loop. */
static void leave_drain(Connection *connection)
{
        stop_drain(connection);
        if (sd_bus_attach_event(connection->bus, connection->event, PRIORITY) < 0)
                lose(connection);
}

/* What can be written sd-bus writes first, and reads nothing then. */
static int on_writable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Connection *connection = userdata;
        int r = sd_bus_process(connection->bus, NULL);

        (void) source;
        (void) fd;
        (void) events;
        if (!connection->connected) /* it went just now */
                return 0;
        if (r >= 0 && !backlog_is_below(connection, BACKLOG_NORMAL))
                return 0;
        leave_drain(connection);
        return 0;
}

static void enter_drain(Connection *connection)
{
        int r;

        /* First of all: a descriptor is in the loop but once. */
        sd_bus_detach_event(connection->bus);
        r = sd_event_add_io(connection->event, &connection->drain, sd_bus_get_fd(connection->bus), EPOLLOUT,
                on_writable, connection);
        if (r >= 0)
                r = sd_event_source_set_priority(connection->drain, PRIORITY);
        if (r < 0)
                leave_drain(connection);
}

/* Messages, before anybody else sees them. */

static bool is_name_acquired(sd_bus_message *message)
{
        const char *sender = sd_bus_message_get_sender(message), *name;

        return sd_bus_message_is_signal(message, DRIVER_NAME, "NameAcquired") > 0 && sender &&
               strcmp(sender, DRIVER_NAME) == 0 && sd_bus_message_read(message, "s", &name) >= 0 &&
               strcmp(name, BUS_NAME) == 0;
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Connection *connection = userdata;

        (void) error;
        if (connection->finishing)
                return 1;
        if (is_name_acquired(message) && !connection->named)
                take_name(connection);
        if (!connection->drain && !backlog_is_below(connection, BACKLOG_MAX))
                enter_drain(connection);
        return 0;
}

/* Coming and going. */

static int on_connected(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Connection *connection = userdata;
        int r = connection->events.connected(connection->events.userdata, connection->bus);

        (void) message;
        (void) error;
        if (r < 0) {
                log_warning("D-Bus: cannot begin: %s", strerror(-r));
                try_later(connection);
                return 0;
        }
        connection->connected = true;
        request_name(connection);
        return 0;
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) error;
        lose(userdata);
        return 0;
}

static int configure(Connection *connection, sd_bus *bus)
{
        int r = sd_bus_set_address(bus, getenv("DBUS_SYSTEM_BUS_ADDRESS") ?: SYSTEM_BUS);

        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, false);
        if (r >= 0)
                r = sd_bus_set_watch_bind(bus, true);
        if (r >= 0)
                r = sd_bus_set_connected_signal(bus, true);
        if (r >= 0)
                r = sd_bus_add_filter(bus, NULL, on_message, connection);
        if (r >= 0)
                r = sd_bus_match_signal_async(
                        bus, NULL, LOCAL_NAME, NULL, LOCAL_NAME, "Connected", on_connected, NULL, connection);
        if (r >= 0)
                r = sd_bus_match_signal_async(bus, NULL, LOCAL_NAME, NULL, LOCAL_NAME, "Disconnected",
                        on_disconnected, NULL, connection);
        if (r >= 0)
                r = connection->events.opened(connection->events.userdata, bus);
        if (r >= 0)
                r = sd_bus_attach_event(bus, connection->event, PRIORITY);
        return r < 0 ? r : sd_bus_start(bus);
}

static void drop(Connection *connection)
{
        stop_drain(connection);
        connection->name_request = sd_bus_slot_unref(connection->name_request);
        connection->bus = sd_bus_close_unref(connection->bus);
        connection->connected = connection->named = false;
}

static void open_bus(Connection *connection)
{
        int r = sd_bus_new(&connection->bus);

        if (r >= 0)
                r = configure(connection, connection->bus);
        if (r >= 0)
                return;
        log_message(complaint_level(connection), NULL, NULL, "D-Bus: cannot connect: %s", strerror(-r));
        drop(connection);
        try_later(connection);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        Connection *connection = userdata;

        (void) source;
        (void) usec;
        if (connection->connected) {
                request_name(connection);
                return 0;
        }
        drop(connection);
        open_bus(connection);
        return 0;
}

/* sd-bus's own source of this kind would send what is queued, however long the bus took. */
static int on_leave(sd_event_source *source, void *userdata)
{
        Connection *connection = userdata;

        (void) source;
        if (connection->bus)
                sd_bus_detach_event(connection->bus);
        return 0;
}

/* As long as the bus takes something. */
static void flush(Connection *connection)
{
        uint64_t before = UINT64_MAX, left;

        connection->finishing = true;
        connection->name_request = sd_bus_slot_unref(connection->name_request);
        while (sd_bus_get_n_queued_write(connection->bus, &left) >= 0 && left > 0 && left < before) {
                before = left;
                if (sd_bus_process(connection->bus, NULL) < 0)
                        return;
        }
}

int connection_new(Connection **ret, sd_event *event, const ConnectionEvents *events)
{
        AUTO(connection_freep) Connection *connection = calloc(1, sizeof *connection);
        int r;

        if (!connection)
                return -ENOMEM;
        connection->event = sd_event_ref(event);
        connection->events = *events;
        r = sd_event_add_time(
                event, &connection->retry, CLOCK_BOOTTIME, 0, 10 * USEC_PER_MSEC, on_retry, connection);
        if (r >= 0)
                r = sd_event_source_set_enabled(connection->retry, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_exit(event, &connection->leave, on_leave, connection);
        if (r >= 0)
                r = sd_event_source_set_priority(connection->leave, SD_EVENT_PRIORITY_IMPORTANT);
        if (r < 0)
                return r;
        open_bus(connection);
        *ret = STEAL(connection);
        return 0;
}

Connection *connection_free(Connection *connection)
{
        if (!connection)
                return NULL;
        if (connection->connected)
                flush(connection);
        drop(connection);
        sd_event_source_disable_unref(connection->retry);
        sd_event_source_disable_unref(connection->leave);
        sd_event_unref(connection->event);
        free(connection);
        return NULL;
}
