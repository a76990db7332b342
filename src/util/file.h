/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/cleanup.h"

/* Whole small files. */

/* Reads at most `limit` bytes; the result ends with a NUL that is not counted. -EFBIG when there is more,
 * else the error of open or read. `ret_mode` (may be NULL) gets st_mode of the very file that was read. */
int file_read(const char *path, size_t limit, char **ret_text, size_t *ret_size, mode_t *ret_mode);

/* Replaces the file as a whole: a temporary file beside it, written and renamed over it; a reader sees the
 * old text or the new one. durable: also survives a power cut (fsync of file and folder). On error the old
 * file stands as it was and no temporary file stays. Mode 0600. */
int file_replace(const char *path, const void *text, size_t size, bool durable);

/* "DIRECTORY/name"; NULL when out of memory. */
char *path_join(const char *directory, const char *name);
