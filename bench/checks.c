/* SPDX-License-Identifier: BSD-3-Clause */

/* What checks cost: signpostd and its checker alone beside fping (ICMP), HAProxy and keepalived (TCP), each
 * with all its targets alive and looked at every ten seconds.
 *
 * CPU: of the program and of the one that accepts its connections. What the kernel does for both ends in soft
 * interrupts runs on their account, because the link never leaves this machine. Checks: what the kernel
 * counted.
 *
 *     checks SIGNPOSTD CHECKING NO_IPVS [SECONDS [COUNT]] */

#include <err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "network.h"
#include "program.h"
#include "signpost.h"
#include "util/cleanup.h"

enum {
        INTERVAL_SEC = 10,
        SETTLE_SEC = 25, /* the first two rounds, in which all are found to be up */
        POOL_SIZE = 100, /* members of each pool, or virtual server */
        ARGUMENTS_MAX = 16,
};

typedef struct Paths {
        const char *signpostd, *checking, *no_ipvs;
} Paths;

/* One run of a subject. */
typedef struct Run {
        const Paths *paths;
        bool tcp;
        unsigned count; /* targets */
        char *directory;
        const char *argv[ARGUMENTS_MAX];
        char *environment[ARGUMENTS_MAX];
} Run;

typedef struct Contender {
        const char *title;
        bool icmp, tcp;
        void (*prepare)(Run *run); /* writes what it reads, and fills in argv and environment */
} Contender;

/* Never freed: the program ends soon. */
static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *format, ...)
{
        va_list arguments;
        char *result;

        va_start(arguments, format);
        if (vasprintf(&result, format, arguments) < 0)
                errx(EXIT_FAILURE, "out of memory");
        va_end(arguments);
        return result;
}

static FILE *create(const char *path)
{
        FILE *file = fopen(path, "we");

        if (!file)
                err(EXIT_FAILURE, "%s", path);
        return file;
}

static void prepare_signpostd(Run *run)
{
        char *path = text("%s/checks.json", run->directory);
        AUTO_FCLOSE FILE *file = create(path);
        char address[NETWORK_ADDRESS_MAX];

        fputs("{ \"providers\": { \"here\": { \"type\": \"embedded\", \"zone\": \"home.arpa\" } }, "
              "\"pools\": {",
                file);
        for (unsigned i = 0; i < run->count; i++) {
                if (i % POOL_SIZE == 0)
                        fprintf(file,
                                "%s\n\"pool%u.home.arpa\": { \"check\": { \"type\": \"%s\"%s }, \"members\": "
                                "{",
                                i > 0 ? " } }," : "", i / POOL_SIZE, run->tcp ? "tcp" : "icmp",
                                run->tcp ? text(", \"port\": %d", NETWORK_PORT) : "");
                fprintf(file, "%s\n  \"m%u\": \"%s\"", i % POOL_SIZE > 0 ? "," : "", i,
                        network_address(i, address));
        }
        fputs(" } } } }\n", file);
        run->argv[0] = run->paths->signpostd;
        run->argv[1] = "--config";
        run->argv[2] = path;
        run->environment[0] = text("STATE_DIRECTORY=%s/state%u-%d", run->directory, run->count, run->tcp);
        run->environment[1] = text("DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus");
}

static void prepare_checking(Run *run)
{
        run->argv[0] = run->paths->checking;
        run->argv[1] = run->tcp ? "tcp" : "icmp";
        run->argv[2] = text("%u", run->count);
}

static void prepare_fping(Run *run)
{
        char *path = text("%s/targets", run->directory);
        AUTO_FCLOSE FILE *file = create(path);
        char address[NETWORK_ADDRESS_MAX];

        for (unsigned i = 0; i < run->count; i++)
                fprintf(file, "%s\n", network_address(i, address));
        run->argv[0] = "fping";
        run->argv[1] = "-q";
        run->argv[2] = "-l";
        run->argv[3] = text("-p%u", INTERVAL_SEC * 1000);
        run->argv[4] = text("-i%u", INTERVAL_SEC * 1000 / run->count);
        run->argv[5] = text("-f%s", path);
}

static void prepare_haproxy(Run *run)
{
        char *path = text("%s/haproxy.cfg", run->directory);
        AUTO_FCLOSE FILE *file = create(path);
        char address[NETWORK_ADDRESS_MAX];

        fprintf(file,
                "global\n  nbthread 1\n  spread-checks 10\n"
                "defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 2s\n  timeout server 2s\n"
                "frontend idle\n  bind 127.0.0.1:80\n  default_backend targets\n"
                "backend targets\n  option tcp-check\n  default-server inter %us\n",
                INTERVAL_SEC);
        for (unsigned i = 0; i < run->count; i++)
                fprintf(file, "  server s%u %s:%d check\n", i, network_address(i, address), NETWORK_PORT);
        run->argv[0] = "/usr/sbin/haproxy";
        run->argv[1] = "-db";
        run->argv[2] = "-q";
        run->argv[3] = "-f";
        run->argv[4] = path;
}

static void prepare_keepalived(Run *run)
{
        char *path = text("%s/keepalived.conf", run->directory);
        AUTO_FCLOSE FILE *file = create(path);
        char address[NETWORK_ADDRESS_MAX];

        for (unsigned i = 0; i < run->count; i++) {
                if (i % POOL_SIZE == 0)
                        fprintf(file, "%svirtual_server 192.0.2.100 %u {\n  delay_loop %u\n  protocol TCP\n",
                                i > 0 ? "}\n" : "", 1 + i / POOL_SIZE, INTERVAL_SEC);
                fprintf(file, "  real_server %s %d { TCP_CHECK { connect_timeout 2 } }\n",
                        network_address(i, address), NETWORK_PORT);
        }
        fputs("}\n", file);
        run->argv[0] = "/usr/sbin/keepalived";
        run->argv[1] = "-nlC";
        run->argv[2] = "-f";
        run->argv[3] = path;
        run->argv[4] = "-p";
        run->argv[5] = text("%s/keepalived%u.pid", run->directory, run->count);
        run->argv[6] = "-c";
        run->argv[7] = text("%s/checkers%u.pid", run->directory, run->count);
        run->environment[0] = text("LD_PRELOAD=%s", run->paths->no_ipvs);
}

/* The first of each kind is what the others are compared with. */
static const Contender contenders[] = {
        { "fping", true, false, prepare_fping },
        { "HAProxy", false, true, prepare_haproxy },
        { "keepalived", false, true, prepare_keepalived },
        { "signpostd", true, true, prepare_signpostd },
        { "its checker alone", true, true, prepare_checking },
};

static void pause_sec(unsigned seconds)
{
        nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
}

typedef struct Cost {
        double rate;        /* checks a second */
        double usec;        /* CPU for each, of the program and of the one that accepts */
        double accept_usec; /* … of the latter */
        uint64_t resident_kib, anonymous_kib;
} Cost;

typedef struct Totals {
        uint64_t checks, cpu_nsec, accept_nsec;
} Totals;

static Totals read_totals(const Run *run, const Network *network, const Program *program)
{
        return (Totals){
                .checks = run->tcp ? network_count_connections(network) : network_count_echoes(network),
                .cpu_nsec = program_family_cpu_nsec(program),
                .accept_nsec = network_cpu_nsec(network),
        };
}

static void set_path(Run *run)
{
        size_t n = 0;

        while (run->environment[n])
                n++;
        run->environment[n] = text("PATH=%s", getenv("PATH"));
}

static Cost measure(const Contender *contender, Run *run, unsigned seconds)
{
        Network *network = network_new();
        Totals before, after;
        Program *program;
        double checks;
        Cost cost;

        contender->prepare(run);
        set_path(run);
        program = program_start(
                network->host, run->argv, run->environment, text("%s/log%u", run->directory, run->count));
        pause_sec(SETTLE_SEC);
        before = read_totals(run, network, program);
        pause_sec(seconds);
        after = read_totals(run, network, program);
        checks = (double) (after.checks - before.checks);
        if (checks < 1)
                errx(EXIT_FAILURE, "%s checks nothing: see %s", contender->title, program_log(program));
        cost.accept_usec = (double) (after.accept_nsec - before.accept_nsec) / 1000 / checks;
        cost.usec = (double) (after.cpu_nsec - before.cpu_nsec) / 1000 / checks + cost.accept_usec;
        cost.rate = checks / seconds;
        cost.resident_kib = program_family_memory_kib(program, "VmRSS");
        cost.anonymous_kib = program_family_memory_kib(program, "RssAnon");
        program_free(program);
        network_free(network);
        return cost;
}

static const unsigned sizes[] = { 1000, 5000, 10000 };

/* base: the same contender's with the first size; peer: the first contender's with this size. */
static void print(const Contender *contender, bool tcp, unsigned size, const Cost *cost, const Cost *base,
        const Cost *peer)
{
        printf("%-4s %7u  %-18s %9.0f %8.1f %8.1f %7.2f %9.2f", tcp ? "TCP" : "ICMP", size, contender->title,
                cost->rate, cost->usec, cost->accept_usec, cost->usec / peer->usec,
                (double) cost->resident_kib / 1024);
        if (cost != base)
                printf(" %9.0f", ((double) cost->anonymous_kib - (double) base->anonymous_kib) * 1024 /
                                         (size - sizes[0]));
        printf("\n");
        fflush(stdout);
}

/* count: 0, or the only size. */
static void measure_all(const Paths *paths, char *directory, bool tcp, unsigned seconds, unsigned count)
{
        Cost costs[ARRAY_LENGTH(contenders)][ARRAY_LENGTH(sizes)] = { 0 };
        const Cost *peers = NULL;

        for (size_t i = 0; i < ARRAY_LENGTH(contenders); i++) {
                if (!(tcp ? contenders[i].tcp : contenders[i].icmp))
                        continue;
                if (!peers)
                        peers = costs[i];
                for (size_t j = 0; j < ARRAY_LENGTH(sizes); j++) {
                        Run run = { .paths = paths, .tcp = tcp, .count = sizes[j], .directory = directory };

                        if (count > 0 && sizes[j] != count)
                                continue;
                        costs[i][j] = measure(&contenders[i], &run, seconds);
                        print(&contenders[i], tcp, sizes[j], &costs[i][j], &costs[i][count > 0 ? j : 0],
                                &peers[j]);
                }
        }
}

static void measure_lateness(const Paths *paths, char *directory, const char *kind, unsigned seconds)
{
        const char *argv[] = { paths->checking, kind, "10000", "beat", NULL };
        Network *network = network_new();
        char *log_path = text("%s/late", directory), line[256] = "";
        Program *program = program_start(network->host, argv, (char *[]){ NULL }, log_path);
        FILE *log;

        pause_sec(SETTLE_SEC + seconds);
        program_free(program);
        network_free(network);
        log = fopen(log_path, "re");
        if (!log || !fgets(line, sizeof line, log))
                errx(EXIT_FAILURE, "%s: nothing was said", log_path);
        fclose(log);
        printf("10000 targets by %s: %s", kind, line);
        fflush(stdout);
}

int main(int argc, char *argv[])
{
        unsigned seconds, count;
        char *directory;
        Paths paths;

        if (argc < 4 || argc > 6)
                errx(EXIT_FAILURE, "usage: %s SIGNPOSTD CHECKING NO_IPVS [SECONDS [COUNT]]", argv[0]);
        paths = (Paths){ .signpostd = argv[1], .checking = argv[2], .no_ipvs = argv[3] };
        seconds = argc > 4 ? (unsigned) strtoul(argv[4], NULL, 10) : 2 * INTERVAL_SEC;
        count = argc > 5 ? (unsigned) strtoul(argv[5], NULL, 10) : 0;
        if (seconds < INTERVAL_SEC)
                errx(EXIT_FAILURE, "%s: at least %d seconds", argv[4], INTERVAL_SEC);
        directory = text("%s/signpost-checks-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
        if (!mkdtemp(directory))
                err(EXIT_FAILURE, "%s", directory);
        printf("Targets that are alive, each every %d s; CPU milliseconds for 1000 checks, of which for "
               "accepting "
               "connections, and beside the first of each table; memory\n"
               "%-4s %7s  %-18s %9s %8s %8s %7s %9s %9s\n",
                INTERVAL_SEC, "", "targets", "", "checks/s", "CPU", "accept", "ratio", "RSS MiB", "B/target");
        measure_all(&paths, directory, false, seconds, count);
        measure_all(&paths, directory, true, seconds, count);
        if (count == 0) {
                measure_lateness(&paths, directory, "icmp", seconds);
                measure_lateness(&paths, directory, "tcp", seconds);
        }
        signpost_directory_remove(directory);
        return EXIT_SUCCESS;
}
