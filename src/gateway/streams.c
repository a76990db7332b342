/* SPDX-License-Identifier: BSD-3-Clause */

/* Streams: the TCP side. A connection holds one request or one answer, never both and never two: while an
 * answer waits for the peer to read, nothing more is read from it. What counts as a sign of life is a whole
 * question or a whole answer, so that a byte now and then keeps nobody's place. */

#include "gateway/streams.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dns/wire.h"

enum {
        PREFIX = 2,      /* the length before each message (RFC 1035 section 4.2.2) */
        TURN_STEPS = 32, /* questions and answers of one connection before others have their turn */
};

typedef struct Connection {
        Streams *streams;
        TAILQ_ENTRY(Connection) entry;
        int fd;
        sd_event_source *io;
        usec_t alive_usec; /* CLOCK_MONOTONIC: the last sign of life */

        uint8_t prefix[PREFIX]; /* of the request or of the answer */
        size_t done;            /* bytes of it, with its prefix, received or sent */
        uint8_t *request;       /* allocated once its length is known */
        Message *answer;        /* NULL while reading */
} Connection;

struct Streams {
        sd_event *event;
        sd_event_source *timer;
        size_t most, count;
        usec_t idle_usec;
        QueryFindZone find_zone;
        void *userdata;
        TAILQ_HEAD(, Connection) connections; /* the longest idle one first */
};

static Connection *connection_free(Connection *connection)
{
        sd_event_source_disable_unref(connection->io);
        close_fd(connection->fd);
        free(connection->request);
        message_free(connection->answer);
        free(connection);
        return NULL;
}
DEFINE_FREEP(Connection, connection_free)

static void drop(Connection *connection)
{
        Streams *streams = connection->streams;

        TAILQ_REMOVE(&streams->connections, connection, entry);
        streams->count--;
        connection_free(connection);
}

static usec_t now_usec(const Streams *streams)
{
        usec_t now = 0;

        sd_event_now(streams->event, CLOCK_MONOTONIC, &now);
        return now;
}

static void note_alive(Connection *connection)
{
        Streams *streams = connection->streams;

        connection->alive_usec = now_usec(streams);
        TAILQ_REMOVE(&streams->connections, connection, entry);
        TAILQ_INSERT_TAIL(&streams->connections, connection, entry);
}

/* --- Reading and writing: 1: the message is complete; 0: the peer has to move first; negative errno --- */

static size_t prefixed_size(const Connection *connection)
{
        return PREFIX + ((size_t) connection->prefix[0] << 8 | connection->prefix[1]);
}

static int receive_into(Connection *connection, uint8_t *at, size_t size)
{
        ssize_t n = recv(connection->fd, at, size, MSG_DONTWAIT);

        if (n == 0)
                return -ECONNRESET;
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        connection->done += (size_t) n;
        return (size_t) n == size;
}

static int receive(Connection *connection)
{
        int r;

        if (connection->done < PREFIX) {
                r = receive_into(
                        connection, connection->prefix + connection->done, PREFIX - connection->done);
                if (r <= 0)
                        return r;
        }
        if (prefixed_size(connection) < PREFIX + WIRE_HEADER)
                return -EBADMSG;
        if (!connection->request)
                connection->request = malloc(prefixed_size(connection) - PREFIX);
        if (!connection->request)
                return -ENOMEM;
        return receive_into(connection, connection->request + connection->done - PREFIX,
                prefixed_size(connection) - connection->done);
}

static int send_answer(Connection *connection)
{
        Message *answer = connection->answer;
        size_t of_prefix = connection->done < PREFIX ? connection->done : PREFIX;
        size_t of_answer = connection->done - of_prefix;
        struct iovec iov[] = {
                { connection->prefix + of_prefix, PREFIX - of_prefix },
                { answer->data + of_answer, answer->size - of_answer },
        };
        struct msghdr header = { .msg_iov = iov, .msg_iovlen = ARRAY_LENGTH(iov) };
        ssize_t n = sendmsg(connection->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        connection->done += (size_t) n;
        return connection->done == prefixed_size(connection);
}

/* --- One thing after the other --- */

/* A whole request is there: it makes way for its answer. A peer that sends what deserves none is not a
 * resolver. */
static int begin_answer(Connection *connection)
{
        Streams *streams = connection->streams;
        AUTO_FREE uint8_t *request = STEAL(connection->request);
        int r;

        note_alive(connection);
        r = query_answer(&connection->answer, request, prefixed_size(connection) - PREFIX, true,
                streams->find_zone, streams->userdata);
        if (r < 0)
                return r;
        if (!connection->answer)
                return -EBADMSG;
        connection->prefix[0] = (uint8_t) (connection->answer->size >> 8);
        connection->prefix[1] = (uint8_t) connection->answer->size;
        connection->done = 0;
        return 0;
}

static void begin_request(Connection *connection)
{
        note_alive(connection);
        connection->answer = message_free(connection->answer);
        connection->done = 0;
}

static int step(Connection *connection)
{
        int r = connection->answer ? send_answer(connection) : receive(connection);

        if (r <= 0)
                return r;
        if (!connection->answer)
                r = begin_answer(connection);
        else
                begin_request(connection);
        return r < 0 ? r : 1;
}

static int on_io(sd_event_source *source, int fd __attribute__((unused)),
        uint32_t events __attribute__((unused)), void *userdata)
{
        Connection *connection = userdata;
        int r = 1;

        for (unsigned i = 0; i < TURN_STEPS && r > 0; i++)
                r = step(connection);
        if (r >= 0)
                r = sd_event_source_set_io_events(source, connection->answer ? EPOLLOUT : EPOLLIN);
        if (r < 0)
                drop(connection);
        return 0;
}

/* --- Idle connections --- */

/* Set only while there are connections, and not moved when one of them shows life: it then finds that out
 * when it fires. */
static int set_timer(Streams *streams)
{
        const Connection *first = TAILQ_FIRST(&streams->connections);
        int r;

        if (!first)
                return sd_event_source_set_enabled(streams->timer, SD_EVENT_OFF);
        r = sd_event_source_set_time(streams->timer, first->alive_usec + streams->idle_usec);
        return r < 0 ? r : sd_event_source_set_enabled(streams->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source __attribute__((unused)), usec_t due_usec __attribute__((unused)),
        void *userdata)
{
        Streams *streams = userdata;
        usec_t now = now_usec(streams);
        Connection *first;

        while ((first = TAILQ_FIRST(&streams->connections)) && first->alive_usec + streams->idle_usec <= now)
                drop(first);
        return set_timer(streams);
}

/* --- Life --- */

int streams_new(Streams **ret, sd_event *event, size_t most, usec_t idle_usec, QueryFindZone find_zone,
        void *userdata)
{
        AUTO(streams_freep) Streams *streams = calloc(1, sizeof *streams);
        int r;

        if (!streams)
                return -ENOMEM;
        streams->event = sd_event_ref(event);
        streams->most = most;
        streams->idle_usec = idle_usec;
        streams->find_zone = find_zone;
        streams->userdata = userdata;
        TAILQ_INIT(&streams->connections);
        r = sd_event_add_time(event, &streams->timer, CLOCK_MONOTONIC, 0, 0, on_timer, streams);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(streams->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret = STEAL(streams);
        return 0;
}

Streams *streams_free(Streams *streams)
{
        if (!streams)
                return NULL;
        while (streams->count > 0)
                drop(TAILQ_FIRST(&streams->connections));
        sd_event_source_disable_unref(streams->timer);
        sd_event_unref(streams->event);
        free(streams);
        return NULL;
}

int streams_adopt(Streams *streams, int fd)
{
        AUTO(connection_freep) Connection *connection = calloc(1, sizeof *connection);
        int r;

        if (!connection) {
                close_fd(fd);
                return -ENOMEM;
        }
        connection->streams = streams;
        connection->fd = fd;
        connection->alive_usec = now_usec(streams);
        /* An answer is one write: there is nothing that Nagle's algorithm could gather. */
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        r = sd_event_add_io(streams->event, &connection->io, fd, EPOLLIN, on_io, connection);
        if (r < 0)
                return r;
        if (streams->count == streams->most)
                drop(TAILQ_FIRST(&streams->connections));
        TAILQ_INSERT_TAIL(&streams->connections, connection, entry);
        STEAL(connection);
        return streams->count++ == 0 ? set_timer(streams) : 0;
}
