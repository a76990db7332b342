/* SPDX-License-Identifier: BSD-3-Clause */

/* What a check by HTTP makes of what a real server does. */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "check/probe.h"
#include "server.h"

#define PATIENCE (20 * USEC_PER_SEC) /* nothing here may take that long */
#define SHORT    (300 * USEC_PER_MSEC)

typedef struct World {
        Server *server;
        sd_event *event;
        Prober *prober;
} World;

typedef struct Got {
        unsigned times;
        CheckResult result;
        char reason[400]; /* "": NULL */
} Got;

static void on_done(void *userdata, CheckResult result, const char *reason)
{
        Got *got = userdata;

        got->times++;
        got->result = result;
        snprintf(got->reason, sizeof got->reason, "%s", reason ?: "");
}

/* "200" to "399", as the configuration's default is. */
static StatusRange ordinary_status[] = { { 200, 399 } };

static CheckConfig config_for(const World *world, const char *path)
{
        return (CheckConfig){ .type = CHECK_HTTP,
                .timeout_usec = PATIENCE,
                .port = world->server->port,
                .host = (char *) SERVER_HOST,
                .method = (char *) "GET",
                .path = (char *) path,
                .n_expect_status = ARRAY_LENGTH(ordinary_status),
                .expect_status = ordinary_status };
}

static void wait_for(World *world, const Got *got)
{
        usec_t until = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        while (got->times == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < until);
                assert_true(sd_event_run(world->event, PATIENCE) >= 0);
        }
        assert_int_equal(got->times, 1);
}

static Probe *start(World *world, const CheckConfig *config, const char *address_text, Got *got)
{
        Address address;
        Probe *probe;

        *got = (Got){ 0 };
        assert_int_equal(address_from_text(&address, address_text), 0);
        assert_int_equal(prober_start(world->prober, &probe, config, &address, on_done, got), 0);
        assert_int_equal(got->times, 0); /* never from within the call */
        return probe;
}

static void assert_result(
        World *world, const CheckConfig *config, const char *address, CheckResult result, const char *reason)
{
        Got got;

        start(world, config, address, &got);
        wait_for(world, &got);
        if (got.result != result || (*reason ? !strstr(got.reason, reason) : *got.reason))
                fail_msg("not %d \"%s\" but %d \"%s\"", result, reason, got.result, got.reason);
}

static void what_the_server_does_is_what_the_check_says(void **state)
{
        static const struct {
                const char *path;
                const char *expect_body; /* NULL: any */
                CheckResult result;
                const char *reason;
        } rows[] = {
                { "/ok", NULL, CHECK_OK, "" },
                { "/ok", "lo wor", CHECK_OK, "" },
                { "/ok", "goodbye", CHECK_FAIL,
                        "status 200, but the text that is expected is not in the body" },
                { "/chunked", "hello world", CHECK_OK, "" },
                { "/status/302", NULL, CHECK_OK, "" },
                { "/status/302", "hello world", CHECK_FAIL, "not in the body" }, /* it is not followed */
                { "/status/500", NULL, CHECK_FAIL, "status 500" },
                { "/status/500", "as you wish", CHECK_FAIL, "status 500" },
                { "/status/404", NULL, CHECK_FAIL, "status 404" },
                { "/size/65536", "end", CHECK_OK, "" },
                { "/size/65537", "end", CHECK_FAIL, "not in the first 64 KiB of the body" },
                { "/size/65537", "xxx", CHECK_OK, "" },
                { "/endless-body", NULL, CHECK_OK, "" },
                { "/endless-head", NULL, CHECK_FAIL, "too long" },
                { "/empty", NULL, CHECK_FAIL, "empty reply" },
                { "/garbage", NULL, CHECK_FAIL, "HTTP/0.9" },
                { "/reset", NULL, CHECK_FAIL, "reset" },
                { "/short", NULL, CHECK_FAIL, "bytes remaining" },
        };
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                CheckConfig config = config_for(world, rows[i].path);

                print_message("%s\n", rows[i].path);
                config.expect_body = (char *) rows[i].expect_body;
                assert_result(world, &config, "127.0.0.1", rows[i].result, rows[i].reason);
        }
}

static void any_list_of_statuses_can_be_expected(void **state)
{
        static StatusRange ranges[] = { { 404, 404 }, { 500, 502 } };
        static const struct {
                const char *path;
                CheckResult result;
        } rows[] = {
                { "/ok", CHECK_FAIL },
                { "/status/403", CHECK_FAIL },
                { "/status/404", CHECK_OK },
                { "/status/405", CHECK_FAIL },
                { "/status/499", CHECK_FAIL },
                { "/status/500", CHECK_OK },
                { "/status/502", CHECK_OK },
                { "/status/503", CHECK_FAIL },
        };
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                CheckConfig config = config_for(world, rows[i].path);

                config.expect_status = ranges;
                config.n_expect_status = ARRAY_LENGTH(ranges);
                assert_result(world, &config, "127.0.0.1", rows[i].result,
                        rows[i].result == CHECK_OK ? "" : "status ");
        }
}

static void a_server_that_is_too_slow_fails(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/hang");

        config.timeout_usec = SHORT;
        assert_result(world, &config, "127.0.0.1", CHECK_FAIL, "no answer within 300 ms");
        config.path = (char *) "/trickle";
        assert_result(world, &config, "127.0.0.1", CHECK_FAIL, "status 200, but the answer does not end");
}

static void a_closed_port_fails_at_once(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/ok");

        config.port = 1;
        assert_result(world, &config, "127.0.0.1", CHECK_FAIL, "connection refused");
}

static void the_request_is_as_configured(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/echo/x?y");

        config.method = (char *) "POST";
        config.headers = (char *[]){ (char *) "X-Check: yes", NULL };
        config.body = (char *) "ping";
        config.expect_body = (char *) "POST /echo/x?y HTTP/1.1";
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
        config.expect_body = (char *) "\r\nHost: " SERVER_HOST ":";
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
        config.expect_body = (char *) "\r\nX-Check: yes\r\n";
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
        config.expect_body = (char *) "\r\n\r\nping";
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
}

static void certificates_count_when_they_are_verified(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/server-name");

        config.type = CHECK_HTTPS;
        config.port = world->server->tls_port;
        config.expect_body = (char *) "server name " SERVER_HOST;
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
        if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) < 0) {
                print_message("there are no certificates here\n");
                skip();
        }
        config.verify_tls = true;
        assert_result(world, &config, "127.0.0.1", CHECK_FAIL, "certificate");
}

/* Answers whatever comes as a web server does that does not understand it. */
static int on_visitor(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
        int *connection = userdata;

        (void) source;
        (void) events;
        *connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(*connection >= 0);
        assert_int_equal(write(*connection, answer, strlen(answer)), strlen(answer));
        return 0;
}

static void a_server_without_tls_is_told_in_plain_words(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/ok");
        AUTO_CLOSE int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), connection = -1;
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof at;
        sd_event_source *source;
        Got got;

        assert_int_equal(bind(listener, (struct sockaddr *) &at, sizeof at), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *) &at, &size), 0);
        assert_true(sd_event_add_io(world->event, &source, listener, EPOLLIN, on_visitor, &connection) >= 0);
        config.type = CHECK_HTTPS;
        config.port = ntohs(at.sin_port);
        start(world, &config, "127.0.0.1", &got);
        wait_for(world, &got);
        sd_event_source_disable_unref(source);
        assert_int_equal(got.result, CHECK_FAIL);
        assert_string_equal(got.reason, "TLS: wrong version number");
}

static void our_own_troubles_say_nothing_about_the_server(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/ok");
        struct rlimit before, none;

        assert_result(world, &config, "127.0.0.1", CHECK_OK, ""); /* opens what is opened but once */
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = (struct rlimit){ .rlim_cur = 3, .rlim_max = before.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        assert_result(world, &config, "127.0.0.1", CHECK_INDETERMINATE, "file descriptor");
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_result(world, &config, "127.0.0.1", CHECK_OK, "");
        config.host = (char *) "not a host";
        assert_result(world, &config, "127.0.0.1", CHECK_INDETERMINATE, "URL");
}

static void what_is_cancelled_tells_nothing(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/hang"), good = config_for(world, "/ok");
        Got got;

        prober_cancel(world->prober, start(world, &config, "127.0.0.1", &got));
        assert_result(world, &good, "127.0.0.1", CHECK_OK, "");
        assert_int_equal(got.times, 0);
}

/* The last one: it leaves the network. */
static void without_a_route_of_our_own_nothing_is_said_about_the_server(void **state)
{
        World *world = *state;
        CheckConfig config = config_for(world, "/ok");

        if (unshare(CLONE_NEWNET) < 0) {
                print_message("no right to make a network namespace\n");
                skip();
        }
        assert_result(world, &config, "192.0.2.1", CHECK_INDETERMINATE, "network unreachable");
        assert_result(world, &config, "2001:db8::1", CHECK_INDETERMINATE, "no local address");
}

static int begin(void **state)
{
        World *world = calloc(1, sizeof *world);

        *state = world;
        signal(SIGPIPE, SIG_IGN); /* as the daemon */
        world->server = server_start();
        if (!world->server) {
                print_message("python3 and openssl are needed here\n");
                exit(77);
        }
        return sd_event_new(&world->event) < 0 || http_prober_new(&world->prober, world->event) < 0;
}

static int end(void **state)
{
        World *world = *state;

        prober_free(world->prober);
        sd_event_unref(world->event);
        server_stop(world->server);
        free(world);
        return 0;
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_the_server_does_is_what_the_check_says),
                cmocka_unit_test(any_list_of_statuses_can_be_expected),
                cmocka_unit_test(a_server_that_is_too_slow_fails),
                cmocka_unit_test(a_closed_port_fails_at_once),
                cmocka_unit_test(the_request_is_as_configured),
                cmocka_unit_test(certificates_count_when_they_are_verified),
                cmocka_unit_test(a_server_without_tls_is_told_in_plain_words),
                cmocka_unit_test(our_own_troubles_say_nothing_about_the_server),
                cmocka_unit_test(what_is_cancelled_tells_nothing),
                cmocka_unit_test(without_a_route_of_our_own_nothing_is_said_about_the_server),
        };

        return cmocka_run_group_tests(tests, begin, end);
}
