/* SPDX-License-Identifier: BSD-3-Clause */

/* Listener: owns the sockets that questions come in by, two for each address. A socket that cannot be had is
 * a state of its port, not an error: the address may not be there yet, or another server not gone yet. */

#include "gateway/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/datagrams.h"
#include "gateway/streams.h"
#include "model/address.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/message-id.h"

#define RETRY_FIRST_USEC (1 * USEC_PER_SEC)
#define RETRY_LAST_USEC  (60 * USEC_PER_SEC)
#define STREAM_IDLE_USEC (10 * USEC_PER_SEC)

enum {
        STREAMS_MAX = 64,
        ACCEPT_BATCH = 16, /* connections a turn */
        BACKLOG = 64,
        PORT_TEXT_MAX = ADDRESS_TEXT_MAX + sizeof "[]:65535 (UDP)",
};

/* One socket, or the place where one will be. */
typedef struct Port {
        Listener *listener;
        ListenConfig address;
        int type; /* SOCK_DGRAM or SOCK_STREAM */
        char text[PORT_TEXT_MAX];

        int fd; /* -1: not bound */
        sd_event_source *io;
        sd_event_source *timer;   /* bind again, or accept again */
        usec_t retry_usec;        /* how long the last wait for binding was; 0: not waiting */
        bool accept_is_suspended; /* no file descriptors left; said in the log */
} Port;

struct Listener {
        sd_event *event;
        ListenerFindZone find_zone;
        void *userdata;
        Streams *streams;
        uint8_t *buffer; /* for datagrams. Of its pages only those that one reached are resident */
        size_t n_ports;
        Port *ports;
};

static void describe(Port *port)
{
        const struct sockaddr_in *in = (const struct sockaddr_in *) &port->address.storage;
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) &port->address.storage;
        bool is_ipv6 = port->address.sa.sa_family == AF_INET6;
        char text[ADDRESS_TEXT_MAX];
        Address address;

        if (is_ipv6)
                address_from_bytes(&address, AF_INET6, &in6->sin6_addr, sizeof in6->sin6_addr);
        else
                address_from_bytes(&address, AF_INET, &in->sin_addr, sizeof in->sin_addr);
        snprintf(port->text, sizeof port->text, is_ipv6 ? "[%s]:%u (%s)" : "%s:%u (%s)",
                address_to_text(&address, text), ntohs(is_ipv6 ? in6->sin6_port : in->sin_port),
                port->type == SOCK_DGRAM ? "UDP" : "TCP");
}

static int wake_after(Port *port, usec_t usec)
{
        int r = sd_event_source_set_time_relative(port->timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(port->timer, SD_EVENT_ONESHOT);
}

/* --- Questions --- */

static int on_datagram(sd_event_source *source __attribute__((unused)), int fd,
        uint32_t events __attribute__((unused)), void *userdata)
{
        Listener *listener = ((Port *) userdata)->listener;

        datagrams_answer(fd, listener->buffer, listener->find_zone, listener->userdata);
        return 0;
}

/* The connections that wait keep the socket readable: without a pause we would spin until somebody else
 * closes a file. */
static int suspend_accept(Port *port, int error)
{
        if (!port->accept_is_suspended)
                log_message(LOG_WARNING, MESSAGE_LISTEN, LOG_FIELDS({ "SIGNPOST_ADDRESS", port->text }),
                        "cannot take TCP connections at %s (%s): trying again every second", port->text,
                        strerror(error));
        port->accept_is_suspended = true;
        sd_event_source_set_enabled(port->io, SD_EVENT_OFF);
        return wake_after(port, RETRY_FIRST_USEC);
}

static int on_connection(sd_event_source *source __attribute__((unused)), int fd,
        uint32_t events __attribute__((unused)), void *userdata)
{
        Port *port = userdata;

        for (unsigned i = 0; i < ACCEPT_BATCH; i++) {
                int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (connection >= 0) {
                        port->accept_is_suspended = false;
                        (void) streams_adopt(port->listener->streams, connection);
                        continue;
                }
                if (errno == EAGAIN)
                        return 0;
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                        return suspend_accept(port, errno);
                /* Everything else is that connection's trouble, not the socket's (accept(2)). */
        }
        return 0;
}

/* --- Sockets --- */

static int set_options(const Port *port, int fd)
{
        int family = port->address.sa.sa_family, on = 1;

        /* An IPv4 address in the configuration is an IPv4 socket: [::] must not take its place. */
        if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
                return -errno;
        if (port->type == SOCK_DGRAM)
                return datagrams_prepare(fd, family);
        /* For TCP only: a port with connections that linger can be bound again. With UDP it would let two
         * servers share the port, and one of them would hear nothing. */
        return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ? -errno : 0;
}

static int bind_port(Port *port)
{
        AUTO_CLOSE int fd = socket(port->address.sa.sa_family, port->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int r;

        if (fd < 0)
                return -errno;
        r = set_options(port, fd);
        if (r < 0)
                return r;
        if (bind(fd, &port->address.sa, port->address.size) < 0)
                return -errno;
        if (port->type == SOCK_STREAM && listen(fd, BACKLOG) < 0)
                return -errno;
        r = sd_event_add_io(port->listener->event, &port->io, fd, EPOLLIN,
                port->type == SOCK_DGRAM ? on_datagram : on_connection, port);
        if (r < 0)
                return r;
        port->fd = steal_fd(&fd);
        return 0;
}

static int try_to_bind(Port *port)
{
        int r = bind_port(port);

        if (r >= 0) {
                port->retry_usec = 0;
                log_info("answering DNS queries at %s", port->text);
                return 0;
        }
        if (port->retry_usec == 0)
                log_message(LOG_WARNING, MESSAGE_LISTEN, LOG_FIELDS({ "SIGNPOST_ADDRESS", port->text }),
                        "cannot answer DNS queries at %s yet (%s): trying again", port->text, strerror(-r));
        port->retry_usec = port->retry_usec == 0 ? RETRY_FIRST_USEC : port->retry_usec * 2;
        if (port->retry_usec > RETRY_LAST_USEC)
                port->retry_usec = RETRY_LAST_USEC;
        return wake_after(port, port->retry_usec);
}

static int on_timer(sd_event_source *source __attribute__((unused)), usec_t due_usec __attribute__((unused)),
        void *userdata)
{
        Port *port = userdata;

        return port->fd < 0 ? try_to_bind(port) : sd_event_source_set_enabled(port->io, SD_EVENT_ON);
}

static int port_init(Port *port, Listener *listener, const ListenConfig *address, int type)
{
        int r;

        *port = (Port){ .listener = listener, .address = *address, .type = type, .fd = -1 };
        describe(port);
        r = sd_event_add_time(listener->event, &port->timer, CLOCK_MONOTONIC, 0, 0, on_timer, port);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(port->timer, SD_EVENT_OFF);
        return r < 0 ? r : try_to_bind(port);
}

static void port_done(Port *port)
{
        sd_event_source_disable_unref(port->io);
        sd_event_source_disable_unref(port->timer);
        close_fd(port->fd);
}

/* --- Life --- */

int listener_new(Listener **ret, sd_event *event, const ListenConfig *listen, size_t n_listen,
        ListenerFindZone find_zone, void *userdata)
{
        AUTO(listener_freep) Listener *listener = calloc(1, sizeof *listener);
        int r;

        if (!listener)
                return -ENOMEM;
        listener->event = sd_event_ref(event);
        listener->find_zone = find_zone;
        listener->userdata = userdata;
        listener->buffer = malloc(WIRE_MESSAGE_MAX);
        listener->ports = calloc(n_listen * 2 + 1, sizeof *listener->ports);
        if (!listener->buffer || !listener->ports)
                return -ENOMEM;
        r = streams_new(&listener->streams, event, STREAMS_MAX, STREAM_IDLE_USEC, find_zone, userdata);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_listen * 2; i++) {
                r = port_init(&listener->ports[listener->n_ports++], listener, &listen[i / 2],
                        i % 2 == 0 ? SOCK_DGRAM : SOCK_STREAM);
                if (r < 0)
                        return r;
        }
        *ret = STEAL(listener);
        return 0;
}

Listener *listener_free(Listener *listener)
{
        if (!listener)
                return NULL;
        for (size_t i = 0; i < listener->n_ports; i++)
                port_done(&listener->ports[i]);
        free(listener->ports);
        streams_free(listener->streams);
        free(listener->buffer);
        sd_event_unref(listener->event);
        free(listener);
        return NULL;
}
