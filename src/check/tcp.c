/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks by TCP: does the port answer? The connection is reset as soon as the kernel has the answer, and the
 * last step of the handshake is held back so long (no QUICKACK): nothing is left in TIME_WAIT on either side,
 * and the program behind the port is not woken for nothing. A listener that is too busy to accept does not
 * answer.
 *
 * All sockets are in an epoll of their own, which the loop sees as one. */

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "check/probe.h"
#include "check/reason.h"
#include "check/schedule.h"

/* Time-outs come after sockets: if the loop was held up, an answer that waits to be read counts. */
#define DEADLINE_PRIORITY (SD_EVENT_PRIORITY_NORMAL + 10)

enum {
        EVENTS_A_TURN = 64,
};

struct Probe {
        ScheduleEntry deadline; /* first */
        int fd;
        bool decided; /* in connect(2) already; it is told at the "deadline", which is now */
        int error;    /* … how: positive errno; 0: connected */
        usec_t timeout_usec;
        ProbeDone done;
        void *userdata;
};

typedef struct Tcp {
        Prober prober; /* first */
        sd_event *event;
        Schedule *deadlines;
        int epoll;
        sd_event_source *io;
        size_t count;
        struct epoll_event events[EVENTS_A_TURN];
        int n_events; /* of those that are being worked on */
} Tcp;

static void forget_events(Tcp *tcp, const Probe *probe)
{
        for (int i = 0; i < tcp->n_events; i++)
                if (tcp->events[i].data.ptr == probe)
                        tcp->events[i].data.ptr = NULL;
}

/* Closing takes the socket out of the epoll too. */
static void probe_free(Tcp *tcp, Probe *probe)
{
        forget_events(tcp, probe);
        schedule_remove(tcp->deadlines, &probe->deadline);
        close_fd(probe->fd);
        free(probe);
        tcp->count--;
}

static void finish(Tcp *tcp, Probe *probe, CheckResult result, const char *reason)
{
        ProbeDone done = probe->done;
        void *userdata = probe->userdata;

        probe_free(tcp, probe);
        done(userdata, result, reason);
}

/* Makes close(2) reset the connection. */
static void set_reset(int fd)
{
        struct linger reset = { .l_onoff = 1, .l_linger = 0 };

        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

static void decide(Tcp *tcp, Probe *probe, int error)
{
        if (error == 0) {
                set_reset(probe->fd);
                finish(tcp, probe, CHECK_OK, NULL);
        } else {
                finish(tcp, probe, reason_is_ours(error) ? CHECK_INDETERMINATE : CHECK_FAIL,
                        reason_of_error(error));
        }
}

static void on_deadline(void *userdata, ScheduleEntry *entry)
{
        Probe *probe = (Probe *) entry;
        char reason[REASON_TIMEOUT_MAX];

        if (probe->decided)
                decide(userdata, probe, probe->error);
        else
                finish(userdata, probe, CHECK_FAIL, reason_of_timeout(probe->timeout_usec, reason));
}

static int socket_error(int fd)
{
        int error = 0;
        socklen_t size = sizeof error;

        return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Tcp *tcp = userdata;

        (void) source;
        (void) events;
        tcp->n_events = epoll_wait(fd, tcp->events, EVENTS_A_TURN, 0);
        for (int i = 0; i < tcp->n_events; i++) {
                Probe *probe = tcp->events[i].data.ptr;

                if (probe)
                        decide(tcp, probe,
                                tcp->events[i].events & (EPOLLERR | EPOLLHUP) ? socket_error(probe->fd) : 0);
        }
        tcp->n_events = 0;
        return 0;
}

static int open_socket(int family)
{
        int off = 0;
        int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        if (fd < 0)
                return -errno;
        setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
        return fd;
}

static int connect_to(int fd, const Address *address, uint16_t port)
{
        struct sockaddr_in ipv4 = {
                .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address->ipv4
        };
        struct sockaddr_in6 ipv6 = {
                .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = address->ipv6
        };
        int r;

        if (address->family == AF_INET)
                r = connect(fd, (struct sockaddr *) &ipv4, sizeof ipv4);
        else
                r = connect(fd, (struct sockaddr *) &ipv6, sizeof ipv6);
        return r < 0 ? errno : 0;
}

/* Only a refusal comes from the target so early; all else is this host's fault. */
static int begin(Tcp *tcp, Probe *probe, const CheckConfig *config, const Address *address)
{
        struct epoll_event event = { .events = EPOLLOUT, .data.ptr = probe };
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);
        int error = connect_to(probe->fd, address, config->port);

        if (error == EINPROGRESS) {
                schedule_set(tcp->deadlines, &probe->deadline, now_usec + config->timeout_usec);
                return epoll_ctl(tcp->epoll, EPOLL_CTL_ADD, probe->fd, &event) < 0 ? -errno : 0;
        }
        if (error != 0 && error != ECONNREFUSED)
                return -error;
        probe->decided = true;
        probe->error = error;
        schedule_set(tcp->deadlines, &probe->deadline, now_usec);
        return 0;
}

static int start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        Tcp *tcp = (Tcp *) prober;
        int r = schedule_reserve(tcp->deadlines, tcp->count + 1);
        Probe *probe;

        if (r < 0)
                return r;
        r = open_socket(address->family);
        if (r < 0)
                return r;
        probe = calloc(1, sizeof *probe);
        if (!probe) {
                close_fd(r);
                return -ENOMEM;
        }
        tcp->count++;
        *probe = (Probe){ .fd = r, .timeout_usec = config->timeout_usec, .done = done, .userdata = userdata };
        r = begin(tcp, probe, config, address);
        if (r < 0) {
                probe_free(tcp, probe);
                return r;
        }
        *ret = probe;
        return 0;
}

static void cancel(Prober *prober, Probe *probe)
{
        probe_free((Tcp *) prober, probe);
}

static Prober *tcp_free(Prober *prober)
{
        Tcp *tcp = (Tcp *) prober;

        assert(tcp->count == 0);
        sd_event_source_disable_unref(tcp->io);
        close_fd(tcp->epoll);
        schedule_free(tcp->deadlines);
        sd_event_unref(tcp->event);
        free(tcp);
        return NULL;
}

static const ProberOps ops = { .start = start, .cancel = cancel, .free = tcp_free };

int tcp_prober_new(Prober **ret, sd_event *event)
{
        AUTO(prober_freep) Prober *prober = NULL;
        Tcp *tcp = calloc(1, sizeof *tcp);
        ScheduleOptions options = { .priority = DEADLINE_PRIORITY, .due = on_deadline, .userdata = tcp };
        int r;

        if (!tcp)
                return -ENOMEM;
        prober = &tcp->prober;
        prober->ops = &ops;
        tcp->event = sd_event_ref(event);
        tcp->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (tcp->epoll < 0)
                return -errno;
        r = schedule_new(&tcp->deadlines, event, &options);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &tcp->io, tcp->epoll, EPOLLIN, on_io, tcp);
        if (r < 0)
                return r;
        *ret = STEAL(prober);
        return 0;
}
