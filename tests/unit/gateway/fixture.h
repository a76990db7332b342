/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/zone.h"

/* What the tests of this folder share: a zone with something of everything, and requests byte by byte. */

/* The zone example.com of fixture.c. */
Zone *fixture_zone(void);

/* Finds the zone that `userdata` (a Zone) is, if the name lies in it. */
const Zone *fixture_find_zone(void *userdata, const Name *name);

typedef struct Request {
        const char *name;
        uint16_t type;
        uint16_t class;  /* 0: IN */
        uint16_t flags;  /* with the opcode */
        uint16_t edns;   /* payload size; 0: no EDNS */
        uint8_t version; /* of EDNS */
} Request;

enum {
        REQUEST_MAX = 512
};

/* Writes it with ID 0x1234 and returns its size. */
size_t request_write(const Request *request, uint8_t out[static REQUEST_MAX]);
