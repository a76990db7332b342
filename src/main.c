/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "daemon/daemon.h"
#include "util/log.h"
#include "version.h"

enum {
        EXIT_USAGE = 2,
};

typedef struct Arguments {
        DaemonOptions options;
        bool check;
        bool done; /* --help, --version: nothing is left to do */
} Arguments;

static void print_help(void)
{
        printf("Usage: signpostd [OPTION]...\n"
               "Keeps DNS records at what this host's addresses really are.\n\n"
               "  --config FILE  read FILE instead of %s\n"
               "  --check        say whether the configuration is good, and end\n"
               "  --once         publish what is wanted now; end when DNS has it (status 0), or could not "
               "get it (1)\n"
               "  --force        forget what was published, and publish it again\n"
               "  --dry-run      print the exact change of each record and why; change nothing\n"
               "  --version      print the version, and end\n"
               "  --help         print this text, and end\n\n"
               "Exit status: 0 well; 1 failed; 2 wrong usage; 78 bad configuration.\n",
                SIGNPOST_CONFIG_FILE);
}

/* 0, or -EINVAL after it has said what is wrong. */
static int parse_arguments(int argc, char *argv[], Arguments *ret)
{
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "check", no_argument, NULL, 'k' },
                { "once", no_argument, NULL, '1' },
                { "force", no_argument, NULL, 'f' },
                { "dry-run", no_argument, NULL, 'n' },
                { "version", no_argument, NULL, 'v' },
                { "help", no_argument, NULL, 'h' },
                { 0 },
        };
        Arguments arguments = { 0 };
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                switch (option) {
                case 'c':
                        arguments.options.config_path = optarg;
                        break;
                case 'k':
                        arguments.check = true;
                        break;
                case '1':
                        arguments.options.once = true;
                        break;
                case 'f':
                        arguments.options.force = true;
                        break;
                case 'n':
                        arguments.options.dry_run = true;
                        break;
                case 'v':
                        printf("signpostd %s\n", SIGNPOST_VERSION);
                        arguments.done = true;
                        break;
                case 'h':
                        print_help();
                        arguments.done = true;
                        break;
                default: /* getopt has said it */
                        fprintf(stderr, "Try 'signpostd --help'.\n");
                        return -EINVAL;
                }
        }
        if (optind < argc) {
                fprintf(stderr, "signpostd: expected only options, not '%s'\nTry 'signpostd --help'.\n",
                        argv[optind]);
                return -EINVAL;
        }
        *ret = arguments;
        return 0;
}

static int run(const DaemonOptions *options)
{
        AUTO(daemon_freep) Daemon *daemon = NULL;
        int r = daemon_new(&daemon, options);

        if (r < 0)
                return r == -EBADMSG ? EX_CONFIG : EXIT_FAILURE;
        return daemon_run(daemon);
}

int main(int argc, char *argv[])
{
        Arguments arguments;

        if (parse_arguments(argc, argv, &arguments) < 0)
                return EXIT_USAGE;
        if (arguments.done)
                return EXIT_SUCCESS;
        log_setup(LOG_INFO);
        if (arguments.check)
                return daemon_check(&arguments.options) < 0 ? EX_CONFIG : EXIT_SUCCESS;
        return run(&arguments.options);
}
