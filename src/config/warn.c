/* SPDX-License-Identifier: BSD-3-Clause */

/* Warn: what a configuration that is good says, though it can hardly be meant. Nothing here is an error: a
 * program may be installed later, and who asks may see other files than the service does. */

#include "config/warn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/report.h"

__attribute__((format(printf, 3, 4))) static void warn(
        ConfigErrors *warnings, const Place *place, const char *format, ...)
{
        AUTO_FREE char *text = NULL;
        char path[REPORT_PATH_MAX];
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        va_end(arguments);
        if (!text)
                return;
        report_show_place(path, sizeof path, place);
        config_errors_add(warnings, "%s: %s", path, text);
}

/* Programs. */

/* 0, or the error that to run it would end with. */
static int try_program(const char *path)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return errno;
        if (S_ISDIR(status.st_mode))
                return EISDIR;
        return access(path, X_OK) < 0 ? errno : 0;
}

static void judge_command(ConfigErrors *warnings, const Place *above, char *const *command)
{
        Place place = { .above = above, .key = "command" };
        int error = try_program(command[0]);

        if (error != 0)
                warn(warnings, &place, "%s cannot be run: %s", command[0], strerror(error));
}

static void judge_check(ConfigErrors *warnings, const Place *above, const CheckConfig *check)
{
        Place place = { .above = above, .key = "check" };

        if (check->type == CHECK_EXEC)
                judge_command(warnings, &place, check->command);
}

static bool has_self(const PoolConfig *pool)
{
        return pool->record.ipv4 || pool->record.ipv6;
}

static void judge_checks(ConfigErrors *warnings, const Place *above, const PoolConfig *pool)
{
        Place self = { .above = above, .key = "self" }, members = { .above = above, .key = "members" };

        judge_check(warnings, above, pool->check);
        if (has_self(pool) && pool->self_check != pool->check)
                judge_check(warnings, &self, pool->self_check);
        for (size_t i = 0; i < pool->n_members; i++) {
                Place member = { .above = &members, .key = pool->members[i].name };

                if (pool->members[i].check != pool->check)
                        judge_check(warnings, &member, pool->members[i].check);
        }
}

static void judge_hooks(ConfigErrors *warnings, const Config *config)
{
        Place hooks = { .key = "hooks" };

        for (size_t i = 0; i < config->n_hooks; i++) {
                Place hook = { .above = &hooks, .index = i };

                judge_command(warnings, &hook, config->hooks[i].command);
        }
}

/* Pools. */

static bool priorities_differ(const PoolConfig *pool)
{
        uint32_t first =
                has_self(pool) || pool->n_members == 0 ? pool->self_priority : pool->members[0].priority;

        for (size_t i = 0; i < pool->n_members; i++)
                if (pool->members[i].priority != first)
                        return true;
        return false;
}

static void judge_policy(ConfigErrors *warnings, const Place *above, const PoolConfig *pool)
{
        Place place = { .above = above, .key = "policy" };

        if (pool->policy != POOL_PRIORITY && priorities_differ(pool))
                warn(warnings, &place,
                        "the members have different priorities, which count only with \"priority\" here");
}

/* IPv4 and IPv6 are counted apart; without a member of a family there is nothing to be kept. */
static void judge_minimum(ConfigErrors *warnings, const Place *above, const PoolConfig *pool, int family)
{
        Place place = { .above = above, .key = "minimum" };
        size_t n = 0;

        if (has_self(pool) || pool->discover)
                return;
        for (size_t i = 0; i < pool->n_members; i++)
                if (pool->members[i].address.family == family)
                        n++;
        if (n > 0 && n < pool->minimum)
                warn(warnings, &place,
                        "there are never %u %s members, as only %zu %s configured: \"all_down\" always "
                        "decides",
                        pool->minimum, family == AF_INET ? "IPv4" : "IPv6", n, n == 1 ? "is" : "are");
}

static void judge_stop(ConfigErrors *warnings, const Place *above, const PoolConfig *pool)
{
        Place place = { .above = above, .key = "withdraw_on_stop" };

        if (pool->record.withdraw_on_stop && !has_self(pool))
                warn(warnings, &place, "has no effect without \"self\"");
}

static void judge_pools(ConfigErrors *warnings, const Config *config)
{
        Place pools = { .key = "pools" };

        for (size_t i = 0; i < config->n_pools; i++) {
                const PoolConfig *pool = config->pools[i];
                char name[NAME_TEXT_MAX];
                Place place = { .above = &pools, .key = name_to_text(&pool->record.name, name) };

                judge_checks(warnings, &place, pool);
                judge_policy(warnings, &place, pool);
                judge_minimum(warnings, &place, pool, AF_INET);
                judge_minimum(warnings, &place, pool, AF_INET6);
                judge_stop(warnings, &place, pool);
        }
}

/* The observer. */

static const MemberConfig *find_member(const PoolConfig *pool, const Address *address)
{
        for (size_t i = 0; i < pool->n_members; i++)
                if (address_equal(&pool->members[i].address, address))
                        return &pool->members[i];
        return NULL;
}

static void judge_reference(ConfigErrors *warnings, const Config *config, const Address *reference)
{
        Place observer = { .key = "observer" }, place = { .above = &observer, .key = "references" };
        char address[ADDRESS_TEXT_MAX], name[NAME_TEXT_MAX];

        for (size_t i = 0; i < config->n_pools; i++) {
                const MemberConfig *member = find_member(config->pools[i], reference);

                if (member)
                        warn(warnings, &place,
                                "%s is also the member \"%s\" of %s, but should be another host",
                                address_to_text(reference, address), member->name,
                                name_to_text(&config->pools[i]->record.name, name));
        }
}

void config_warn(const Config *config, ConfigErrors *warnings)
{
        judge_pools(warnings, config);
        for (size_t i = 0; i < config->n_references; i++)
                judge_reference(warnings, config, &config->references[i]);
        judge_hooks(warnings, config);
}
