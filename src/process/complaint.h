/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COMPLAINT_MAX 240

/* The last line of whatever a program writes to stderr: most often the one that says what is wrong. */
typedef struct Complaint {
        char line[COMPLAINT_MAX + 1];
        size_t size;
        bool ended; /* the line is whole: what comes now is another one */
} Complaint;

/* Keeps the beginning of the last line that is not blank. */
void complaint_add(Complaint *complaint, const char *bytes, size_t size);

/* Without blanks at its end, in UTF-8 and without control characters; NULL: there was none. To be called when
 * nothing is added any more. */
const char *complaint_to_text(Complaint *complaint);
