/* SPDX-License-Identifier: BSD-3-Clause */

/* Error: what was asked for is not there, and what is. */

#include "bus/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bus/text.h"
#include "engine/status.h"
#include "util/cleanup.h"

enum {
        NAMES_SHOWN = 12,
};

/* "host.example.com, nas.example.com and 3 more", or "none". Malloc'ed; NULL when out of memory. */
static char *list_of(const Engine *engine, size_t count,
        const char *(*name_of)(const Engine *engine, size_t index, char buffer[static NAME_TEXT_MAX]))
{
        char buffer[NAME_TEXT_MAX], *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
                fprintf(out, "%s%s", i ? ", " : "", name_of(engine, i, buffer));
        if (count > NAMES_SHOWN)
                fprintf(out, " and %zu more", count - NAMES_SHOWN);
        if (count == 0)
                fputs("none", out);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

static const char *record_name(const Engine *engine, size_t index, char buffer[static NAME_TEXT_MAX])
{
        RecordStatus status;

        engine_record(engine, index, &status);
        return name_to_text(&status.config->name, buffer);
}

static const char *provider_name(const Engine *engine, size_t index, char buffer[static NAME_TEXT_MAX])
{
        ProviderStatus status;

        (void) buffer;
        engine_provider(engine, index, &status);
        return status.config->id;
}

int error_set(sd_bus_error *error, const char *name, const char *format, ...)
{
        AUTO_FREE char *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0) {
                text = NULL; /* not said otherwise by vasprintf(3) */
                return -ENOMEM;
        }
        text_scrub(text);
        return sd_bus_error_set(error, name, text);
}

int error_no_such_record(sd_bus_error *error, const Engine *engine, const char *name)
{
        AUTO_FREE char *list = list_of(engine, engine_count_records(engine), record_name);

        return error_set(error, ERROR_NO_SUCH_RECORD, "no record \"%.*s\": the configuration names %s",
                ERROR_QUOTED_MAX, name, list ?: "others");
}

int error_no_such_provider(sd_bus_error *error, const Engine *engine, const char *id)
{
        AUTO_FREE char *list = list_of(engine, engine_count_providers(engine), provider_name);

        return error_set(error, ERROR_NO_SUCH_PROVIDER, "no provider \"%.*s\": the configuration names %s",
                ERROR_QUOTED_MAX, id, list ?: "others");
}

int error_no_such_interface(sd_bus_error *error, const char *interface)
{
        return error_set(error, ERROR_NO_SUCH_INTERFACE, "this host has no network interface \"%.*s\"",
                ERROR_QUOTED_MAX, interface);
}

int error_stopping(sd_bus_error *error)
{
        return error_set(error, SD_BUS_ERROR_FAILED, "signpostd is stopping");
}

int error_bad_name(sd_bus_error *error, const char *name, int reason)
{
        return error_set(error, SD_BUS_ERROR_INVALID_ARGS, "\"%.*s\" is not a domain name: %s",
                ERROR_QUOTED_MAX, name,
                reason == -ENAMETOOLONG ? "a label has more than 63 bytes, or all of it more than 255"
                                        : "an empty label, or a bad escape");
}
