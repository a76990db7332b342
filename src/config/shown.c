/* SPDX-License-Identifier: BSD-3-Clause */

/* Shown: what there is, in an error that says what is not there. */

#include "config/shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/report.h"

void show(Shown *shown, const char *format, ...)
{
        va_list arguments;
        char item[300], clean[300];
        const char *separator = shown->length == 0 ? "" : ", ";

        if (shown->length > SHOWN_MAX - sizeof item - sizeof ", ...") {
                strcpy(shown->text + shown->length, ", ...");
                return;
        }
        va_start(arguments, format);
        vsnprintf(item, sizeof item, format, arguments);
        va_end(arguments);
        report_show(clean, sizeof clean, item);
        shown->length += (size_t) snprintf(
                shown->text + shown->length, SHOWN_MAX - shown->length, "%s%s", separator, clean);
}
