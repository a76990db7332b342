/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/kind.h"
#include "engine/engine.h"
#include "util/cleanup.h"

/* Tells the bus what is different: PropertiesChanged with just the properties that changed, which objects
 * came and went, and signals of ours. Sends nothing of its own accord: see announcer_run(). */
typedef struct Announcer Announcer;

/* The engine is borrowed. */
int announcer_new(Announcer **ret, Engine *engine);
Announcer *announcer_free(Announcer *announcer);
DEFINE_FREEP(Announcer, announcer_free)

/* A new connection (borrowed until it is stopped): who looks now sees how things are, and is told what
 * changes from now on. -ENOMEM. */
int announcer_start(Announcer *announcer, sd_bus *bus);
void announcer_stop(Announcer *announcer);

/* There may be other objects of this kind now (NULL: of any kind). */
void announcer_look(Announcer *announcer, const Kind *kind);

/* A pool's addresses were others before. */
void announcer_failed_over(Announcer *announcer, const Event *event);

typedef enum AnnounceResult {
        ANNOUNCE_DONE,
        ANNOUNCE_MORE,      /* there is more to tell: so much at once is enough */
        ANNOUNCE_CONGESTED, /* there is more to tell, and the bus does not take it now */
} AnnounceResult;

/* Tells what is to be told, as far as the bus takes it, and in little time. */
AnnounceResult announcer_run(Announcer *announcer);
