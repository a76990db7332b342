/* SPDX-License-Identifier: BSD-3-Clause */

/* The configuration as the daemon reads it, for tests of what stands beside it:
 *
 *     probe-config keys           every key, a line each of path, variant, type, range, fallback and whether
 *                                 it is required, with tabs between
 *     probe-config check FILE...  what is wrong with each of these configurations, a line each, as
 *                                 `signpostd --check` says it on host.example.com */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/schema.h"

static void print_key(const SchemaEntry *entry, void *userdata)
{
        fprintf(userdata, "%s\t%s\t%s\t%s\t%s\t%s\n", entry->path, entry->variant ?: "", entry->type,
                entry->range, entry->fallback, entry->required ? "required" : "");
}

static void check(const char *path)
{
        static const ConfigContext context = { .hostname = "host.example.com" };
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO(config_freep) Config *config = NULL;

        if (config_load(&config, path, &context, &errors) >= 0)
                return;
        for (size_t i = 0; i < errors.count; i++)
                puts(errors.texts[i]);
}

int main(int argc, char *argv[])
{
        if (argc == 2 && strcmp(argv[1], "keys") == 0)
                config_schema_each(print_key, stdout);
        for (int i = 2; i < argc && strcmp(argv[1], "check") == 0; i++)
                check(argv[i]);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
