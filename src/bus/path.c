/* SPDX-License-Identifier: BSD-3-Clause */

/* Path: sd_bus_path_encode() and back. Decoding it takes more than encoding gives ("/record/a" and
 * "/record/%61" might be one), so what was decoded is encoded again and compared. */

#include "bus/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "util/cleanup.h"

char *path_of_record(const Name *name)
{
        char text[NAME_TEXT_MAX], *path;
        Name lower = *name;

        name_to_lower(&lower);
        return sd_bus_path_encode(PATH_RECORD_PREFIX, name_to_text(&lower, text), &path) < 0 ? NULL : path;
}

char *path_of_provider(const char *id)
{
        char *path;

        return sd_bus_path_encode(PATH_PROVIDER_PREFIX, id, &path) < 0 ? NULL : path;
}

int path_to_record(const char *path, Name *ret)
{
        AUTO_FREE char *text = NULL, *canonical = NULL;
        Name name;
        int r = sd_bus_path_decode(path, PATH_RECORD_PREFIX, &text);

        if (r < 0)
                return r;
        if (r == 0 || name_from_text(&name, text) < 0)
                return -ENOENT;
        canonical = path_of_record(&name);
        if (!canonical)
                return -ENOMEM;
        if (strcmp(canonical, path) != 0)
                return -ENOENT;
        *ret = name;
        return 0;
}

int path_to_provider(const char *path, char **ret_id)
{
        AUTO_FREE char *id = NULL, *canonical = NULL;
        int r = sd_bus_path_decode(path, PATH_PROVIDER_PREFIX, &id);

        if (r < 0)
                return r;
        if (r == 0)
                return -ENOENT;
        canonical = path_of_provider(id);
        if (!canonical)
                return -ENOMEM;
        if (strcmp(canonical, path) != 0)
                return -ENOENT;
        *ret_id = STEAL(id);
        return 0;
}

char **path_list(const Engine *engine, size_t count, char *(*path_at)(const Engine *engine, size_t index))
{
        AUTO(path_list_freep) char **paths = calloc(count + 1, sizeof *paths);

        for (size_t i = 0; paths && i < count; i++) {
                paths[i] = path_at(engine, i);
                if (!paths[i])
                        return NULL;
        }
        return STEAL(paths);
}

char **path_list_free(char **paths)
{
        for (char **path = paths; path && *path; path++)
                free(*path);
        free(paths);
        return NULL;
}
