/* SPDX-License-Identifier: BSD-3-Clause */

/* Responder: the other end of what is measured. It takes the time as soon as the kernel hands a datagram
 * over, and looks at it only then. One request at a time: nobody measured here needs more. */

#include "responder.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "dns/bytes.h"
#include "dns/message.h"
#include "dns/tsig.h"
#include "dns/wire.h"
#include "util/cleanup.h"

enum {
        PORT = 53,
        RECEIVE_TIMEOUT_SEC = 5,
        RECEIVE_BUFFER = 1024 * 1024,
};

struct Responder {
        Name zone;
        const TsigKey *key;
        int udp;
        int tcp; /* listens; -1: no TCP */

        size_t size; /* of the request that was received last */
        struct sockaddr_in from;
        int connection; /* that it came by; -1: by UDP */
        uint8_t data[WIRE_MESSAGE_MAX];
};

static int open_socket(int type)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET,
                .sin_port = htons(PORT),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        };
        struct timeval timeout = { .tv_sec = RECEIVE_TIMEOUT_SEC };
        int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1, buffer = RECEIVE_BUFFER;

        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
                setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) < 0 ||
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
                bind(fd, (struct sockaddr *) &address, sizeof address) < 0 ||
                (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0))
                err(EXIT_FAILURE, "port %d", PORT);
        return fd;
}

Responder *responder_new(const Host *host, const TsigKey *key, bool tcp)
{
        Responder *responder = calloc(1, sizeof *responder);

        if (!responder || name_from_text(&responder->zone, RESPONDER_ZONE) < 0)
                errx(EXIT_FAILURE, "out of memory");
        responder->key = key;
        host_enter(host);
        responder->udp = open_socket(SOCK_DGRAM);
        responder->tcp = tcp ? open_socket(SOCK_STREAM) : -1;
        host_leave(host);
        responder->connection = -1;
        return responder;
}

Responder *responder_free(Responder *responder)
{
        if (!responder)
                return NULL;
        close_fd(responder->connection);
        close_fd(responder->tcp);
        close_fd(responder->udp);
        free(responder);
        return NULL;
}

/* Receiving. */

/* The socket that has something; -1: none within this time. */
static int wait_for_socket(const Responder *responder, int timeout_msec)
{
        struct pollfd polled[] = {
                { .fd = responder->udp, .events = POLLIN },
                { .fd = responder->tcp, .events = POLLIN }, /* poll() passes over -1 */
        };

        if (poll(polled, ARRAY_LENGTH(polled), timeout_msec) <= 0)
                return -1;
        return polled[0].revents ? responder->udp : responder->tcp;
}

bool responder_wait(const Responder *responder, int timeout_msec)
{
        return wait_for_socket(responder, timeout_msec) >= 0;
}

static bool receive_datagram(Responder *responder)
{
        socklen_t length = sizeof responder->from;
        ssize_t size = recvfrom(responder->udp, responder->data, sizeof responder->data, 0,
                (struct sockaddr *) &responder->from, &length);

        if (size < 0)
                return false;
        responder->size = (size_t) size;
        return true;
}

static bool receive_frame(Responder *responder)
{
        struct timeval timeout = { .tv_sec = RECEIVE_TIMEOUT_SEC };
        uint8_t prefix[2];

        responder->connection = accept4(responder->tcp, NULL, NULL, SOCK_CLOEXEC);
        if (responder->connection < 0)
                return false;
        setsockopt(responder->connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        if (recv(responder->connection, prefix, sizeof prefix, MSG_WAITALL) != sizeof prefix)
                return false;
        responder->size = get_u16(prefix);
        return recv(responder->connection, responder->data, responder->size, MSG_WAITALL) ==
               (ssize_t) responder->size;
}

static bool is_update(const Responder *responder)
{
        return responder->size >= WIRE_HEADER && (get_u16(responder->data + 2) >> 11 & 0x0f) == OPCODE_UPDATE;
}

/* Records of one name stand together. */
static size_t count_names(const WireMessage *message)
{
        WireRecord record;
        Name last = { 0 };
        size_t names = 0;

        for (WireCursor cursor = wire_begin(message, SECTION_AUTHORITY); wire_next(&cursor, &record);) {
                if (name_equal(&record.name, &last))
                        continue;
                last = record.name;
                names++;
        }
        return names;
}

static void parse(const Responder *responder, WireMessage *ret)
{
        const char *reason = "";

        if (wire_parse(ret, responder->data, responder->size, &reason) < 0)
                errx(EXIT_FAILURE, "a malformed message: %s", reason);
}

bool responder_receive(Responder *responder, Request *ret)
{
        bool by_tcp = false;
        WireMessage message;

        responder->connection = close_fd(responder->connection);
        /* Without TCP the receiving call itself waits, so that nothing stands between the datagram and the
         * clock. */
        if (responder->tcp >= 0)
                by_tcp = wait_for_socket(responder, RECEIVE_TIMEOUT_SEC * 1000) == responder->tcp;
        if (!(by_tcp ? receive_frame(responder) : receive_datagram(responder)))
                return false;
        *ret = (Request){ .arrived_nsec = now_nsec(), .size = responder->size };
        ret->is_update = is_update(responder);
        if (!ret->is_update)
                return true;
        parse(responder, &message);
        ret->names = count_names(&message);
        return true;
}

/* Answering. */

/* The start of authority that a server shows with each negative answer: nsupdate finds its zone by it. */
static RRset *new_soa(const Name *zone)
{
        static const uint8_t numbers[] = { 0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 3, 132, 0, 9, 58, 128, 0, 0, 0,
                60 };
        uint8_t rdata[2 * NAME_WIRE_MAX + sizeof numbers];
        RRset *soa = rrset_new(zone, TYPE_SOA, 60);
        size_t size = 0;

        for (int i = 0; i < 2; i++) {
                memcpy(rdata + size, zone->wire, zone->length);
                size += zone->length;
        }
        memcpy(rdata + size, numbers, sizeof numbers);
        if (!soa || rrset_add(soa, rdata, (uint16_t) (size + sizeof numbers)) < 0)
                errx(EXIT_FAILURE, "out of memory");
        return soa;
}

static Message *new_answer(const Responder *responder, const WireMessage *request)
{
        AUTO(rrset_freep) RRset *soa = new_soa(&responder->zone);
        const RRset *soas[] = { soa };
        MessageAnswer answer = { .flags = request->opcode == OPCODE_QUERY ? FLAG_AA : 0 };
        Message *message = NULL;
        WireRecord question;

        if (request->opcode == OPCODE_QUERY && wire_question(request, &question)) {
                bool is_apex = name_equal(&question.name, &responder->zone);
                bool is_soa = is_apex && question.type == TYPE_SOA;

                answer.rcode = is_apex ? RCODE_NOERROR : RCODE_NXDOMAIN;
                answer.answer = answer.authority = soas;
                answer.n_answer = is_soa;
                answer.n_authority = !is_soa;
        }
        if (message_new_answer(&message, request, &answer, WIRE_MESSAGE_MAX) < 0)
                errx(EXIT_FAILURE, "out of memory");
        return message;
}

static void sign(const Responder *responder, const WireMessage *request, Message *message)
{
        uint64_t now_sec = (uint64_t) time(NULL);
        TsigVerdict verdict;
        TsigResult result;

        if (!responder->key)
                return;
        result = tsig_verify(request, responder->key, NULL, now_sec, &verdict);
        if (result != TSIG_OK)
                errx(EXIT_FAILURE, "the request's signature: %s", tsig_result_to_text(result));
        if (tsig_sign(message->data, &message->size, message->capacity, responder->key, &verdict, now_sec, 0,
                    NULL) < 0)
                errx(EXIT_FAILURE, "cannot sign an answer");
}

void responder_answer(Responder *responder)
{
        AUTO(message_freep) Message *message = NULL;
        WireMessage request;
        uint8_t prefix[2];

        parse(responder, &request);
        message = new_answer(responder, &request);
        sign(responder, &request, message);
        if (responder->connection < 0) {
                sendto(responder->udp, message->data, message->size, 0, (struct sockaddr *) &responder->from,
                        sizeof responder->from);
                return;
        }
        put_u16(prefix, (uint16_t) message->size);
        send(responder->connection, prefix, sizeof prefix, MSG_NOSIGNAL | MSG_MORE);
        send(responder->connection, message->data, message->size, MSG_NOSIGNAL);
        responder->connection = close_fd(responder->connection);
}
