/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/sequence.h"

#include <errno.h>
#include <stdlib.h>

enum {
        LEAST_PLACES = 256,
        MOST_PLACES = 1 << 16, /* as there are numbers */
};

typedef struct SequencePlace {
        void *object; /* NULL: free */
        uint16_t sequence;
} SequencePlace;

static SequencePlace *place_of(const SequenceTable *table, uint16_t sequence)
{
        return &table->places[sequence & (table->n_places - 1)];
}

/* Numbers that differ in few bits differ in more, too: none has to change. */
static int grow(SequenceTable *table)
{
        SequenceTable larger = { .n_places = table->n_places > 0 ? 2 * table->n_places : LEAST_PLACES,
                .count = table->count,
                .next = table->next };

        if (larger.n_places > MOST_PLACES)
                return -ENOBUFS;
        larger.places = calloc(larger.n_places, sizeof *larger.places);
        if (!larger.places)
                return -ENOMEM;
        for (size_t i = 0; i < table->n_places; i++)
                if (table->places[i].object)
                        *place_of(&larger, table->places[i].sequence) = table->places[i];
        free(table->places);
        *table = larger;
        return 0;
}

int sequence_add(SequenceTable *table, void *object, uint16_t *ret)
{
        /* With half of the places free one is found soon. */
        int r = 2 * table->count >= table->n_places ? grow(table) : 0;

        if (r < 0)
                return r;
        while (place_of(table, table->next)->object)
                table->next++;
        *ret = table->next++;
        *place_of(table, *ret) = (SequencePlace){ .object = object, .sequence = *ret };
        table->count++;
        return 0;
}

void *sequence_find(const SequenceTable *table, uint16_t sequence)
{
        const SequencePlace *place;

        if (table->n_places == 0)
                return NULL;
        place = place_of(table, sequence);
        return place->sequence == sequence ? place->object : NULL;
}

void sequence_remove(SequenceTable *table, uint16_t sequence)
{
        place_of(table, sequence)->object = NULL;
        table->count--;
}

void sequence_table_done(SequenceTable *table)
{
        free(table->places);
        *table = (SequenceTable){ 0 };
}
