/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

/* Lists of strings that end with NULL; NULL itself is the empty list. */

char **string_list_free(char **list);
static inline void string_list_freep(char ***list)
{
        string_list_free(*list);
}

size_t string_list_count(char *const *list);
bool string_list_contains(char *const *list, const char *text);

bool string_lists_equal(char *const *a, char *const *b);
/* Whatever the order. */
bool string_list_same_set(char *const *a, char *const *b);

/* NULL when out of memory. */
char *string_list_join(char *const *list, const char *separator);

/* *ret_copy may be NULL for the empty list. -ENOMEM. */
int string_list_copy(char *const *list, char ***ret_copy);
