/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "util/cleanup.h"

/* polkit's textual agent, pkttyagent(1), beside us: it asks for the password on our terminal. */
typedef struct Agent Agent;

/* Returns when it is ready to ask. Negative errno: there is no such program, or it does not run. */
int agent_new(Agent **ret);
Agent *agent_free(Agent *agent);
DEFINE_FREEP(Agent, agent_free)
