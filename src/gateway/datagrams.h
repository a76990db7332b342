/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "dns/wire.h"
#include "gateway/query.h"

/* Sets a UDP socket up such that datagrams_answer() can tell which address was asked. Negative errno. */
int datagrams_prepare(int fd, int family);

/* Answers what waits at a UDP socket, a batch at most: what is left keeps the socket readable. `buffer` is
 * room to work in. */
void datagrams_answer(
        int fd, uint8_t buffer[static WIRE_MESSAGE_MAX], QueryFindZone find_zone, void *userdata);
