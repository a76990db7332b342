/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "bus/digest.h"
#include "bus/kind.h"

/* What was told of each object last, as digests of its properties. */

typedef struct Shelf Shelf;

/* An object that was told of, or is about to be. */
typedef struct Told {
        Shelf *shelf;
        char *path;
        bool known;     /* the bus was told that it is there */
        unsigned round; /* of the shelf: when it was last there */
        bool is_news;   /* it is in the announcer's list */
        TAILQ_ENTRY(Told) entry, news_entry;
        Digest digests[];
} Told;

typedef TAILQ_HEAD(ToldList, Told) ToldList;

/* All objects of one kind. */
struct Shelf {
        const Kind *kind;
        void *tree; /* of tsearch(3), by path */
        ToldList objects;
        bool look; /* at every object: there may be others now */
        unsigned round;
};

void shelf_init(Shelf *shelf, const Kind *kind);

/* What was told of this object; a new one, that the bus does not know yet and with the digests of `list`, if
 * nothing was. NULL: out of memory. */
Told *shelf_find(Shelf *shelf, const Object *object, const PropertyList *list);

/* The caller has taken it off its list. */
void told_free(Told *told);

/* Writes the names of the properties that are not as they were told, ended by NULL, and returns how many. */
size_t told_differences(
        const Told *told, const PropertyList *list, const char *ret[static PROPERTIES_MAX + 1]);

/* They were told as they are in the list. */
void told_update(Told *told, const PropertyList *list);
