/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/output.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/text.h"
#include "util/cleanup.h"

static const char *const colour_codes[] = {
        [COLOUR_GREEN] = "\033[0;32m",
        [COLOUR_YELLOW] = "\033[0;1;33m",
        [COLOUR_RED] = "\033[0;1;31m",
        [COLOUR_GREY] = "\033[0;90m",
        [COLOUR_HEADER] = "\033[0;1m",
};

static bool terminal_has_colours(void)
{
        const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

        /* https://no-color.org: "when present and not an empty string" */
        return !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static unsigned terminal_columns(void)
{
        struct winsize size;

        return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Output output_open(ColourWhen when)
{
        bool terminal = isatty(STDOUT_FILENO);

        return (Output){
                .terminal = terminal,
                .colour =
                        when == COLOUR_ALWAYS || (when == COLOUR_AUTO && terminal && terminal_has_colours()),
                .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                .columns = terminal ? terminal_columns() : 0,
        };
}

/* Formats and escapes; "" when out of memory, because there is nothing better to print. */
__attribute__((format(printf, 2, 0))) static void print_escaped(
        FILE *out, const char *format, va_list arguments)
{
        AUTO_FREE char *text = NULL, *escaped = NULL;

        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                return;
        }
        escaped = text_escape(text);
        if (escaped)
                fputs(escaped, out);
}

__attribute__((format(printf, 3, 0))) static void print_coloured(
        const Output *output, Colour colour, const char *format, va_list arguments)
{
        bool coloured = output->colour && colour != COLOUR_NONE;

        if (coloured)
                fputs(colour_codes[colour], stdout);
        print_escaped(stdout, format, arguments);
        if (coloured)
                fputs("\033[0m", stdout);
}

void output_text(const Output *output, Colour colour, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        print_coloured(output, colour, format, arguments);
        va_end(arguments);
}

void output_line(const Output *output, Colour colour, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        print_coloured(output, colour, format, arguments);
        va_end(arguments);
        fputc('\n', stdout);
}

void output_paragraph(const Output *output, Colour colour, unsigned indent, const char *text)
{
        AUTO_FREE char *escaped = text_escape(text);
        size_t width = output->columns > indent ? output->columns - indent : SIZE_MAX;

        for (const char *rest = escaped; rest && *rest; rest += strspn(rest, " ")) {
                size_t length = text_line_length(rest, width);

                printf("%*s", (int) indent, "");
                output_line(output, colour, "%.*s", (int) length, rest);
                rest += length;
        }
}

const char *output_dot(const Output *output)
{
        return output->utf8 ? "●" : "*";
}

/* Why an earlier write failed, of which stdio has only kept that it did. */
static int error_of_output(void)
{
        struct pollfd pollfd = { .fd = STDOUT_FILENO };

        return poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLERR) ? -EPIPE : -EIO;
}

int output_flush(void)
{
        int r = 0;

        if (fflush(stdout) != 0)
                r = -errno;
        else if (ferror(stdout))
                r = error_of_output();
        if (r < 0) { /* said once */
                __fpurge(stdout);
                clearerr(stdout);
        }
        return r;
}

void complain(const char *format, ...)
{
        va_list arguments;

        fputs("signpostctl: ", stderr);
        va_start(arguments, format);
        print_escaped(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
}

void complain_more(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        print_escaped(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
}
