/* SPDX-License-Identifier: BSD-3-Clause */

/* Config: finds the files, has them read and resolved, and frees what came of them. */

#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>

#include "config/check.h"
#include "config/hostnames.h"
#include "config/keys.h"
#include "config/pool.h"
#include "config/reader.h"
#include "config/resolve.h"
#include "config/source.h"
#include "config/texts.h"
#include "util/file.h"

#define FILE_SIZE_MAX ((size_t) 8 * 1024 * 1024)

/* The configuration file and those in conf.d, in the order in which they are read. */
typedef struct Files {
        char *directory; /* of the configuration file */
        size_t count;
        char **paths;
} Files;

static void files_done(Files *files)
{
        for (size_t i = 0; i < files->count; i++)
                free(files->paths[i]);
        free(files->paths);
        free(files->directory);
}

/* Takes `path` over; NULL for out of memory. */
static int files_add(Files *files, char *path)
{
        char **larger = path ? reallocarray(files->paths, files->count + 1, sizeof *larger) : NULL;

        if (!larger) {
                free(path);
                return -ENOMEM;
        }
        files->paths = larger;
        files->paths[files->count++] = path;
        return 0;
}

/* By bytes: the order must not hang on the locale. */
static int compare_paths(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool is_fragment(const char *name)
{
        size_t length = strlen(name);

        return name[0] != '.' && length > strlen(".json") &&
               strcmp(name + length - strlen(".json"), ".json") == 0;
}

static void closedirp(DIR **directory)
{
        if (*directory)
                closedir(*directory);
}

/* Lists the *.json in the folder `path`. A negative errno also for what readdir() says. */
static int list_fragments(Files *files, const char *path)
{
        AUTO(closedirp) DIR *directory = opendir(path);
        size_t first = files->count;

        if (!directory)
                return -errno;
        for (;;) {
                const struct dirent *entry;

                errno = 0;
                entry = readdir(directory);
                if (!entry && errno != 0)
                        return -errno;
                if (!entry)
                        break;
                if (is_fragment(entry->d_name) && files_add(files, path_join(path, entry->d_name)) < 0)
                        return -ENOMEM;
        }
        if (files->count > first)
                qsort(files->paths + first, files->count - first, sizeof *files->paths, compare_paths);
        return 0;
}

static int find_files(Files *files, const char *path, Reader *reader)
{
        AUTO_FREE char *copy = strdup(path), *folder = NULL;
        int r;

        if (!copy)
                return -ENOMEM;
        files->directory = strdup(dirname(copy));
        r = files_add(files, strdup(path));
        if (!files->directory || r < 0)
                return -ENOMEM;
        /* As the user would write it: no "./" where the file had none. */
        folder = strchr(path, '/') ? path_join(files->directory, "conf.d") : strdup("conf.d");
        if (!folder)
                return -ENOMEM;
        r = list_fragments(files, folder);
        if (r == -ENOMEM)
                return r;
        if (r < 0 && r != -ENOENT) {
                reader->report.file = folder;
                report_error(&reader->report, NULL, "cannot be listed: %s", strerror(-r));
        }
        return 0;
}

/* 1: the text was read; 0: it is no JSON, which is reported. */
static int read_text(Reader *reader, Draft *draft, const char *text, size_t size)
{
        AUTO(json_putp) json_object *value = NULL;
        int r = json_read(&value, text, size, reader->report.file, reader->report.errors);

        if (r == -ENOMEM)
                return r;
        if (r != 0)
                reader->report.n_errors++;
        if (r < 0)
                return 0;
        r = reader_read_file(reader, value, draft);
        return r < 0 ? r : 1;
}

static int read_file(Reader *reader, Draft *draft, const char *path)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        int r;

        reader->report.file = path;
        r = file_read(path, FILE_SIZE_MAX, &text, &size, NULL);
        if (r == -ENOMEM)
                return r;
        if (r >= 0)
                return read_text(reader, draft, text, size);
        if (r == -EFBIG)
                report_error(&reader->report, NULL, "must not be larger than 8 MB");
        else
                report_error(&reader->report, NULL, "cannot be read: %s", strerror(-r));
        return 0;
}

int config_load(Config **ret, const char *path, const ConfigContext *context, ConfigErrors *errors)
{
        AUTO(files_done) Files files = { 0 };
        AUTO(draft_done) Draft draft = { 0 };
        AUTO(reader_done) Reader reader = { .context = context, .report.errors = errors };
        SecretPlaces places = { .credentials_directory = context->credentials_directory };
        bool complete;
        int r;

        r = find_files(&files, path, &reader);
        if (r < 0)
                return r;
        complete = reader.report.n_errors == 0;
        for (size_t i = 0; i < files.count; i++) {
                r = read_file(&reader, &draft, files.paths[i]);
                if (r < 0)
                        return r;
                complete = complete && r > 0;
        }
        /* What a file would have said may be what an entry of another one refers to. */
        if (!complete)
                return -EINVAL;
        r = reader_finish(&reader, &draft);
        if (r < 0)
                return r;
        places.directory = files.directory;
        return config_resolve(ret, &draft, &places, &reader);
}

int config_default(Config **ret, const ConfigContext *context, ConfigErrors *errors)
{
        AUTO(draft_done) Draft draft = { 0 };
        AUTO(reader_done) Reader reader = { .context = context, .report.errors = errors };
        SecretPlaces places = { .directory = "." };
        AUTO_FREE char *text = NULL;
        int r;

        if (asprintf(&text,
                    "{ \"providers\": { \"embedded\": { \"type\": \"embedded\", \"zone\": \"home.arpa\" } },"
                    "  \"records\": { \"%s.home.arpa\": { \"provider\": \"embedded\" } } }",
                    hostname_is_usable(context->hostname) ? "%l" : "signpost") < 0) {
                text = NULL;
                return -ENOMEM;
        }
        reader.report.file = "no configuration";
        r = read_text(&reader, &draft, text, strlen(text));
        if (r < 0)
                return r;
        r = reader_finish(&reader, &draft);
        if (r < 0)
                return r;
        return config_resolve(ret, &draft, &places, &reader);
}

static ProviderConfig *provider_config_free(ProviderConfig *provider)
{
        free(provider->id);
        free(provider->server);
        free(provider);
        return NULL;
}

Config *config_free(Config *config)
{
        if (!config)
                return NULL;
        for (size_t i = 0; i < config->n_records; i++)
                free(config->records[i]);
        for (size_t i = 0; i < config->n_sources; i++)
                source_free(config->sources[i]);
        for (size_t i = 0; i < config->n_providers; i++)
                provider_config_free(config->providers[i]);
        for (size_t i = 0; i < config->n_keys; i++)
                tsig_key_free(config->keys[i]);
        for (size_t i = 0; i < config->n_pools; i++)
                pool_config_free(config->pools[i]);
        for (size_t i = 0; i < config->n_checks; i++)
                check_config_free(config->checks[i]);
        for (size_t i = 0; i < config->n_hooks; i++)
                texts_free(config->hooks[i].command);
        free(config->pools);
        free(config->checks);
        free(config->references);
        free(config->hooks);
        free(config->records);
        free(config->sources);
        free(config->providers);
        free(config->keys);
        free(config->listen);
        free(config);
        return NULL;
}

const ProviderConfig *config_provider(const Config *config, const char *id)
{
        for (size_t i = 0; i < config->n_providers; i++)
                if (strcmp(config->providers[i]->id, id) == 0)
                        return config->providers[i];
        return NULL;
}
