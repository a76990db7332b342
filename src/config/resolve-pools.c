/* SPDX-License-Identifier: BSD-3-Clause */

/* Resolve pools: what a pool's members and checks mean together. As in config/resolve nothing is reported
 * that may follow from what has been. */

#include "config/resolve-pools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/hostnames.h"
#include "config/match.h"
#include "config/pool.h"
#include "config/texts.h"
#include "config/unify.h"

/* Its host is the pool's name where it has none, and no haste slows it down. */
static int complete_check(CheckConfig *check, const PoolDraft *pool, Report *report)
{
        char name[NAME_TEXT_MAX];

        if (check->fast_interval_usec > check->interval_usec)
                check->fast_interval_usec = check->interval_usec;
        if (check->host || (check->type != CHECK_HTTP && check->type != CHECK_HTTPS) ||
                pool->record.entry.broken)
                return 0;
        name_to_text(&pool->record.config.name, name);
        if (!hostname_is_valid(name))
                report_entry_error(report, &pool->record.entry, NULL,
                        "must be a host name, or its HTTP checks must have a \"host\"");
        return text_replace(&check->host, name);
}

/* *check: NULL for `otherwise`. */
static int resolve_check(const CheckConfig **ret, Config *config, CheckConfig **check,
        const CheckConfig *otherwise, const PoolDraft *pool, Report *report)
{
        int r;

        if (!*check) {
                *ret = otherwise;
                return 0;
        }
        r = complete_check(*check, pool, report);
        if (r < 0)
                return r;
        *ret = config_take_check(config, check);
        return 0;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(((const MemberConfig *) a)->name, ((const MemberConfig *) b)->name);
}

static int resolve_members(Config *config, PoolConfig *pool, const PoolDraft *from, Report *report)
{
        pool->members = calloc(from->members.count + 1, sizeof *pool->members);
        if (!pool->members)
                return -ENOMEM;
        for (size_t i = 0; i < from->members.count; i++) {
                MemberDraft *draft = (MemberDraft *) from->members.items[i];
                MemberConfig *member = &pool->members[pool->n_members++];
                int r;

                *member = (MemberConfig){ .name = STEAL(draft->entry.key),
                        .address = draft->address,
                        .priority = draft->priority };
                r = resolve_check(&member->check, config, &draft->check, pool->check, from, report);
                if (r < 0)
                        return r;
        }
        qsort(pool->members, pool->n_members, sizeof *pool->members, compare_names);
        return 0;
}

/* As nobody else has the sources of a pool, these are none of a record's. */
static int resolve_self(Config *config, PoolConfig *pool, PoolDraft *from, Report *report)
{
        SelfDraft *self = from->self;

        pool->self_check = pool->check;
        if (!self)
                return 0;
        if (!self->ipv4 && !self->ipv6 && !from->record.entry.broken)
                report_entry_error(report, &from->record.entry, "self",
                        "must have one of \"ipv4\" and \"ipv6\": both are false");
        pool->record.ipv4 = config_take_source(config, &self->ipv4);
        pool->record.ipv6 = config_take_source(config, &self->ipv6);
        pool->self_priority = self->priority;
        return resolve_check(&pool->self_check, config, &self->check, pool->check, from, report);
}

static int compare_addresses(const void *a, const void *b)
{
        return address_compare(
                &(*(const MemberConfig *const *) a)->address, &(*(const MemberConfig *const *) b)->address);
}

static const char *shorten(const char *text, char buffer[static REPORT_KEY_MAX])
{
        report_show(buffer, REPORT_KEY_MAX, text);
        return buffer;
}

static void report_same_address(
        Report *report, const PoolDraft *from, const MemberConfig *a, const MemberConfig *b)
{
        char address[ADDRESS_TEXT_MAX], first[REPORT_KEY_MAX], second[REPORT_KEY_MAX];
        bool swap = strcmp(a->name, b->name) > 0;

        report_entry_error(report, &from->record.entry, "members",
                "must have different addresses, but both \"%s\" and \"%s\" have %s",
                shorten(swap ? b->name : a->name, first), shorten(swap ? a->name : b->name, second),
                address_to_text(&a->address, address));
}

static void judge_fallback(Report *report, const PoolConfig *pool, const PoolDraft *from,
        const MemberConfig *const *by_address, size_t n)
{
        for (size_t i = 0; i < pool->n_fallback; i++) {
                MemberConfig wanted = { .address = pool->fallback[i] };
                const MemberConfig *key = &wanted, *const * found;
                char address[ADDRESS_TEXT_MAX], name[REPORT_KEY_MAX];

                found = bsearch(&key, by_address, n, sizeof *by_address, compare_addresses);
                if (found)
                        report_entry_error(report, &from->record.entry, "all_down",
                                "must have other addresses than the members, not %s, which \"%s\" has",
                                address_to_text(&key->address, address), shorten((*found)->name, name));
        }
}

static int judge_addresses(Report *report, const PoolConfig *pool, const PoolDraft *from)
{
        AUTO_FREE const MemberConfig **by_address = calloc(pool->n_members + 1, sizeof *by_address);
        size_t n = 0;

        if (!by_address)
                return -ENOMEM;
        for (size_t i = 0; i < pool->n_members; i++)
                if (pool->members[i].address.family != AF_UNSPEC)
                        by_address[n++] = &pool->members[i];
        qsort(by_address, n, sizeof *by_address, compare_addresses);
        for (size_t i = 1; i < n; i++)
                if (address_equal(&by_address[i - 1]->address, &by_address[i]->address))
                        report_same_address(report, from, by_address[i - 1], by_address[i]);
        judge_fallback(report, pool, from, by_address, n);
        return 0;
}

static void judge_name(Report *report, const Config *config, const PoolDraft *from)
{
        for (size_t i = 0; from->record.config.name.length > 0 && i < config->n_records; i++)
                if (name_equal(&config->records[i]->name, &from->record.config.name))
                        report_entry_error(report, &from->record.entry, NULL,
                                "must not be the name of one of \"records\" too");
}

static int resolve_pool(Config *config, const Draft *draft, PoolDraft *from, Report *report)
{
        PoolConfig *pool = calloc(1, sizeof *pool);
        int r;

        if (!pool)
                return -ENOMEM;
        config->pools[config->n_pools++] = pool;
        *pool = from->config;
        from->config.fallback = NULL; /* taken over */
        pool->record = from->record.config;
        pool->record.ownership = OWNERSHIP_SHARED;
        pool->record.provider = match_provider(config, draft, &from->record, report);
        pool->manual_failback = from->failback == FAILBACK_MANUAL;
        if (pool->hold_down_max_usec < pool->hold_down_usec)
                pool->hold_down_max_usec = pool->hold_down_usec;
        r = resolve_check(&pool->check, config, &from->check, NULL, from, report);
        if (r < 0)
                return r;
        r = resolve_self(config, pool, from, report);
        if (r < 0)
                return r;
        r = resolve_members(config, pool, from, report);
        if (r < 0)
                return r;
        if (from->members.count == 0 && !from->self && !pool->discover && !from->record.entry.broken)
                report_entry_error(report, &from->record.entry, NULL,
                        "must have one of \"members\", \"self\" and \"discover\"");
        judge_name(report, config, from);
        return judge_addresses(report, pool, from);
}

static int compare_pools(const void *a, const void *b)
{
        return name_compare(
                &(*(PoolConfig *const *) a)->record.name, &(*(PoolConfig *const *) b)->record.name);
}

/* Checks that there can be at most: of each pool, of this host in it, and of each member. */
static size_t count_checks(const Draft *draft)
{
        size_t count = 0;

        for (size_t i = 0; i < draft->pools.count; i++)
                count += 2 + ((const PoolDraft *) draft->pools.items[i])->members.count;
        return count;
}

int resolve_pools(Config *config, Draft *draft, Report *report)
{
        size_t count = draft->pools.count;

        config->pools = calloc(count + 1, sizeof *config->pools);
        config->checks = calloc(count_checks(draft) + 1, sizeof *config->checks);
        if (!config->pools || !config->checks)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                int r = resolve_pool(config, draft, (PoolDraft *) draft->pools.items[i], report);

                if (r < 0)
                        return r;
        }
        qsort(config->pools, count, sizeof *config->pools, compare_pools);
        return 0;
}
