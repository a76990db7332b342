/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "fixture.h"
#include "gateway/streams.h"

enum {
        MOST = 4,
        PREFIX = 2,
};

#define PATIENCE_USEC (5 * USEC_PER_SEC)

typedef struct Setup {
        sd_event *event;
        Zone *zone;
        Streams *streams;
} Setup;

static void start(Setup *setup, usec_t idle_usec)
{
        setup->streams = streams_free(setup->streams);
        assert_int_equal(
                streams_new(&setup->streams, setup->event, MOST, idle_usec, fixture_find_zone, setup->zone),
                0);
}

static int set_up(void **state)
{
        Setup *setup = calloc(1, sizeof *setup);

        assert_non_null(setup);
        assert_true(sd_event_new(&setup->event) >= 0);
        setup->zone = fixture_zone();
        start(setup, 60 * USEC_PER_SEC);
        *state = setup;
        return 0;
}

static int tear_down(void **state)
{
        Setup *setup = *state;

        streams_free(setup->streams);
        zone_free(setup->zone);
        sd_event_unref(setup->event);
        free(setup);
        return 0;
}

/* A pair of sockets: one end for the streams, the other is the client's. */
static int connect_to(Setup *setup)
{
        int ends[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        assert_int_equal(streams_adopt(setup->streams, ends[0]), 0);
        return ends[1];
}

static void run_until_quiet(Setup *setup)
{
        while (sd_event_run(setup->event, 0) > 0)
                ;
}

/* Runs the loop until so much was received; fewer bytes when the other side closed. */
static size_t receive(Setup *setup, int fd, uint8_t *out, size_t size)
{
        usec_t deadline_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE_USEC;
        size_t done = 0;

        while (done < size && clock_now_usec(CLOCK_MONOTONIC) < deadline_usec) {
                ssize_t n = recv(fd, out + done, size - done, MSG_DONTWAIT);

                if (n == 0 || (n < 0 && errno == ECONNRESET))
                        return done;
                if (n > 0)
                        done += (size_t) n;
                else
                        assert_true(sd_event_run(setup->event, 10 * USEC_PER_MSEC) >= 0);
        }
        return done;
}

static bool is_closed(Setup *setup, int fd)
{
        struct pollfd poller = { .fd = fd, .events = POLLIN };

        run_until_quiet(setup);
        return poll(&poller, 1, 0) == 1 && poller.revents & (POLLHUP | POLLERR);
}

static size_t write_request(uint8_t *out, const char *name, uint16_t id)
{
        size_t size = request_write(&(Request){ .name = name, .type = TYPE_A }, out + PREFIX);

        out[0] = (uint8_t) (size >> 8);
        out[1] = (uint8_t) size;
        out[2] = (uint8_t) (id >> 8);
        out[3] = (uint8_t) id;
        return PREFIX + size;
}

static void send_request(int fd, const char *name, uint16_t id)
{
        uint8_t request[PREFIX + REQUEST_MAX];
        size_t size = write_request(request, name, id);

        assert_int_equal(send(fd, request, size, MSG_NOSIGNAL), size);
}

static void expect_answer(Setup *setup, int fd, uint16_t id)
{
        uint8_t prefix[PREFIX], data[4096];
        WireMessage m;
        size_t size;

        assert_int_equal(receive(setup, fd, prefix, PREFIX), PREFIX);
        size = (size_t) prefix[0] << 8 | prefix[1];
        assert_in_range(size, WIRE_HEADER, sizeof data);
        assert_int_equal(receive(setup, fd, data, size), size);
        assert_int_equal(wire_parse(&m, data, size, NULL), 0);
        assert_int_equal(m.id, id);
        assert_int_equal(m.rcode, RCODE_NOERROR);
        assert_true(m.count[SECTION_ANSWER] > 0);
}

static void several_questions_are_answered_one_after_the_other(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);

        for (uint16_t i = 0; i < 3; i++) {
                send_request(fd, "host.example.com", i);
                expect_answer(setup, fd, i);
        }
}

static void burst_is_answered_in_order(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);

        for (uint16_t i = 0; i < 200; i++)
                send_request(fd, i % 2 ? "host.example.com" : "toomany.example.com", i);
        for (uint16_t i = 0; i < 200; i++)
                expect_answer(setup, fd, i);
}

static void question_may_come_byte_by_byte(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);
        uint8_t request[PREFIX + REQUEST_MAX];
        size_t size = write_request(request, "host.example.com", 7);

        for (size_t i = 0; i < size; i++) {
                assert_int_equal(send(fd, request + i, 1, MSG_NOSIGNAL), 1);
                run_until_quiet(setup);
        }
        expect_answer(setup, fd, 7);
}

static void last_question_before_the_end_is_answered(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);

        send_request(fd, "host.example.com", 7);
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        expect_answer(setup, fd, 7);
        assert_true(is_closed(setup, fd));
}

/* Each 40-byte question has an answer of 1.6 KB: what the client may send without reading is bounded by what
 * the kernel holds, because nobody reads on while an answer waits. */
static void client_that_does_not_read_is_not_read(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);
        uint8_t request[PREFIX + REQUEST_MAX];
        size_t size = write_request(request, "toomany.example.com", 1);
        unsigned sent = 0;

        while (send(fd, request, size, MSG_NOSIGNAL) == (ssize_t) size) {
                sent++;
                run_until_quiet(setup);
                assert_true(sent < 100000);
        }
        assert_int_equal(errno, EAGAIN);
        assert_true(sent > 10);
        /* Nothing spins meanwhile. */
        assert_int_equal(sd_event_run(setup->event, 1), 0);
        for (unsigned i = 0; i < sent; i++)
                expect_answer(setup, fd, 1);
        send_request(fd, "host.example.com", 9);
        expect_answer(setup, fd, 9);
}

static void nonsense_closes_the_connection(void **state)
{
        Setup *setup = *state;
        static const struct {
                const char *what;
                uint8_t bytes[16];
                size_t size;
        } cases[] = {
                { "no length", { 0, 0 }, 2 },
                { "no room for a header", { 0, 11 }, 2 },
                { "a response", { 0, 12, 0x12, 0x34, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 14 },
        };

        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
                AUTO_CLOSE int fd = connect_to(setup);

                assert_int_equal(send(fd, cases[i].bytes, cases[i].size, MSG_NOSIGNAL), cases[i].size);
                if (!is_closed(setup, fd))
                        fail_msg("%s: still open", cases[i].what);
        }
}

static void malformed_question_is_answered_and_the_next_one_too(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int fd = connect_to(setup);
        static const uint8_t bad[] = { 0, 13, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63 };
        uint8_t answer[PREFIX + WIRE_HEADER];

        assert_int_equal(send(fd, bad, sizeof bad, MSG_NOSIGNAL), sizeof bad);
        assert_int_equal(receive(setup, fd, answer, sizeof answer), sizeof answer);
        assert_int_equal(answer[1], WIRE_HEADER);
        assert_int_equal(answer[5] & 15, RCODE_FORMERR);
        send_request(fd, "host.example.com", 9);
        expect_answer(setup, fd, 9);
}

static void newcomer_takes_the_place_of_the_longest_idle(void **state)
{
        Setup *setup = *state;
        int fds[MOST + 1];

        for (unsigned i = 0; i < MOST; i++)
                fds[i] = connect_to(setup);
        /* The first shows life, so the second is the one that has been idle for longest. */
        send_request(fds[0], "host.example.com", 1);
        expect_answer(setup, fds[0], 1);
        fds[MOST] = connect_to(setup);
        assert_true(is_closed(setup, fds[1]));
        for (unsigned i = 0; i <= MOST; i++) {
                if (i != 1) {
                        send_request(fds[i], "host.example.com", 2);
                        expect_answer(setup, fds[i], 2);
                }
                close(fds[i]);
        }
}

static void idle_connection_is_closed_in_time(void **state)
{
        Setup *setup = *state;
        uint8_t byte;

        start(setup, 20 * USEC_PER_MSEC);
        AUTO_CLOSE int fd = connect_to(setup);
        usec_t begin_usec = clock_now_usec(CLOCK_MONOTONIC);
        assert_int_equal(receive(setup, fd, &byte, 1), 0);
        assert_in_range(clock_now_usec(CLOCK_MONOTONIC) - begin_usec, 20 * USEC_PER_MSEC, PATIENCE_USEC - 1);
        /* The timer is off when nobody is left: at most it fires once more. */
        sd_event_run(setup->event, 0);
        assert_int_equal(sd_event_run(setup->event, 50 * USEC_PER_MSEC), 0);
}

static void drops_of_a_question_do_not_keep_a_place(void **state)
{
        Setup *setup = *state;
        usec_t begin_usec = clock_now_usec(CLOCK_MONOTONIC);
        ssize_t n = 1;

        start(setup, 20 * USEC_PER_MSEC);
        AUTO_CLOSE int fd = connect_to(setup);
        assert_int_equal(send(fd, "\377\377", 2, MSG_NOSIGNAL), 2);
        while (n == 1 && clock_now_usec(CLOCK_MONOTONIC) - begin_usec < PATIENCE_USEC) {
                n = send(fd, "x", 1, MSG_NOSIGNAL);
                sd_event_run(setup->event, 0);
                sd_event_run(setup->event, 5 * USEC_PER_MSEC);
        }
        assert_int_equal(n, -1);
        assert_true(clock_now_usec(CLOCK_MONOTONIC) - begin_usec < PATIENCE_USEC);
}

static void open_connections_go_with_the_streams(void **state)
{
        Setup *setup = *state;
        AUTO_CLOSE int idle = connect_to(setup);
        AUTO_CLOSE int halfway = connect_to(setup);

        assert_int_equal(send(halfway, "\0\50abc", 5, MSG_NOSIGNAL), 5);
        run_until_quiet(setup);
        setup->streams = streams_free(setup->streams);
        assert_true(is_closed(setup, idle));
        assert_true(is_closed(setup, halfway));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(several_questions_are_answered_one_after_the_other),
                TEST(burst_is_answered_in_order),
                TEST(question_may_come_byte_by_byte),
                TEST(last_question_before_the_end_is_answered),
                TEST(client_that_does_not_read_is_not_read),
                TEST(nonsense_closes_the_connection),
                TEST(malformed_question_is_answered_and_the_next_one_too),
                TEST(newcomer_takes_the_place_of_the_longest_idle),
                TEST(idle_connection_is_closed_in_time),
                TEST(drops_of_a_question_do_not_keep_a_place),
                TEST(open_connections_go_with_the_streams),
        };
#undef TEST

        return cmocka_run_group_tests(tests, NULL, NULL);
}
