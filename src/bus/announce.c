/* SPDX-License-Identifier: BSD-3-Clause */

/* Announce: keeps of each object what was told of it last, as digests, and sends the difference to how it is
 * now. So nothing that changed and changed back is told, nothing is told twice, and nothing has to be queued
 * while the bus is slow: the difference is still there when it is not. What may be different is found out one
 * object at a time, so that one of 10,000 costs no more than one of ten. */

#include "bus/announce.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bus/pool.h"
#include "bus/told.h"

enum {
        BACKLOG_MAX = 64, /* messages that the bus has not taken yet, above which we wait */
        AT_ONCE_MAX = 16, /* messages: so that 100 clients that listen leave the processor to others */
        SIGNALS_MAX = 16, /* of ours that wait to be sent; what they say can be read from properties too */
};

struct Announcer {
        Engine *engine;
        sd_bus *bus; /* NULL: there is nobody to tell */
        Shelf shelves[KINDS];
        ToldList news; /* those that were found to be different */
        size_t n_signals;
        sd_bus_message *signals[SIGNALS_MAX];

        /* Of this run: */
        unsigned n_sent;
        bool congested;
};

static void add_news(Announcer *announcer, Told *told)
{
        if (told->is_news)
                return;
        told->is_news = true;
        TAILQ_INSERT_TAIL(&announcer->news, told, news_entry);
}

static void remove_news(Announcer *announcer, Told *told)
{
        if (told->is_news)
                TAILQ_REMOVE(&announcer->news, told, news_entry);
        told->is_news = false;
}

static void forget(Announcer *announcer, Told *told)
{
        remove_news(announcer, told);
        told_free(told);
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

static bool tell_changes(Announcer *announcer, const Told *told, const PropertyList *list)
{
        const char *names[PROPERTIES_MAX + 1];

        if (told_differences(told, list, names) == 0)
                return true;
        return has_room(announcer) &&
               sent(announcer, sd_bus_emit_properties_changed_strv(announcer->bus, told->path,
                                       told->shelf->kind->interface, (char **) names));
}

static bool tell_added(Announcer *announcer, const Told *told)
{
        return has_room(announcer) && sent(announcer, sd_bus_emit_object_added(announcer->bus, told->path));
}

/* All that sd_bus_emit_object_added() named. sd_bus_emit_object_removed() wants the object to be there. */
static bool tell_removed(Announcer *announcer, const Told *told)
{
        return has_room(announcer) &&
               sent(announcer,
                       sd_bus_emit_interfaces_removed(announcer->bus, told->path, "org.freedesktop.DBus.Peer",
                               "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Properties",
                               told->shelf->kind->interface, NULL));
}

/* The object is there, with these properties. What the bus does not take stays among the news. */
static bool tell_present(Announcer *announcer, Told *told, const PropertyList *list)
{
        bool taken = told->known ? tell_changes(announcer, told, list) : tell_added(announcer, told);

        if (!taken) {
                add_news(announcer, told);
                return false;
        }
        told->known = true;
        told_update(told, list);
        remove_news(announcer, told);
        return true;
}

static bool tell_absent(Announcer *announcer, Told *told)
{
        if (told->known && !tell_removed(announcer, told))
                return false;
        forget(announcer, told);
        return true;
}

static bool tell(Announcer *announcer, Told *told)
{
        const Kind *kind = told->shelf->kind;
        PropertyList list;
        Object object;
        int r = kind->find(announcer->engine, told->path, &object);

        if (r < 0) { /* out of memory: later, too */
                announcer->congested = true;
                return false;
        }
        if (r == 0)
                return tell_absent(announcer, told);
        list = kind->list(&object);
        return tell_present(announcer, told, &list);
}

static bool tell_object(Announcer *announcer, Shelf *shelf, const Object *object)
{
        PropertyList list = shelf->kind->list(object);
        Told *told = shelf_find(shelf, object, &list);

        if (told)
                return tell_present(announcer, told, &list);
        shelf->look = true;
        announcer->congested = true;
        return false;
}

/* Finding out what is to be told. */

/* known: the bus knows already how they are. -ENOMEM. */
static int look_at_objects(Announcer *announcer, Shelf *shelf, bool known)
{
        Cursor cursor = { 0 };
        Object object;

        shelf->round++;
        while (shelf->kind->next(announcer->engine, &cursor, &object)) {
                const char *names[PROPERTIES_MAX + 1];
                PropertyList list = shelf->kind->list(&object);
                Told *told = shelf_find(shelf, &object, &list);

                if (!told)
                        return -ENOMEM;
                told->round = shelf->round;
                if (known)
                        told->known = true;
                else if (!told->known || told_differences(told, &list, names) > 0)
                        add_news(announcer, told);
        }
        return 0;
}

static void look(Announcer *announcer, Shelf *shelf)
{
        Told *told;

        if (look_at_objects(announcer, shelf, false) < 0) {
                announcer->congested = true;
                return;
        }
        shelf->look = false;
        TAILQ_FOREACH(told, &shelf->objects, entry)
                if (told->round != shelf->round)
                        add_news(announcer, told);
}

static bool tell_signals(Announcer *announcer)
{
        while (announcer->n_signals > 0) {
                if (!has_room(announcer) ||
                        !sent(announcer, sd_bus_send(announcer->bus, announcer->signals[0], NULL)))
                        return false;
                sd_bus_message_unref(announcer->signals[0]);
                announcer->n_signals--;
                memmove(announcer->signals, announcer->signals + 1,
                        announcer->n_signals * sizeof *announcer->signals);
        }
        return true;
}

/* The few that are looked at each time: a storm of others must not hide what comes of it. */
static bool tell_few(Announcer *announcer)
{
        for (size_t i = 0; i < KINDS; i++) {
                Shelf *shelf = &announcer->shelves[i];
                Cursor cursor = { 0 };
                Object object;

                while (!shelf->kind->next_changed && shelf->kind->next(announcer->engine, &cursor, &object))
                        if (!tell_object(announcer, shelf, &object))
                                return false;
        }
        return true;
}

static bool tell_news(Announcer *announcer)
{
        for (size_t i = 0; i < KINDS; i++)
                if (announcer->shelves[i].look)
                        look(announcer, &announcer->shelves[i]);
        while (!TAILQ_EMPTY(&announcer->news))
                if (!tell(announcer, TAILQ_FIRST(&announcer->news)))
                        return false;
        return !announcer->congested;
}

/* Those that the engine names, one of each kind in turn. */
static bool tell_changed(Announcer *announcer)
{
        bool more = true;

        while (more) {
                more = false;
                for (size_t i = 0; i < KINDS; i++) {
                        Shelf *shelf = &announcer->shelves[i];
                        Object object;

                        if (!has_room(announcer))
                                return false;
                        if (!shelf->kind->next_changed ||
                                !shelf->kind->next_changed(announcer->engine, &object))
                                continue;
                        more = true;
                        tell_object(announcer, shelf, &object);
                }
        }
        return !announcer->congested;
}

AnnounceResult announcer_run(Announcer *announcer)
{
        if (!announcer->bus)
                return ANNOUNCE_DONE;
        announcer->n_sent = 0;
        announcer->congested = false;
        if (tell_signals(announcer) && tell_few(announcer) && tell_news(announcer) && tell_changed(announcer))
                return ANNOUNCE_DONE;
        return announcer->congested ? ANNOUNCE_CONGESTED : ANNOUNCE_MORE;
}

void announcer_look(Announcer *announcer, const Kind *kind)
{
        for (size_t i = 0; i < KINDS; i++)
                if (!kind || kind == announcer->shelves[i].kind)
                        announcer->shelves[i].look = true;
}

void announcer_failed_over(Announcer *announcer, const Event *event)
{
        sd_bus_message *signal;

        if (announcer->bus && announcer->n_signals < SIGNALS_MAX &&
                pool_new_failed_over(announcer->bus, event, &signal) >= 0)
                announcer->signals[announcer->n_signals++] = signal;
}

/* Life cycle. */

static void forget_all(Announcer *announcer)
{
        for (size_t i = 0; i < KINDS; i++) {
                Shelf *shelf = &announcer->shelves[i];

                while (!TAILQ_EMPTY(&shelf->objects))
                        forget(announcer, TAILQ_FIRST(&shelf->objects));
                shelf->look = false;
        }
        while (announcer->n_signals > 0)
                sd_bus_message_unref(announcer->signals[--announcer->n_signals]);
}

int announcer_start(Announcer *announcer, sd_bus *bus)
{
        announcer_stop(announcer);
        for (size_t i = 0; i < KINDS; i++) {
                Shelf *shelf = &announcer->shelves[i];
                Object object;
                int r;

                while (shelf->kind->next_changed && shelf->kind->next_changed(announcer->engine, &object))
                        continue;
                r = look_at_objects(announcer, shelf, true);
                if (r < 0)
                        return r;
        }
        announcer->bus = bus;
        return 0;
}

void announcer_stop(Announcer *announcer)
{
        announcer->bus = NULL;
        forget_all(announcer);
}

int announcer_new(Announcer **ret, Engine *engine)
{
        Announcer *announcer = calloc(1, sizeof *announcer);

        if (!announcer)
                return -ENOMEM;
        announcer->engine = engine;
        TAILQ_INIT(&announcer->news);
        for (size_t i = 0; i < KINDS; i++)
                shelf_init(&announcer->shelves[i], kinds[i]);
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
