/* SPDX-License-Identifier: BSD-3-Clause */

/* The checker of signpostd alone, without pools, DNS and D-Bus. Ends by SIGTERM, and then says what it saw
 * and how late its loop was at most.
 *
 *     checking icmp|tcp COUNT */

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "check/checker.h"
#include "network.h"

#define BEAT_USEC   (10 * USEC_PER_MSEC)
#define SETTLE_USEC (12 * USEC_PER_SEC) /* the first round */

typedef struct Target {
        Check *check;
        usec_t told_usec; /* 0: never */
} Target;

static uint64_t n_results[3];
static usec_t begun_usec, longest_usec, latest_usec, next_beat_usec;

static void on_report(void *userdata, const CheckSample *sample)
{
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);
        Target *target = userdata;

        n_results[sample->result]++;
        if (target->told_usec > 0 && now_usec - target->told_usec > longest_usec)
                longest_usec = now_usec - target->told_usec;
        target->told_usec = now_usec;
}

/* What any timer of this loop would have had to wait. */
static int on_beat(sd_event_source *source, uint64_t usec, void *userdata)
{
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);

        (void) userdata;
        if (now_usec - usec > latest_usec && now_usec > begun_usec + SETTLE_USEC)
                latest_usec = now_usec - usec;
        next_beat_usec = now_usec + BEAT_USEC;
        return sd_event_source_set_time(source, next_beat_usec);
}

static void check(int r, const char *what)
{
        if (r >= 0)
                return;
        errno = -r;
        err(EXIT_FAILURE, "%s", what);
}

int main(int argc, char *argv[])
{
        CheckConfig config = {
                .interval_usec = 10 * USEC_PER_SEC,
                .fast_interval_usec = 2 * USEC_PER_SEC,
                .timeout_usec = 2 * USEC_PER_SEC,
                .port = NETWORK_PORT,
        };
        sd_event_source *beat;
        sd_event *event;
        Checker *checker;
        Target *targets;
        unsigned count;

        if (argc < 3 || argc > 4)
                errx(EXIT_FAILURE, "usage: %s icmp|tcp COUNT [beat]", argv[0]);
        config.type = strcmp(argv[1], "tcp") == 0 ? CHECK_TCP : CHECK_ICMP;
        count = (unsigned) strtoul(argv[2], NULL, 10);
        targets = calloc(count, sizeof *targets);
        if (!targets)
                errx(EXIT_FAILURE, "out of memory");
        begun_usec = clock_now_usec(CLOCK_MONOTONIC);
        check(sd_event_new(&event), "sd_event_new");
        check(checker_new(&checker, event), "checker_new");
        check(sd_event_add_signal(event, NULL, SIGTERM | SD_EVENT_SIGNAL_PROCMASK, NULL, NULL), "SIGTERM");
        if (argc == 4) {
                check(sd_event_add_time_relative(event, &beat, CLOCK_MONOTONIC, BEAT_USEC, 1, on_beat, NULL),
                        "timer");
                check(sd_event_source_set_enabled(beat, SD_EVENT_ON), "timer");
        }
        for (unsigned i = 0; i < count; i++) {
                char text[NETWORK_ADDRESS_MAX];
                Address address;

                check(address_from_text(&address, network_address(i, text)), text);
                check(checker_add(checker, &targets[i].check, &config, &address, on_report, &targets[i]),
                        text);
        }
        check(sd_event_loop(event), "sd_event_loop");
        printf("%" PRIu64 " ok, %" PRIu64 " failed, %" PRIu64
               " indeterminate, at most %.2f s between two, loop %.1f ms "
               "late at most\n",
                n_results[CHECK_OK], n_results[CHECK_FAIL], n_results[CHECK_INDETERMINATE],
                (double) longest_usec / 1e6, (double) latest_usec / 1e3);
        return EXIT_SUCCESS;
}
