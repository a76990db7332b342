/* SPDX-License-Identifier: BSD-3-Clause */

/* Bus: dbus-daemon with a configuration that allows everything, as a program on the host. */

#include "bus.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "program.h"
#include "util/cleanup.h"

enum {
        START_TRIES = 1000, /* of 10 ms */
};

struct Bus {
        Program *daemon, *listeners;
        char *socket, *environment;
};

static char *in_directory(const char *directory, const char *name)
{
        char *path = NULL;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                errx(EXIT_FAILURE, "out of memory");
        return path;
}

static void write_configuration(const char *path, const char *socket)
{
        AUTO_FCLOSE FILE *file = fopen(path, "wxe");

        if (!file)
                err(EXIT_FAILURE, "%s", path);
        fprintf(file,
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
                " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                "<busconfig>\n"
                "  <type>system</type>\n"
                "  <listen>unix:path=%s</listen>\n"
                "  <auth>EXTERNAL</auth>\n"
                "  <policy context=\"default\">\n"
                "    <allow user=\"*\"/><allow own=\"*\"/>\n"
                "    <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\n"
                "  </policy>\n"
                "  <limit name=\"max_connections_per_user\">1000</limit>\n"
                "</busconfig>\n",
                socket);
}

static void pause_msec(long msec)
{
        nanosleep(&(struct timespec){ .tv_nsec = msec * 1000000 }, NULL);
}

static void start_daemon(Bus *bus, const Host *host, const char *directory)
{
        AUTO_FREE char *configuration = in_directory(directory, "bus.conf"), *option = NULL;
        AUTO_FREE char *log_path = in_directory(directory, "bus.log");
        struct stat status;

        if (asprintf(&option, "--config-file=%s", configuration) < 0)
                errx(EXIT_FAILURE, "out of memory");
        write_configuration(configuration, bus->socket);
        bus->daemon = program_start(host,
                (const char *[]){ "dbus-daemon", option, "--nofork", "--nosyslog", NULL }, environ, log_path);
        for (unsigned i = 0; i < START_TRIES && stat(bus->socket, &status) < 0; i++) {
                if (!program_is_running(bus->daemon))
                        errx(EXIT_FAILURE, "dbus-daemon did not start: see %s", log_path);
                pause_msec(10);
        }
}

/* They have said so in their log. */
static void wait_for_listeners(Bus *bus)
{
        struct stat status;

        for (unsigned i = 0; i < START_TRIES; i++) {
                if (!program_is_running(bus->listeners))
                        break;
                if (stat(program_log(bus->listeners), &status) == 0 && status.st_size > 0)
                        return;
                pause_msec(10);
        }
        errx(EXIT_FAILURE, "nobody listens: see %s", program_log(bus->listeners));
}

static void start_listeners(Bus *bus, const Host *host, const char *directory, const BusOptions *options)
{
        AUTO_FREE char *log_path = in_directory(directory, "listeners.log");
        char count[16];

        snprintf(count, sizeof count, "%u", options->listeners);
        bus->listeners = program_start(host,
                (const char *[]){ options->listener, strchr(bus->environment, '=') + 1, count, NULL },
                environ, log_path);
        wait_for_listeners(bus);
        if (options->stopped)
                program_signal(bus->listeners, SIGSTOP);
}

Bus *bus_new(const Host *host, const char *directory, const BusOptions *options)
{
        Bus *bus = calloc(1, sizeof *bus);

        if (!bus)
                errx(EXIT_FAILURE, "out of memory");
        bus->socket = in_directory(directory, "bus");
        if (asprintf(&bus->environment, "DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s", bus->socket) < 0)
                errx(EXIT_FAILURE, "out of memory");
        start_daemon(bus, host, directory);
        if (options->listeners > 0)
                start_listeners(bus, host, directory, options);
        return bus;
}

Bus *bus_free(Bus *bus)
{
        if (!bus)
                return NULL;
        if (bus->listeners)
                program_signal(bus->listeners, SIGCONT);
        program_free(bus->listeners);
        program_free(bus->daemon);
        free(bus->socket);
        free(bus->environment);
        free(bus);
        return NULL;
}

const char *bus_environment(const Bus *bus)
{
        return bus->environment;
}
