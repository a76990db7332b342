/* SPDX-License-Identifier: BSD-3-Clause */

/* Subject: a host, a program on it, and the server that the program talks to. It moves the host's address and
 * waits for what follows. */

#include "subject.h"

#include <err.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host.h"
#include "responder.h"
#include "util/cleanup.h"

enum {
        QUIET_MSEC = 500, /* when nothing came for this long, nothing is under way */
        START_TRIES = 20,
};

struct Subject {
        SubjectKind kind;
        unsigned names; /* that each change updates */
        Host *host;
        TsigKey *key;
        Responder *responder;
        Program *program;
        Bus *bus; /* NULL: none */
        char *directory;
};

/* Starting. */

static void start_floor(Subject *subject, const char *program, const char *log_path)
{
        const char *argv[] = { program, RESPONDER_ADDRESS, RESPONDER_PORT, NULL };

        subject->program = program_start(subject->host, argv, environ, log_path);
}

/* In a PID namespace, so that the whole pipeline ends with it. */
static void start_script(Subject *subject, const char *program, const char *log_path)
{
        const char *argv[] = { "unshare", "--pid", "--fork", "--kill-child", "--", program, RESPONDER_ADDRESS,
                "host0." RESPONDER_ZONE, NULL };

        subject->program = program_start(subject->host, argv, environ, log_path);
}

static void start_signpost(Subject *subject, const char *program, const char *log_path)
{
        AUTO_FREE char *configuration = NULL, *path = NULL, *state = NULL, *bus = NULL;

        if (asprintf(&configuration, "%s/signpost.json", subject->directory) < 0 ||
                asprintf(&state, "STATE_DIRECTORY=%s/state", subject->directory) < 0 ||
                asprintf(&path, "PATH=%s", getenv("PATH")) < 0 ||
                asprintf(&bus, "%s",
                        subject->bus ? bus_environment(subject->bus)
                                     : "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus") < 0)
                errx(EXIT_FAILURE, "out of memory");
        subject->program =
                program_start(subject->host, (const char *[]){ program, "--config", configuration, NULL },
                        (char *[]){ path, state, bus, NULL }, log_path);
}

static void start(Subject *subject, const char *program)
{
        AUTO_FREE char *log_path = NULL;

        if (asprintf(&log_path, "%s/log", subject->directory) < 0)
                errx(EXIT_FAILURE, "out of memory");
        switch (subject->kind) {
        case SUBJECT_FLOOR:
                start_floor(subject, program, log_path);
                break;
        case SUBJECT_SIGNPOST:
                start_signpost(subject, program, log_path);
                break;
        case SUBJECT_SCRIPT:
                start_script(subject, program, log_path);
                break;
        }
}

/* Serving. */

/* The floor reads no answers. */
static bool serve_one(Subject *subject, Request *ret)
{
        if (!responder_receive(subject->responder, ret))
                return false;
        if (subject->kind != SUBJECT_FLOOR)
                responder_answer(subject->responder);
        return true;
}

/* Until no request came for this long. */
static void serve_until_quiet(Subject *subject, int msec)
{
        Request request;

        while (responder_wait(subject->responder, msec))
                serve_one(subject, &request);
}

/* Serves until as many names are updated as one change concerns. False: that did not happen. */
static bool serve_change(Subject *subject, uint64_t begun_nsec, Reaction *ret)
{
        Reaction reaction = { 0 };
        size_t names = 0;

        while (names < subject->names) {
                Request request;

                if (!serve_one(subject, &request))
                        return false;
                if (!request.is_update)
                        continue;
                names += request.names;
                reaction.updates++;
                reaction.size += request.size;
                reaction.nsec = request.arrived_nsec - begun_nsec;
        }
        *ret = reaction;
        return true;
}

static bool react(Subject *subject, uint64_t pause_nsec, Reaction *ret)
{
        Reaction removal;
        bool followed;

        nanosleep(&(struct timespec){ .tv_nsec = (long) pause_nsec }, NULL);
        serve_until_quiet(subject, 0);
        followed = serve_change(subject, host_request_address(subject->host, RTM_NEWADDR), ret);
        host_confirm_address(subject->host);
        followed &= serve_change(subject, host_request_address(subject->host, RTM_DELADDR), &removal);
        host_confirm_address(subject->host);
        return followed;
}

void subject_react(Subject *subject, uint64_t pause_nsec, Reaction *ret)
{
        if (!react(subject, pause_nsec, ret))
                errx(EXIT_FAILURE, "no UPDATE followed the address: see %s", program_log(subject->program));
}

/* Life cycle. */

static void wait_until_it_follows(Subject *subject)
{
        Reaction ignored;

        for (unsigned i = 0; i < START_TRIES && program_is_running(subject->program); i++) {
                serve_until_quiet(subject, QUIET_MSEC);
                if (!react(subject, 0, &ignored))
                        continue;
                serve_until_quiet(subject, QUIET_MSEC);
                return;
        }
        errx(EXIT_FAILURE, "%s: see %s",
                program_is_running(subject->program) ? "no UPDATE followed any address"
                                                     : "the program has ended",
                program_log(subject->program));
}

Subject *subject_new(const SubjectOptions *options)
{
        Subject *subject = calloc(1, sizeof *subject);

        if (!subject)
                errx(EXIT_FAILURE, "out of memory");
        subject->kind = options->kind;
        subject->names = options->signpost.records;
        subject->host = host_new(options->addresses);
        subject->key = options->signpost.is_signed ? signpost_key_new() : NULL;
        subject->responder = responder_new(
                subject->host, subject->key, options->signpost.records + options->signpost.still > 1);
        subject->directory = signpost_directory_new(&options->signpost);
        if (options->bus)
                subject->bus = bus_new(subject->host, subject->directory, options->bus);
        start(subject, options->program);
        wait_until_it_follows(subject);
        return subject;
}

Subject *subject_free(Subject *subject)
{
        if (!subject)
                return NULL;
        program_free(subject->program);
        bus_free(subject->bus);
        signpost_directory_remove(subject->directory);
        free(subject->directory);
        responder_free(subject->responder);
        signpost_key_free(subject->key);
        host_free(subject->host);
        free(subject);
        return NULL;
}

const Program *subject_program(const Subject *subject)
{
        return subject->program;
}
