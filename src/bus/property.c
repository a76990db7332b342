/* SPDX-License-Identifier: BSD-3-Clause */

#include "bus/property.h"

#include <string.h>

size_t property_find(const char *name, const char *const names[], size_t count)
{
        size_t i = 0;

        while (i < count && strcmp(names[i], name) != 0)
                i++;
        return i;
}

static int append_set(sd_bus_message *message, const RRset *set)
{
        for (size_t i = 0; set && i < set->count; i++) {
                char text[ADDRESS_TEXT_MAX];
                Address address;
                int r;

                if (rdata_to_address(set->rdata[i], set->type, &address) < 0)
                        continue;
                r = sd_bus_message_append_basic(message, 's', address_to_text(&address, text));
                if (r < 0)
                        return r;
        }
        return 0;
}

int property_append_addresses(sd_bus_message *message, const RRset *const sets[static 2])
{
        int r = sd_bus_message_open_container(message, 'a', "s");

        for (size_t i = 0; i < 2 && r >= 0; i++)
                r = append_set(message, sets[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int property_append_moment(sd_bus_message *message, WallClock *clock, usec_t boottime_usec)
{
        usec_t moment = wall_clock_of(
                clock, boottime_usec, clock_now_usec(CLOCK_BOOTTIME), clock_now_usec(CLOCK_REALTIME));

        return sd_bus_message_append_basic(message, 't', &moment);
}
