/* SPDX-License-Identifier: BSD-3-Clause */

/* Texts: what several parts of the configuration do with theirs. */

#include "config/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int text_replace(char **target, const char *text)
{
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
        return 0;
}

int texts_add(char ***list, const char *text)
{
        size_t count = 0;
        char **larger;

        while (*list && (*list)[count])
                count++;
        larger = reallocarray(*list, count + 2, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        *list = larger;
        larger[count + 1] = NULL;
        larger[count] = strdup(text);
        return larger[count] ? 0 : -ENOMEM;
}

char **texts_free(char **list)
{
        for (size_t i = 0; list && list[i]; i++)
                free(list[i]);
        free(list);
        return NULL;
}

int text_compare(const char *a, const char *b)
{
        if (!a || !b)
                return (a != NULL) - (b != NULL);
        return strcmp(a, b);
}

int texts_compare(char *const *a, char *const *b)
{
        int order = (a != NULL) - (b != NULL);

        for (size_t i = 0; order == 0 && a; i++) {
                order = text_compare(a[i], b[i]);
                if (!a[i])
                        break;
        }
        return order;
}
