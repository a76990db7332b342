/* SPDX-License-Identifier: BSD-3-Clause */

/* Error: what was asked for is not there, and what is. */

#include "bus/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/status.h"
#include "util/cleanup.h"
#include "util/text.h"

enum {
        NAMES_SHOWN = 12,
};

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

/* Lists of names. */

static bool is_meant(const Object *object, const PoolConfig *pool)
{
        return !pool || object->member.pool == pool;
}

static const char *name_of(const Kind *kind, const Object *object, char buffer[static NAME_TEXT_MAX])
{
        PropertyList list = kind->list(object);
        const Property *name = property_find(&list, "Name");

        return name->type == PROPERTY_NAME ? name_to_text(name->domain, buffer) : name->text;
}

/* "host.example.com, nas.example.com and 3 more", or "none". pool: only its members; NULL: all. Malloc'ed;
 * NULL when out of memory. */
static char *list_names(const Engine *engine, const Kind *kind, const PoolConfig *pool)
{
        char buffer[NAME_TEXT_MAX], *text = NULL;
        size_t size, n = 0;
        FILE *out = open_memstream(&text, &size);
        Cursor cursor = { 0 };
        Object object;

        if (!out)
                return NULL;
        while (kind->next(engine, &cursor, &object))
                if (is_meant(&object, pool) && ++n <= NAMES_SHOWN)
                        fprintf(out, "%s%s", n > 1 ? ", " : "", name_of(kind, &object, buffer));
        if (n > NAMES_SHOWN)
                fprintf(out, " and %zu more", n - NAMES_SHOWN);
        if (n == 0)
                fputs("none", out);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

int error_no_such_object(sd_bus_error *error, const Kind *kind, const Engine *engine, const char *name)
{
        AUTO_FREE char *names = list_names(engine, kind, NULL);

        return error_set(error, kind->error, "no %s \"%.*s\": the configuration names %s", kind->noun,
                ERROR_QUOTED_MAX, name, names ?: "others");
}

int error_no_such_name(sd_bus_error *error, const Engine *engine, const char *name)
{
        AUTO_FREE char *records = list_names(engine, &record_kind, NULL);
        AUTO_FREE char *pools = list_names(engine, &pool_kind, NULL);

        if (engine_count_pools(engine) == 0)
                return error_set(error, ERROR_NO_SUCH_RECORD,
                        "no record \"%.*s\": the configuration names %s", ERROR_QUOTED_MAX, name,
                        records ?: "others");
        return error_set(error, ERROR_NO_SUCH_RECORD,
                "no record or pool \"%.*s\": the configuration names %s (records) and %s (pools)",
                ERROR_QUOTED_MAX, name, records ?: "others", pools ?: "others");
}

int error_no_such_member(sd_bus_error *error, const Engine *engine, const Name *pool, const char *member)
{
        AUTO_FREE char *names = NULL;
        char text[NAME_TEXT_MAX];
        PoolStatus status;

        name_to_text(pool, text);
        if (!engine_find_pool(engine, pool, &status))
                return error_no_such_object(error, &pool_kind, engine, text);
        names = list_names(engine, &member_kind, status.config);
        return error_set(error, ERROR_NO_SUCH_MEMBER, "no member \"%.*s\": the members of %s are %s",
                ERROR_QUOTED_MAX, member, text, names ?: "others");
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
