/* SPDX-License-Identifier: BSD-3-Clause */

/* Report: what is wrong, and where. Whatever comes out of a file is shown in one line and cut where it gets
 * long. */

#include "config/report.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
        VALUE_MAX_SHOWN = 64
};

size_t report_show(char *buffer, size_t size, const char *text)
{
        size_t n = strlen(text);
        const char *dots = n < size ? "" : "...";

        if (n >= size) {
                n = size - strlen(dots) - 1;
                while (n > 0 && ((uint8_t) text[n] & 0xc0) == 0x80)
                        n--;
        }
        for (size_t i = 0; i < n; i++)
                buffer[i] = (uint8_t) text[i] < ' ' || text[i] == 127 ? '?' : text[i];
        strcpy(buffer + n, dots);
        return n + strlen(dots);
}

size_t report_show_place(char *buffer, size_t size, const Place *place)
{
        char key[REPORT_KEY_MAX];
        size_t n = 0;

        if (place->above) {
                n = report_show_place(buffer, size, place->above);
                n += report_show(buffer + n, size - n, "/");
        }
        if (place->key)
                report_show(key, sizeof key, place->key);
        else
                snprintf(key, sizeof key, "%zu", place->index);
        return n + report_show(buffer + n, size - n, key);
}

__attribute__((format(printf, 3, 0))) static void add_error(
        Report *report, const Place *place, const char *format, va_list arguments)
{
        AUTO_FREE char *text = NULL;
        char path[REPORT_PATH_MAX] = "";

        report->n_errors++;
        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                return;
        }
        if (place)
                report_show_place(path, sizeof path, place);
        config_errors_add(report->errors, "%s: %s%s%s", report->file, path, place ? ": " : "", text);
}

void report_error(Report *report, const Place *place, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        add_error(report, place, format, arguments);
        va_end(arguments);
}

void report_entry_error(Report *report, const Entry *entry, const char *field, const char *format, ...)
{
        Place map = { .key = entry->map };
        Place whole = { .above = &map, .key = entry->key };
        Place part = { .above = &whole, .key = field };
        va_list arguments;

        report->file = entry->file;
        va_start(arguments, format);
        add_error(report, field ? &part : &whole, format, arguments);
        va_end(arguments);
}

static const char *show_value(json_object *value, char buffer[static VALUE_MAX_SHOWN])
{
        switch (json_object_get_type(value)) {
        case json_type_object:
                return "an object";
        case json_type_array:
                return "a list";
        default:
                report_show(buffer, VALUE_MAX_SHOWN,
                        json_object_to_json_string_ext(
                                value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
                return buffer;
        }
}

void report_value(Report *report, const Place *place, const char *expected, bool secret, json_object *value)
{
        char shown[VALUE_MAX_SHOWN];

        if (secret)
                report_error(report, place, "must be %s", expected);
        else
                report_error(report, place, "must be %s, not %s", expected, show_value(value, shown));
}
