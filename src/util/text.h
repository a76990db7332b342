/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Text that comes from outside and may be any bytes, for those who take nothing but UTF-8 (RFC 3629). */

/* The first byte that is no part of a character; NULL: there is none. */
char *text_find_wrong(const char *text);

/* Every such byte becomes "?". */
void text_scrub(char *text);
