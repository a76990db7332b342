/* SPDX-License-Identifier: BSD-3-Clause */

/* Requests to a real server on loopback, which answers well or badly. */

#include "http/http.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "server.h"

#define PATIENCE (20 * USEC_PER_SEC) /* nothing here may take that long */
#define SHORT    (300 * USEC_PER_MSEC)

enum {
        LIMIT = 64 * 1024,
};

typedef struct World {
        Server *server;
        sd_event *event;
        HttpClient *client;
} World;

/* What came of one request. */
typedef struct Got {
        unsigned times;
        HttpAnswer answer;
        char *body;
        char reason[256];
        HttpRequest **cancel; /* when it is done */
} Got;

static void on_answer(void *userdata, const HttpAnswer *answer)
{
        Got *got = userdata;

        got->times++;
        got->answer = *answer;
        free(got->body);
        got->body = answer->body ? strdup(answer->body) : NULL;
        snprintf(got->reason, sizeof got->reason, "%s", answer->reason ?: "");
        if (got->cancel)
                http_cancel(*got->cancel);
}

static void forget(Got *got)
{
        free(got->body);
}

static Address address_of(const char *text)
{
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        return address;
}

static const Address ipv4_loopback = { .family = AF_INET, .ipv4 = { 0x0100007f } };

static HttpOptions options_for(const World *world, const char *path)
{
        return (HttpOptions){ .address = &ipv4_loopback,
                .port = world->server->port,
                .host = SERVER_HOST,
                .method = "GET",
                .path = path,
                .timeout_usec = PATIENCE,
                .body_limit = LIMIT,
                .keep_body = true };
}

static HttpOptions tls_options_for(const World *world, const char *path, bool verify)
{
        HttpOptions options = options_for(world, path);

        options.tls = true;
        options.verify_tls = verify;
        options.port = world->server->tls_port;
        return options;
}

static HttpRequest *start(World *world, const HttpOptions *options, Got *got)
{
        HttpRequest *request;

        assert_int_equal(http_start(world->client, &request, options, on_answer, got), 0);
        return request;
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

static void run(World *world, const HttpOptions *options, Got *got)
{
        forget(got);
        *got = (Got){ 0 };
        start(world, options, got);
        assert_int_equal(got->times, 0); /* never from within the call */
        wait_for(world, got);
}

/* Answers. */

static const struct {
        const char *path;
        HttpResult result;
        unsigned status;
        const char *body;   /* NULL: whatever it is */
        const char *reason; /* part of it */
} rows[] = {
        { "/ok", HTTP_ANSWERED, 200, "hello world", "" },
        { "/chunked", HTTP_ANSWERED, 200, "hello world", "" },
        { "/until-close", HTTP_ANSWERED, 200, "hello world", "" },
        { "/status/500", HTTP_ANSWERED, 500, "as you wish", "" },
        { "/status/404", HTTP_ANSWERED, 404, "as you wish", "" },
        { "/status/302", HTTP_ANSWERED, 302, "as you wish", "" },
        { "/status/401", HTTP_ANSWERED, 401, "as you wish", "" },
        { "/status/999", HTTP_ANSWERED, 999, "as you wish", "" },
        { "/short", HTTP_FAILED, 200, "hello", "bytes remaining" },
        { "/empty", HTTP_FAILED, 0, NULL, "empty reply" },
        { "/garbage", HTTP_FAILED, 0, NULL, "HTTP/0.9" },
        { "/reset", HTTP_FAILED, 0, NULL, "reset by peer" },
        { "/long-head", HTTP_FAILED, 200, NULL, "head of the answer is too long" },
        { "/endless-head", HTTP_FAILED, 200, NULL, "head of the answer is too long" },
};

static void assert_rows(World *world, HttpOptions (*make)(const World *world, const char *path))
{
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                HttpOptions options = make(world, rows[i].path);
                AUTO(forget) Got got = { 0 };

                print_message("%s\n", rows[i].path);
                run(world, &options, &got);
                assert_int_equal(got.answer.result, rows[i].result);
                assert_int_equal(got.answer.status, rows[i].status);
                if (rows[i].body)
                        assert_string_equal(got.body, rows[i].body);
                if (!strstr(got.reason, rows[i].reason))
                        fail_msg("\"%s\" has no \"%s\"", got.reason, rows[i].reason);
        }
}

static void each_kind_of_answer_is_told_apart(void **state)
{
        assert_rows(*state, options_for);
}

static void nothing_is_kept_when_nobody_wants_the_body(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/ok");
        AUTO(forget) Got got = { 0 };

        options.keep_body = false;
        run(world, &options, &got);
        assert_int_equal(got.answer.status, 200);
        assert_null(got.body);
}

static void no_more_than_the_limit_is_read(void **state)
{
        static const struct {
                const char *path;
                size_t size;
                bool cut;
        } sizes[] = {
                { "/size/65535", 65535, false },
                { "/size/65536", 65536, false },
                { "/size/65537", 65536, true },
                { "/size/1000000", 65536, true },
                { "/endless-body", 65536, true },
        };
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
                HttpOptions options = options_for(world, sizes[i].path);
                AUTO(forget) Got got = { 0 };

                for (int keep = 0; keep < 2; keep++) {
                        options.keep_body = keep;
                        run(world, &options, &got);
                        assert_int_equal(got.answer.result, HTTP_ANSWERED);
                        assert_int_equal(got.answer.body_size, keep ? sizes[i].size : 0);
                        assert_int_equal(got.answer.body_cut, sizes[i].cut);
                }
                assert_int_equal(strlen(got.body), sizes[i].size);
        }
}

static void the_time_out_is_for_the_whole(void **state)
{
        World *world = *state;
        static const struct {
                const char *path;
                unsigned status;
        } slow[] = { { "/hang", 0 }, { "/trickle", 200 } };

        for (size_t i = 0; i < ARRAY_LENGTH(slow); i++) {
                HttpOptions options = options_for(world, slow[i].path);
                usec_t begun = clock_now_usec(CLOCK_MONOTONIC);
                AUTO(forget) Got got = { 0 };

                options.timeout_usec = SHORT;
                run(world, &options, &got);
                assert_int_equal(got.answer.result, HTTP_TIMED_OUT);
                assert_int_equal(got.answer.status, slow[i].status);
                assert_true(clock_now_usec(CLOCK_MONOTONIC) - begun >= SHORT);
        }
}

static void a_closed_port_is_told_by_its_errno(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/ok");
        AUTO(forget) Got got = { 0 };

        options.port = 1;
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_FAILED);
        assert_int_equal(got.answer.error, ECONNREFUSED);
}

/* Requests. */

static void the_request_is_as_it_was_told(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/echo/../x?a=b&c=%20#d");
        AUTO(forget) Got got = { 0 };
        char host[64];

        options.headers = (char *[]){ (char *) "X-One: 1", (char *) "user-agent: me", NULL };
        options.method = "PROPFIND";
        options.body = "{ \"text\": 1 }";
        run(world, &options, &got);
        assert_int_equal(got.answer.status, 200);
        assert_true(strncmp(got.body, "PROPFIND /echo/../x?a=b&c=%20#d HTTP/1.1\r\n", 42) == 0);
        snprintf(host, sizeof host, "\r\nHost: " SERVER_HOST ":%u\r\n", world->server->port);
        assert_non_null(strstr(got.body, host));
        assert_non_null(strstr(got.body, "\r\nX-One: 1\r\n"));
        assert_non_null(strstr(got.body, "\r\nuser-agent: me\r\n"));
        assert_null(strstr(got.body, "signpost/"));
        assert_non_null(strstr(got.body, "\r\nConnection: close\r\n"));
        assert_non_null(strstr(got.body, "\r\nContent-Length: 13\r\n"));
        assert_null(strstr(got.body, "Content-Type"));
        assert_non_null(strstr(got.body, "\r\n\r\n{ \"text\": 1 }"));
}

static void a_header_of_the_caller_replaces_ours(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/echo");
        AUTO(forget) Got got = { 0 };

        options.headers = (char *[]){ (char *) "Host: other.example", (char *) "connection: keep-alive",
                (char *) "content-type: text/plain", NULL };
        options.body = "text";
        run(world, &options, &got);
        assert_non_null(strstr(got.body, "\r\nHost: other.example\r\n"));
        assert_null(strstr(got.body, SERVER_HOST));
        assert_non_null(strstr(got.body, "\r\nconnection: keep-alive\r\n"));
        assert_null(strstr(got.body, "Connection: close"));
        assert_non_null(strstr(got.body, "\r\ncontent-type: text/plain\r\n"));
}

static void a_plain_get_says_who_asks(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/echo");
        AUTO(forget) Got got = { 0 };

        run(world, &options, &got);
        assert_true(strncmp(got.body, "GET /echo HTTP/1.1\r\n", 20) == 0);
        assert_non_null(strstr(got.body, "\r\nUser-Agent: signpost/"));
        assert_null(strstr(got.body, "Content-Length"));
}

static void a_post_without_a_body_has_a_length(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/echo");
        AUTO(forget) Got got = { 0 };

        options.method = "POST";
        run(world, &options, &got);
        assert_true(strncmp(got.body, "POST /echo HTTP/1.1\r\n", 21) == 0);
        assert_non_null(strstr(got.body, "\r\nContent-Length: 0\r\n"));
}

static void head_waits_for_no_body(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/endless-body");
        AUTO(forget) Got got = { 0 };

        options.method = "HEAD";
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_ANSWERED);
        assert_int_equal(got.answer.status, 200);
        assert_int_equal(got.answer.body_size, 0);
}

static void each_request_has_a_connection_of_its_own(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/connection");
        AUTO(forget) Got first = { 0 }, second = { 0 };

        options.headers = (char *[]){ (char *) "Connection: keep-alive", NULL };
        run(world, &options, &first);
        run(world, &options, &second);
        assert_string_not_equal(first.body, second.body);
}

static void one_name_at_many_addresses_is_each_time_asked_where_it_was_told(void **state)
{
        enum {
                PAIRS = 20
        };
        World *world = *state;
        Got good[PAIRS] = { 0 }, bad[PAIRS] = { 0 };
        Address elsewhere = address_of("127.0.0.9");

        for (size_t i = 0; i < PAIRS; i++) {
                HttpOptions options = options_for(world, "/ok");

                start(world, &options, &good[i]);
                options.address = &elsewhere; /* where nobody listens */
                start(world, &options, &bad[i]);
        }
        for (size_t i = 0; i < PAIRS; i++) {
                wait_for(world, &good[i]);
                wait_for(world, &bad[i]);
                assert_int_equal(good[i].answer.status, 200);
                assert_int_equal(bad[i].answer.error, ECONNREFUSED);
                forget(&good[i]);
        }
}

static void ipv6_addresses_do_as_well(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/ok");
        Address loopback = address_of("::1");
        AUTO(forget) Got got = { 0 };

        options.address = &loopback;
        run(world, &options, &got);
        if (got.answer.result != HTTP_ANSWERED) {
                print_message("no IPv6 here\n");
                skip();
        }
        assert_int_equal(got.answer.status, 200);
}

static void an_address_may_be_the_host(void **state)
{
        static const char *const hosts[] = { "192.0.2.1", "2001:db8::1" };
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
                HttpOptions options = options_for(world, "/echo");
                AUTO(forget) Got got = { 0 };

                options.host = hosts[i];
                run(world, &options, &got);
                assert_int_equal(got.answer.status, 200);
                assert_non_null(strstr(got.body, hosts[i]));
        }
}

static void a_host_that_is_none_is_our_mistake(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/ok");
        AUTO(forget) Got got = { 0 };

        options.host = "not a host";
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_IMPOSSIBLE);
        assert_true(strlen(got.reason) > 0);
}

static void the_environment_has_no_say(void **state)
{
        static const char *const variables[] = { "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY" };
        World *world = *state;
        AUTO(forget) Got got = { 0 };

        for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
                setenv(variables[i], "http://127.0.0.1:1", 1);
        for (int tls = 0; tls < 2; tls++) {
                HttpOptions options = tls ? tls_options_for(world, "/ok", false) : options_for(world, "/ok");

                run(world, &options, &got);
                assert_int_equal(got.answer.status, 200);
        }
        for (size_t i = 0; i < ARRAY_LENGTH(variables); i++)
                unsetenv(variables[i]);
}

static size_t count_threads(void)
{
        DIR *directory = opendir("/proc/self/task");
        size_t n = 0;

        assert_non_null(directory);
        while (readdir(directory))
                n++;
        closedir(directory);
        return n - 2; /* "." and ".." */
}

static void nothing_is_resolved_in_another_thread(void **state)
{
        World *world = *state;
        size_t before = count_threads(); /* a sanitizer may have its own */
        HttpOptions options = options_for(world, "/ok");
        AUTO(forget) Got got = { 0 };

        start(world, &options, &got);
        while (got.times == 0) {
                sd_event_run(world->event, PATIENCE);
                assert_int_equal(count_threads(), before);
        }
        assert_int_equal(got.answer.status, 200);
}

/* TLS. */

static HttpOptions unverified(const World *world, const char *path)
{
        return tls_options_for(world, path, false);
}

static void tls_tells_the_same_answers_apart(void **state)
{
        World *world = *state;
        HttpOptions options = unverified(world, "/ok");
        AUTO(forget) Got got = { 0 };

        run(world, &options, &got);
        assert_int_equal(got.answer.status, 200);
        assert_string_equal(got.body, "hello world");
        options = unverified(world, "/status/503");
        run(world, &options, &got);
        assert_int_equal(got.answer.status, 503);
        options = unverified(world, "/hang");
        options.timeout_usec = SHORT;
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_TIMED_OUT);
}

static void the_host_is_the_server_name(void **state)
{
        World *world = *state;
        HttpOptions options = unverified(world, "/server-name");
        AUTO(forget) Got got = { 0 };

        run(world, &options, &got);
        assert_string_equal(got.body, "server name " SERVER_HOST);
}

static void a_certificate_of_nobody_is_the_servers_fault(void **state)
{
        World *world = *state;
        HttpOptions options = tls_options_for(world, "/ok", true);
        AUTO(forget) Got got = { 0 };

        if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) < 0) {
                print_message("there are no certificates here\n");
                skip();
        }
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_FAILED);
        assert_int_equal(got.answer.status, 0);
        assert_non_null(strstr(got.reason, "certificate"));
}

static void http_where_tls_is_spoken_fails_and_the_other_way_round(void **state)
{
        World *world = *state;
        HttpOptions options = unverified(world, "/ok");
        AUTO(forget) Got got = { 0 };

        options.port = world->server->port;
        options.timeout_usec = SHORT; /* the server waits for the end of a head */
        run(world, &options, &got);
        assert_true(got.answer.result == HTTP_FAILED || got.answer.result == HTTP_TIMED_OUT);
        options = options_for(world, "/ok");
        options.port = world->server->tls_port;
        run(world, &options, &got);
        assert_int_equal(got.answer.result, HTTP_FAILED);
}

/* The last one: the others know the ordinary certificates. */
static void a_good_certificate_is_good_for_its_host_alone(void **state)
{
        World *world = *state;
        HttpOptions options = tls_options_for(world, "/ok", true);
        AUTO(http_client_freep) HttpClient *fresh = NULL;
        HttpClient *shared = world->client;
        AUTO(forget) Got got = { 0 };

        if (!server_make_trusted(world->server)) {
                print_message("no right to replace the certificates\n");
                skip();
        }
        assert_int_equal(http_client_new(&fresh, world->event), 0);
        world->client = fresh;
        for (int i = 0; i < 2; i++) { /* and nothing is remembered of it */
                options.host = SERVER_HOST;
                run(world, &options, &got);
                assert_int_equal(got.answer.status, 200);
                options.host = "other.example.com";
                run(world, &options, &got);
                assert_int_equal(got.answer.result, HTTP_FAILED);
                assert_non_null(strstr(got.reason, "other.example.com"));
        }
        unlink("/etc/ssl/certs/ca-certificates.crt"); /* in the namespace of this test */
        world->client = shared;
        http_client_free(STEAL(fresh));
        assert_int_equal(http_client_new(&fresh, world->event), 0);
        world->client = fresh;
        options.host = SERVER_HOST;
        run(world, &options, &got);
        world->client = shared;
        assert_int_equal(got.answer.result, HTTP_IMPOSSIBLE);
        assert_non_null(strstr(got.reason, "certificate"));
}

/* Our own troubles, and several at once. */

static void without_file_descriptors_it_is_not_the_servers_fault(void **state)
{
        World *world = *state;
        HttpOptions options = options_for(world, "/ok");
        struct rlimit before, none;
        AUTO(forget) Got got = { 0 };

        run(world, &options, &got); /* what is opened but once */
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = (struct rlimit){ .rlim_cur = 3, .rlim_max = before.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        run(world, &options, &got);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(got.answer.result, HTTP_IMPOSSIBLE);
        assert_int_equal(got.answer.error, EMFILE);
        run(world, &options, &got);
        assert_int_equal(got.answer.status, 200);
}

static void what_is_cancelled_tells_nothing(void **state)
{
        World *world = *state;
        HttpOptions hanging = options_for(world, "/hang"), good = options_for(world, "/ok");
        Got cancelled = { 0 };
        AUTO(forget) Got got = { 0 };
        HttpRequest *request = start(world, &hanging, &cancelled);

        http_cancel(request); /* before it began */
        request = start(world, &hanging, &cancelled);
        run(world, &good, &got);
        http_cancel(request); /* while it waits */
        run(world, &good, &got);
        assert_int_equal(got.answer.status, 200);
        assert_int_equal(cancelled.times, 0);
}

static void one_that_is_done_may_cancel_another(void **state)
{
        World *world = *state;
        HttpOptions hanging = options_for(world, "/hang"), good = options_for(world, "/ok");
        Got cancelled = { 0 };
        AUTO(forget) Got got = { 0 }, last = { 0 };
        HttpRequest *request = start(world, &hanging, &cancelled);

        got.cancel = &request;
        start(world, &good, &got);
        wait_for(world, &got);
        run(world, &good, &last);
        assert_int_equal(last.answer.status, 200);
        assert_int_equal(cancelled.times, 0);
}

static void many_run_at_once(void **state)
{
        enum {
                MANY = 200
        };
        World *world = *state;
        Got *got = calloc(MANY, sizeof *got);
        HttpOptions options = options_for(world, "/ok");

        for (size_t i = 0; i < MANY; i++)
                start(world, &options, &got[i]);
        for (size_t i = 0; i < MANY; i++) {
                wait_for(world, &got[i]);
                assert_int_equal(got[i].answer.status, 200);
                forget(&got[i]);
        }
        free(got);
}

static void the_client_goes_quietly(void **state)
{
        World *world = *state;
        HttpClient *client;
        HttpRequest *request;
        HttpOptions options = options_for(world, "/hang");
        Got got = { 0 };

        assert_int_equal(http_client_new(&client, world->event), 0);
        assert_int_equal(http_start(client, &request, &options, on_answer, &got), 0);
        sd_event_run(world->event, 10 * USEC_PER_MSEC);
        http_cancel(request);
        assert_null(http_client_free(client));
        assert_int_equal(got.times, 0);
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
        return sd_event_new(&world->event) < 0 || http_client_new(&world->client, world->event) < 0;
}

static int end(void **state)
{
        World *world = *state;

        http_client_free(world->client);
        sd_event_unref(world->event);
        server_stop(world->server);
        free(world);
        return 0;
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_of_answer_is_told_apart),
                cmocka_unit_test(nothing_is_kept_when_nobody_wants_the_body),
                cmocka_unit_test(no_more_than_the_limit_is_read),
                cmocka_unit_test(the_time_out_is_for_the_whole),
                cmocka_unit_test(a_closed_port_is_told_by_its_errno),
                cmocka_unit_test(the_request_is_as_it_was_told),
                cmocka_unit_test(a_header_of_the_caller_replaces_ours),
                cmocka_unit_test(a_plain_get_says_who_asks),
                cmocka_unit_test(a_post_without_a_body_has_a_length),
                cmocka_unit_test(head_waits_for_no_body),
                cmocka_unit_test(each_request_has_a_connection_of_its_own),
                cmocka_unit_test(one_name_at_many_addresses_is_each_time_asked_where_it_was_told),
                cmocka_unit_test(ipv6_addresses_do_as_well),
                cmocka_unit_test(an_address_may_be_the_host),
                cmocka_unit_test(a_host_that_is_none_is_our_mistake),
                cmocka_unit_test(the_environment_has_no_say),
                cmocka_unit_test(nothing_is_resolved_in_another_thread),
                cmocka_unit_test(tls_tells_the_same_answers_apart),
                cmocka_unit_test(the_host_is_the_server_name),
                cmocka_unit_test(a_certificate_of_nobody_is_the_servers_fault),
                cmocka_unit_test(http_where_tls_is_spoken_fails_and_the_other_way_round),
                cmocka_unit_test(without_file_descriptors_it_is_not_the_servers_fault),
                cmocka_unit_test(what_is_cancelled_tells_nothing),
                cmocka_unit_test(one_that_is_done_may_cancel_another),
                cmocka_unit_test(many_run_at_once),
                cmocka_unit_test(the_client_goes_quietly),
                cmocka_unit_test(a_good_certificate_is_good_for_its_host_alone),
        };

        return cmocka_run_group_tests(tests, begin, end);
}
