/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What is printed to standard output between the two calls; the text is the caller's to free. */
void printed_begin(void);
char *printed_end(void);
