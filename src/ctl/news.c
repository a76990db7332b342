/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/news.h"

#include <errno.h>

#include "ctl/change.h"
#include "ctl/describe.h"
#include "ctl/json.h"
#include "ctl/text.h"

static const char *kind_to_text(NewsKind kind)
{
        static const char *const words[] = {
                [NEWS_PRESENT] = "present",
                [NEWS_CHANGED] = "changed",
                [NEWS_ADDED] = "added",
                [NEWS_REMOVED] = "removed",
        };

        return words[kind];
}

/* What every line of JSON has. */
static json_object *new_line(const char *event, const char *object, const char *name)
{
        AUTO(json_putp) json_object *json = json_object_new_object();

        if (!json || json_add_time(json, "time", clock_now_usec(CLOCK_REALTIME)) < 0 ||
                json_add_text(json, "event", event) < 0 || json_add_text(json, "object", object) < 0 ||
                json_add_text(json, "name", name) < 0)
                return NULL;
        return STEAL(json);
}

static int print_json(NewsKind kind, const Object *object, const Object *before)
{
        const char *word = object_kind_to_text(object->kind);
        AUTO(json_putp) json_object *json = new_line(kind_to_text(kind), word, object_name(object));

        if (json && object->kind == OBJECT_MEMBER && json_add_text(json, "pool", object->member.pool) < 0)
                return -ENOMEM;
        if (!json || json_add(json, "properties", json_from_object(object, before)) < 0)
                return -ENOMEM;
        if (before && json_add(json, "before", json_from_object(before, object)) < 0)
                return -ENOMEM;
        return json_print(json, false);
}

/* "Nov 21 06:09:12 provider home: "; object NULL: the daemon. */
static void print_beginning(const Output *output, const Object *object)
{
        const char *name = object ? object_name(object) : NULL;
        char when[TEXT_TIME_MAX];

        output_text(output, COLOUR_GREY, "%s ", text_journal_time(clock_now_usec(CLOCK_REALTIME), when));
        if (name && object->kind == OBJECT_PROVIDER)
                output_text(output, COLOUR_NONE, "provider %s: ", name);
        else if (name && object->kind == OBJECT_MEMBER)
                output_text(output, COLOUR_NONE, "%s %s: ", object->member.pool, name);
        else
                output_text(output, COLOUR_NONE, "%s: ", name ? name : "signpostd");
}

/* The members that are well are counted there: there may be thousands. */
static bool is_told_by_pool(const Object *object)
{
        return object->kind == OBJECT_MEMBER && describe_is_well(&object->member);
}

static int print_words(const Ctl *ctl, NewsKind kind, const Object *object, const Object *before)
{
        AUTO_FREE char *text = change_describe(object, before, clock_now_usec(CLOCK_REALTIME));
        Colour colour = describe_state_colour(object_state(object));

        if (!text)
                return -ENOMEM;
        if (!*text || (kind == NEWS_PRESENT && is_told_by_pool(object)))
                return 0;
        print_beginning(&ctl->output, object);
        if (kind == NEWS_REMOVED)
                output_line(&ctl->output, COLOUR_NONE, "removed");
        else
                output_line(&ctl->output, colour, "%s%s", kind == NEWS_ADDED ? "added; " : "", text);
        return 0;
}

int news_print(const Ctl *ctl, NewsKind kind, const Object *object, const Object *before)
{
        if (ctl->arguments.json)
                return print_json(kind, object, before);
        return print_words(ctl, kind, object, before);
}

static int print_failover_json(const Object *pool, char *const *from, char *const *to, const char *reason)
{
        AUTO(json_putp)
        json_object *json = new_line("failed-over", object_kind_to_text(pool->kind), object_name(pool));

        if (!json || json_add(json, "from", json_from_strings(from)) < 0 ||
                json_add(json, "to", json_from_strings(to)) < 0 ||
                json_add_text(json, "reason", *reason ? reason : NULL) < 0)
                return -ENOMEM;
        return json_print(json, false);
}

int news_print_failover(
        const Ctl *ctl, const Object *pool, char *const *from, char *const *to, const char *reason)
{
        AUTO_FREE char *before = describe_addresses(from), *after = describe_addresses(to);

        if (ctl->arguments.json)
                return print_failover_json(pool, from, to, reason);
        if (!before || !after)
                return -ENOMEM;
        print_beginning(&ctl->output, pool);
        output_line(&ctl->output, COLOUR_YELLOW, "failed over from %s to %s%s%s", before, after,
                *reason ? ": " : "", reason);
        return 0;
}

/* In JSON and in words. */
static const struct {
        const char *event, *text;
} news_of_daemon[] = {
        [NEWS_APPEARED] = { "appeared", "is running" },
        [NEWS_VANISHED] = { "vanished", "is not running" },
        [NEWS_SILENT] = { "silent", "does not answer" },
};

static int print_daemon_json(NewsOfDaemon news)
{
        AUTO(json_putp) json_object *json = new_line(news_of_daemon[news].event, "daemon", NULL);

        return json ? json_print(json, false) : -ENOMEM;
}

int news_print_daemon(const Ctl *ctl, NewsOfDaemon news)
{
        if (ctl->arguments.json)
                return print_daemon_json(news);
        print_beginning(&ctl->output, NULL);
        output_line(&ctl->output, news == NEWS_APPEARED ? COLOUR_NONE : COLOUR_RED, "%s",
                news_of_daemon[news].text);
        return 0;
}
