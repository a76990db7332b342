/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"

/* For cmocka: a fresh folder for each test, which is also the working directory. */
int folder_enter(void **state);
int folder_leave(void **state);

/* Writes a file of mode 0600, and the folder before its last slash. */
void folder_put(const char *path, const char *text);
void folder_put_bytes(const char *path, const void *bytes, size_t size);

/* All errors, a line each; free it. */
char *errors_text(const ConfigErrors *errors);
