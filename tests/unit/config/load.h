/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "config/config.h"

/* Reads a configuration in the working directory, which is good; c.json has the text. On web1.example.com,
 * unless the context says another host. */
Config *load(const char *text);
Config *load_with(const char *path, const ConfigContext *context);
extern const ConfigContext host;

/* The same of what stands in "pools", in the zone z; ' stands for quotation marks. */
Config *load_pools(const char *text);

/* c.json is refused, with just these errors. what: for the failure. */
void assert_wrong(const char *what, const char *expected);
void assert_wrong_with(const ConfigContext *context, const char *what, const char *expected);

/* The rows of a table say what goes into a frame (in which ' stands for quotation marks too), and what
 * follows "c.json: PLACE". */
typedef struct Row {
        const char *text, *error;
} Row;

void check_rows(const Row *rows, size_t count, const char *before, const char *after, const char *place);

void assert_name(const Name *name, const char *text);

/* NULL-terminated texts, written with spaces between. */
void assert_texts(char *const *texts, const char *expected);
