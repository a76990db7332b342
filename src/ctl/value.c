/* SPDX-License-Identifier: BSD-3-Clause */

/* Value: all that has to be known of each type stands here, so that objects are but tables of fields. */

#include "ctl/value.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "ctl/string-list.h"
#include "util/cleanup.h"

static void overrides_done(Overrides *overrides)
{
        for (size_t i = 0; i < overrides->n; i++) {
                free(overrides->overrides[i].member);
                free(overrides->overrides[i].user);
                free(overrides->overrides[i].reason);
        }
        free(overrides->overrides);
        *overrides = (Overrides){ 0 };
}

static int overrides_append(
        Overrides *overrides, const char *member, usec_t until, const char *user, const char *reason)
{
        Override *all = reallocarray(overrides->overrides, overrides->n + 1, sizeof *all);
        Override *added;

        if (!all)
                return -ENOMEM;
        overrides->overrides = all;
        added = &all[overrides->n++];
        *added = (Override){
                .member = strdup(member),
                .until = until,
                .user = strdup(user),
                .reason = strdup(reason),
        };
        return added->member && added->user && added->reason ? 0 : -ENOMEM;
}

static int overrides_copy(Overrides *overrides, const Overrides *from)
{
        AUTO(overrides_done) Overrides copy = { 0 };

        for (size_t i = 0; i < from->n; i++) {
                const Override *override = &from->overrides[i];

                if (overrides_append(
                            &copy, override->member, override->until, override->user, override->reason) < 0)
                        return -ENOMEM;
        }
        *overrides = copy;
        copy = (Overrides){ 0 };
        return 0;
}

static bool override_equal(const Override *a, const Override *b)
{
        return strcmp(a->member, b->member) == 0 && a->until == b->until && strcmp(a->user, b->user) == 0 &&
               strcmp(a->reason, b->reason) == 0;
}

bool overrides_contain(const Overrides *overrides, const Override *override)
{
        for (size_t i = 0; i < overrides->n; i++)
                if (override_equal(&overrides->overrides[i], override))
                        return true;
        return false;
}

static bool overrides_equal(const Overrides *a, const Overrides *b)
{
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (!override_equal(&a->overrides[i], &b->overrides[i]))
                        return false;
        return true;
}

int value_init(ValueType type, void *value)
{
        char **text = value;

        if (type != FIELD_STRING)
                return 0;
        *text = strdup("");
        return *text ? 0 : -ENOMEM;
}

void value_done(ValueType type, void *value)
{
        if (type == FIELD_STRING)
                free(*(char **) value);
        else if (type == FIELD_STRINGS)
                string_list_free(*(char ***) value);
        else if (type == FIELD_OVERRIDES)
                overrides_done(value);
}

int value_copy(ValueType type, void *value, const void *from)
{
        switch (type) {
        case FIELD_STRING:
                *(char **) value = strdup(*(char *const *) from);
                return *(char **) value ? 0 : -ENOMEM;
        case FIELD_STRINGS:
                return string_list_copy(*(char **const *) from, value);
        case FIELD_UINT32:
                *(uint32_t *) value = *(const uint32_t *) from;
                return 0;
        case FIELD_BOOLEAN:
                *(bool *) value = *(const bool *) from;
                return 0;
        case FIELD_TIME:
        case FIELD_DURATION:
                *(usec_t *) value = *(const usec_t *) from;
                return 0;
        case FIELD_OVERRIDES:
                return overrides_copy(value, from);
        }
        return -EINVAL;
}

bool value_equal(ValueType type, const void *a, const void *b)
{
        switch (type) {
        case FIELD_STRING:
                return strcmp(*(char *const *) a, *(char *const *) b) == 0;
        case FIELD_STRINGS:
                return string_lists_equal(*(char **const *) a, *(char **const *) b);
        case FIELD_UINT32:
                return *(const uint32_t *) a == *(const uint32_t *) b;
        case FIELD_BOOLEAN:
                return *(const bool *) a == *(const bool *) b;
        case FIELD_TIME:
        case FIELD_DURATION:
                return *(const usec_t *) a == *(const usec_t *) b;
        case FIELD_OVERRIDES:
                return overrides_equal(a, b);
        }
        return false;
}

static int read_string(char **value, sd_bus_message *message)
{
        const char *text;
        char *copy;
        int r = sd_bus_message_read_basic(message, 's', &text);

        if (r < 0)
                return r;
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        free(*value);
        *value = copy;
        return 0;
}

static int read_strings(char ***value, sd_bus_message *message)
{
        char **list = NULL;
        int r = sd_bus_message_read_strv(message, &list);

        if (r < 0)
                return r;
        string_list_free(*value);
        *value = list;
        return 0;
}

static int read_boolean(bool *value, sd_bus_message *message)
{
        int truth, r = sd_bus_message_read_basic(message, 'b', &truth);

        if (r < 0)
                return r;
        *value = truth;
        return 0;
}

static int read_overrides(Overrides *value, sd_bus_message *message)
{
        AUTO(overrides_done) Overrides read = { 0 };
        const char *member, *user, *reason;
        uint64_t until;
        int r = sd_bus_message_enter_container(message, 'a', "(stss)");

        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(message, "(stss)", &member, &until, &user, &reason)) > 0)
                if (overrides_append(&read, member, until, user, reason) < 0)
                        return -ENOMEM;
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        overrides_done(value);
        *value = read;
        read = (Overrides){ 0 };
        return 0;
}

int value_read(ValueType type, void *value, sd_bus_message *message)
{
        switch (type) {
        case FIELD_STRING:
                return read_string(value, message);
        case FIELD_STRINGS:
                return read_strings(value, message);
        case FIELD_BOOLEAN:
                return read_boolean(value, message);
        case FIELD_UINT32:
                return sd_bus_message_read_basic(message, 'u', value);
        case FIELD_TIME:
        case FIELD_DURATION:
                return sd_bus_message_read_basic(message, 't', value);
        case FIELD_OVERRIDES:
                return read_overrides(value, message);
        }
        return -EINVAL;
}

const char *value_signature(ValueType type)
{
        static const char *const signatures[] = {
                [FIELD_STRING] = "s",
                [FIELD_STRINGS] = "as",
                [FIELD_UINT32] = "u",
                [FIELD_BOOLEAN] = "b",
                [FIELD_TIME] = "t",
                [FIELD_DURATION] = "t",
                [FIELD_OVERRIDES] = "a(stss)",
        };

        return signatures[type];
}
