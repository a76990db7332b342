/* SPDX-License-Identifier: BSD-3-Clause */

/* Announce: keeps of each object what was told of it last, as digests, and sends the difference to how it is
 * now. So nothing that changed and changed back is told, nothing is told twice, and nothing has to be queued
 * while the bus is slow: the difference is still there when it is not. */

#include "bus/announce.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bus/manager.h"
#include "bus/path.h"
#include "bus/provider.h"
#include "bus/record.h"

enum {
        PROPERTIES_MAX = RECORD_PROPERTIES,
        BACKLOG_MAX = 64, /* messages that the bus has not taken yet, above which we wait */
        AT_ONCE_MAX = 16, /* messages: so that 100 clients that listen leave the processor to others */
};

static_assert(PROPERTIES_MAX >= (int) PROVIDER_PROPERTIES, "room for every object's");

/* An object that was told of. */
typedef struct Told {
        char *path;
        Digest digests[PROPERTIES_MAX];
} Told;

/* All objects of one kind, in the order of their paths. */
typedef struct ToldList {
        size_t count;
        Told *objects;
} ToldList;

typedef struct Kind {
        const char *interface;
        const char *const *properties;
        size_t n_properties;
        size_t (*count)(const Engine *engine);
        char *(*path)(const Engine *engine, size_t index);
        void (*digest)(const Engine *engine, size_t index, Digest *ret);
} Kind;

struct Announcer {
        Engine *engine;
        sd_bus *bus; /* NULL: there is nobody to tell */
        ToldList records, providers;
        Digest manager[MANAGER_PROPERTIES];
        bool look_at_all; /* not only at the records that the engine names */

        /* Of this run: */
        unsigned n_sent;
        bool congested;
};

static void digest_record(const Engine *engine, size_t index, Digest *ret)
{
        RecordStatus status;

        engine_record(engine, index, &status);
        record_digest(&status, ret);
}

static void digest_provider(const Engine *engine, size_t index, Digest *ret)
{
        ProviderStatus status;

        engine_provider(engine, index, &status);
        provider_digest(&status, ret);
}

static const Kind record_kind = {
        .interface = RECORD_INTERFACE,
        .properties = record_properties,
        .n_properties = RECORD_PROPERTIES,
        .count = engine_count_records,
        .path = record_path,
        .digest = digest_record,
};

static const Kind provider_kind = {
        .interface = PROVIDER_INTERFACE,
        .properties = provider_properties,
        .n_properties = PROVIDER_PROPERTIES,
        .count = engine_count_providers,
        .path = provider_path,
        .digest = digest_provider,
};

/* Lists. */

static void told_list_done(ToldList *list)
{
        for (size_t i = 0; i < list->count; i++)
                free(list->objects[i].path);
        free(list->objects);
        *list = (ToldList){ 0 };
}

static int compare_paths(const void *a, const void *b)
{
        return strcmp(((const Told *) a)->path, ((const Told *) b)->path);
}

/* The objects as they are now. */
static int told_list_make(ToldList *ret, const Engine *engine, const Kind *kind)
{
        AUTO(told_list_done) ToldList list = { 0 };
        size_t count = kind->count(engine);

        list.objects = calloc(count + 1, sizeof *list.objects);
        if (!list.objects)
                return -ENOMEM;
        while (list.count < count) {
                Told *told = &list.objects[list.count];

                told->path = kind->path(engine, list.count);
                if (!told->path)
                        return -ENOMEM;
                kind->digest(engine, list.count++, told->digests);
        }
        qsort(list.objects, list.count, sizeof *list.objects, compare_paths);
        *ret = list;
        list = (ToldList){ 0 };
        return 0;
}

static Told *told_list_find(const ToldList *list, char *path)
{
        Told key = { .path = path };

        return list->count == 0
                       ? NULL
                       : bsearch(&key, list->objects, list->count, sizeof *list->objects, compare_paths);
}

/* Telling. Each says whether the bus took it. */

static bool has_room(Announcer *announcer)
{
        uint64_t backlog;

        if (announcer->n_sent >= AT_ONCE_MAX)
                return false;
        if (sd_bus_get_n_queued_write(announcer->bus, &backlog) < 0 || backlog >= BACKLOG_MAX)
                announcer->congested = true;
        return !announcer->congested;
}

/* r: of sd-bus. */
static bool sent(Announcer *announcer, int r)
{
        if (r < 0)
                announcer->congested = true;
        else
                announcer->n_sent++;
        return r >= 0;
}

/* Only what is different, and then `told` is as `now`. */
static bool tell_changes(Announcer *announcer, const char *path, const char *interface,
        const char *const properties[], size_t n_properties, Digest *told, const Digest *now)
{
        const char *names[PROPERTIES_MAX + 1];
        size_t n = 0;

        for (size_t i = 0; i < n_properties; i++)
                if (told[i] != now[i])
                        names[n++] = properties[i];
        if (n == 0)
                return true;
        names[n] = NULL;
        if (!has_room(announcer) || !sent(announcer, sd_bus_emit_properties_changed_strv(announcer->bus, path,
                                                             interface, (char **) names)))
                return false;
        memcpy(told, now, n_properties * sizeof *told);
        return true;
}

static bool tell_added(Announcer *announcer, const char *path)
{
        return has_room(announcer) && sent(announcer, sd_bus_emit_object_added(announcer->bus, path));
}

/* All that sd_bus_emit_object_added() named. sd_bus_emit_object_removed() wants the object to be there. */
static bool tell_removed(Announcer *announcer, const char *path, const Kind *kind)
{
        return has_room(announcer) &&
               sent(announcer, sd_bus_emit_interfaces_removed(announcer->bus, path,
                                       "org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Introspectable",
                                       "org.freedesktop.DBus.Properties", kind->interface, NULL));
}

/* One object as it was told of and as it is; NULL: it was not, is not there. Returns what the bus knows of it
 * then. */
static Told *tell_object(Announcer *announcer, const Kind *kind, Told *old, Told *new, bool *complete)
{
        Told *known;
        bool taken;

        if (old && new) {
                taken = tell_changes(announcer, old->path, kind->interface, kind->properties,
                        kind->n_properties, old->digests, new->digests);
                known = old;
        } else if (old) {
                taken = tell_removed(announcer, old->path, kind);
                known = taken ? NULL : old;
        } else {
                taken = tell_added(announcer, new->path);
                known = taken ? new : NULL;
        }
        *complete = *complete && taken;
        return known;
}

/* All objects of a kind: along both lists, what was told and what is. */
static bool tell_all(Announcer *announcer, const Kind *kind, ToldList *told)
{
        AUTO(told_list_done) ToldList now = { 0 };
        ToldList known = { 0 };
        bool complete = true;
        size_t i = 0, k = 0;

        if (told_list_make(&now, announcer->engine, kind) >= 0)
                known.objects = calloc(told->count + now.count + 1, sizeof *known.objects);
        if (!known.objects) {
                announcer->congested = true; /* out of memory: later, too */
                return false;
        }
        while (i < told->count || k < now.count) {
                int order = i == told->count ? 1
                            : k == now.count ? -1
                                             : compare_paths(&told->objects[i], &now.objects[k]);
                Told *old = order <= 0 ? &told->objects[i++] : NULL;
                Told *new = order >= 0 ? &now.objects[k++] : NULL;
                Told *kept = tell_object(announcer, kind, old, new, &complete);

                if (!kept)
                        continue;
                known.objects[known.count] = *kept;
                known.objects[known.count++].path = STEAL(kept->path);
        }
        told_list_done(told);
        *told = known;
        return complete;
}

static void forget_news(Announcer *announcer)
{
        RecordStatus status;

        while (engine_next_changed(announcer->engine, &status))
                continue;
}

/* Those that the engine names. */
static bool tell_news(Announcer *announcer)
{
        RecordStatus status;

        while (has_room(announcer)) {
                AUTO_FREE char *path = NULL;
                Digest now[RECORD_PROPERTIES];
                Told *told;

                if (!engine_next_changed(announcer->engine, &status))
                        return true;
                path = path_of_record(&status.config->name);
                told = path ? told_list_find(&announcer->records, path) : NULL;
                record_digest(&status, now);
                if (!told || !tell_changes(announcer, path, RECORD_INTERFACE, record_properties,
                                     RECORD_PROPERTIES, told->digests, now))
                        announcer->look_at_all = true;
        }
        return false;
}

static bool tell_records(Announcer *announcer)
{
        if (!announcer->look_at_all)
                return tell_news(announcer) && !announcer->look_at_all;
        forget_news(announcer);
        announcer->look_at_all = !tell_all(announcer, &record_kind, &announcer->records);
        return !announcer->look_at_all;
}

static bool tell_manager(Announcer *announcer)
{
        Digest now[MANAGER_PROPERTIES];

        manager_digest(announcer->engine, now);
        return tell_changes(announcer, PATH_ROOT, MANAGER_INTERFACE, manager_properties, MANAGER_PROPERTIES,
                announcer->manager, now);
}

AnnounceResult announcer_run(Announcer *announcer)
{
        if (!announcer->bus)
                return ANNOUNCE_DONE;
        announcer->n_sent = 0;
        announcer->congested = false;
        /* A storm of records must not hide what comes of it. */
        if (tell_manager(announcer) && tell_all(announcer, &provider_kind, &announcer->providers) &&
                tell_records(announcer))
                return ANNOUNCE_DONE;
        return announcer->congested ? ANNOUNCE_CONGESTED : ANNOUNCE_MORE;
}

void announcer_reconfigured(Announcer *announcer)
{
        announcer->look_at_all = true;
}

/* Life cycle. */

int announcer_start(Announcer *announcer, sd_bus *bus)
{
        int r;

        announcer_stop(announcer);
        forget_news(announcer);
        r = told_list_make(&announcer->records, announcer->engine, &record_kind);
        if (r >= 0)
                r = told_list_make(&announcer->providers, announcer->engine, &provider_kind);
        if (r < 0)
                return r;
        manager_digest(announcer->engine, announcer->manager);
        announcer->look_at_all = false;
        announcer->bus = bus;
        return 0;
}

void announcer_stop(Announcer *announcer)
{
        announcer->bus = NULL;
        told_list_done(&announcer->records);
        told_list_done(&announcer->providers);
}

int announcer_new(Announcer **ret, Engine *engine)
{
        Announcer *announcer = calloc(1, sizeof *announcer);

        if (!announcer)
                return -ENOMEM;
        announcer->engine = engine;
        *ret = announcer;
        return 0;
}

Announcer *announcer_free(Announcer *announcer)
{
        if (!announcer)
                return NULL;
        announcer_stop(announcer);
        free(announcer);
        return NULL;
}
