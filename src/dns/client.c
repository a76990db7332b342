/* SPDX-License-Identifier: BSD-3-Clause */

/* One exchange: a request, a socket of its own, an answer. The request is signed once and the same bytes go
 * out at each try, so that a server which gets two of them sees one request. Knows nothing of zones or of
 * what to do next: it says what happened. */

#include "dns/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "dns/frame.h"
#include "dns/match.h"
#include "dns/socket.h"

#define FIRST_INTERVAL_USEC  USEC_PER_SEC
#define UNVERIFIED_WAIT_USEC USEC_PER_SEC
#define TIMER_ACCURACY_USEC  USEC_PER_MSEC

enum {
        UDP_REQUEST_MAX = 1232, /* larger ones take TCP */
        UDP_ANSWER_MAX = 4096,  /* more than anybody may send us; what is cut off is not well-formed */
        READS_PER_WAKEUP = 16,  /* a flood of forgeries must not hold up the loop */
};

struct Exchange {
        sd_event *event;
        ExchangeDone done;
        void *userdata;

        ServerAddress server;
        Message *request; /* signed */
        WireMessage request_head;
        const TsigKey *key;
        TsigMac request_mac;
        uint64_t (*now_sec)(void);

        int fd;
        bool connected; /* UDP: the kernel lets only the server's datagrams through; before it does not */
        bool tcp;
        FrameWriter writer;    /* TCP */
        bool written;          /* TCP: all of it */
        FrameReader reader;    /* TCP */
        uint8_t *in;           /* UDP_ANSWER_MAX, or FRAME_MAX bytes */
        unsigned datagrams;    /* UDP: that left */
        bool may_have_arrived; /* the request */
        int last_error;        /* why it could not be sent so far */

        sd_event_source *io;
        sd_event_source *again; /* UDP: the next try */
        usec_t interval_usec;
        sd_event_source *deadline;
        usec_t deadline_usec; /* CLOCK_MONOTONIC */

        ExchangeAnswer unverified_answer; /* the last one, when there is any */
        uint8_t *unverified;              /* its bytes */
};

static uint64_t clock_now_sec(void)
{
        return (uint64_t) time(NULL);
}

static void stop(Exchange *x)
{
        x->io = sd_event_source_disable_unref(x->io);
        x->again = sd_event_source_disable_unref(x->again);
        x->deadline = sd_event_source_disable_unref(x->deadline);
        x->fd = close_fd(x->fd);
}

Exchange *exchange_free(Exchange *x)
{
        if (!x)
                return NULL;
        stop(x);
        free(x->unverified);
        free(x->in);
        message_free(x->request);
        sd_event_unref(x->event);
        free(x);
        return NULL;
}

/* Hands over the result. The owner may free the exchange meanwhile, but not the message that it reads. */
static void finish(Exchange *x, ExchangeAnswer answer)
{
        uint8_t *in = STEAL(x->in), *unverified = STEAL(x->unverified);

        answer.sent = x->may_have_arrived;
        stop(x);
        x->done(x->userdata, &answer);
        free(in);
        free(unverified);
}

static void finish_unreachable(Exchange *x, int error)
{
        finish(x, (ExchangeAnswer){ .result = EXCHANGE_UNREACHABLE, .error = error });
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        Exchange *x = userdata;

        (void) source;
        (void) usec;
        if (x->unverified)
                finish(x, x->unverified_answer);
        else if (x->may_have_arrived)
                finish(x, (ExchangeAnswer){ .result = EXCHANGE_TIMED_OUT });
        else
                finish_unreachable(x, x->last_error != 0 ? x->last_error : ETIMEDOUT);
        return 0;
}

static void set_deadline(Exchange *x, usec_t at_usec)
{
        x->deadline_usec = at_usec;
        sd_event_source_set_time(x->deadline, at_usec);
}

/* Keeps an answer that we cannot accept, for a while in which a better one may come. */
static void remember_unverified(Exchange *x, const ExchangeAnswer *answer)
{
        usec_t until_usec = clock_now_usec(CLOCK_MONOTONIC) + UNVERIFIED_WAIT_USEC;
        bool first = !x->unverified;
        uint8_t *copy = malloc(answer->message.size);

        if (!copy)
                return;
        memcpy(copy, answer->message.data, answer->message.size);
        free(x->unverified);
        x->unverified = copy;
        x->unverified_answer = *answer;
        x->unverified_answer.message.data = copy;
        if (first && until_usec < x->deadline_usec)
                set_deadline(x, until_usec);
}

static void switch_to_tcp(Exchange *x);

/* A cut answer says only "ask by TCP", and there the real one will be verified. */
static bool wants_tcp(const Exchange *x, const ExchangeAnswer *answer)
{
        return !x->tcp && (answer->message.flags & FLAG_TC) &&
               (answer->tsig == TSIG_OK || answer->tsig == TSIG_MISSING);
}

/* Takes in a whole message. False: the exchange is over (and perhaps freed), or goes on by another socket. */
static bool take_message(Exchange *x, const uint8_t *data, size_t size)
{
        ExchangeAnswer answer = { .result = EXCHANGE_ANSWERED };

        if (wire_parse(&answer.message, data, size, NULL) < 0) {
                if (!x->tcp)
                        return true;
                finish_unreachable(x, EBADMSG);
                return false;
        }
        if (!message_answers(&answer.message, &x->request_head))
                return true;
        if (x->key)
                answer.tsig =
                        tsig_verify(&answer.message, x->key, &x->request_mac, x->now_sec(), &answer.verdict);
        if (wants_tcp(x, &answer)) {
                switch_to_tcp(x);
                return false;
        }
        if (answer.tsig != TSIG_OK) {
                answer.result = EXCHANGE_UNVERIFIED;
                if (!x->tcp) {
                        remember_unverified(x, &answer);
                        return true;
                }
        }
        finish(x, answer);
        return false;
}

static void close_socket(Exchange *x)
{
        x->io = sd_event_source_disable_unref(x->io);
        x->fd = close_fd(x->fd);
}

static void write_request(Exchange *x)
{
        int r = frame_write(&x->writer, x->fd);

        if (r < 0) {
                finish_unreachable(x, -r);
                return;
        }
        if (r == 0)
                return;
        x->written = true;
        x->may_have_arrived = true;
        sd_event_source_set_io_events(x->io, EPOLLIN);
}

static void read_answer(Exchange *x)
{
        int r = frame_read(&x->reader, x->fd);
        size_t size;

        if (r < 0) {
                finish_unreachable(x, -r);
                return;
        }
        if (r == 0)
                return;
        size = x->reader.size - FRAME_PREFIX;
        x->reader.size = 0;
        take_message(x, x->in + FRAME_PREFIX, size);
}

static int on_tcp(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Exchange *x = userdata;

        (void) source;
        (void) fd;
        (void) events;
        if (x->written)
                read_answer(x);
        else
                write_request(x);
        return 0;
}

static int start_tcp(Exchange *x)
{
        uint8_t *larger = realloc(x->in, FRAME_MAX);
        int r;

        if (!larger)
                return -ENOMEM;
        x->in = larger;
        x->tcp = true;
        x->writer = (FrameWriter){ .data = x->request->data, .size = x->request->size };
        x->reader = (FrameReader){ .buffer = x->in };
        x->fd = socket_open(&x->server, SOCK_STREAM);
        if (x->fd < 0)
                return x->fd;
        r = socket_connect(x->fd, &x->server);
        return r < 0 ? r : sd_event_add_io(x->event, &x->io, x->fd, EPOLLOUT, on_tcp, x);
}

static void switch_to_tcp(Exchange *x)
{
        int r;

        x->again = sd_event_source_disable_unref(x->again);
        close_socket(x);
        r = start_tcp(x);
        if (r < 0)
                finish_unreachable(x, -r);
}

static int send_datagram(Exchange *x)
{
        const ServerAddress *to = x->connected ? NULL : &x->server;

        if (sendto(x->fd, x->request->data, x->request->size, 0, to ? &to->sa : NULL,
                    to ? server_address_size(to) : 0) >= 0) {
                x->datagrams++;
                x->may_have_arrived = true;
                return 0;
        }
        x->last_error = errno;
        return socket_error_passes(errno) ? 0 : -errno;
}

/* The server cannot be reached. If the datagram that was turned back is the only one, nothing has arrived; of
 * several, an earlier one may have. Once something has answered, an error is no reason to stop listening. */
static void turned_back(Exchange *x, int error)
{
        if (x->unverified)
                return;
        if (x->datagrams == 1)
                x->may_have_arrived = false;
        finish_unreachable(x, error);
}

static int on_udp(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Exchange *x = userdata;
        int error = 0;

        (void) source;
        for (unsigned i = 0; i < READS_PER_WAKEUP; i++) {
                ServerAddress from = { 0 };
                socklen_t from_size = sizeof from;
                ssize_t n = recvfrom(fd, x->in, UDP_ANSWER_MAX, 0, &from.sa, &from_size);

                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0)
                        error = errno;
                else if (!server_address_equal(&from, &x->server))
                        continue; /* from before the socket was connected */
                else if (!take_message(x, x->in, (size_t) n))
                        return 0;
        }
        if (events & EPOLLERR)
                socket_clear_errors(fd);
        if (error != 0 && !socket_error_passes(error))
                turned_back(x, error);
        return 0;
}

static int on_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        Exchange *x = userdata;
        int r;

        x->interval_usec *= 2;
        sd_event_source_set_time(source, usec + x->interval_usec);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        r = send_datagram(x);
        if (r < 0)
                turned_back(x, -r);
        return 0;
}

int exchange_open_spare(const ServerAddress *server)
{
        return socket_open(server, SOCK_DGRAM);
}

static int start_udp(Exchange *x, int *spare_fd)
{
        int r;

        x->in = malloc(UDP_ANSWER_MAX);
        if (!x->in)
                return -ENOMEM;
        x->fd = spare_fd && *spare_fd >= 0 ? steal_fd(spare_fd) : socket_open(&x->server, SOCK_DGRAM);
        if (x->fd < 0)
                return x->fd;
        /* First of all the datagram: what it takes to wait for the answer is done while it travels. */
        r = send_datagram(x);
        if (r < 0)
                return r;
        r = socket_connect(x->fd, &x->server);
        if (r < 0)
                return r;
        x->connected = true;
        r = sd_event_add_io(x->event, &x->io, x->fd, EPOLLIN, on_udp, x);
        if (r < 0)
                return r;
        return sd_event_add_time(x->event, &x->again, CLOCK_MONOTONIC,
                clock_now_usec(CLOCK_MONOTONIC) + x->interval_usec, TIMER_ACCURACY_USEC, on_again, x);
}

static int sign(Exchange *x, const Message *message)
{
        x->request = malloc(sizeof *x->request + message->size + TSIG_RECORD_MAX);
        if (!x->request)
                return -ENOMEM;
        x->request->size = message->size;
        x->request->capacity = message->size + TSIG_RECORD_MAX;
        memcpy(x->request->data, message->data, message->size);
        if (!x->key)
                return 0;
        return tsig_sign(x->request->data, &x->request->size, x->request->capacity, x->key, NULL,
                x->now_sec(), 0, &x->request_mac);
}

static int prepare(Exchange *x, const ExchangeRequest *request)
{
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);
        int r = sign(x, request->message);

        if (r < 0)
                return r;
        r = wire_parse(&x->request_head, x->request->data, x->request->size, NULL);
        if (r < 0)
                return r;
        x->interval_usec = request->timeout_usec / 4;
        if (x->interval_usec > FIRST_INTERVAL_USEC)
                x->interval_usec = FIRST_INTERVAL_USEC;
        x->deadline_usec = now_usec + request->timeout_usec;
        return 0;
}

int exchange_start(
        Exchange **ret, sd_event *event, const ExchangeRequest *request, ExchangeDone done, void *userdata)
{
        AUTO(exchange_freep) Exchange *x = calloc(1, sizeof *x);
        int r;

        if (!x)
                return -ENOMEM;
        x->fd = -1;
        x->event = sd_event_ref(event);
        x->done = done;
        x->userdata = userdata;
        x->server = request->server;
        x->key = request->key;
        x->now_sec = request->now_sec ? request->now_sec : clock_now_sec;
        r = prepare(x, request);
        if (r < 0)
                return r;
        r = request->tcp || x->request->size > UDP_REQUEST_MAX ? start_tcp(x)
                                                               : start_udp(x, request->spare_fd);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                /* Said from the event loop: the caller does not expect a call yet. */
                close_socket(x);
                x->again = sd_event_source_disable_unref(x->again);
                x->last_error = -r;
                x->deadline_usec = 0;
        }
        r = sd_event_add_time(x->event, &x->deadline, CLOCK_MONOTONIC, x->deadline_usec, TIMER_ACCURACY_USEC,
                on_deadline, x);
        if (r < 0)
                return r;
        *ret = STEAL(x);
        return 0;
}
