/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "ctl/arguments.h"
#include "ctl/failure.h"

enum {
        EXIT_USAGE = 2,
};

static int run(Ctl *ctl)
{
        AUTO(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = client_new(&ctl->client);

        if (r >= 0)
                r = ctl->arguments.command->run(ctl, &error);
        if (r < 0)
                failure_say(ctl, r, &error);
        client_free(ctl->client);
        if (r >= 0)
                return EXIT_SUCCESS;
        return sd_bus_error_has_name(&error, SD_BUS_ERROR_INVALID_ARGS) ? EXIT_USAGE : EXIT_FAILURE;
}

/* What was printed comes out here at the latest. Who closed the other end has read enough. */
static int finish_output(int status)
{
        int r = output_flush();

        if (r >= 0 || r == -EPIPE)
                return status;
        complain("cannot write the output: %s", strerror(-r));
        return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
        Ctl ctl = { 0 };
        int r;

        setlocale(LC_CTYPE, "");
        signal(SIGPIPE, SIG_IGN);
        r = arguments_parse(&ctl.arguments, argc, argv);
        if (r < 0)
                return EXIT_USAGE;
        if (r == 0)
                return finish_output(EXIT_SUCCESS);
        ctl.output = output_open(ctl.arguments.colour);
        return finish_output(run(&ctl));
}
