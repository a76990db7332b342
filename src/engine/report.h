/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "engine/publication.h"

/* What happened, as lines of the log: a sentence for people, fields for queries. */

void report_applied(const Publication *publication); /* before publication_applied(): both sides are there */
void report_conflict(const Publication *publication);
void report_parked(const Publication *publication);
void report_failed(const Publication *publication); /* this one alone; it goes on by itself */
void report_planned(const Publication *publication);
void report_problem(const ProviderConfig *provider, const char *reason, bool parked);
void report_recovered(const ProviderConfig *provider);

/* "192.0.2.1, 192.0.2.2" with at most `most` values, then "and N more"; "nothing" for none. Writes into
 * `buffer`. */
#define REPORT_VALUES_MAX 640
const char *report_values(const RRset *set, size_t most, char buffer[static REPORT_VALUES_MAX]);

/* The exact change, on one line of `out`: what "--dry-run" shows. */
void report_print_plan(const Publication *publication, FILE *out);
