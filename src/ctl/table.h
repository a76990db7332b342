/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "ctl/output.h"
#include "util/cleanup.h"

/* Columns that line up. Cells are added from left to right, row after row. Out of memory shows in
 * table_print(). */
typedef struct Table Table;

/* The last column is broken at its spaces where the terminal is too narrow. */
Table *table_new(size_t columns);
Table *table_free(Table *table);
DEFINE_FREEP(Table, table_free)

__attribute__((format(printf, 3, 4))) void table_add(Table *table, Colour colour, const char *format, ...);

/* A cell with a dot in that colour before it; COLOUR_NONE: the place stays empty. */
void table_add_dotted(Table *table, Colour dot, const char *text);

void table_add_header(Table *table, const char *const *titles);

/* A line between the rows, which it does not widen: broken at its spaces. */
__attribute__((format(printf, 4, 5))) void table_add_line(
        Table *table, Colour colour, unsigned indent, const char *format, ...);

/* -ENOMEM: some of it was lost on the way, and nothing is printed. */
int table_print(const Table *table, const Output *output);
