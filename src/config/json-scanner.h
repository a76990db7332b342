/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/errors.h"

/* Goes through a JSON text, knows the line and column, and says what is wrong there. */
typedef struct JsonScanner {
        const char *at; /* a NUL stands at the end, and nowhere before it */
        const char *line_start;
        unsigned line;
        const char *file;
        ConfigErrors *errors;
} JsonScanner;

/* All report "FILE:LINE:COLUMN: …" and return -EINVAL. "at": not here but at an earlier place in this line.
 * "expected": ends with what is found here instead: one character, which tells no secret. */
int json_wrong(const JsonScanner *scanner, const char *what);
int json_wrong_at(const JsonScanner *scanner, const char *at, const char *what);
int json_expected(const JsonScanner *scanner, const char *what);

/* Before anything else: are the next `size` bytes UTF-8 (RFC 3629) without a NUL? */
int json_check_bytes(const JsonScanner *scanner, size_t size);

/* Passes white space and comments. */
int json_skip_blank(JsonScanner *scanner);

/* Passes a text from its opening quotation mark on; `ret` is it without escapes. Also -ENOMEM. */
int json_scan_text(JsonScanner *scanner, char **ret);

/* The length of the number (RFC 8259 section 6) at `text`; 0: none. */
size_t json_number_length(const char *text, bool *ret_integer);
