/* SPDX-License-Identifier: BSD-3-Clause */

/* Order: who says what, and why, goes into the log, into files and onto screens. So the words are checked
 * here. */

#include "bus/order.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "bus/error.h"
#include "util/clock.h"

#define FLAG_FORCE ((uint64_t) 1)

#define ORDER_TIMEOUT_USEC (20 * USEC_PER_SEC)

/* The year 10000: later ones are mistakes of unit, and do not fit into every file. */
#define UNTIL_MAX_USEC (253402300800 * USEC_PER_SEC)

enum {
        REASON_MAX = 512,
        MEMBERS_SHOWN = 12,
};

/* Arguments. */

static int check_reason(const char *reason, sd_bus_error *error)
{
        size_t length = strlen(reason);

        if (length > REASON_MAX)
                return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                        "the reason has %zu bytes, and %d are the most", length, REASON_MAX);
        for (size_t i = 0; i < length; i++)
                if (iscntrl((unsigned char) reason[i]))
                        return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                                "the reason is to be one line, without control characters");
        return 0;
}

static int check_until(usec_t until_usec, sd_bus_error *error)
{
        if (until_usec < UNTIL_MAX_USEC)
                return 0;
        return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                "until is %" PRIu64 ": it is in microseconds since 1970, or 0", until_usec);
}

static int check_flags(uint64_t flags, sd_bus_error *error)
{
        if ((flags & ~FLAG_FORCE) == 0)
                return 0;
        return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                "flags is %" PRIu64 ": 1 is force, and there are no others", flags);
}

int order_read(const Call *call, bool has_until, OrderArguments *ret, sd_bus_error *error)
{
        uint64_t until_usec = 0, flags;
        const char *reason;
        int r = has_until ? sd_bus_message_read(call->message, "t", &until_usec) : 0;

        if (r >= 0)
                r = sd_bus_message_read(call->message, "st", &reason, &flags);
        if (r >= 0)
                r = check_until(until_usec, error);
        if (r >= 0)
                r = check_reason(reason, error);
        if (r >= 0)
                r = check_flags(flags, error);
        if (r >= 0)
                r = errands_check_room(call->bus->errands, error);
        if (r < 0)
                return r;
        ret->order = (Order){
                .user = user_to_text(call->user, ret->user),
                .reason = reason,
                .until_usec = until_usec,
                .force = flags & FLAG_FORCE,
        };
        return 0;
}

/* What was refused, with the facts. */

static const char *family_to_text(const Address *address)
{
        return address->family == AF_INET ? "IPv4" : "IPv6";
}

/* An operator's word, else what the checks say. */
static const char *standing(const MemberStatus *status)
{
        switch (status->admin) {
        case ADMIN_NONE:
                return health_state_to_text(status->health);
        case ADMIN_DRAIN:
                return "drained";
        case ADMIN_MAINTENANCE:
                return "in maintenance";
        case ADMIN_DOWN:
                return "taken out";
        case ADMIN_UP:
                return "kept in";
        }
        return "unknown";
}

static bool can_serve(const MemberStatus *status)
{
        if (status->admin != ADMIN_NONE)
                return status->admin == ADMIN_UP;
        return status->health == HEALTH_UP || status->health == HEALTH_FAILING;
}

static bool is_other(const MemberStatus *status, const MemberStatus *member)
{
        return status->pool == member->pool && status->address.family == member->address.family &&
               strcmp(status->name, member->name) != 0;
}

/* "web2 is down, web3 is drained and 3 more": of the others of the member's family those who cannot serve;
 * or how many there are. Malloc'ed; NULL when out of memory. */
static char *describe_others(const Engine *engine, const MemberStatus *member)
{
        char *text = NULL;
        size_t size, n = 0, n_idle = 0;
        FILE *out = open_memstream(&text, &size);
        Cursor cursor = { 0 };
        Object other;

        if (!out)
                return NULL;
        while (member_kind.next(engine, &cursor, &other)) {
                const MemberStatus *status = &other.member;

                if (!is_other(status, member))
                        continue;
                n++;
                if (can_serve(status) || ++n_idle > MEMBERS_SHOWN)
                        continue;
                fprintf(out, "%s%s is %s", n_idle > 1 ? ", " : "", status->name, standing(status));
        }
        if (n_idle > MEMBERS_SHOWN)
                fprintf(out, " and %zu more", n_idle - MEMBERS_SHOWN);
        if (n == 0)
                fputs("there is no other", out);
        else if (n_idle == 0)
                fprintf(out, "there %s %zu other%s", n > 1 ? "are" : "is", n, n > 1 ? "s" : "");
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

static int error_would_empty(
        sd_bus_error *error, const Engine *engine, const Name *pool, const MemberStatus *member)
{
        AUTO_FREE char *others = describe_others(engine, member);
        char name[NAME_TEXT_MAX];
        unsigned minimum = member->pool->minimum;

        return error_set(error, ERROR_WOULD_EMPTY_POOL,
                "without %s, fewer than %u %s member%s of %s would be left (%s); force does it all the same",
                member->name, minimum > 0 ? minimum : 1, family_to_text(&member->address),
                minimum > 1 ? "s" : "", name_to_text(pool, name), others ?: "out of memory");
}

/* Taken out by an operator, or else by its checks, even if it is kept in whatever they say. */
static int error_member_down(sd_bus_error *error, const Name *pool, const MemberStatus *member)
{
        bool by_checks = member->admin == ADMIN_NONE || member->admin == ADMIN_UP;
        const char *why = by_checks ? member->problem : member->admin_reason;
        bool has_why = why && *why;
        char name[NAME_TEXT_MAX];

        return error_set(error, ERROR_WOULD_EMPTY_POOL, "%s of %s is %s%s%s%s; force does it all the same",
                member->name, name_to_text(pool, name),
                by_checks ? health_state_to_text(member->health) : standing(member), has_why ? " (" : "",
                has_why ? why : "", has_why ? ")" : "");
}

static int error_past(sd_bus_error *error)
{
        return error_set(error, SD_BUS_ERROR_INVALID_ARGS,
                "until has passed: it is now %" PRIu64 " (microseconds since 1970)",
                clock_now_usec(CLOCK_REALTIME));
}

/* Why the engine does not take an order about a member. */
static int refuse_member(
        const Call *call, const Name *pool, const char *member, OrderResult result, sd_bus_error *error)
{
        const Engine *engine = call->bus->engine;
        MemberStatus status;

        if (!engine_find_member(engine, pool, member, &status))
                return error_no_such_member(error, engine, pool, member);
        return result == ORDER_MEMBER_DOWN ? error_member_down(error, pool, &status)
                                           : error_would_empty(error, engine, pool, &status);
}

static int answer_later(const Call *call, const Name *pool)
{
        Name *name = reallocarray(NULL, 1, sizeof *name);
        int r;

        if (!name)
                return -ENOMEM;
        *name = *pool;
        r = errands_add(call->bus->errands, call->message, name, 1, ORDER_TIMEOUT_USEC);
        bus_changed(call->bus); /* DNS may have it already */
        return r;
}

int order_answer(const Call *call, const Name *pool, const char *member, int result, sd_bus_error *error)
{
        char name[NAME_TEXT_MAX];

        if (result == -ESHUTDOWN)
                return error_stopping(error);
        if (result < 0)
                return result;
        switch ((OrderResult) result) {
        case ORDER_DONE:
                return answer_later(call, pool);
        case ORDER_NO_POOL:
                return error_no_such_object(error, &pool_kind, call->bus->engine, name_to_text(pool, name));
        case ORDER_NO_MEMBER:
        case ORDER_WOULD_EMPTY:
        case ORDER_MEMBER_DOWN:
                return refuse_member(call, pool, member, (OrderResult) result, error);
        case ORDER_IN_FAILOVER:
                return error_set(error, ERROR_WOULD_EMPTY_POOL,
                        "%.*s is whom a failover has serve %s: fail back first; force does it all the same",
                        ERROR_QUOTED_MAX, member, name_to_text(pool, name));
        case ORDER_PAST:
                return error_past(error);
        case ORDER_NO_OVERRIDE:
                return error_set(error, ERROR_NOT_OVERRIDDEN,
                        "%s is not overridden: there is nothing to go back from", name_to_text(pool, name));
        }
        return -EINVAL;
}
