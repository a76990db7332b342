/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"

/* server.py as a child of the test: its certificate is made for it, and is for SERVER_HOST alone. */
typedef struct Server {
        char directory[64];
        pid_t pid;
        int leash; /* while it is open the server runs */
        uint16_t port, tls_port;
} Server;

#define SERVER_HOST "www.example.com"

/* NULL: not possible here, because a program is missing. */
Server *server_start(void);
Server *server_stop(Server *server);

/* Lets this process, from now on, take the server's certificate for one of a well-known authority; nobody
 * else. False: there is no right to. */
bool server_make_trusted(const Server *server);
