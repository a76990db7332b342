/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"

/* Messages over TCP: each with its length in front (RFC 1035 section 4.2.2), in as many pieces as the
 * non-blocking socket takes and gives. */

enum {
        FRAME_PREFIX = 2,
        FRAME_MAX = FRAME_PREFIX + WIRE_MESSAGE_MAX,
};

/* A message on its way out; data is borrowed. */
typedef struct FrameWriter {
        const uint8_t *data;
        size_t size;
        size_t written; /* with the prefix */
} FrameWriter;

/* 1: all of it is written; 0: the socket takes no more now; else what sendmsg(2) said. */
int frame_write(FrameWriter *writer, int fd);

/* A message on its way in. */
typedef struct FrameReader {
        uint8_t *buffer; /* borrowed; FRAME_MAX bytes; the message begins at FRAME_PREFIX */
        size_t size;     /* read so far, with the prefix; set it to 0 for the next message */
} FrameReader;

/* 1: a message is complete; 0: there is no more now; -ECONNRESET: the peer has closed; else what recv(2)
 * said. */
int frame_read(FrameReader *reader, int fd);
