/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the files about promises share: simulation-promises.c (what happened, and who knows what),
 * simulation-writes.c (what must hold at each write) and simulation-calm.c (what takes its time). */

#include "simulation.h"

unsigned targets_count(Targets targets);
usec_t usec_since(usec_t then); /* true time; 0: it is yet to come */
usec_t usec_later(usec_t a, usec_t b);
usec_t usec_promised(const Options *options); /* until when everything has to be as it should */

/* The daemon follows an operator's word about members of that family, or did not long ago. */
bool is_ordered(const Host *host, unsigned family);
bool anybody_is_ordered(const World *world, unsigned family);

Targets own_of(const Host *host);                      /* both its addresses */
bool is_self(const Options *options, unsigned family); /* daemons publish themselves */
Targets known_to(const Host *host, unsigned family);   /* the members of the pool as this daemon knows them */

/* Nothing has happened for so long that could keep this daemon from doing what it should. */
bool is_settled(const Host *host, usec_t time);

typedef enum Sight {
        SEEN_UP, /* by all that watch */
        SEEN_DOWN,
        DISPUTED,
} Sight;

Sight sight_of(const World *world, unsigned family, unsigned target);
bool is_disputed(const World *world); /* does anybody see any member otherwise than others do? */

/* Each daemon has discovered others, and with everybody dead publishes "all" that it knows: the rate of
 * writes is bounded, but they do not come to rest soon. */
static inline bool is_restless(const Options *options)
{
        return options->discover && options->policy == POOL_PRIORITY && options->all_down == ALL_DOWN_ALL;
}
