/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>

#include "model/interfaces.h"

/* One rtnetlink message of the kernel, whole and with its length checked (channel.h). */

/* Answer of message_apply(): the message does not say enough, the kernel must be read again. */
#define MESSAGE_ASK_AGAIN 2

/* Carries what the message says into the table. 1: the table changed; 0: it says nothing new, or nothing
 * about links and addresses; MESSAGE_ASK_AGAIN; -ENOMEM. */
int message_apply(const struct nlmsghdr *message, Interfaces *table);

/* Does it announce a default route of the main table? */
bool message_is_default_route(const struct nlmsghdr *message);
