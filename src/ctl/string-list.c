/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/string-list.h"

#include <errno.h>
#include <string.h>

char **string_list_free(char **list)
{
        for (size_t i = 0; list && list[i]; i++)
                free(list[i]);
        free(list);
        return NULL;
}

size_t string_list_count(char *const *list)
{
        size_t n = 0;

        while (list && list[n])
                n++;
        return n;
}

bool string_list_contains(char *const *list, const char *text)
{
        for (size_t i = 0; list && list[i]; i++)
                if (strcmp(list[i], text) == 0)
                        return true;
        return false;
}

bool string_lists_equal(char *const *a, char *const *b)
{
        size_t n = string_list_count(a);

        if (n != string_list_count(b))
                return false;
        for (size_t i = 0; i < n; i++)
                if (strcmp(a[i], b[i]) != 0)
                        return false;
        return true;
}

static bool contains_all(char *const *list, char *const *others)
{
        for (size_t i = 0; others && others[i]; i++)
                if (!string_list_contains(list, others[i]))
                        return false;
        return true;
}

bool string_list_same_set(char *const *a, char *const *b)
{
        return contains_all(a, b) && contains_all(b, a);
}

char *string_list_join(char *const *list, const char *separator)
{
        size_t size = 1;
        char *text, *end;

        for (size_t i = 0; list && list[i]; i++)
                size += strlen(list[i]) + strlen(separator);
        text = end = malloc(size);
        if (!text)
                return NULL;
        *end = '\0';
        for (size_t i = 0; list && list[i]; i++)
                end = stpcpy(stpcpy(end, i > 0 ? separator : ""), list[i]);
        return text;
}

int string_list_copy(char *const *list, char ***ret_copy)
{
        size_t n = string_list_count(list);
        AUTO(string_list_freep) char **copy = calloc(n + 1, sizeof *copy);

        if (!copy)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                copy[i] = strdup(list[i]);
                if (!copy[i])
                        return -ENOMEM;
        }
        *ret_copy = STEAL(copy);
        return 0;
}
