/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool report: tells the log, and through the engine's callback everybody else, what happened to pools. */

#include <stdio.h>
#include <time.h>

#include "engine/pool-internal.h"
#include "engine/report.h"
#include "util/log.h"
#include "util/message-id.h"

enum {
        VALUES_SHOWN = 12,
};

static void tell(Engine *engine, Event *event)
{
        event->time_usec = clock_now_usec(CLOCK_REALTIME);
        engine->callbacks.happened(engine->callbacks.userdata, event);
}

static Event event_of(const Member *member, EventKind kind, const char *reason)
{
        const PoolConfig *pool = member->pool->config;

        return (Event){
                .kind = kind,
                .name = &pool->record.name,
                .pool = true,
                .type = rrset_type_of_family(member->policy.address.family),
                .provider = pool->record.provider->id,
                .member = member->name,
                .address = &member->policy.address,
                .reason = reason,
        };
}

void report_member_down(const Member *member, const char *reason)
{
        char name[NAME_TEXT_MAX], address[ADDRESS_TEXT_MAX];
        Event event = event_of(member, EVENT_MEMBER_DOWN, reason);

        name_to_text(&member->pool->config->record.name, name);
        address_to_text(&member->policy.address, address);
        log_message(LOG_WARNING, MESSAGE_MEMBER_DOWN,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", member->name },
                        { "SIGNPOST_ADDRESS", address }, { "SIGNPOST_REASON", reason }),
                "%s: member \"%s\" (%s) is down: %s", name, member->name, address,
                reason ?: "its checks fail");
        tell(member->pool->engine, &event);
}

void report_member_up(const Member *member, bool news)
{
        char name[NAME_TEXT_MAX], address[ADDRESS_TEXT_MAX];
        Event event = event_of(member, EVENT_MEMBER_UP, NULL);

        name_to_text(&member->pool->config->record.name, name);
        address_to_text(&member->policy.address, address);
        log_message(news ? LOG_NOTICE : LOG_INFO, MESSAGE_MEMBER_UP,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", member->name },
                        { "SIGNPOST_ADDRESS", address }),
                "%s: member \"%s\" (%s) is up", name, member->name, address);
        if (news)
                tell(member->pool->engine, &event);
}

void report_switch(const Pool *pool, unsigned family, EventKind kind, const RRset *after, const char *reason)
{
        const PoolFamily *state = &pool->policy.families[family];
        const Member *member =
                state->overridden ? (const Member *) (const void *) state->override.member : NULL;
        const StoredOrder *order = member ? &pool->orders[family] : NULL;
        const RRset *before = pool_seen(pool, family);
        char name[NAME_TEXT_MAX], is[REPORT_VALUES_MAX], was[REPORT_VALUES_MAX];
        const char *user = order ? order->user : pool->speaker ? pool->speaker->user : NULL;
        Event event = {
                .kind = kind,
                .name = &pool->config->record.name,
                .pool = true,
                .type = family == 0 ? TYPE_A : TYPE_AAAA,
                .provider = pool->config->record.provider->id,
                .member = member ? member->name : NULL,
                .address = member ? &member->policy.address : NULL,
                .user = user,
                .before = before,
                .after = after,
        };

        if (order && order->reason && *order->reason)
                reason = order->reason;
        else if (pool->speaker && pool->speaker->reason && *pool->speaker->reason)
                reason = pool->speaker->reason;
        event.reason = reason ?: "an operator said so";
        name_to_text(event.name, name);
        log_message(LOG_NOTICE, kind == EVENT_FAILOVER ? MESSAGE_POOL_FAILOVER : MESSAGE_POOL_FAILBACK,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", event.member },
                        { "SIGNPOST_USER", user }, { "SIGNPOST_REASON", event.reason }),
                "%s %s: %s to %s (before: %s): %s", name, family == 0 ? "A" : "AAAA",
                kind == EVENT_FAILOVER ? "failover" : "failback", report_values(after, VALUES_SHOWN, is),
                report_values(before, VALUES_SHOWN, was), event.reason);
        tell(pool->engine, &event);
}

static const char *all_down_to_text(AllDown all_down)
{
        static const char *const texts[] = {
                [ALL_DOWN_HOLD] = "what is published is kept",
                [ALL_DOWN_ALL] = "every member is published",
                [ALL_DOWN_EMPTY] = "only what is up is published",
                [ALL_DOWN_FALLBACK] = "the fallback addresses are published",
        };

        return texts[all_down];
}

void report_held(const Pool *pool, unsigned family)
{
        char name[NAME_TEXT_MAX];
        const char *type = family == 0 ? "A" : "AAAA";

        name_to_text(&pool->config->record.name, name);
        if (!pool->held[family])
                log_message(LOG_NOTICE, MESSAGE_POOL_HELD, LOG_FIELDS({ "SIGNPOST_POOL", name }),
                        "%s %s: enough members are up again", name, type);
        else
                log_message(LOG_ERR, MESSAGE_POOL_HELD, LOG_FIELDS({ "SIGNPOST_POOL", name }),
                        "%s %s: fewer than %u members are up: %s", name, type, pool->config->minimum,
                        all_down_to_text(pool->config->all_down));
}

static const char *why_lost(const Observer *observer)
{
        if (!observer->connected)
                return "no interface with carrier has an address";
        if (observer->state == OBSERVER_LOST)
                return "no reference answers";
        return observer->silence ? "nobody answers any more" : "half of the members fail at once";
}

static const char *observer_consequence(ObserverState state)
{
        return state == OBSERVER_LOST ? "nothing is changed because of checks"
                                      : "nothing is removed until this is clear";
}

void report_observer(Engine *engine, unsigned family, ObserverState before)
{
        const Observer *observer = &engine->pools->observers[family];
        const char *protocol = family == 0 ? "IPv4" : "IPv6";
        Event event = {
                .kind = observer->state == OBSERVER_OK ? EVENT_OBSERVER_OK : EVENT_OBSERVER_LOST,
                .reason = observer->state == OBSERVER_OK ? NULL : why_lost(observer),
        };

        if (observer->n_members == 0)
                return; /* nobody cares about the IPv6 of those who have no members there */
        if (observer->state == OBSERVER_OK)
                log_message(LOG_NOTICE, MESSAGE_OBSERVER_OK, NULL, "over %s this host can judge others again",
                        protocol);
        else
                log_message(LOG_WARNING, MESSAGE_OBSERVER_LOST,
                        LOG_FIELDS({ "SIGNPOST_REASON", event.reason }),
                        "over %s this host cannot judge others: %s; %s", protocol, event.reason,
                        observer_consequence(observer->state));
        /* A mere suspicion is no event; how it ends is. */
        if (observer->state == OBSERVER_LOST || before == OBSERVER_LOST)
                tell(engine, &event);
}

void report_order(const Pool *pool, const Member *member, const char *what, const StoredOrder *order)
{
        char name[NAME_TEXT_MAX], until[64] = "";
        time_t seconds = (time_t) (order->until_usec / USEC_PER_SEC);
        struct tm parts;

        if (order->until_usec != 0 && gmtime_r(&seconds, &parts))
                strftime(until, sizeof until, " until %Y-%m-%d %H:%M:%S UTC", &parts);
        name_to_text(&pool->config->record.name, name);
        log_message(LOG_NOTICE, MESSAGE_OPERATOR,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", member ? member->name : NULL },
                        { "SIGNPOST_USER", order->user }, { "SIGNPOST_REASON", order->reason }),
                "%s: %s orders %s%s%s%s%s%s%s%s", name, order->user, what, member ? " for member \"" : "",
                member ? member->name : "", member ? "\"" : "", until, order->forced ? ", by force" : "",
                *order->reason ? ": " : "", order->reason);
}

void report_expired(const Pool *pool, const char *member, const char *what)
{
        char name[NAME_TEXT_MAX];

        name_to_text(&pool->config->record.name, name);
        log_message(LOG_NOTICE, MESSAGE_OPERATOR,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", member }),
                "%s: %s of member \"%s\" has expired", name, what, member);
}

void report_hopeless(const Pool *pool, const char *member)
{
        char name[NAME_TEXT_MAX];

        name_to_text(&pool->config->record.name, name);
        log_message(LOG_WARNING, MESSAGE_OPERATOR,
                LOG_FIELDS({ "SIGNPOST_POOL", name }, { "SIGNPOST_MEMBER", member }),
                "%s: the failover to \"%s\" ends: the pool has no such member any more", name, member);
}
