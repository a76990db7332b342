/* SPDX-License-Identifier: BSD-3-Clause */

/* Clients that follow every signal of org.signpost1, as `signpostctl monitor` does, and do nothing with them.
 *
 *     listener ADDRESS COUNT */

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) userdata;
        (void) error;
        return 0;
}

static void check(int r, const char *what)
{
        if (r < 0)
                errx(EXIT_FAILURE, "%s: %s", what, strerror(-r));
}

static void listen_once(sd_event *event, const char *address)
{
        sd_bus *bus = NULL; /* the loop keeps it until the process ends */

        check(sd_bus_new(&bus), "sd_bus_new");
        check(sd_bus_set_address(bus, address), address);
        check(sd_bus_set_bus_client(bus, true), "sd_bus_set_bus_client");
        check(sd_bus_start(bus), address);
        check(sd_bus_match_signal(bus, NULL, NULL, NULL, NULL, NULL, on_signal, NULL), "sd_bus_match_signal");
        check(sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL), "sd_bus_attach_event");
}

int main(int argc, char *argv[])
{
        unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
        sd_event *event = NULL;

        if (count == 0)
                errx(EXIT_FAILURE, "usage: %s ADDRESS COUNT", argv[0]);
        check(sd_event_new(&event), "sd_event_new");
        for (unsigned long i = 0; i < count; i++)
                listen_once(event, argv[1]);
        puts("listening");
        fflush(stdout);
        return sd_event_loop(event) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
