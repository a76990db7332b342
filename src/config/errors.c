/* SPDX-License-Identifier: BSD-3-Clause */

#include "config/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
        ERRORS_MAX = 1000
}; /* nobody reads more, and a hostile file could cause millions */

void config_errors_done(ConfigErrors *errors)
{
        for (size_t i = 0; i < errors->count; i++)
                free(errors->texts[i]);
        free(errors->texts);
        *errors = (ConfigErrors){ 0 };
}

void config_errors_add(ConfigErrors *errors, const char *format, ...)
{
        va_list arguments;
        char **larger;
        char *text;
        int r;

        if (errors->count >= ERRORS_MAX)
                return;
        if (errors->count == ERRORS_MAX - 1)
                format = "more errors are not shown";
        larger = reallocarray(errors->texts, errors->count + 1, sizeof *larger);
        if (!larger)
                return;
        errors->texts = larger;
        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r >= 0)
                errors->texts[errors->count++] = text;
}
