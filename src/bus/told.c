/* SPDX-License-Identifier: BSD-3-Clause */

#include "bus/told.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

void shelf_init(Shelf *shelf, const Kind *kind)
{
        *shelf = (Shelf){ .kind = kind };
        TAILQ_INIT(&shelf->objects);
}

static int compare_paths(const void *a, const void *b)
{
        return strcmp(((const Told *) a)->path, ((const Told *) b)->path);
}

static size_t count_properties(const PropertyList *list)
{
        size_t n = 0;

        while (list->properties[n].name)
                n++;
        return n;
}

/* Takes over `path`. */
static Told *told_new(Shelf *shelf, char *path, const PropertyList *list)
{
        Told *told = calloc(1, sizeof *told + count_properties(list) * sizeof *told->digests);

        if (told)
                told->path = path;
        if (!told || !tsearch(told, &shelf->tree, compare_paths)) {
                free(told);
                free(path);
                return NULL;
        }
        told->shelf = shelf;
        TAILQ_INSERT_TAIL(&shelf->objects, told, entry);
        told_update(told, list);
        return told;
}

Told *shelf_find(Shelf *shelf, const Object *object, const PropertyList *list)
{
        AUTO_FREE char *path = shelf->kind->path(object);
        const Told key = { .path = path };
        Told **found = path ? tfind(&key, &shelf->tree, compare_paths) : NULL;

        if (found)
                return *found;
        return path ? told_new(shelf, STEAL(path), list) : NULL;
}

void told_free(Told *told)
{
        tdelete(told, &told->shelf->tree, compare_paths);
        TAILQ_REMOVE(&told->shelf->objects, told, entry);
        free(told->path);
        free(told);
}

size_t told_differences(
        const Told *told, const PropertyList *list, const char *ret[static PROPERTIES_MAX + 1])
{
        size_t n = 0;

        for (size_t i = 0; list->properties[i].name; i++)
                if (told->digests[i] != property_digest(&list->properties[i]))
                        ret[n++] = list->properties[i].name;
        ret[n] = NULL;
        return n;
}

void told_update(Told *told, const PropertyList *list)
{
        for (size_t i = 0; list->properties[i].name; i++)
                told->digests[i] = property_digest(&list->properties[i]);
}
