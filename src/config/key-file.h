/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "model/tsig-key.h"

/* Where a key file is wrong, and what would be right. */
typedef struct KeyFileError {
        unsigned line, column; /* line 0: the file as a whole */
        char text[160];
} KeyFileError;

/* Finds the key `name` in a file as tsig-keygen writes it and BIND reads it:
 *     key "NAME" { algorithm hmac-sha256; secret "BASE64"; };
 * Several keys may be there. -EINVAL: `ret_error` says why, without anything of a secret; -ENOMEM. */
int key_file_parse(const char *text, size_t size, const Name *name, TsigAlgorithm *ret_algorithm,
        Secret **ret_secret, KeyFileError *ret_error);
