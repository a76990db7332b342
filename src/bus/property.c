/* SPDX-License-Identifier: BSD-3-Clause */

#include "bus/property.h"

#include <errno.h>
#include <string.h>

#include "bus/text.h"

const Property *property_find(const PropertyList *list, const char *name)
{
        for (const Property *property = list->properties; property->name; property++)
                if (strcmp(property->name, name) == 0)
                        return property;
        return NULL;
}

/* Digests. */

static Digest digest_overrides(const OverrideStatus overrides[static 2])
{
        Digest digest = DIGEST_START;

        for (size_t i = 0; i < 2; i++) {
                const OverrideStatus *override = &overrides[i];
                const Digest parts[] = { i, digest_text(override->member), override->until_usec,
                        digest_text(override->user), digest_text(override->reason) };

                if (override->member)
                        digest = digest_bytes(digest, parts, sizeof parts);
        }
        return digest;
}

Digest property_digest(const Property *property)
{
        if (property->silent)
                return DIGEST_START;
        switch (property->type) {
        case PROPERTY_TEXT:
                return digest_text(property->text);
        case PROPERTY_NAME:
                return digest_bytes(DIGEST_START, property->domain->wire, property->domain->length);
        case PROPERTY_ADDRESS:
                return digest_bytes(digest_number((uint64_t) property->address->family),
                        property->address->bytes, sizeof property->address->bytes);
        case PROPERTY_BOOLEAN:
        case PROPERTY_NUMBER:
        case PROPERTY_TIME:
        case PROPERTY_MOMENT: /* not as CLOCK_REALTIME has it, which is set and slewed */
                return digest_number(property->number);
        case PROPERTY_ADDRESSES:
                return digest_values(property->sets);
        case PROPERTY_OVERRIDES:
                return digest_overrides(property->overrides);
        }
        return DIGEST_START;
}

/* Values. */

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

static int append_addresses(sd_bus_message *message, const RRset *const sets[static 2])
{
        int r = sd_bus_message_open_container(message, 'a', "s");

        for (size_t i = 0; i < 2 && r >= 0; i++)
                r = append_set(message, sets[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_override(sd_bus_message *message, const OverrideStatus *override)
{
        int r = sd_bus_message_open_container(message, 'r', "stss");

        if (r >= 0)
                r = text_append(message, override->member);
        if (r >= 0)
                r = sd_bus_message_append_basic(message, 't', &override->until_usec);
        if (r >= 0)
                r = text_append(message, override->user);
        if (r >= 0)
                r = text_append(message, override->reason);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_overrides(sd_bus_message *message, const OverrideStatus overrides[static 2])
{
        int r = sd_bus_message_open_container(message, 'a', "(stss)");

        for (size_t i = 0; i < 2 && r >= 0; i++)
                if (overrides[i].member)
                        r = append_override(message, &overrides[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_moment(sd_bus_message *message, WallClock *clock, usec_t boottime_usec)
{
        usec_t moment = wall_clock_of(
                clock, boottime_usec, clock_now_usec(CLOCK_BOOTTIME), clock_now_usec(CLOCK_REALTIME));

        return sd_bus_message_append_basic(message, 't', &moment);
}

int property_append(const Property *property, sd_bus_message *message, WallClock *clock)
{
        char name[NAME_TEXT_MAX], address[ADDRESS_TEXT_MAX];
        uint32_t number = (uint32_t) property->number;
        int boolean = property->number != 0;

        switch (property->type) {
        case PROPERTY_TEXT:
                return text_append(message, property->text);
        case PROPERTY_NAME:
                return text_append(message, name_to_text(property->domain, name));
        case PROPERTY_ADDRESS:
                return text_append(message, address_to_text(property->address, address));
        case PROPERTY_BOOLEAN:
                return sd_bus_message_append_basic(message, 'b', &boolean);
        case PROPERTY_NUMBER:
                return sd_bus_message_append_basic(message, 'u', &number);
        case PROPERTY_TIME:
                return sd_bus_message_append_basic(message, 't', &property->number);
        case PROPERTY_MOMENT:
                return append_moment(message, clock, property->number);
        case PROPERTY_ADDRESSES:
                return append_addresses(message, property->sets);
        case PROPERTY_OVERRIDES:
                return append_overrides(message, property->overrides);
        }
        return -EINVAL;
}
