/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "util/cleanup.h"
#include "util/secret.h"

#define SECRET_FILE_MAX ((size_t) 64 * 1024)
#define SECRET_MAX      512 /* bytes, decoded */

/* A file's text that is wiped when it goes. */
typedef struct SecretText {
        char *path; /* of the file that was read */
        char *text; /* a NUL follows, not counted */
        size_t size;
} SecretText;

void secret_text_done(SecretText *text);

/* Where secrets are looked for. A plain name: in the credentials directory (may be NULL) first, then as any
 * relative path in `directory`. A file that others can read or write is refused, but for credentials: those
 * systemd guards with access lists that its mode shows as the group's. */
typedef struct SecretPlaces {
        const char *credentials_directory;
        const char *directory;
} SecretPlaces;

/* -EINVAL: `ret_wrong` says what must be different, without anything of the contents; -ENOMEM. */
int secret_text_read(SecretText *ret, const char *name, const SecretPlaces *places, char **ret_wrong);

/* Base64 (RFC 4648 section 4), white space anywhere; 1 to SECRET_MAX bytes. -EINVAL, -ENOMEM. */
int secret_from_base64(Secret **ret, const char *text, size_t size);
