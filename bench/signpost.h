/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "model/tsig-key.h"

/* A directory under $TMPDIR with a configuration of signpostd, for a responder's zone. */

/* Signed requests carry this key. */
TsigKey *signpost_key_new(void);
TsigKey *signpost_key_free(TsigKey *key);

typedef struct SignpostOptions {
        bool is_signed;
        bool verify;      /* read back every hour, as by default; else never */
        unsigned records; /* host0.example.com, host1… */
        unsigned still;   /* more records, whose address never changes */
        unsigned limit;   /* IPv4 addresses in each; 0: as by default */
} SignpostOptions;

/* "DIRECTORY", malloc'ed: for the file signpost.json, the state and a log. */
char *signpost_directory_new(const SignpostOptions *options);
void signpost_directory_remove(const char *directory);
