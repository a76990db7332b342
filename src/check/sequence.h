/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Numbers of 16 bits for what is under way, as ICMP's echo has them. Its low bits are the place in a table,
 * its high ones tell those apart that had the place one after the other. */
typedef struct SequenceTable {
        struct SequencePlace *places;
        size_t n_places; /* a power of two, or 0 */
        size_t count;
        uint16_t next; /* to be tried */
} SequenceTable;

void sequence_table_done(SequenceTable *table);

/* A number that nobody has, and that was not given for as long as possible. -ENOMEM, -ENOBUFS: half of all
 * numbers are taken. */
int sequence_add(SequenceTable *table, void *object, uint16_t *ret);
void *sequence_find(const SequenceTable *table, uint16_t sequence); /* NULL: nobody has it, or not any more */
void sequence_remove(SequenceTable *table, uint16_t sequence);
