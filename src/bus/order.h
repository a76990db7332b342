/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "bus/method.h"
#include "bus/user.h"
#include "engine/engine.h"

/* What is common to the methods by which an operator orders something: "s reason, t flags" at the end of
 * their arguments, most with "t until" before, and an answer when DNS has it. */

typedef struct OrderArguments {
        Order order; /* borrows from `user`, and from the message */
        char user[USER_TEXT_MAX];
} OrderArguments;

/* Reads them, and sees that there is room for one more who waits. Negative errno, with `error` filled in. */
int order_read(const Call *call, bool has_until, OrderArguments *ret, sd_bus_error *error);

/* Returns as a handler does, once the engine has said what it makes of it: an OrderResult, or negative errno.
 * member: whom it was about; NULL: the pool. */
int order_answer(const Call *call, const Name *pool, const char *member, int result, sd_bus_error *error);
