/* SPDX-License-Identifier: BSD-3-Clause */

#include "printed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static FILE *file;
static int stdout_fd;

void printed_begin(void)
{
        fflush(stdout);
        file = tmpfile();
        stdout_fd = dup(STDOUT_FILENO);
        if (!file || stdout_fd < 0 || dup2(fileno(file), STDOUT_FILENO) < 0)
                abort();
}

char *printed_end(void)
{
        char *text;
        long size;

        fflush(stdout);
        if (dup2(stdout_fd, STDOUT_FILENO) < 0)
                abort();
        close(stdout_fd);
        fseek(file, 0, SEEK_END);
        size = ftell(file);
        rewind(file);
        text = calloc(1, (size_t) size + 1);
        if (!text || fread(text, 1, (size_t) size, file) != (size_t) size)
                abort();
        fclose(file);
        return text;
}
