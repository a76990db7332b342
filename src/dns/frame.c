/* SPDX-License-Identifier: BSD-3-Clause */

#include "dns/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dns/bytes.h"

int frame_write(FrameWriter *writer, int fd)
{
        uint8_t prefix[FRAME_PREFIX];
        size_t in_prefix = writer->written < FRAME_PREFIX ? writer->written : FRAME_PREFIX;
        size_t in_data = writer->written - in_prefix;
        /* Prefix and message in one segment: some servers do not wait for the rest. */
        struct iovec parts[] = {
                { prefix + in_prefix, FRAME_PREFIX - in_prefix },
                { (uint8_t *) writer->data + in_data, writer->size - in_data },
        };
        struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
        ssize_t n;

        put_u16(prefix, (uint16_t) writer->size);
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        writer->written += (size_t) n;
        return writer->written == FRAME_PREFIX + writer->size;
}

/* As far as is known: the prefix comes first. */
static size_t whole_size(const FrameReader *reader)
{
        return reader->size < FRAME_PREFIX ? FRAME_PREFIX : FRAME_PREFIX + (size_t) get_u16(reader->buffer);
}

int frame_read(FrameReader *reader, int fd)
{
        while (reader->size < whole_size(reader)) {
                ssize_t n = recv(fd, reader->buffer + reader->size, whole_size(reader) - reader->size, 0);

                if (n < 0)
                        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
                if (n == 0)
                        return -ECONNRESET;
                reader->size += (size_t) n;
        }
        return 1;
}
