/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/report.h"

/* Reads objects by the tables of the schema, and collects what is wrong. */
typedef struct Reader {
        const ConfigContext *context;
        Report report;
        json_object *seen; /* entries that were read: path -> where, as part of a sentence */
} Reader;

void reader_done(Reader *reader);

/* Everything in `value`, which is the whole of reader->report.file, into `draft`. -ENOMEM. */
int reader_read_file(Reader *reader, json_object *value, Draft *draft);

/* After the last file: the defaults of what may be spread over several. -ENOMEM. */
int reader_finish(Reader *reader, Draft *draft);

/* Was this "gateway/listen" in any file? */
bool reader_has_seen(const Reader *reader, const char *path);
