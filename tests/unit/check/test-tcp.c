/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks by TCP against the real kernel. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "far.h"
#include "util/cleanup.h"

#define PORT        8080
#define CLOSED_PORT 8081

static const CheckConfig patient = { .type = CHECK_TCP, .port = PORT, .timeout_usec = 10 * USEC_PER_SEC };
static const CheckConfig refused = {
        .type = CHECK_TCP, .port = CLOSED_PORT, .timeout_usec = 10 * USEC_PER_SEC
};
static const CheckConfig hasty = { .type = CHECK_TCP, .port = PORT, .timeout_usec = 300 * USEC_PER_MSEC };

static Prober *new_prober(const Far *far)
{
        Prober *prober;

        assert_int_equal(tcp_prober_new(&prober, far->event), 0);
        return prober;
}

/* Takes connections on any address of the far side, and on this one's loopback when `far` is NULL. */
static int listen_on(const Far *far, int backlog)
{
        struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
        int on = 1, fd;

        if (far)
                far_enter(far);
        fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(fd >= 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
        assert_int_equal(bind(fd, (struct sockaddr *) &any, sizeof any), 0);
        assert_int_equal(listen(fd, backlog), 0);
        if (far)
                far_leave(far);
        return fd;
}

static Probe *begin(Prober *prober, const char *address, const CheckConfig *config, Outcome *outcome)
{
        Address target = address_of(address);
        Probe *probe;

        *outcome = (Outcome){ 0 };
        assert_int_equal(prober_start(prober, &probe, config, &target, outcome_take, outcome), 0);
        assert_int_equal(outcome->count, 0);
        return probe;
}

static int try_begin(Prober *prober, const char *address)
{
        Address target = address_of(address);
        Probe *probe;

        return prober_start(prober, &probe, &patient, &target, outcome_take, NULL);
}

static void each_kind_of_target_is_told(void **state)
{
        static const struct {
                const char *address;
                const CheckConfig *config;
                CheckResult result;
                const char *reason;
        } rows[] = {
                { LIVE4, &patient, CHECK_OK, "" },
                { LIVE6, &patient, CHECK_OK, "" },
                { LIVE4, &refused, CHECK_FAIL, "connection refused" },
                { LIVE6, &refused, CHECK_FAIL, "connection refused" },
                { "127.0.0.1", &refused, CHECK_FAIL, "connection refused" },
                { "::1", &refused, CHECK_FAIL, "connection refused" },
                { SILENT4, &hasty, CHECK_FAIL, "no answer within 300 ms" },
                { SILENT6, &hasty, CHECK_FAIL, "no answer within 300 ms" },
                { UNREACHABLE4, &patient, CHECK_FAIL, "host unreachable" },
                { UNREACHABLE6, &patient, CHECK_FAIL, "network unreachable" },
                { PROHIBITED4, &patient, CHECK_FAIL, "host unreachable" },
                { PROHIBITED6, &patient, CHECK_FAIL, "prohibited" },
        };
        Outcome outcomes[ARRAY_LENGTH(rows)];
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int listener = listen_on(*state, 100);

        assert_true(listener >= 0);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                begin(prober, rows[i].address, rows[i].config, &outcomes[i]);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                await_count(*state, &outcomes[i].count, 1);
        run_pending(*state);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                print_message("%s: %s\n", rows[i].address, outcomes[i].reason);
                assert_int_equal(outcomes[i].count, 1);
                assert_int_equal(outcomes[i].result, rows[i].result);
                assert_string_equal(outcomes[i].reason, rows[i].reason);
        }
}

static void what_fails_here_says_nothing_of_the_target(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);

        assert_int_equal(try_begin(prober, NO_ROUTE4), -ENETUNREACH);
        assert_int_equal(try_begin(prober, "2001:db9::1"), -ENETUNREACH);
}

static void own_missing_descriptor_is_an_error_of_the_call(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int next = dup(STDIN_FILENO);
        struct rlimit old, none;

        assert_true(next >= 0);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
        none = (struct rlimit){ .rlim_cur = (rlim_t) next, .rlim_max = old.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        assert_int_equal(try_begin(prober, LIVE4), -EMFILE);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

/* The kernel keeps no connection whose handshake did not end, so accept(2) has nothing to give. */
static void program_behind_the_port_is_not_woken(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int listener = listen_on(*state, 100);
        struct pollfd waiting = { .fd = listener, .events = POLLIN };
        Outcome outcome;

        for (unsigned i = 0; i < 10; i++) {
                begin(prober, LIVE4, &patient, &outcome);
                await_count(*state, &outcome.count, 1);
                assert_int_equal(outcome.result, CHECK_OK);
        }
        assert_int_equal(poll(&waiting, 1, 0), 0);
}

static int connect_far(void)
{
        Address address = address_of(LIVE4);
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = address.ipv4 };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof to), 0);
        return fd;
}

static void listener_that_does_not_accept_any_more_has_failed(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int listener = listen_on(*state, 0);
        AUTO_CLOSE int client = connect_far(); /* a backlog of 0 holds one */
        AUTO_CLOSE int accepted = -1;
        Outcome outcome;

        assert_true(client >= 0);
        begin(prober, LIVE4, &hasty, &outcome);
        await_count(*state, &outcome.count, 1);
        assert_int_equal(outcome.result, CHECK_FAIL);
        assert_string_equal(outcome.reason, "no answer within 300 ms");
        accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        assert_true(accepted >= 0);
        begin(prober, LIVE4, &patient, &outcome);
        await_count(*state, &outcome.count, 1);
        assert_int_equal(outcome.result, CHECK_OK);
}

static void cancelled_probe_is_never_told(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int listener = listen_on(*state, 100);
        Outcome early, answered, silent, later;
        Probe *probes[2];

        assert_true(listener >= 0);
        prober_cancel(prober, begin(prober, LIVE4, &patient, &early));
        probes[0] = begin(prober, LIVE4, &patient, &answered);
        probes[1] = begin(prober, SILENT4, &hasty, &silent);
        prober_cancel(prober, probes[0]); /* with its answer unread */
        prober_cancel(prober, probes[1]);
        begin(prober, SILENT4, &hasty, &later);
        await_count(*state, &later.count, 1);
        assert_int_equal(early.count + answered.count + silent.count, 0);
}

typedef struct Pair {
        Prober *prober;
        Probe *probes[2];
        unsigned told;
} Pair;

/* Whoever is told first cancels the other one, whose answer is there too. */
static void cancel_other(Pair *pair, size_t other)
{
        assert_non_null(pair->probes[other]);
        prober_cancel(pair->prober, pair->probes[other]);
        pair->told++;
}

static void first_told(void *userdata, CheckResult result, const char *reason)
{
        (void) reason;
        assert_int_equal(result, CHECK_OK);
        cancel_other(userdata, 1);
}

static void second_told(void *userdata, CheckResult result, const char *reason)
{
        (void) reason;
        assert_int_equal(result, CHECK_OK);
        cancel_other(userdata, 0);
}

static void probe_may_be_cancelled_while_another_is_told(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int listener = listen_on(*state, 100);
        Address target = address_of(LIVE4);
        Pair pair = { .prober = prober };

        assert_true(listener >= 0);
        assert_int_equal(prober_start(prober, &pair.probes[0], &patient, &target, first_told, &pair), 0);
        assert_int_equal(prober_start(prober, &pair.probes[1], &patient, &target, second_told, &pair), 0);
        await_count(*state, &pair.told, 1);
        run_pending(*state);
        assert_int_equal(pair.told, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(each_kind_of_target_is_told, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        what_fails_here_says_nothing_of_the_target, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        own_missing_descriptor_is_an_error_of_the_call, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        program_behind_the_port_is_not_woken, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        listener_that_does_not_accept_any_more_has_failed, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(cancelled_probe_is_never_told, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        probe_may_be_cancelled_while_another_is_told, far_setup, far_teardown),
        };

        if (!far_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
