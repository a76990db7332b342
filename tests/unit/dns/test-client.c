/* SPDX-License-Identifier: BSD-3-Clause */

/* Exchanges with a server that plays from a script, on loopback and in the same event loop. Time-outs are
 * some milliseconds, so that a lost answer costs no more. */

#include "dns/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <cmocka.h>

#include "dns/bytes.h"
#include "dns/frame.h"
#include "dns/match.h"
#include "hex.h"

#define NOW_SEC      UINT64_C(1700000000)
#define TIMEOUT_USEC (200 * USEC_PER_MSEC)
#define PATIENCE     (5 * USEC_PER_SEC) /* nothing here may take that long */

static uint64_t fixed_now(void)
{
        return NOW_SEC;
}

/* What the server sends for one request: each letter is a message.
 *
 *   a  the answer, signed when the request was        n  an error without a question
 *   i  with another ID                                t  cut (TC), signed like the answer
 *   q  with another question                          T  cut (TC), not signed
 *   o  with another opcode                            u  NOTAUTH, not signed
 *   r  a request, not an answer                       b  signed with another secret
 *   g  no DNS message at all                          k  NOTAUTH, BADKEY: with an empty MAC
 *                                                     m  NOTAUTH, BADTIME: signed
 *                                                     l  signed by a clock that is an hour late
 *   c  (TCP) closes                                   p  (TCP) the answer, byte by byte
 */
typedef struct Server {
        sd_event *event;
        int udp, tcp, peer;
        sd_event_source *udp_source, *tcp_source, *peer_source;
        ServerAddress address;
        const TsigKey *key;
        const char *const *udp_script; /* one string a datagram; what is not there is not answered */
        const char *tcp_script;
        unsigned datagrams, connections;
        uint8_t *in;
        FrameReader reader;
        size_t request_size; /* the last one's */
        uint8_t pieces[1002];
        size_t pieces_size, pieces_sent;
        sd_event_source *pieces_source;
} Server;

static TsigKey *key_new(const char *secret)
{
        TsigKey *key = calloc(1, sizeof *key);

        assert_int_equal(name_from_text(&key->name, "key."), 0);
        key->algorithm = TSIG_HMAC_SHA256;
        key->secret = secret_new(secret, strlen(secret));
        return key;
}

static void key_freep(TsigKey **key)
{
        secret_free((*key)->secret);
        free(*key);
}

/* One answer of the script into `out`, which has room for a signature. Returns its size. */
static size_t compose(Server *server, char letter, const uint8_t *request, size_t request_size, uint8_t *out)
{
        AUTO(key_freep) TsigKey *wrong_key = key_new("another secret");
        TsigVerdict verdict = { 0 };
        WireMessage parsed;
        size_t size = 12;
        uint16_t error = 0;

        if (letter == 'g')
                return from_hex("00 01 02 03 04", out, 5);
        assert_int_equal(wire_parse(&parsed, request, request_size, NULL), 0);
        if (server->key)
                assert_int_equal(tsig_verify(&parsed, server->key, NULL, NOW_SEC, &verdict), TSIG_OK);
        memset(out, 0, 12);
        put_u16(out, parsed.id);
        put_u16(out + 2, (uint16_t) (FLAG_QR | parsed.opcode << 11));
        if (letter != 'n') {
                size = parsed.section[SECTION_ANSWER];
                memcpy(out + 12, request + 12, size - 12);
                out[5] = 1;
        }
        switch (letter) {
        case 'i':
                out[0] ^= 1;
                break;
        case 'q':
                out[13] ^= 1;
                break;
        case 'o':
                out[2] ^= 0x20;
                break;
        case 'r':
                out[2] ^= 0x80;
                break;
        case 'n':
                out[3] |= RCODE_FORMERR;
                break;
        case 't':
        case 'T':
                out[2] |= FLAG_TC >> 8;
                break;
        case 'u':
                out[3] |= RCODE_NOTAUTH;
                break;
        case 'k':
        case 'm':
                out[3] |= RCODE_NOTAUTH;
                error = letter == 'k' ? RCODE_BADKEY : RCODE_BADTIME;
                break;
        default:
                break;
        }
        if (server->key && !strchr("Tun", letter))
                assert_int_equal(
                        tsig_sign(out, &size, 1000, letter == 'b' ? wrong_key : server->key, &verdict,
                                strchr("lm", letter) ? NOW_SEC - 3600 : NOW_SEC, error, NULL),
                        0);
        return size;
}

static int on_udp(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Server *server = userdata;
        uint8_t request[2000], answer[1000];
        ServerAddress from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, request, sizeof request, 0, &from.sa, &length);
        const char *script = server->udp_script ? *server->udp_script : NULL;

        (void) source;
        (void) events;
        assert_true(n > 0);
        server->datagrams++;
        server->request_size = (size_t) n;
        if (!script)
                return 0;
        server->udp_script++;
        for (; *script; script++) {
                size_t size = compose(server, *script, request, (size_t) n, answer);

                assert_int_equal(sendto(fd, answer, size, 0, &from.sa, length), size);
        }
        return 0;
}

/* One byte in each turn of the loop, so that the client gets to see it alone. */
static int on_piece(sd_event_source *source, void *userdata)
{
        Server *server = userdata;

        assert_int_equal(send(server->peer, server->pieces + server->pieces_sent, 1, MSG_NOSIGNAL), 1);
        if (++server->pieces_sent == server->pieces_size)
                sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return 0;
}

static void send_in_pieces(Server *server, const uint8_t *framed, size_t size)
{
        memcpy(server->pieces, framed, size);
        server->pieces_size = size;
        assert_int_equal(sd_event_add_defer(server->event, &server->pieces_source, on_piece, server), 0);
        assert_true(sd_event_source_set_enabled(server->pieces_source, SD_EVENT_ON) >= 0);
        assert_true(sd_event_source_set_priority(server->pieces_source, SD_EVENT_PRIORITY_IDLE) >= 0);
}

static int on_peer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Server *server = userdata;
        int r = frame_read(&server->reader, fd);

        (void) events;
        if (r == 0)
                return 0;
        sd_event_source_set_enabled(source, SD_EVENT_OFF);
        if (r < 0)
                return 0;
        server->request_size = server->reader.size - FRAME_PREFIX;
        for (const char *letter = server->tcp_script; letter && *letter; letter++) {
                uint8_t framed[1002];
                size_t size;

                if (*letter == 'c') {
                        shutdown(server->peer, SHUT_RDWR);
                        break;
                }
                size = compose(server, *letter, server->in + FRAME_PREFIX, server->request_size, framed + 2);
                put_u16(framed, (uint16_t) size);
                if (*letter == 'p')
                        send_in_pieces(server, framed, size + 2);
                else
                        assert_int_equal(send(server->peer, framed, size + 2, MSG_NOSIGNAL), size + 2);
        }
        return 0;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Server *server = userdata;

        (void) source;
        (void) events;
        server->connections++;
        server->peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        assert_true(server->peer >= 0);
        server->reader = (FrameReader){ .buffer = server->in };
        assert_int_equal(
                sd_event_add_io(server->event, &server->peer_source, server->peer, EPOLLIN, on_peer, server),
                0);
        return 0;
}

static Server *server_new(sd_event *event)
{
        Server *server = calloc(1, sizeof *server);
        Address loopback;
        socklen_t length = sizeof server->address.ipv4;
        int small = 4096;

        assert_int_equal(address_from_text(&loopback, "127.0.0.1"), 0);
        server_address_set(&server->address, &loopback, 0);
        server->event = event;
        server->peer = -1;
        server->in = malloc(FRAME_MAX);
        server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* A large request must come in pieces. */
        setsockopt(server->tcp, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        assert_int_equal(bind(server->tcp, &server->address.sa, length), 0);
        assert_int_equal(getsockname(server->tcp, &server->address.sa, &length), 0);
        assert_int_equal(listen(server->tcp, 5), 0);
        server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_int_equal(bind(server->udp, &server->address.sa, length), 0);
        assert_int_equal(
                sd_event_add_io(event, &server->udp_source, server->udp, EPOLLIN, on_udp, server), 0);
        assert_int_equal(
                sd_event_add_io(event, &server->tcp_source, server->tcp, EPOLLIN, on_connection, server), 0);
        return server;
}

static void server_freep(Server **server)
{
        sd_event_source_disable_unref((*server)->udp_source);
        sd_event_source_disable_unref((*server)->tcp_source);
        sd_event_source_disable_unref((*server)->peer_source);
        sd_event_source_disable_unref((*server)->pieces_source);
        close_fd((*server)->udp);
        close_fd((*server)->tcp);
        close_fd((*server)->peer);
        free((*server)->in);
        free(*server);
}

static void event_freep(sd_event **event)
{
        sd_event_unref(*event);
}

/* What came of it. */
typedef struct Client {
        Exchange *exchange;
        unsigned calls;
        ExchangeAnswer answer;
        uint8_t message[1000];
} Client;

static void on_done(void *userdata, const ExchangeAnswer *answer)
{
        Client *client = userdata;

        /* The answer must outlive the exchange: the address sanitizer looks. */
        client->exchange = exchange_free(client->exchange);
        client->calls++;
        client->answer = *answer;
        if (answer->message.data)
                memcpy(client->message, answer->message.data, answer->message.size);
}

/* Until it is done, and the server has seen all that was sent. */
static void run(sd_event *event, Client *client)
{
        usec_t end_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        assert_int_equal(client->calls, 0); /* never from within exchange_start() */
        while (client->calls == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < end_usec);
                assert_true(sd_event_run(event, USEC_PER_SEC) >= 0);
        }
        while (sd_event_run(event, 0) > 0)
                continue;
        assert_int_equal(client->calls, 1);
}

static Message *query_for(const char *text)
{
        Message *message = NULL;
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        assert_int_equal(message_new_query(&message, 0x1234, &name, TYPE_A, false), 0);
        return message;
}

/* n: how many addresses */
static Message *update_with(unsigned n)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        AUTO(rrset_freep) RRset *set = NULL;
        Message *message = NULL;
        Name zone, name;

        assert_int_equal(name_from_text(&zone, "example"), 0);
        assert_int_equal(name_from_text(&name, "host.example"), 0);
        set = rrset_new(&name, TYPE_AAAA, 60);
        for (unsigned i = 0; i < n; i++) {
                uint8_t rdata[16] = { 0x20, 1, [14] = (uint8_t) (i >> 8), [15] = (uint8_t) i };

                assert_int_equal(rrset_add(set, rdata, sizeof rdata), 1);
        }
        assert_int_equal(change_set_add(changes, &name, TYPE_AAAA, EXPECT_ANY, NULL, set), 0);
        assert_int_equal(message_new_update(&message, 0x1234, &zone, changes), 0);
        return message;
}

typedef struct Row {
        const char *title;
        enum {
                QUERY,
                UPDATE,
                LARGE_UPDATE
        } request;
        bool is_signed, tcp;
        const char *udp_script[4];
        const char *tcp_script;
        ExchangeResult result;
        unsigned rcode;
        TsigResult tsig;
        unsigned verdict; /* the error that the server's TSIG record tells */
        int error;
        unsigned datagrams, connections;
} Row;

// clang-format off
static const Row rows[] = {
        { "answered", QUERY, .udp_script = { "a" }, .result = EXCHANGE_ANSWERED, .datagrams = 1 },
        { "answered to an UPDATE", UPDATE, .udp_script = { "a" }, .result = EXCHANGE_ANSWERED, .datagrams = 1 },
        { "the first one is lost", QUERY, .udp_script = { "", "a" }, .result = EXCHANGE_ANSWERED, .datagrams = 2 },
        /* of 200 ms, after 0, 50 and 150 */
        { "all are lost", QUERY, .result = EXCHANGE_TIMED_OUT, .datagrams = 3 },
        { "what is not the answer does not count", QUERY, .udp_script = { "iqorga" },
          .result = EXCHANGE_ANSWERED, .datagrams = 1 },
        { "... one by one", QUERY, .udp_script = { "iq", "or", "g" }, .result = EXCHANGE_TIMED_OUT, .datagrams = 3 },
        { "... and to an UPDATE", UPDATE, .udp_script = { "iq", "or", "g" }, .result = EXCHANGE_TIMED_OUT,
          .datagrams = 3 },
        { "an error may leave the question out", QUERY, .udp_script = { "n" }, .result = EXCHANGE_ANSWERED,
          .rcode = RCODE_FORMERR, .datagrams = 1 },

        { "cut", QUERY, .udp_script = { "t" }, .tcp_script = "a", .result = EXCHANGE_ANSWERED, .datagrams = 1,
          .connections = 1 },
        { "cut, and TCP tells nothing", QUERY, .udp_script = { "t" }, .tcp_script = "", .result = EXCHANGE_TIMED_OUT,
          .datagrams = 1, .connections = 1 },
        { "cut, and TCP closes", QUERY, .udp_script = { "t" }, .tcp_script = "c", .result = EXCHANGE_UNREACHABLE,
          .error = ECONNRESET, .datagrams = 1, .connections = 1 },

        { "TCP", QUERY, .tcp = true, .tcp_script = "a", .result = EXCHANGE_ANSWERED, .connections = 1 },
        { "TCP in pieces", QUERY, .tcp = true, .tcp_script = "p", .result = EXCHANGE_ANSWERED, .connections = 1 },
        { "TCP with others before it", QUERY, .tcp = true, .tcp_script = "iqora", .result = EXCHANGE_ANSWERED,
          .connections = 1 },
        { "TCP that is no DNS", QUERY, .tcp = true, .tcp_script = "g", .result = EXCHANGE_UNREACHABLE,
          .error = EBADMSG, .connections = 1 },
        { "TCP cannot be cut", QUERY, .tcp = true, .tcp_script = "t", .result = EXCHANGE_ANSWERED, .connections = 1 },
        { "large: TCP at once", LARGE_UPDATE, .tcp_script = "a", .result = EXCHANGE_ANSWERED, .connections = 1 },
        { "large and signed", LARGE_UPDATE, .is_signed = true, .tcp_script = "a", .result = EXCHANGE_ANSWERED,
          .connections = 1 },

        { "signed", UPDATE, .is_signed = true, .udp_script = { "a" }, .result = EXCHANGE_ANSWERED, .datagrams = 1 },
        { "signed, the first one is lost", UPDATE, .is_signed = true, .udp_script = { "", "a" },
          .result = EXCHANGE_ANSWERED, .datagrams = 2 },
        { "signed, over TCP", UPDATE, .is_signed = true, .tcp = true, .tcp_script = "a", .result = EXCHANGE_ANSWERED,
          .connections = 1 },
        { "the good one comes after bad ones", UPDATE, .is_signed = true, .udp_script = { "ubkla" },
          .result = EXCHANGE_ANSWERED, .datagrams = 1 },
        { "the good one comes with the next try", UPDATE, .is_signed = true, .udp_script = { "b", "a" },
          .result = EXCHANGE_ANSWERED, .datagrams = 2 },
        { "nothing better than an unsigned error", UPDATE, .is_signed = true, .udp_script = { "u" },
          .result = EXCHANGE_UNVERIFIED, .rcode = RCODE_NOTAUTH, .tsig = TSIG_MISSING, .datagrams = 3 },
        { "nothing better than another's signature", UPDATE, .is_signed = true, .udp_script = { "b" },
          .result = EXCHANGE_UNVERIFIED, .tsig = TSIG_BADSIG, .datagrams = 3 },
        { "nothing better than an old signature", UPDATE, .is_signed = true, .udp_script = { "l" },
          .result = EXCHANGE_UNVERIFIED, .tsig = TSIG_BADTIME, .datagrams = 3 },
        { "the last of them is told", UPDATE, .is_signed = true, .udp_script = { "b", "u" },
          .result = EXCHANGE_UNVERIFIED, .rcode = RCODE_NOTAUTH, .tsig = TSIG_MISSING, .datagrams = 3 },
        { "TCP: an unsigned error is believed at once", UPDATE, .is_signed = true, .tcp = true, .tcp_script = "ua",
          .result = EXCHANGE_UNVERIFIED, .rcode = RCODE_NOTAUTH, .tsig = TSIG_MISSING, .connections = 1 },
        { "BADKEY is told, though it cannot be signed", UPDATE, .is_signed = true, .tcp = true, .tcp_script = "k",
          .result = EXCHANGE_UNVERIFIED, .rcode = RCODE_NOTAUTH, .tsig = TSIG_BADSIG, .verdict = RCODE_BADKEY,
          .connections = 1 },
        { "BADTIME is signed, and an answer", UPDATE, .is_signed = true, .udp_script = { "m" },
          .result = EXCHANGE_ANSWERED, .rcode = RCODE_NOTAUTH, .verdict = RCODE_BADTIME, .datagrams = 1 },
        { "signed and cut", UPDATE, .is_signed = true, .udp_script = { "t" }, .tcp_script = "a",
          .result = EXCHANGE_ANSWERED, .datagrams = 1, .connections = 1 },
        { "cut and not signed", UPDATE, .is_signed = true, .udp_script = { "T" }, .tcp_script = "a",
          .result = EXCHANGE_ANSWERED, .datagrams = 1, .connections = 1 },
};
// clang-format on

static void play(const Row *row)
{
        AUTO(event_freep) sd_event *event = NULL;
        AUTO(key_freep) TsigKey *key = key_new("a secret");
        AUTO(server_freep) Server *server = NULL;
        AUTO(message_freep) Message *message = row->request == QUERY ? query_for("host.example") : NULL;
        ExchangeRequest request = { .tcp = row->tcp, .timeout_usec = TIMEOUT_USEC, .now_sec = fixed_now };
        Client client = { 0 };

        print_message("           %s\n", row->title);
        if (!message)
                message = update_with(row->request == UPDATE ? 1 : 2000);
        assert_int_equal(sd_event_new(&event), 0);
        server = server_new(event);
        server->key = request.key = row->is_signed ? key : NULL;
        server->udp_script = row->udp_script;
        server->tcp_script = row->tcp_script;
        request.server = server->address;
        request.message = message;
        assert_int_equal(exchange_start(&client.exchange, event, &request, on_done, &client), 0);
        run(event, &client);
        assert_int_equal(client.answer.result, row->result);
        assert_int_equal(client.answer.error, row->error);
        assert_int_equal(client.answer.tsig, row->tsig);
        assert_int_equal(client.answer.verdict.error, row->verdict);
        assert_int_equal(
                client.answer.verdict.peer_time_sec, row->verdict == RCODE_BADTIME ? NOW_SEC - 3600 : 0);
        assert_true(client.answer.sent);
        /* A machine under load may come too late for the third. */
        assert_in_range(server->datagrams, row->datagrams < 3 ? row->datagrams : 2, row->datagrams);
        assert_int_equal(server->connections, row->connections);
        if (!row->is_signed)
                assert_int_equal(server->request_size, message->size);
        if (row->result != EXCHANGE_ANSWERED && row->result != EXCHANGE_UNVERIFIED)
                return;
        assert_int_equal(client.answer.message.rcode, row->rcode);
        assert_int_equal(get_u16(client.message), 0x1234);
}

static void exchange_ends_as_the_script_says(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                play(&rows[i]);
}

/* A port where nobody listens: it was ours a moment ago. */
static ServerAddress closed_port(void)
{
        AUTO(event_freep) sd_event *event = NULL;
        AUTO(server_freep) Server *server = NULL;

        assert_int_equal(sd_event_new(&event), 0);
        server = server_new(event);
        return server->address;
}

static ServerAddress address_of(const char *text, uint16_t port)
{
        ServerAddress server;
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        server_address_set(&server, &address, port);
        return server;
}

static void refusal_is_told_at_once_and_nothing_was_sent(void **state)
{
        const struct {
                ServerAddress server;
                bool tcp;
                int error;
        } cases[] = {
                { closed_port(), false, ECONNREFUSED },
                { closed_port(), true, ECONNREFUSED },
                /* What the kernel does not even begin with. */
                { address_of("255.255.255.255", 53), false, EACCES },
                { address_of("255.255.255.255", 53), true, ENETUNREACH },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
                AUTO(event_freep) sd_event *event = NULL;
                AUTO(message_freep) Message *message = query_for("example");
                ExchangeRequest request = { .server = cases[i].server,
                        .message = message,
                        .tcp = cases[i].tcp,
                        .timeout_usec = 10 * PATIENCE };
                Client client = { 0 };

                assert_int_equal(sd_event_new(&event), 0);
                assert_int_equal(exchange_start(&client.exchange, event, &request, on_done, &client), 0);
                run(event, &client);
                assert_int_equal(client.answer.result, EXCHANGE_UNREACHABLE);
                assert_int_equal(client.answer.error, cases[i].error);
                assert_false(client.answer.sent);
        }
}

static void unverified_answer_is_waited_past_for_a_second_at_most(void **state)
{
        AUTO(event_freep) sd_event *event = NULL;
        AUTO(key_freep) TsigKey *key = key_new("a secret");
        AUTO(server_freep) Server *server = NULL;
        AUTO(message_freep) Message *message = update_with(1);
        ExchangeRequest request = { .key = key, .timeout_usec = 60 * USEC_PER_SEC, .now_sec = fixed_now };
        usec_t begin_usec = clock_now_usec(CLOCK_MONOTONIC), took_usec;
        Client client = { 0 };

        (void) state;
        assert_int_equal(sd_event_new(&event), 0);
        server = server_new(event);
        server->key = key;
        server->udp_script = (const char *const[]){ "u", NULL };
        request.server = server->address;
        request.message = message;
        assert_int_equal(exchange_start(&client.exchange, event, &request, on_done, &client), 0);
        run(event, &client);
        took_usec = clock_now_usec(CLOCK_MONOTONIC) - begin_usec;
        assert_int_equal(client.answer.result, EXCHANGE_UNVERIFIED);
        assert_true(took_usec >= USEC_PER_SEC && took_usec < 2 * USEC_PER_SEC);
}

static void freed_exchange_never_calls(void **state)
{
        AUTO(event_freep) sd_event *event = NULL;
        AUTO(server_freep) Server *server = NULL;
        AUTO(message_freep) Message *message = query_for("example");
        Client client = { 0 };

        (void) state;
        assert_int_equal(sd_event_new(&event), 0);
        server = server_new(event);
        server->udp_script = (const char *const[]){ "a", NULL };
        server->tcp_script = "a";
        for (unsigned i = 0; i < 3; i++) {
                ExchangeRequest request = { .server = server->address,
                        .message = message,
                        .tcp = i == 1,
                        .timeout_usec = TIMEOUT_USEC };

                if (i == 2)
                        request.server = closed_port();
                assert_int_equal(exchange_start(&client.exchange, event, &request, on_done, &client), 0);
                client.exchange = exchange_free(client.exchange);
        }
        while (sd_event_run(event, 20 * USEC_PER_MSEC) > 0)
                continue;
        assert_int_equal(server->datagrams, 1);
        assert_int_equal(client.calls, 0);
}

static void each_exchange_has_a_port_of_its_own(void **state)
{
        AUTO(event_freep) sd_event *event = NULL;
        AUTO(message_freep) Message *message = query_for("example");
        ServerAddress server = address_of("127.0.0.1", 0), from;
        AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        socklen_t length = sizeof server.ipv4;
        uint16_t ports[8];

        (void) state;
        assert_int_equal(bind(fd, &server.sa, length), 0);
        assert_int_equal(getsockname(fd, &server.sa, &length), 0);
        assert_int_equal(sd_event_new(&event), 0);
        for (unsigned i = 0; i < ARRAY_LENGTH(ports); i++) {
                ExchangeRequest request = {
                        .server = server, .message = message, .timeout_usec = TIMEOUT_USEC
                };
                Client client = { 0 };
                uint8_t data[512];

                /* Sent before the event loop has turned. */
                assert_int_equal(exchange_start(&client.exchange, event, &request, on_done, &client), 0);
                assert_int_equal(
                        recvfrom(fd, data, sizeof data, MSG_DONTWAIT, &from.sa, &length), message->size);
                ports[i] = from.ipv4.sin_port;
                client.exchange = exchange_free(client.exchange);
        }
        for (unsigned i = 1; i < ARRAY_LENGTH(ports); i++)
                if (ports[i] != ports[0] && abs(ntohs(ports[i]) - ntohs(ports[i - 1])) > 2)
                        return;
        fail_msg("ports can be guessed");
}

static void frames_pass_in_pieces(void **state)
{
        static uint8_t data[WIRE_MESSAGE_MAX], in[FRAME_MAX];
        FrameWriter writer = { .data = data, .size = sizeof data };
        FrameReader reader = { .buffer = in };
        unsigned pieces = 0;
        int fds[2], small = 1, r = 0;

        (void) state;
        for (size_t i = 0; i < sizeof data; i++)
                data[i] = (uint8_t) (i * 7 + i / 256);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
        setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        for (int w = 0; r == 0; pieces++) {
                if (w == 0)
                        w = frame_write(&writer, fds[0]);
                assert_true(w >= 0);
                r = frame_read(&reader, fds[1]);
        }
        assert_int_equal(r, 1);
        assert_true(pieces > 2);
        assert_int_equal(reader.size, FRAME_MAX);
        assert_memory_equal(in + FRAME_PREFIX, data, sizeof data);
        close(fds[0]);
        close(fds[1]);
}

static void addresses_have_a_text(void **state)
{
        char text[SERVER_ADDRESS_TEXT_MAX];
        ServerAddress scoped = address_of("fe80::1", 53), v4 = address_of("192.0.2.1", 53),
                      v6 = address_of("2001:db8::1", 5300);

        (void) state;
        scoped.ipv6.sin6_scope_id = 2;
        assert_string_equal(server_address_to_text(&v4, text), "192.0.2.1:53");
        assert_string_equal(server_address_to_text(&v6, text), "[2001:db8::1]:5300");
        assert_string_equal(server_address_to_text(&scoped, text), "[fe80::1%2]:53");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(exchange_ends_as_the_script_says),
                cmocka_unit_test(refusal_is_told_at_once_and_nothing_was_sent),
                cmocka_unit_test(unverified_answer_is_waited_past_for_a_second_at_most),
                cmocka_unit_test(freed_exchange_never_calls),
                cmocka_unit_test(each_exchange_has_a_port_of_its_own),
                cmocka_unit_test(frames_pass_in_pieces),
                cmocka_unit_test(addresses_have_a_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
