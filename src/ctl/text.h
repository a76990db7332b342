/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/clock.h"

/* Text for people: harmless on a terminal, times as one says them. */

/* A copy in which control characters, and those that reorder a line, are written out ("\x1b", "\u202e"). What
 * is no UTF-8 is written out by its bytes. NULL when out of memory. */
char *text_escape(const char *text);

/* The bytes of the character at `text`, and its code; 0: that is no UTF-8. */
size_t text_decode(const char *text, uint32_t *ret_code);
/* Does more to a terminal than to show itself. */
bool text_is_unsafe(uint32_t code);

/* Columns that the text takes on a terminal, as far as each character takes one. */
size_t text_width(const char *text);

/* The bytes of `text` that go on a line so wide: up to the last space that fits; at least one word. */
size_t text_line_length(const char *text, size_t width);
size_t text_longest_word(const char *text);

#define TEXT_TIME_MAX 40

/* "3 min ago", "never" for 0. Both CLOCK_REALTIME. Each writes into `buffer` and returns it. */
const char *text_ago(usec_t when_usec, usec_t now_usec, char buffer[static TEXT_TIME_MAX]);

/* "in 12 s", "now". */
const char *text_until(usec_t when_usec, usec_t now_usec, char buffer[static TEXT_TIME_MAX]);

/* RFC 3339 in UTC, with all digits: "2026-11-21T06:09:12.345678Z" */
const char *text_rfc3339(usec_t when_usec, char buffer[static TEXT_TIME_MAX]);

/* As in the journal, local time: "Nov 21 06:09:12" */
const char *text_journal_time(usec_t when_usec, char buffer[static TEXT_TIME_MAX]);
