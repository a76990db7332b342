/* SPDX-License-Identifier: BSD-3-Clause */

#include "bus/text.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/text.h"

int text_append(sd_bus_message *message, const char *text)
{
        AUTO_FREE char *copy = NULL;

        if (!text || !text_find_wrong(text))
                return sd_bus_message_append_basic(message, 's', text ?: "");
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        text_scrub(copy);
        return sd_bus_message_append_basic(message, 's', copy);
}
