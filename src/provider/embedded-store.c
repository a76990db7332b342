/* SPDX-License-Identifier: BSD-3-Clause */

/* Embedded store: owns a zone's place on disk. It never overwrites what it could not read, because somebody
 * may want to look at it, and never fails its caller when the disk does: DNS goes on from memory. */

#include "provider/embedded-store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "dns/zonefile.h"
#include "util/file.h"
#include "util/log.h"

struct EmbeddedStore {
        Name apex;
        char text[NAME_TEXT_MAX]; /* the apex, for the log */
        char *directory;
        char *folder; /* DIRECTORY/zones */
        char *path;
        bool behind;
};

#define log_zone(level, store, ...) \
        log_message(level, NULL, LOG_FIELDS({ "SIGNPOST_ZONE", (store)->text }), __VA_ARGS__)

/* The zone's name in lower case. Its text form writes blanks, controls and high bytes as \DDD; a slash is the
 * one byte left that a file name cannot hold. */
static char *file_name(const Name *apex)
{
        Name lower = *apex;
        char text[NAME_TEXT_MAX], safe[NAME_TEXT_MAX * 4 + sizeof ".zone"];
        char *out = safe;

        name_to_lower(&lower);
        name_to_text(&lower, text);
        for (const char *p = text; *p; p++) {
                if (*p == '/')
                        out = stpcpy(out, "\\047");
                else
                        *out++ = *p;
        }
        strcpy(out, ".zone");
        return strdup(safe);
}

int embedded_store_new(EmbeddedStore **ret, const Name *apex, const char *directory)
{
        AUTO(embedded_store_freep) EmbeddedStore *store = calloc(1, sizeof *store);
        AUTO_FREE char *name = file_name(apex);

        if (!store || !name)
                return -ENOMEM;
        store->apex = *apex;
        name_to_text(apex, store->text);
        store->directory = strdup(directory);
        store->folder = path_join(directory, "zones");
        if (!store->directory || !store->folder)
                return -ENOMEM;
        store->path = path_join(store->folder, name);
        if (!store->path)
                return -ENOMEM;
        *ret = STEAL(store);
        return 0;
}

EmbeddedStore *embedded_store_free(EmbeddedStore *store)
{
        if (!store)
                return NULL;
        free(store->directory);
        free(store->folder);
        free(store->path);
        free(store);
        return NULL;
}

static int set_aside(const EmbeddedStore *store, usec_t realtime_usec, const char *reason)
{
        AUTO_FREE char *aside = NULL;

        if (asprintf(&aside, "%s.damaged-%" PRIu64, store->path, realtime_usec / USEC_PER_SEC) < 0) {
                aside = NULL;
                return -ENOMEM;
        }
        if (rename(store->path, aside) < 0)
                log_zone(LOG_ERR, store,
                        "zone %s begins anew: %s is damaged (%s) and cannot be set aside (%s)", store->text,
                        store->path, reason, strerror(errno));
        else
                log_zone(LOG_ERR, store, "zone %s begins anew: %s is damaged (%s) and was set aside as %s",
                        store->text, store->path, reason, aside);
        return 0;
}

int embedded_store_load(const EmbeddedStore *store, const char *(*find_flaw)(const Zone *zone),
        usec_t realtime_usec, Zone **ret)
{
        AUTO(zone_freep) Zone *zone = NULL;
        AUTO_FREE char *reason = NULL;
        const char *flaw;
        int r;

        *ret = NULL;
        r = zonefile_load(&zone, &store->apex, store->path, &reason);
        if (r == -ENOENT)
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return set_aside(store, realtime_usec, reason ? reason : strerror(-r));
        flaw = find_flaw(zone);
        if (flaw)
                return set_aside(store, realtime_usec, flaw);
        *ret = STEAL(zone);
        return 0;
}

static int make_folder(const char *path)
{
        return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int write_file(const EmbeddedStore *store, const Zone *zone)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        int r;

        r = zonefile_format(zone, &text, &size);
        if (r < 0)
                return r;
        r = make_folder(store->directory);
        if (r < 0)
                return r;
        r = make_folder(store->folder);
        if (r < 0)
                return r;
        return file_replace(store->path, text, size, true);
}

void embedded_store_save(EmbeddedStore *store, const Zone *zone)
{
        int r = write_file(store, zone);

        if (r < 0 && !store->behind)
                log_zone(LOG_ERR, store,
                        "zone %s cannot be stored in %s (%s): it is served from memory until it can",
                        store->text, store->path, strerror(-r));
        if (r >= 0 && store->behind)
                log_zone(LOG_NOTICE, store, "zone %s is stored in %s again", store->text, store->path);
        store->behind = r < 0;
}

bool embedded_store_is_behind(const EmbeddedStore *store)
{
        return store->behind;
}
