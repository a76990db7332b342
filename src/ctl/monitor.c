/* SPDX-License-Identifier: BSD-3-Clause */

/* monitor: first subscribes, then reads, so that nothing falls between; then tells each signal. Goes on while
 * the daemon is away. INT and TERM end it wherever it waits, also in a write that nobody reads. */

#include "ctl/command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "ctl/failure.h"
#include "ctl/news.h"
#include "ctl/snapshot.h"
#include "ctl/string-list.h"

typedef struct Monitor {
        Ctl *ctl;
        sd_event *event;
        Snapshot snapshot;
        sd_bus_slot *reading; /* the call under way: what is signalled meanwhile is part of its answer */
        bool running;         /* the daemon has its name, as far as it was told */
        sd_bus_error *error;  /* why it ended */
} Monitor;

static void monitor_done(Monitor *monitor)
{
        sd_bus_slot_unref(monitor->reading);
        sd_bus_detach_event(client_bus(monitor->ctl->client));
        sd_event_unref(monitor->event);
        snapshot_done(&monitor->snapshot);
}

static void end(Monitor *monitor, int r, const sd_bus_error *error)
{
        if (error)
                sd_bus_error_copy(monitor->error, error);
        sd_event_exit(monitor->event, r);
}

/* Each line goes out at once. The loop ends when that fails. */
static void flush(Monitor *monitor, int r)
{
        if (r < 0) {
                end(monitor, r, NULL);
                return;
        }
        r = output_flush();
        if (r < 0 && r != -EPIPE)
                sd_bus_error_setf(
                        monitor->error, SD_BUS_ERROR_IO_ERROR, "cannot write the output: %s", strerror(-r));
        if (r < 0)
                end(monitor, r == -EPIPE ? 0 : r, NULL); /* EPIPE: nobody wants more */
}

/* before: for NEWS_CHANGED, NULL else. */
static void tell(Monitor *monitor, NewsKind kind, const Object *object, const Object *before)
{
        flush(monitor, news_print(monitor->ctl, kind, object, before));
}

static void tell_daemon(Monitor *monitor, NewsOfDaemon news)
{
        flush(monitor, news_print_daemon(monitor->ctl, news));
}

/* Reading. */

static void start_reading(Monitor *monitor);

/* True: there is something to read. */
static bool check_answer(Monitor *monitor, sd_bus_message *answer)
{
        const sd_bus_error *error = sd_bus_message_get_error(answer);

        if (!error)
                return true;
        if (failure_is_absence(error)) {
                monitor->running = false;
                tell_daemon(monitor, NEWS_VANISHED);
        } else if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY)) {
                if (!client_is_connected(monitor->ctl->client)) /* which ends the loop */
                        return false;
                tell_daemon(monitor, NEWS_SILENT);
                start_reading(monitor);
        } else {
                end(monitor, -sd_bus_error_get_errno(error), error);
        }
        return false;
}

static int on_objects(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        Monitor *monitor = userdata;
        int r;

        (void) ret_error;
        monitor->reading = sd_bus_slot_unref(monitor->reading);
        if (!check_answer(monitor, answer))
                return 0;
        r = snapshot_take_objects(&monitor->snapshot, answer);
        if (r < 0) {
                end(monitor, r, NULL);
                return 0;
        }
        monitor->running = true;
        for (size_t i = 0; i < monitor->snapshot.n_objects; i++)
                tell(monitor, NEWS_PRESENT, monitor->snapshot.objects[i], NULL);
        return 0;
}

static int call(Monitor *monitor, int (*new_call)(Client *client, sd_bus_message **ret),
        sd_bus_message_handler_t on_answer)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        int r = new_call(monitor->ctl->client, &message);

        if (r < 0)
                return r;
        monitor->reading = sd_bus_slot_unref(monitor->reading);
        return sd_bus_call_async(client_bus(monitor->ctl->client), &monitor->reading, message, on_answer,
                monitor, CLIENT_TIMEOUT_USEC);
}

/* What is signalled of the manager from here on is applied to it: it is not part of the next answer. */
static int on_manager(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        Monitor *monitor = userdata;
        int r;

        (void) ret_error;
        monitor->reading = sd_bus_slot_unref(monitor->reading);
        if (!check_answer(monitor, answer))
                return 0;
        r = snapshot_take_manager(&monitor->snapshot, answer);
        if (r >= 0)
                r = call(monitor, snapshot_new_objects_call, on_objects);
        if (r < 0)
                end(monitor, r, NULL);
        return 0;
}

static void start_reading(Monitor *monitor)
{
        int r;

        snapshot_done(&monitor->snapshot);
        r = call(monitor, snapshot_new_manager_call, on_manager);
        if (r < 0)
                end(monitor, r, NULL);
}

/* Signals. */

static int on_properties(Monitor *monitor, sd_bus_message *message)
{
        AUTO(object_freep) Object *before = NULL;
        const char *interface;
        ObjectKind kind;
        Object *object;
        int r = sd_bus_message_read_basic(message, 's', &interface);

        if (r < 0 || !object_kind_from_interface(interface, &kind))
                return r;
        object = snapshot_find(&monitor->snapshot, sd_bus_message_get_path(message), kind);
        if (!object)
                return 0;
        before = object_copy(object);
        if (!before)
                return -ENOMEM;
        r = object_read(object, message);
        /* What is announced a moment after it was read is no news. */
        if (r >= 0 && !monitor->reading && !object_equal(object, before))
                tell(monitor, NEWS_CHANGED, object, before);
        return r;
}

static int on_interfaces_added(Monitor *monitor, sd_bus_message *message)
{
        AUTO(object_freep) Object *object = NULL;
        const char *path;
        int r = sd_bus_message_read_basic(message, 'o', &path);

        if (r < 0 || monitor->reading)
                return r;
        r = object_new_from_interfaces(&object, path, message);
        if (r < 0 || !object)
                return r;
        tell(monitor, NEWS_ADDED, object, NULL);
        return snapshot_put(&monitor->snapshot, STEAL(object));
}

static int on_interfaces_removed(Monitor *monitor, sd_bus_message *message)
{
        const char *path, *interface;
        int r = sd_bus_message_read_basic(message, 'o', &path);

        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read_basic(message, 's', &interface)) > 0) {
                ObjectKind kind;
                Object *object = NULL;

                if (object_kind_from_interface(interface, &kind))
                        object = snapshot_find(&monitor->snapshot, path, kind);
                if (!object)
                        continue;
                if (!monitor->reading)
                        tell(monitor, NEWS_REMOVED, object, NULL);
                snapshot_remove(&monitor->snapshot, object);
        }
        return r;
}

static int on_failed_over(Monitor *monitor, sd_bus_message *message)
{
        AUTO(string_list_freep) char **from = NULL, **to = NULL;
        const Object *pool = snapshot_find(&monitor->snapshot, sd_bus_message_get_path(message), OBJECT_POOL);
        const char *reason;
        int r = sd_bus_message_read_strv(message, &from);

        if (r >= 0)
                r = sd_bus_message_read_strv(message, &to);
        if (r >= 0)
                r = sd_bus_message_read_basic(message, 's', &reason);
        if (r >= 0 && pool && !monitor->reading)
                flush(monitor, news_print_failover(monitor->ctl, pool, from, to, reason));
        return r;
}

/* What cannot be read is another version's: it is passed over. */
static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
        Monitor *monitor = userdata;

        (void) ret_error;
        if (sd_bus_message_is_signal(message, PROPERTY_INTERFACE, "PropertiesChanged"))
                on_properties(monitor, message);
        else if (sd_bus_message_is_signal(message, OBJECTS_INTERFACE, "InterfacesAdded"))
                on_interfaces_added(monitor, message);
        else if (sd_bus_message_is_signal(message, OBJECTS_INTERFACE, "InterfacesRemoved"))
                on_interfaces_removed(monitor, message);
        else if (sd_bus_message_is_signal(message, object_interface(OBJECT_POOL), "FailedOver"))
                on_failed_over(monitor, message);
        return 0;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
        Monitor *monitor = userdata;
        const char *name, *before, *after;

        (void) ret_error;
        if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0)
                return 0;
        if (monitor->running)
                tell_daemon(monitor, NEWS_VANISHED);
        monitor->running = *after;
        monitor->reading = sd_bus_slot_unref(monitor->reading);
        if (!monitor->running)
                return 0;
        tell_daemon(monitor, NEWS_APPEARED);
        start_reading(monitor);
        return 0;
}

/* Asynchronous: what is called after it is answered after it. Should the bus refuse, sd-bus disconnects. */
static int subscribe(Monitor *monitor)
{
        sd_bus *bus = client_bus(monitor->ctl->client);
        int r = sd_bus_add_match_async(bus, NULL,
                "type='signal',sender='" DAEMON_NAME "',path_namespace='" DAEMON_PATH "'", on_signal, NULL,
                monitor);

        if (r < 0)
                return r;
        return sd_bus_add_match_async(bus, NULL,
                "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                "member='NameOwnerChanged',arg0='" DAEMON_NAME "'",
                on_owner_changed, NULL, monitor);
}

static int on_output_closed(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void) fd;
        (void) events;
        (void) userdata;
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Nothing is lost: each line was written out when it was told. */
static void on_interrupt(int number)
{
        (void) number;
        _exit(EXIT_SUCCESS);
}

/* What ends it: a signal, a reader that has gone, a bus that has gone. */
static int watch_for_end(Monitor *monitor)
{
        const struct sigaction action = { .sa_handler = on_interrupt };
        sd_bus *bus = client_bus(monitor->ctl->client);
        int r;

        if (sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0)
                return -errno;
        /* No events: errors and hang-ups are told anyway. A file, which cannot be watched, never closes. */
        r = sd_event_add_io(monitor->event, NULL, STDOUT_FILENO, 0, on_output_closed, NULL);
        if (r < 0 && r != -EPERM)
                return r;
        r = sd_bus_attach_event(bus, monitor->event, SD_EVENT_PRIORITY_NORMAL);
        return r < 0 ? r : sd_bus_set_exit_on_disconnect(bus, true);
}

static int run_loop(Monitor *monitor)
{
        int r = sd_event_loop(monitor->event);

        if (r > 0) /* what sd-bus ends the loop with */
                return sd_bus_error_set(
                        monitor->error, SD_BUS_ERROR_DISCONNECTED, "the system bus went away");
        return r;
}

int monitor_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(monitor_done) Monitor monitor = { .ctl = ctl, .error = error };
        int r = sd_event_new(&monitor.event);

        if (r < 0)
                return r;
        r = watch_for_end(&monitor);
        if (r >= 0)
                r = subscribe(&monitor);
        if (r < 0)
                return r;
        start_reading(&monitor);
        return run_loop(&monitor);
}
