/* SPDX-License-Identifier: BSD-3-Clause */

/* Path: sd_bus_path_encode() and back. Decoding it takes more than encoding gives ("/record/a" and
 * "/record/%61" might be one), so what was decoded is encoded again and compared. */

#include "bus/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

/* Encoding. */

static const char *name_to_canonical_text(const Name *name, char buffer[static NAME_TEXT_MAX])
{
        Name lower = *name;

        name_to_lower(&lower);
        return name_to_text(&lower, buffer);
}

static char *encode(const char *prefix, const char *text)
{
        char *path;

        return sd_bus_path_encode(prefix, text, &path) < 0 ? NULL : path;
}

static char *encode_name(const char *prefix, const Name *name)
{
        char text[NAME_TEXT_MAX];

        return encode(prefix, name_to_canonical_text(name, text));
}

char *path_of_record(const Name *name)
{
        return encode_name(PATH_RECORD_PREFIX, name);
}

char *path_of_provider(const char *id)
{
        return encode(PATH_PROVIDER_PREFIX, id);
}

char *path_of_pool(const Name *name)
{
        return encode_name(PATH_POOL_PREFIX, name);
}

char *path_of_member(const Name *pool, const char *member)
{
        AUTO_FREE char *prefix = path_of_pool(pool);

        return prefix ? encode(prefix, member) : NULL;
}

/* Decoding. */

static int decode(const char *prefix, const char *path, char **ret_text)
{
        int r = sd_bus_path_decode(path, prefix, ret_text);

        return r == 0 ? -ENOENT : r;
}

/* Takes over `canonical`, what the path should be. */
static int check_canonical(const char *path, char *canonical)
{
        AUTO_FREE char *owned = canonical;

        if (!owned)
                return -ENOMEM;
        return strcmp(owned, path) == 0 ? 0 : -ENOENT;
}

static int decode_name(const char *prefix, const char *path, Name *ret)
{
        AUTO_FREE char *text = NULL;
        Name name;
        int r = decode(prefix, path, &text);

        if (r < 0)
                return r;
        if (name_from_text(&name, text) < 0)
                return -ENOENT;
        r = check_canonical(path, encode_name(prefix, &name));
        if (r >= 0)
                *ret = name;
        return r;
}

int path_to_record(const char *path, Name *ret)
{
        return decode_name(PATH_RECORD_PREFIX, path, ret);
}

int path_to_provider(const char *path, char **ret_id)
{
        AUTO_FREE char *id = NULL;
        int r = decode(PATH_PROVIDER_PREFIX, path, &id);

        if (r >= 0)
                r = check_canonical(path, path_of_provider(id));
        if (r >= 0)
                *ret_id = STEAL(id);
        return r;
}

int path_to_pool(const char *path, Name *ret)
{
        return decode_name(PATH_POOL_PREFIX, path, ret);
}

int path_to_member(const char *path, Name *ret_pool, char **ret_member)
{
        const char *last = strrchr(path, '/');
        AUTO_FREE char *parent = NULL, *member = NULL;
        Name pool;
        int r;

        if (!last || last == path) /* no path for sd-bus */
                return -ENOENT;
        parent = strndup(path, (size_t) (last - path));
        r = parent ? path_to_pool(parent, &pool) : -ENOMEM;
        if (r >= 0)
                r = decode(parent, path, &member);
        if (r >= 0)
                r = check_canonical(path, encode(parent, member));
        if (r < 0)
                return r;
        *ret_pool = pool;
        *ret_member = STEAL(member);
        return 0;
}

char **path_list_free(char **paths)
{
        for (char **path = paths; path && *path; path++)
                free(*path);
        free(paths);
        return NULL;
}
