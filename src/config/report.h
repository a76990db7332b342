/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/draft.h"
#include "config/json.h"

/* Where in a file a value stands: a chain up to the whole file, which is NULL. */
typedef struct Place {
        const struct Place *above;
        const char *key; /* NULL: the item `index` of a list */
        size_t index;
} Place;

/* Collects what is wrong with the values. */
typedef struct Report {
        ConfigErrors *errors;
        size_t n_errors;  /* found, whether or not there was memory to say so */
        const char *file; /* that the next error is in */
} Report;

/* "FILE: path/of/the/value: …" */
void report_error(Report *report, const Place *place, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The same of an entry of a map, or of a field in it (NULL: the entry itself), in the entry's file. */
void report_entry_error(Report *report, const Entry *entry, const char *field, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* "must be EXPECTED, not VALUE"; a secret value is not shown. */
void report_value(Report *report, const Place *place, const char *expected, bool secret, json_object *value);

/* Copies what fits: whole characters, none that controls a terminal. Return the bytes written. */
#define REPORT_KEY_MAX  256
#define REPORT_PATH_MAX 1024
size_t report_show(char *buffer, size_t size, const char *text);
size_t report_show_place(char *buffer, size_t size, const Place *place);
