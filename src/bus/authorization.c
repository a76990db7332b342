/* SPDX-License-Identifier: BSD-3-Clause */

/* Authorization: first the bus says which user the caller is, then polkit whether that caller may. Both
 * answer when they like, so each request is kept, for a bounded time and in bounded number, and nothing of it
 * but the call: what is to be done is looked up afterwards. sd-bus could ask too, but would block meanwhile.
 *
 * A caller that leaves while its request is kept is noticed: unique names are never given out again. */

#include "bus/authorization.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "bus/error.h"
#include "util/clock.h"
#include "util/log.h"

/* Polkit's part of org.freedesktop.PolicyKit1 (its D-Bus interface's documentation). */
#define POLKIT_NAME        "org.freedesktop.PolicyKit1"
#define POLKIT_PATH        "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE   "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_INTERACTIVE 1U

#define DRIVER_NAME "org.freedesktop.DBus"
#define DRIVER_PATH "/org/freedesktop/DBus"

#define PATIENCE_USEC             (10 * USEC_PER_SEC)
#define PATIENCE_INTERACTIVE_USEC (120 * USEC_PER_SEC) /* somebody types a password */

enum {
        REQUESTS_MAX = 64,
        REQUESTS_PER_CALLER_MAX = 8,
        /* Of those that polkit thinks about, so that no user keeps the others out. */
        REQUESTS_PER_USER_MAX = 16,
};

typedef struct Request {
        Authorizer *authorizer;
        Bus *bus;
        sd_bus_message *message;
        const char *action;
        MethodHandler handler;

        uid_t user;
        bool asked; /* polkit */
        char cancellation_id[32];
        sd_bus_slot *gone;   /* the caller */
        sd_bus_slot *answer; /* of the bus, then of polkit */
        TAILQ_ENTRY(Request) entry;
} Request;

struct Authorizer {
        TAILQ_HEAD(, Request) requests;
        uint64_t next_id;
};

static Request *request_free(Request *request)
{
        if (!request)
                return NULL;
        TAILQ_REMOVE(&request->authorizer->requests, request, entry);
        sd_bus_slot_unref(request->gone);
        sd_bus_slot_unref(request->answer);
        sd_bus_message_unref(request->message);
        free(request);
        return NULL;
}
DEFINE_FREEP(Request, request_free)

/* Ends. */

static void grant(Request *request)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = sd_bus_message_ref(request->message);
        AUTO(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        const Call call = { .bus = request->bus, .message = message, .user = request->user };
        MethodHandler handler = request->handler;
        int r;

        log_info("D-Bus: %s is allowed to user %u (%s)", request->action, request->user,
                sd_bus_message_get_sender(message));
        request_free(request);
        r = sd_bus_message_rewind(message, true);
        if (r >= 0)
                r = handler(&call, &error);
        if (r < 0)
                sd_bus_reply_method_errno(message, r, &error);
}

static void refuse(Request *request, const char *name, const char *why)
{
        AUTO(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

        error_set(&error, name, "%s is not allowed: %s", request->action, why);
        log_debug("D-Bus: %s: %s", sd_bus_message_get_sender(request->message), error.message ?: name);
        sd_bus_reply_method_error(request->message, &error);
        request_free(request);
}

/* Polkit need not go on thinking. Nobody waits for what it says to that. */
static void cancel(const Request *request)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        sd_bus *bus = sd_bus_message_get_bus(request->message);

        if (!request->asked)
                return;
        if (sd_bus_message_new_method_call(bus, &message, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                    "CancelCheckAuthorization") < 0 ||
                sd_bus_message_append(message, "s", request->cancellation_id) < 0 ||
                sd_bus_message_set_expect_reply(message, false) < 0 ||
                sd_bus_message_set_auto_start(message, false) < 0)
                return;
        sd_bus_send(bus, message, NULL);
}

/* Polkit. */

static int on_decided(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        Request *request = userdata;
        bool interactive = sd_bus_message_get_allow_interactive_authorization(request->message) > 0;
        const sd_bus_error *error = sd_bus_message_get_error(answer);
        int authorized = false, challenge = false;

        (void) ret_error;
        if (error) {
                char why[512];

                cancel(request);
                snprintf(why, sizeof why, "polkit does not decide (%s)", error->message ?: error->name);
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED, why);
        } else if (sd_bus_message_enter_container(answer, 'r', "bba{ss}") < 0 ||
                   sd_bus_message_read(answer, "bb", &authorized, &challenge) < 0) {
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED, "polkit's answer is not understood");
        } else if (authorized) {
                grant(request);
        } else if (challenge && !interactive) {
                refuse(request, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                        "it needs an authentication, and the call does not allow asking for one");
        } else if (challenge) {
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED,
                        "it needs an authentication, and there is no agent to ask for one");
        } else {
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED, "polkit says no");
        }
        return 1;
}

static int ask_polkit(Request *request)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        sd_bus *bus = sd_bus_message_get_bus(request->message);
        bool interactive = sd_bus_message_get_allow_interactive_authorization(request->message) > 0;
        int r = sd_bus_message_new_method_call(
                bus, &message, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization");

        if (r < 0)
                return r;
        snprintf(request->cancellation_id, sizeof request->cancellation_id, "signpost-%" PRIu64,
                ++request->authorizer->next_id);
        r = sd_bus_message_append(message, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s",
                sd_bus_message_get_sender(request->message), request->action, 0,
                interactive ? POLKIT_INTERACTIVE : 0U, request->cancellation_id);
        if (r < 0)
                return r;
        request->asked = true;
        request->answer = sd_bus_slot_unref(request->answer);
        return sd_bus_call_async(bus, &request->answer, message, on_decided, request,
                interactive ? PATIENCE_INTERACTIVE_USEC : PATIENCE_USEC);
}

static bool user_has_too_many(const Request *request)
{
        const Request *other;
        unsigned n = 0;

        TAILQ_FOREACH(other, &request->authorizer->requests, entry)
                n += other->asked && other->user == request->user;
        return n >= REQUESTS_PER_USER_MAX;
}

/* The caller. */

static int on_user(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        Request *request = userdata;
        uint32_t user;

        (void) ret_error;
        if (sd_bus_message_read(answer, "u", &user) < 0) {
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED, "the bus does not say who asks");
                return 1;
        }
        request->user = user;
        if (user == 0 || user == geteuid())
                grant(request);
        else if (user_has_too_many(request))
                refuse(request, ERROR_BUSY, "other calls of this user wait for polkit already");
        else if (ask_polkit(request) < 0)
                refuse(request, SD_BUS_ERROR_ACCESS_DENIED, "polkit cannot be asked");
        return 1;
}

static int on_gone(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error)
{
        Request *request = userdata;

        (void) signal;
        (void) ret_error;
        cancel(request);
        request_free(request);
        return 0;
}

/* Without a word from the bus when the caller goes, the deadline ends the request. Given so that sd-bus does
 * not give up the connection. */
static int on_watched(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
        (void) answer;
        (void) userdata;
        (void) ret_error;
        return 0;
}

static int watch_caller(Request *request, const char *caller)
{
        char rule[512];

        snprintf(rule, sizeof rule,
                "type='signal',sender='" DRIVER_NAME "',path='" DRIVER_PATH "',interface='" DRIVER_NAME
                "',member='NameOwnerChanged',arg0='%s'",
                caller);
        return sd_bus_add_match_async(
                sd_bus_message_get_bus(request->message), &request->gone, rule, on_gone, on_watched, request);
}

static int ask_bus(Request *request, const char *caller)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        sd_bus *bus = sd_bus_message_get_bus(request->message);
        int r = sd_bus_message_new_method_call(
                bus, &message, DRIVER_NAME, DRIVER_PATH, DRIVER_NAME, "GetConnectionUnixUser");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", caller);
        return r < 0 ? r : sd_bus_call_async(bus, &request->answer, message, on_user, request, PATIENCE_USEC);
}

static int check_room(const Authorizer *authorizer, const char *caller, sd_bus_error *error)
{
        const Request *request;
        unsigned n = 0, of_caller = 0;

        TAILQ_FOREACH(request, &authorizer->requests, entry) {
                n++;
                of_caller += strcmp(sd_bus_message_get_sender(request->message), caller) == 0;
        }
        if (of_caller >= REQUESTS_PER_CALLER_MAX)
                return error_set(error, ERROR_BUSY,
                        "%u calls of this caller wait for their authorization already", of_caller);
        if (n >= REQUESTS_MAX)
                return error_set(error, ERROR_BUSY, "%u calls wait for their authorization already", n);
        return 0;
}

int authorizer_ask(Authorizer *authorizer, const Call *call, const char *action, MethodHandler handler,
        sd_bus_error *error)
{
        const char *caller = sd_bus_message_get_sender(call->message);
        AUTO(request_freep) Request *request = NULL;
        int r;

        if (!caller)
                return -EACCES;
        r = check_room(authorizer, caller, error);
        if (r < 0)
                return r;
        request = calloc(1, sizeof *request);
        if (!request)
                return -ENOMEM;
        *request = (Request){ .authorizer = authorizer,
                .bus = call->bus,
                .message = sd_bus_message_ref(call->message),
                .action = action,
                .handler = handler };
        TAILQ_INSERT_TAIL(&authorizer->requests, request, entry);
        /* In this order: who goes in between is unknown to the bus when it is asked. */
        r = watch_caller(request, caller);
        if (r >= 0)
                r = ask_bus(request, caller);
        if (r < 0)
                return r;
        STEAL(request);
        return 0;
}

void authorizer_drop(Authorizer *authorizer)
{
        while (!TAILQ_EMPTY(&authorizer->requests))
                request_free(TAILQ_FIRST(&authorizer->requests));
}

int authorizer_new(Authorizer **ret)
{
        Authorizer *authorizer = calloc(1, sizeof *authorizer);

        if (!authorizer)
                return -ENOMEM;
        TAILQ_INIT(&authorizer->requests);
        *ret = authorizer;
        return 0;
}

Authorizer *authorizer_free(Authorizer *authorizer)
{
        if (!authorizer)
                return NULL;
        authorizer_drop(authorizer);
        free(authorizer);
        return NULL;
}
