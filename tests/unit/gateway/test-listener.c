/* SPDX-License-Identifier: BSD-3-Clause */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "fixture.h"
#include "gateway/listener.h"
#include "gateway/query.h"
#include "util/log.h"

#define PATIENCE_USEC (5 * USEC_PER_SEC)

typedef struct Setup {
        sd_event *event;
        Zone *zone;
        Listener *listener;
        uint16_t port; /* free for UDP and TCP when the test began */
} Setup;

static ListenConfig address_of(const char *text, uint16_t port)
{
        ListenConfig address = { 0 };
        struct sockaddr_in *in = (struct sockaddr_in *) &address.storage;
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &address.storage;

        if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
                in->sin_family = AF_INET;
                in->sin_port = htons(port);
                address.size = sizeof *in;
        } else {
                assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
                in6->sin6_family = AF_INET6;
                in6->sin6_port = htons(port);
                address.size = sizeof *in6;
        }
        return address;
}

/* A port that neither protocol uses at any address now. */
static uint16_t find_port(void)
{
        for (unsigned i = 0; i < 100; i++) {
                AUTO_CLOSE int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                AUTO_CLOSE int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                struct sockaddr_in address = { .sin_family = AF_INET };
                socklen_t size = sizeof address;

                assert_int_equal(bind(udp, (struct sockaddr *) &address, size), 0);
                assert_int_equal(getsockname(udp, (struct sockaddr *) &address, &size), 0);
                if (bind(tcp, (struct sockaddr *) &address, size) == 0)
                        return ntohs(address.sin_port);
        }
        fail_msg("no free port");
        return 0;
}

static bool has_ipv6(void)
{
        AUTO_CLOSE int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ListenConfig address = address_of("::1", 0);

        return fd >= 0 && bind(fd, &address.sa, address.size) == 0;
}

static void listen_at(Setup *setup, const char *const *addresses, size_t n)
{
        ListenConfig listen[4];

        for (size_t i = 0; i < n; i++)
                listen[i] = address_of(addresses[i], setup->port);
        setup->listener = listener_free(setup->listener);
        assert_int_equal(
                listener_new(&setup->listener, setup->event, listen, n, fixture_find_zone, setup->zone), 0);
}

static int set_up(void **state)
{
        Setup *setup = calloc(1, sizeof *setup);

        assert_non_null(setup);
        log_set_level(LOG_CRIT);
        assert_true(sd_event_new(&setup->event) >= 0);
        setup->zone = fixture_zone();
        setup->port = find_port();
        *state = setup;
        return 0;
}

static int tear_down(void **state)
{
        Setup *setup = *state;

        listener_free(setup->listener);
        zone_free(setup->zone);
        sd_event_unref(setup->event);
        free(setup);
        return 0;
}

static int new_client(Setup *setup, const char *server, int type)
{
        ListenConfig address = address_of(server, setup->port);
        int fd = socket(address.sa.sa_family, type | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(connect(fd, &address.sa, address.size), 0);
        return fd;
}

/* Runs the loop until something was received. -1: nothing came. */
static ssize_t receive(Setup *setup, int fd, uint8_t *out, size_t size)
{
        usec_t deadline_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE_USEC;

        while (clock_now_usec(CLOCK_MONOTONIC) < deadline_usec) {
                ssize_t n = recv(fd, out, size, MSG_DONTWAIT);

                if (n >= 0 || errno != EAGAIN)
                        return n;
                assert_true(sd_event_run(setup->event, 10 * USEC_PER_MSEC) >= 0);
        }
        return -1;
}

/* The question for host.example.com, as a datagram (prefix 0) or with its length in front (prefix 2). */
static void ask(int fd, size_t prefix)
{
        uint8_t request[2 + REQUEST_MAX] = { 0 };
        size_t size =
                request_write(&(Request){ .name = "host.example.com", .type = TYPE_A }, request + prefix);

        if (prefix)
                request[1] = (uint8_t) size;
        assert_int_equal(send(fd, request, prefix + size, MSG_NOSIGNAL), prefix + size);
}

static void expect_answer(Setup *setup, int fd, size_t prefix)
{
        uint8_t data[4096];
        ssize_t n = receive(setup, fd, data, sizeof data);
        WireMessage m;

        assert_true(n >= (ssize_t) prefix);
        assert_int_equal(wire_parse(&m, data + prefix, (size_t) n - prefix, NULL), 0);
        assert_int_equal(m.count[SECTION_ANSWER], 2);
}

static void expect_service(Setup *setup, const char *server)
{
        AUTO_CLOSE int udp = new_client(setup, server, SOCK_DGRAM);
        AUTO_CLOSE int tcp = new_client(setup, server, SOCK_STREAM);

        ask(udp, 0);
        expect_answer(setup, udp, 0);
        ask(tcp, 2);
        expect_answer(setup, tcp, 2);
}

static void each_address_is_served_by_udp_and_tcp(void **state)
{
        Setup *setup = *state;

        listen_at(setup, (const char *[]){ "127.0.0.1", "127.0.0.2" }, 2);
        expect_service(setup, "127.0.0.1");
        expect_service(setup, "127.0.0.2");
}

static void ipv4_and_ipv6_wildcards_live_side_by_side(void **state)
{
        Setup *setup = *state;

        if (!has_ipv6())
                skip();
        listen_at(setup, (const char *[]){ "::", "0.0.0.0" }, 2);
        expect_service(setup, "::1");
        expect_service(setup, "127.0.0.1");
}

static void wildcard_answers_from_the_address_that_was_asked(void **state)
{
        Setup *setup = *state;

        listen_at(setup, (const char *[]){ "0.0.0.0" }, 1);
        /* A connected socket hears nothing that comes from elsewhere. */
        for (unsigned i = 1; i < 5; i++) {
                char server[16];

                snprintf(server, sizeof server, "127.0.0.%u", i);
                expect_service(setup, server);
        }
}

static void garbage_does_not_disturb(void **state)
{
        Setup *setup = *state;
        uint32_t seed = 1;

        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        AUTO_CLOSE int fd = new_client(setup, "127.0.0.1", SOCK_DGRAM);
        for (unsigned i = 0; i < 2000; i++) {
                uint8_t garbage[600];

                for (size_t j = 0; j < sizeof garbage; j++)
                        garbage[j] = (uint8_t) ((seed = seed * 1664525 + 1013904223) >> 24);
                (void) !send(fd, garbage, seed % sizeof garbage, 0);
                sd_event_run(setup->event, 0);
        }
        expect_service(setup, "127.0.0.1");
}

static void response_is_not_answered(void **state)
{
        Setup *setup = *state;
        uint8_t response[REQUEST_MAX];
        size_t size = request_write(
                &(Request){ .name = "x.example.com", .type = TYPE_A, .flags = FLAG_QR }, response);

        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        AUTO_CLOSE int fd = new_client(setup, "127.0.0.1", SOCK_DGRAM);
        assert_int_equal(send(fd, response, size, 0), size);
        ask(fd, 0);
        /* The first datagram that comes answers the question. */
        expect_answer(setup, fd, 0);
}

static void burst_of_datagrams_is_answered(void **state)
{
        Setup *setup = *state;

        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        AUTO_CLOSE int fd = new_client(setup, "127.0.0.1", SOCK_DGRAM);
        for (unsigned i = 0; i < 100; i++)
                ask(fd, 0);
        for (unsigned i = 0; i < 100; i++)
                expect_answer(setup, fd, 0);
}

static void idle_listener_does_not_wake_up(void **state)
{
        Setup *setup = *state;

        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        expect_service(setup, "127.0.0.1");
        /* The connection has gone: that is seen, then nothing more (its time-out is 10 s away). */
        while (sd_event_run(setup->event, 0) > 0)
                ;
        assert_int_equal(sd_event_run(setup->event, 100 * USEC_PER_MSEC), 0);
}

static void taken_port_is_tried_again(void **state)
{
        Setup *setup = *state;
        ListenConfig address = address_of("127.0.0.1", setup->port);
        int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
            tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_int_equal(bind(udp, &address.sa, address.size), 0);
        assert_int_equal(bind(tcp, &address.sa, address.size), 0);
        assert_int_equal(listen(tcp, 1), 0);
        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        assert_int_equal(sd_event_run(setup->event, 0), 0);
        close(udp);
        close(tcp);
        /* Both ports wait for a second, and may share one wake-up. */
        for (unsigned i = 0; i < 2; i++)
                assert_true(sd_event_run(setup->event, 2 * USEC_PER_SEC) >= 0);
        expect_service(setup, "127.0.0.1");
}

static void address_that_is_not_here_is_no_error(void **state)
{
        Setup *setup = *state;

        listen_at(setup, (const char *[]){ "192.0.2.1", "127.0.0.1" }, 2);
        expect_service(setup, "127.0.0.1");
}

/* Out of file descriptors, the waiting connection keeps the socket readable: the loop must not spin on it. */
static void no_descriptors_left_does_not_spin(void **state)
{
        Setup *setup = *state;
        struct rlimit limit, none;
        unsigned turns = 0;
        usec_t end_usec;

        if (getenv("SIGNPOST_VALGRIND"))
                skip(); /* valgrind gives out descriptors beyond the limit */
        listen_at(setup, (const char *[]){ "127.0.0.1" }, 1);
        AUTO_CLOSE int fd = new_client(setup, "127.0.0.1", SOCK_STREAM);
        ask(fd, 2);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        none = limit;
        none.rlim_cur = (rlim_t) fd; /* the next number is above it */
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        end_usec = clock_now_usec(CLOCK_MONOTONIC) + 200 * USEC_PER_MSEC;
        while (clock_now_usec(CLOCK_MONOTONIC) < end_usec) {
                sd_event_run(setup->event, 50 * USEC_PER_MSEC);
                turns++;
        }
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_true(turns < 10);
        expect_answer(setup, fd, 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(each_address_is_served_by_udp_and_tcp),
                TEST(ipv4_and_ipv6_wildcards_live_side_by_side),
                TEST(wildcard_answers_from_the_address_that_was_asked),
                TEST(garbage_does_not_disturb),
                TEST(response_is_not_answered),
                TEST(burst_of_datagrams_is_answered),
                TEST(idle_listener_does_not_wake_up),
                TEST(taken_port_is_tried_again),
                TEST(address_that_is_not_here_is_no_error),
                TEST(no_descriptors_left_does_not_spin),
        };
#undef TEST

        return cmocka_run_group_tests(tests, NULL, NULL);
}
