/* SPDX-License-Identifier: BSD-3-Clause */

/* Runs schedule after schedule, one a seed. The first broken promise is told with what led to it. */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "simulation.h"
#include "util/log.h"

enum {
        TOLD_LINES = 150, /* of the trace before a broken promise */
};

typedef struct Arguments {
        uint64_t first;
        uint64_t n;
        Breakage breakage;
        bool trace, keep_going;
} Arguments;

/* What the engine would log goes into the trace. */
static World *traced;

void log_message(int level, const char *message_id, const LogField *fields, const char *format, ...)
{
        char text[1024];
        va_list arguments;

        (void) message_id;
        (void) fields;
        if (!traced || !traced->trace || level > LOG_INFO)
                return;
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        trace(traced, NULL, "log: %s", text);
}

int log_get_level(void)
{
        return LOG_WARNING;
}

static const char *const breakages[] = {
        [BREAK_NOTHING] = "nothing",
        [BREAK_SWAP] = "swap",
        [BREAK_STRANGERS] = "strangers",
        [BREAK_BLAME] = "blame",
        [BREAK_BLIND] = "blind",
        [BREAK_EMPTY] = "empty",
        [BREAK_HOLD_DOWN] = "hold-down",
        [BREAK_FALL] = "fall",
        [BREAK_VERIFY] = "verify",
        [BREAK_BUDGET] = "budget",
        [BREAK_MINIMUM] = "minimum",
};

static int parse(int argc, char **argv, Arguments *ret)
{
        static const struct option options[] = {
                { "seed", required_argument, NULL, 's' },
                { "schedules", required_argument, NULL, 'n' },
                { "trace", no_argument, NULL, 't' },
                { "keep-going", no_argument, NULL, 'k' },
                { "break", required_argument, NULL, 'b' },
                { 0 },
        };
        bool counted = false, seeded = false;
        int option;

        *ret = (Arguments){ .first = 1, .n = 1000 };
        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
                switch (option) {
                case 's':
                        ret->first = strtoull(optarg, NULL, 10);
                        seeded = true;
                        break;
                case 'n':
                        ret->n = strtoull(optarg, NULL, 10);
                        counted = true;
                        break;
                case 't':
                        ret->trace = true;
                        break;
                case 'k':
                        ret->keep_going = true;
                        break;
                case 'b':
                        for (ret->breakage = 0; ret->breakage < BREAKAGES; ret->breakage++)
                                if (strcmp(optarg, breakages[ret->breakage]) == 0)
                                        break;
                        if (ret->breakage == BREAKAGES)
                                return -EINVAL;
                        break;
                default:
                        return -EINVAL;
                }
        if (seeded && !counted)
                ret->n = 1;
        return optind == argc && ret->n > 0 ? 0 : -EINVAL;
}

/* The end of the trace. */
static void print_tail(const char *text, size_t size)
{
        const char *from = text + size;

        for (unsigned lines = 0; from > text; from--)
                if (from[-1] == '\n' && lines++ == TOLD_LINES)
                        break;
        fputs(from, stdout);
}

/* Once more, this time with every step. */
static void tell(World *world, const Arguments *arguments, uint64_t seed, const char *folder)
{
        Counts counts = { 0 };
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return;
        simulate(world, seed, arguments->breakage, folder, &counts, stream);
        fclose(stream);
        print_tail(text, size);
        free(text);
        printf("\nseed %" PRIu64 ": %s\nagain: test-engine-simulation --seed %" PRIu64 " --trace\n", seed,
                world->violation, seed);
}

static bool print_counts(const Counts *counts, bool must_all_happen)
{
        bool all = true;

#define X(name, text)                                                               \
        printf("%12" PRIu64 " %s\n", counts->name, text);                           \
        if (must_all_happen && counts->name == 0) {                                 \
                printf("             ^ never happened: this run proves nothing\n"); \
                all = false;                                                        \
        }
        SIMULATION_COUNTS(X)
#undef X
        return all;
}

/* A rule was broken on purpose: somebody has to notice. */
static int run_broken(World *world, const Arguments *arguments, const char *folder, Counts *counts)
{
        for (uint64_t i = 0; i < arguments->n; i++)
                if (!simulate(world, arguments->first + i, arguments->breakage, folder, counts,
                            arguments->trace ? stdout : NULL)) {
                        printf("\"%s\" was noticed with seed %" PRIu64 ", after %" PRIu64 " schedules: %s\n",
                                breakages[arguments->breakage], arguments->first + i, i + 1,
                                world->violation);
                        return EXIT_SUCCESS;
                }
        printf("\"%s\" was not noticed in %" PRIu64 " schedules\n", breakages[arguments->breakage],
                arguments->n);
        return EXIT_FAILURE;
}

/* How many broke a promise. */
static uint64_t run_all(World *world, const Arguments *arguments, const char *folder, Counts *counts)
{
        uint64_t n_broken = 0;

        for (uint64_t i = 0; i < arguments->n && (n_broken == 0 || arguments->keep_going); i++) {
                uint64_t seed = arguments->first + i;

                if (simulate(world, seed, BREAK_NOTHING, folder, counts, arguments->trace ? stdout : NULL))
                        continue;
                n_broken++;
                if (arguments->keep_going || arguments->trace)
                        printf("seed %" PRIu64 ": %s\n", seed, world->violation);
                else
                        tell(world, arguments, seed, folder);
        }
        return n_broken;
}

static int run(World *world, const Arguments *arguments, const char *folder, Counts *counts)
{
        clock_t begin = clock();
        uint64_t n_broken = run_all(world, arguments, folder, counts);
        bool all;

        if (n_broken > 0 && !arguments->keep_going)
                return EXIT_FAILURE;
        /* A few schedules cannot have everything. */
        all = print_counts(counts, arguments->n >= 1000);
        printf("%12" PRIu64 " schedules, from seed %" PRIu64 ", in %.1f s of a processor\n", arguments->n,
                arguments->first, (double) (clock() - begin) / CLOCKS_PER_SEC);
        if (n_broken > 0)
                printf("%12" PRIu64 " of them broke a promise\n", n_broken);
        return all && n_broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int with_folder(const Arguments *arguments)
{
        static World world;
        char folder[] = "/dev/shm/signpost-simulation-XXXXXX", other[] = "/tmp/signpost-simulation-XXXXXX";
        const char *path = mkdtemp(folder) ?: mkdtemp(other);
        Counts counts = { 0 };
        int status;

        if (!path) {
                perror("mkdtemp");
                return EXIT_FAILURE;
        }
        traced = &world;
        status = arguments->breakage == BREAK_NOTHING ? run(&world, arguments, path, &counts)
                                                      : run_broken(&world, arguments, path, &counts);
        rmdir(path);
        return status;
}

int main(int argc, char **argv)
{
        Arguments arguments;

        if (parse(argc, argv, &arguments) < 0) {
                fprintf(stderr,
                        "usage: %s [--seed N] [--schedules N] [--trace] [--keep-going] [--break RULE]\n",
                        argv[0]);
                return 2;
        }
        return with_folder(&arguments);
}
