/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Standard output, as what it is: a terminal or not. Everything printed through here is escaped (ctl/text.h);
 * only the colours and line ends are our own. */

typedef enum Colour {
        COLOUR_NONE,
        COLOUR_GREEN,
        COLOUR_YELLOW,
        COLOUR_RED,
        COLOUR_GREY,
        COLOUR_HEADER, /* of a table */
} Colour;

typedef enum ColourWhen {
        COLOUR_AUTO, /* on a terminal that is not "dumb", unless $NO_COLOR is set */
        COLOUR_ALWAYS,
        COLOUR_NEVER,
} ColourWhen;

typedef struct Output {
        bool terminal;
        bool colour;
        bool utf8;
        unsigned columns; /* of the terminal; 0: no limit */
} Output;

Output output_open(ColourWhen when);

__attribute__((format(printf, 3, 4))) void output_text(
        const Output *output, Colour colour, const char *format, ...);
/* The same, and ends the line. */
__attribute__((format(printf, 3, 4))) void output_line(
        const Output *output, Colour colour, const char *format, ...);

/* One or more lines, none of which a terminal has to break. */
void output_paragraph(const Output *output, Colour colour, unsigned indent, const char *text);

/* The dot before something that has a state. */
const char *output_dot(const Output *output);

/* Brings out what was printed. -EPIPE: nobody reads it any more; another negative errno: it could not be
 * written, and is forgotten. */
int output_flush(void);

/* Standard error: "signpostctl: ", the sentence, and the end of the line. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
/* A line that goes on about it. */
__attribute__((format(printf, 1, 2))) void complain_more(const char *format, ...);
