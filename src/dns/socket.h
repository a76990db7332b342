/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "dns/server-address.h"

/* Non-blocking sockets that talk to one server. */

/* A socket of SOCK_DGRAM or SOCK_STREAM for talking to that server, not connected yet. Returns it, or what
 * socket(2) said. */
int socket_open(const ServerAddress *server, int type);

/* Connects (TCP: begins to), from a port that the kernel picks at random where it has none yet. */
int socket_connect(int fd, const ServerAddress *server);

/* Forgets the errors that a UDP socket has reported: they lie in its error queue too, and would wake us for
 * ever. */
void socket_clear_errors(int fd);

/* Is it an error of sending or receiving that the next try need not meet? */
bool socket_error_passes(int error);
