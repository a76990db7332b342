/* SPDX-License-Identifier: BSD-3-Clause */

/* Table: keeps all cells, then knows how wide each column is. Where the terminal is too narrow for a row, its
 * last cell is broken at its spaces and, where even that is of no use, stands below the row. */

#include "ctl/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/text.h"

enum {
        GAP = 2,       /* between columns */
        DOT_WIDTH = 2, /* with the space after it */
        LAST_COLUMN_MIN = 20,
        STACKED_INDENT = 6,
};

typedef struct Cell {
        char *text; /* escaped */
        Colour colour;
        bool dotted;     /* has the place for a dot … */
        Colour dot;      /* … and this one in it */
        bool alone;      /* is a line, and the only cell of its row … */
        unsigned indent; /* … that begins here */
} Cell;

/* Of a row's last cell. */
typedef struct Layout {
        size_t indent, width; /* of its lines */
        bool stacked;         /* they stand below the row */
} Layout;

struct Table {
        size_t n_columns;
        size_t n_cells, n_allocated;
        Cell *cells;
        bool failed; /* out of memory */
};

Table *table_new(size_t columns)
{
        Table *table = malloc(sizeof *table);

        if (table)
                *table = (Table){ .n_columns = columns };
        return table;
}

Table *table_free(Table *table)
{
        if (!table)
                return NULL;
        for (size_t i = 0; i < table->n_cells; i++)
                free(table->cells[i].text);
        free(table->cells);
        free(table);
        return NULL;
}

static void add_cell(Table *table, Cell cell)
{
        Cell *cells = table->cells;

        if (table->n_cells == table->n_allocated) {
                size_t wanted = table->n_allocated * 2 + 16;

                cells = reallocarray(table->cells, wanted, sizeof *cells);
                if (cells) {
                        table->cells = cells;
                        table->n_allocated = wanted;
                }
        }
        if (!cells || !cell.text) {
                free(cell.text);
                table->failed = true;
                return;
        }
        table->cells[table->n_cells++] = cell;
}

void table_add(Table *table, Colour colour, const char *format, ...)
{
        AUTO_FREE char *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0)
                text = NULL;
        add_cell(table, (Cell){ .text = text ? text_escape(text) : NULL, .colour = colour });
}

void table_add_line(Table *table, Colour colour, unsigned indent, const char *format, ...)
{
        AUTO_FREE char *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n < 0)
                text = NULL;
        add_cell(table, (Cell){ .text = STEAL(text), .colour = colour, .alone = true, .indent = indent });
}

void table_add_dotted(Table *table, Colour dot, const char *text)
{
        add_cell(table, (Cell){ .text = text_escape(text), .dotted = true, .dot = dot });
}

void table_add_header(Table *table, const char *const *titles)
{
        for (size_t i = 0; i < table->n_columns; i++)
                table_add(table, COLOUR_HEADER, "%s", titles[i]);
}

static size_t cell_width(const Cell *cell)
{
        return text_width(cell->text) + (cell->dotted ? DOT_WIDTH : 0);
}

static void measure(const Table *table, size_t *widths)
{
        size_t column = 0;

        for (size_t i = 0; i < table->n_cells; i++) {
                size_t wanted = cell_width(&table->cells[i]);

                if (table->cells[i].alone)
                        continue;
                if (widths[column] < wanted)
                        widths[column] = wanted;
                column = (column + 1) % table->n_columns;
        }
}

/* Where the lines of a row's last cell begin and how long they are; `indent` is where its column begins. */
static Layout lay_out(const char *text, size_t indent, const Output *output)
{
        size_t width = output->columns > indent ? output->columns - indent : 0;

        if (output->columns == 0 || text_width(text) <= width)
                return (Layout){ .indent = indent, .width = SIZE_MAX };
        if (width >= LAST_COLUMN_MIN && text_longest_word(text) <= width)
                return (Layout){ .indent = indent, .width = width };
        width = output->columns > STACKED_INDENT ? output->columns - STACKED_INDENT : SIZE_MAX;
        return (Layout){ .indent = STACKED_INDENT, .width = width, .stacked = true };
}

static void pad(size_t n)
{
        printf("%*s", (int) n, "");
}

static void print_cell(const Cell *cell, size_t width, const Output *output)
{
        size_t used = cell_width(cell);

        if (cell->dotted) {
                output_text(output, cell->dot, "%s", cell->dot ? output_dot(output) : " ");
                pad(DOT_WIDTH - 1);
        }
        if (*cell->text)
                output_text(output, cell->colour, "%s", cell->text);
        pad(used < width ? width - used : 0);
}

/* Its first line goes on where the others have ended, unless it is stacked. */
static void print_last_cell(const Cell *cell, const Layout *layout, const Output *output)
{
        const char *rest = cell->text;
        size_t indent = 0;

        if (layout->stacked) {
                putchar('\n');
                indent = layout->indent;
        }
        do {
                size_t length = text_line_length(rest, layout->width);

                pad(indent);
                output_line(output, cell->colour, "%.*s", (int) length, rest);
                rest += length;
                rest += strspn(rest, " ");
                indent = layout->indent;
        } while (*rest);
}

/* indent: where the last column begins. */
static void print_row(
        const Table *table, const Cell *row, const size_t *widths, size_t indent, const Output *output)
{
        size_t last = table->n_columns - 1, end = last;
        Layout layout = lay_out(row[last].text, indent, output);
        bool alone = layout.stacked || !*row[last].text; /* nothing comes behind the others */

        /* No spaces at the end of a line. */
        while (alone && end > 0 && !*row[end - 1].text)
                end--;
        for (size_t i = 0; i < end; i++) {
                bool ends = alone && i + 1 == end;

                print_cell(&row[i], ends ? 0 : widths[i], output);
                pad(ends ? 0 : GAP);
        }
        print_last_cell(&row[last], &layout, output);
}

int table_print(const Table *table, const Output *output)
{
        AUTO_FREE size_t *widths = calloc(table->n_columns, sizeof *widths);
        size_t indent = 0;

        if (!widths || table->failed)
                return -ENOMEM;
        measure(table, widths);
        for (size_t i = 0; i + 1 < table->n_columns; i++)
                indent += widths[i] + GAP;
        for (size_t i = 0; i < table->n_cells;) {
                const Cell *cell = &table->cells[i];

                if (cell->alone)
                        output_paragraph(output, cell->colour, cell->indent, cell->text);
                else
                        print_row(table, cell, widths, indent, output);
                i += cell->alone ? 1 : table->n_columns;
        }
        return 0;
}
