/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "engine/engine.h"
#include "util/cleanup.h"

/* Tells the bus what is different: PropertiesChanged with just the properties that changed, and which objects
 * came and went. Sends nothing of its own accord: see announcer_run(). */
typedef struct Announcer Announcer;

/* The engine is borrowed. */
int announcer_new(Announcer **ret, Engine *engine);
Announcer *announcer_free(Announcer *announcer);
DEFINE_FREEP(Announcer, announcer_free)

/* A new connection (borrowed until it is stopped): who looks now sees how things are, and is told what changes
 * from now on. -ENOMEM. */
int announcer_start(Announcer *announcer, sd_bus *bus);
void announcer_stop(Announcer *announcer);

/* There may be other objects now. */
void announcer_reconfigured(Announcer *announcer);

/* Tells what is to be told. False: the bus did not take all of it; try again a little later. */
bool announcer_run(Announcer *announcer);
