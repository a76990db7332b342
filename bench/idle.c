/* SPDX-License-Identifier: BSD-3-Clause */

/* What signpostd costs while nothing changes: memory and wake-ups, beside the floor.
 *
 *     idle SIGNPOSTD FLOOR [SECONDS] */

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "subject.h"

enum {
        SETTLE_SEC = 4, /* the state file is tidied up two seconds after a change */
};

static void pause_sec(unsigned seconds)
{
        nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
}

static void print(const char *title, const Subject *subject, uint64_t switches)
{
        const Program *program = subject_program(subject);

        printf("%-24s %10.2f %10.2f %10" PRIu64 "\n", title,
                (double) program_memory_kib(program, "VmRSS") / 1024,
                (double) program_memory_kib(program, "RssAnon") / 1024, switches);
}

int main(int argc, char *argv[])
{
        SubjectOptions options = {
                .kind = SUBJECT_SIGNPOST,
                .addresses = 1,
                .signpost = { .records = 1, .is_signed = true, .verify = true },
        };
        SubjectOptions floor_options = { .kind = SUBJECT_FLOOR, .addresses = 1, .signpost.records = 1 };
        uint64_t subject_switches, floor_switches;
        Subject *subject, *floor;
        unsigned seconds;

        if (argc < 3 || argc > 4)
                errx(EXIT_FAILURE, "usage: %s SIGNPOSTD FLOOR [SECONDS]", argv[0]);
        seconds = argc > 3 ? (unsigned) strtoul(argv[3], NULL, 10) : 20;

        options.program = argv[1];
        floor_options.program = argv[2];
        subject = subject_new(&options);
        floor = subject_new(&floor_options);
        pause_sec(SETTLE_SEC);
        subject_switches = program_switches(subject_program(subject));
        floor_switches = program_switches(subject_program(floor));
        pause_sec(seconds);
        printf("Idle for %u s: one record, published and signed with hmac-sha256\n"
               "%-24s %10s %10s %10s\n",
                seconds, "", "RSS MiB", "anon MiB", "wake-ups");
        print("signpostd", subject, program_switches(subject_program(subject)) - subject_switches);
        print("floor", floor, program_switches(subject_program(floor)) - floor_switches);
        subject_free(subject);
        subject_free(floor);
        return EXIT_SUCCESS;
}
