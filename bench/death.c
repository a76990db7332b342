/* SPDX-License-Identifier: BSD-3-Clause */

/* How long a member that dies stays in DNS: from the moment when its port is closed to the UPDATE without it
 * on the wire, beside what interval and fall promise at most: an interval until the next check, and fall - 1
 * fast ones.
 *
 *     death SIGNPOSTD [RUNS] */

#include <arpa/inet.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"
#include "program.h"
#include "responder.h"
#include "samples.h"
#include "signpost.h"
#include "util/cleanup.h"

#define INTERVAL_MSEC 1000
#define FAST_MSEC     200
#define FALL          3

/* What may pass at most, with nobody in the way. */
#define PROMISE_MSEC (INTERVAL_MSEC + (FALL - 1) * FAST_MSEC)

static const char configuration[] =
        "{ \"providers\": { \"b\": { \"type\": \"rfc2136\", \"zone\": \"example.com\", \"server\": "
        "\"127.0.0.1\", \"verify\": 0 } },\n"
        "  \"pools\": { \"www.example.com\": { \"hold_down\": 0, \"verify\": 0, \"removal_interval\": 0.1,\n"
        "    \"check\": { \"type\": \"tcp\", \"port\": 8080, \"interval\": %g, \"fast_interval\": %g, "
        "\"timeout\": 0.2, \"fall\": %d, \"rise\": 1 },\n"
        "    \"members\": { \"a\": \"198.18.0.2\", \"b\": \"198.18.0.3\" } } } }\n";

static void write_configuration(const char *directory)
{
        AUTO_FREE char *path = NULL;
        FILE *file;

        if (asprintf(&path, "%s/signpost.json", directory) < 0)
                errx(1, "out of memory");
        file = fopen(path, "we");
        if (!file)
                err(1, "%s", path);
        fprintf(file, configuration, INTERVAL_MSEC / 1000.0, FAST_MSEC / 1000.0, FALL);
        fclose(file);
}

/* A member: a port that takes connections until it is closed. */
static int open_member(const char *address)
{
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(8080) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

        inet_pton(AF_INET, address, &in.sin_addr);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (fd < 0 || bind(fd, (struct sockaddr *) &in, sizeof in) < 0 || listen(fd, 4096) < 0)
                err(1, "listening at %s", address);
        return fd;
}

/* When the next UPDATE came. */
static uint64_t wait_for_update(Responder *responder)
{
        Request request;

        do {
                if (!responder_wait(responder, 60000) || !responder_receive(responder, &request))
                        errx(1, "no UPDATE came");
                responder_answer(responder);
        } while (!request.is_update);
        return request.arrived_nsec;
}

static void measure(const Host *host, Responder *responder, unsigned runs)
{
        Samples samples;
        double most;
        int a, b;

        host_enter(host);
        a = open_member("198.18.0.2");
        b = open_member("198.18.0.3");
        host_leave(host);
        wait_for_update(responder); /* both */
        samples_init(&samples, runs);
        for (unsigned i = 0; i < runs; i++) {
                uint64_t died_nsec;

                usleep((useconds_t) (rand() % INTERVAL_MSEC) * 1000); /* any time between two checks */
                died_nsec = now_nsec();
                b = close_fd(b);
                samples_add(&samples, wait_for_update(responder) - died_nsec);
                host_enter(host);
                b = open_member("198.18.0.3");
                host_leave(host);
                wait_for_update(responder);
        }
        most = samples_percentile_usec(&samples, 100) / 1000;
        printf("interval %d ms, fast %d ms, fall %d: promised %d ms\n", INTERVAL_MSEC, FAST_MSEC, FALL,
                PROMISE_MSEC);
        printf("%u deaths: median %.0f ms, longest %.0f ms; of the promise: %.2f, %.2f\n", runs,
                samples_percentile_usec(&samples, 50) / 1000, most,
                samples_percentile_usec(&samples, 50) / 1000 / PROMISE_MSEC, most / PROMISE_MSEC);
        samples_done(&samples);
        close(a);
        close_fd(b);
}

int main(int argc, char *argv[])
{
        SignpostOptions options = { .records = 1 };
        AUTO_FREE char *directory = NULL, *path = NULL, *state = NULL, *log = NULL;
        unsigned runs = argc > 2 ? (unsigned) atoi(argv[2]) : 20;
        Responder *responder;
        Program *program;
        Host *host;

        if (argc < 2 || runs == 0)
                errx(2, "usage: death SIGNPOSTD [RUNS]");
        host = host_new(3);
        responder = responder_new(host, NULL, true);
        directory = signpost_directory_new(&options);
        write_configuration(directory);
        if (asprintf(&path, "%s/signpost.json", directory) < 0 ||
                asprintf(&state, "STATE_DIRECTORY=%s", directory) < 0 ||
                asprintf(&log, "%s/log", directory) < 0)
                errx(1, "out of memory");
        program = program_start(host, (const char *const[]){ argv[1], "--config", path, NULL },
                (char *const[]){ state, (char *) "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus", NULL },
                log);
        measure(host, responder, runs);
        program_free(program);
        responder_free(responder);
        signpost_directory_remove(directory);
        host_free(host);
        return EXIT_SUCCESS;
}
