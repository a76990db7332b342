/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Texts, and lists of them that NULL ends; an empty list is NULL itself. */

/* Puts a copy in the place of what is there. -ENOMEM. */
int text_replace(char **target, const char *text);

/* Adds a copy at the end. -ENOMEM. */
int texts_add(char ***list, const char *text);

/* Returns NULL. */
char **texts_free(char **list);

/* Some order in which only equal ones compare as 0; NULL is equal to NULL only. */
int text_compare(const char *a, const char *b);
int texts_compare(char *const *a, char *const *b);
