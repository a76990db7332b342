/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <sys/types.h>

#define USER_TEXT_MAX 64

/* The user's name, or the number where it has none: in `buffer`. */
const char *user_to_text(uid_t user, char buffer[static USER_TEXT_MAX]);
