/* SPDX-License-Identifier: BSD-3-Clause */

/* Message: each text of the event goes into the object and into the environment, so that neither can know
 * more than the other. Whatever it was made of, it is UTF-8. */

#include "hook/message.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/text.h"

enum {
        FORMAT_VERSION = 1,
        VARIABLES_MAX = 16,
        /* execve(2) takes no longer string than 128 KiB, and not many of these. */
        VARIABLE_SIZE_MAX = 64 * 1024,
};

struct HookMessage {
        unsigned references;
        EventKind kind;
        char *name; /* NULL: none */
        json_object *object;
        char *variables[VARIABLES_MAX + 1];
        size_t n_variables;
};

HookMessage *hook_message_ref(HookMessage *message)
{
        message->references++;
        return message;
}

HookMessage *hook_message_unref(HookMessage *message)
{
        if (!message || --message->references > 0)
                return NULL;
        for (size_t i = 0; i < message->n_variables; i++)
                free(message->variables[i]);
        json_object_put(message->object);
        free(message->name);
        free(message);
        return NULL;
}

/* Takes over the value. */
static int add_value(HookMessage *message, const char *key, json_object *value)
{
        if (!value)
                return -ENOMEM;
        if (json_object_object_add(message->object, key, value) == 0)
                return 0;
        json_object_put(value);
        return -ENOMEM;
}

/* key: "member"; the variable is SIGNPOST_MEMBER. What is too long for one is left out. */
static int add_variable(HookMessage *message, const char *key, const char *text)
{
        char *variable;
        int n;

        if (strlen(text) > VARIABLE_SIZE_MAX)
                return 0;
        n = asprintf(&variable, "SIGNPOST_%s=%s", key, text);
        if (n < 0)
                return -ENOMEM;
        for (char *at = variable; *at != '='; at++)
                *at = (char) toupper((unsigned char) *at);
        message->variables[message->n_variables++] = variable;
        return 0;
}

/* NULL: not there. */
static int add_text(HookMessage *message, const char *key, const char *text)
{
        AUTO_FREE char *clean = NULL;
        int r;

        if (!text)
                return 0;
        clean = strdup(text);
        if (!clean)
                return -ENOMEM;
        text_scrub(clean);
        r = add_value(message, key, json_object_new_string(clean));
        return r < 0 ? r : add_variable(message, key, clean);
}

static int add_time(HookMessage *message, usec_t time_usec)
{
        time_t seconds = (time_t) (time_usec / USEC_PER_SEC);
        char whole[32], text[48];
        struct tm parts;

        gmtime_r(&seconds, &parts);
        strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &parts);
        snprintf(text, sizeof text, "%s.%06" PRIu64 "Z", whole, time_usec % USEC_PER_SEC);
        return add_text(message, "time", text);
}

/* Both owned by the caller also in case of an error. */
static int list_addresses(const RRset *set, json_object *list, FILE *text)
{
        for (size_t i = 0; set && i < set->count; i++) {
                char buffer[ADDRESS_TEXT_MAX];
                json_object *element;
                Address address;

                if (rdata_to_address(set->rdata[i], set->type, &address) < 0)
                        continue;
                element = json_object_new_string(address_to_text(&address, buffer));
                if (!element)
                        return -ENOMEM;
                if (json_object_array_add(list, element) < 0) {
                        json_object_put(element);
                        return -ENOMEM;
                }
                fprintf(text, "%s%s", ftell(text) > 0 ? " " : "", buffer);
        }
        return 0;
}

/* A list; in the variable with spaces between. */
static int add_addresses(HookMessage *message, const char *key, const RRset *set)
{
        json_object *list = json_object_new_array();
        AUTO_FREE char *text = NULL;
        size_t size = 0;
        FILE *stream;
        int r = add_value(message, key, list);

        if (r < 0)
                return r;
        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        r = list_addresses(set, list, stream);
        if (fclose(stream) != 0)
                return -ENOMEM;
        return r < 0 ? r : add_variable(message, key, text);
}

static int add_name(HookMessage *message, const Event *event)
{
        char buffer[NAME_TEXT_MAX];
        int r;

        if (!event->name)
                return 0;
        message->name = strdup(name_to_text(event->name, buffer));
        if (!message->name)
                return -ENOMEM;
        r = add_text(message, "name", message->name);
        return r < 0 || !event->pool ? r : add_text(message, "pool", message->name);
}

static int add_member(HookMessage *message, const Event *event)
{
        char buffer[ADDRESS_TEXT_MAX];
        int r = add_text(message, "member", event->member);

        if (r < 0 || !event->address)
                return r;
        return add_text(message, "address", address_to_text(event->address, buffer));
}

/* Of a member the event tells the type of its addresses, but nothing of the RRset. */
static bool has_values(const Event *event)
{
        return event->kind != EVENT_MEMBER_DOWN && event->kind != EVENT_MEMBER_UP;
}

/* What the RRset held and holds: empty lists too, since those say something. */
static int add_rrset(HookMessage *message, const Event *event)
{
        char buffer[10];
        int r;

        if (event->type == 0)
                return 0;
        r = add_text(message, "type", rrtype_to_text(event->type, buffer));
        if (r < 0 || !has_values(event))
                return r;
        r = add_addresses(message, "before", event->before);
        return r < 0 ? r : add_addresses(message, "after", event->after);
}

static int fill(HookMessage *message, const Event *event, const char *host)
{
        int r = add_value(message, "version", json_object_new_int(FORMAT_VERSION));

        if (r >= 0)
                r = add_text(message, "event", event_kind_to_text(event->kind));
        if (r >= 0)
                r = add_time(message, event->time_usec);
        if (r >= 0)
                r = add_text(message, "host", host);
        if (r >= 0)
                r = add_name(message, event);
        if (r >= 0)
                r = add_member(message, event);
        if (r >= 0)
                r = add_text(message, "provider", event->provider);
        if (r >= 0)
                r = add_text(message, "user", event->user);
        if (r >= 0)
                r = add_text(message, "reason", event->reason);
        return r < 0 ? r : add_rrset(message, event);
}

HookMessage *hook_message_new(const Event *event, const char *host)
{
        AUTO(hook_message_unrefp) HookMessage *message = calloc(1, sizeof *message);

        if (!message)
                return NULL;
        message->references = 1;
        message->kind = event->kind;
        message->object = json_object_new_object();
        if (!message->object || fill(message, event, host) < 0)
                return NULL;
        return STEAL(message);
}

char *hook_message_to_json(HookMessage *message, unsigned lost)
{
        const char *text;
        char *line;

        json_object_object_del(message->object, "lost"); /* another hook's */
        if (lost > 0 && add_value(message, "lost", json_object_new_int64(lost)) < 0)
                return NULL;
        text = json_object_to_json_string_ext(
                message->object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        return text && asprintf(&line, "%s\n", text) >= 0 ? line : NULL;
}

const char *const *hook_message_environment(const HookMessage *message)
{
        return (const char *const *) message->variables;
}

const char *hook_message_event(const HookMessage *message)
{
        return event_kind_to_text(message->kind);
}

const char *hook_message_name(const HookMessage *message)
{
        return message->name;
}
