/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/method.h"
#include "util/cleanup.h"

/* May the caller do this? Root and the daemon's own user may; about the others polkit decides. */
typedef struct Authorizer Authorizer;

int authorizer_new(Authorizer **ret);
Authorizer *authorizer_free(Authorizer *authorizer);
DEFINE_FREEP(Authorizer, authorizer_free)

/* Calls the handler, later and with the user filled in, if the sender may do `action` (a string constant), and
 * answers with an error if not. Negative errno, with `error` filled in where there is more to say: nothing will happen. */
int authorizer_ask(Authorizer *authorizer, const Call *call, const char *action, MethodHandler handler,
        sd_bus_error *error);

/* The connection is lost: nobody waits for an answer any more. */
void authorizer_drop(Authorizer *authorizer);
