/* SPDX-License-Identifier: BSD-3-Clause */

/* failover, failback, and what is said of one member: orders, which the daemon answers when DNS has what
 * comes of them; then what that is. */

#include "ctl/command.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/describe.h"
#include "ctl/members.h"
#include "ctl/snapshot.h"

#define FLAG_FORCE ((uint64_t) 1)

enum {
        BETTER_SHOWN = 3,
};

static usec_t until(const Arguments *arguments)
{
        return arguments->for_usec > 0 ? clock_now_usec(CLOCK_REALTIME) + arguments->for_usec : 0;
}

static const char *reason(const Arguments *arguments)
{
        return arguments->reason ? arguments->reason : "";
}

static uint64_t flags(const Arguments *arguments)
{
        return arguments->force ? FLAG_FORCE : 0;
}

static int send(Ctl *ctl, sd_bus_message *call, sd_bus_error *error)
{
        return client_call(ctl->client, call, CLIENT_TIMEOUT_USEC, NULL, error);
}

/* An answer on standard output: "NAME: text". */
static int tell(const Ctl *ctl, const char *name, const char *text)
{
        if (!text)
                return -ENOMEM;
        output_line(&ctl->output, COLOUR_NONE, "%s: %s", name, text);
        return 0;
}

static int tell_published(const Ctl *ctl, const Publication *publication)
{
        AUTO_FREE char *text = describe_published(publication);

        return tell(ctl, publication->name, text);
}

/* Each failover to this member: one, unless it has ended meanwhile. */
static int tell_failover(const Ctl *ctl, const Pool *pool, const char *member)
{
        for (size_t i = 0; i < pool->overrides.n; i++) {
                const Override *override = &pool->overrides.overrides[i];
                AUTO_FREE char *text = describe_override(override, clock_now_usec(CLOCK_REALTIME));

                if (strcmp(override->member, member) == 0 && tell(ctl, pool->publication.name, text) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int failover_run(Ctl *ctl, sd_bus_error *error)
{
        const Arguments *arguments = &ctl->arguments;
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        AUTO(object_freep) Object *pool = NULL;
        AUTO_FREE char *path = NULL;
        int r = members_get_pool_path(&path, ctl->client, arguments->operands[0], error);

        if (r < 0)
                return r;
        r = client_new_privileged_call(ctl->client, &call, path, object_interface(OBJECT_POOL), "Failover");
        if (r >= 0)
                r = sd_bus_message_append(call, "stst", arguments->operands[1], until(arguments),
                        reason(arguments), flags(arguments));
        if (r >= 0)
                r = send(ctl, call, error);
        if (r >= 0)
                r = snapshot_read_object(&pool, ctl->client, OBJECT_POOL, path, error);
        if (r >= 0)
                r = tell_failover(ctl, &pool->pool, arguments->operands[1]);
        return r < 0 ? r : tell_published(ctl, &pool->pool.publication);
}

/* What is over nobody has to remember: the daemon does not say who ended it. */
static int tell_failback(const Ctl *ctl, const Pool *pool)
{
        const struct passwd *user = getpwuid(geteuid());
        const char *why = reason(&ctl->arguments);
        AUTO_FREE char *text = NULL;

        if (asprintf(&text, "failback%s%s%s%s", user ? " by " : "", user ? user->pw_name : "",
                    *why ? ": " : "", why) < 0) {
                text = NULL;
                return -ENOMEM;
        }
        return tell(ctl, pool->publication.name, text);
}

/* "here1 is down, here2 is drained": the members of better priorities than the one in use. NULL: there are
 * none, or no memory. */
static char *describe_better(const Snapshot *snapshot, const Pool *pool)
{
        char *text = NULL;
        size_t size, n = 0;
        FILE *out = open_memstream(&text, &size);
        const Member *member;

        if (!out)
                return NULL;
        for (size_t i = 0; (member = snapshot_next_member(snapshot, pool, &i));)
                if (member->priority < pool->priority && ++n <= BETTER_SHOWN)
                        fprintf(out, "%s%s is %s", n > 1 ? ", " : "", member->name,
                                describe_standing(member));
        if (n > BETTER_SHOWN)
                fprintf(out, " and %zu more", n - BETTER_SHOWN);
        if (fclose(out) == 0 && n > 0)
                return text;
        free(text);
        return NULL;
}

/* The checks may have it serve from where it was. */
static int tell_if_it_stays(const Ctl *ctl, const Snapshot *snapshot, const Pool *pool)
{
        AUTO_FREE char *better = NULL, *text = NULL;

        if (strcmp(pool->policy, "priority") == 0 && pool->priority > 0)
                better = describe_better(snapshot, pool);
        if (!better)
                return 0;
        if (asprintf(&text, "serves from priority %" PRIu32 "%s: %s", pool->priority,
                    strcmp(pool->condition, "frozen") == 0 ? ", since this host cannot judge others" : "",
                    better) < 0) {
                text = NULL;
                return -ENOMEM;
        }
        return tell(ctl, pool->publication.name, text);
}

static int tell_what_failback_did(const Ctl *ctl, const char *path, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const Object *pool;
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        pool = snapshot_find(&snapshot, path, OBJECT_POOL);
        if (!pool)
                return -ENOENT;
        r = tell_failback(ctl, &pool->pool);
        if (r >= 0)
                r = tell_if_it_stays(ctl, &snapshot, &pool->pool);
        return r < 0 ? r : tell_published(ctl, &pool->pool.publication);
}

int failback_run(Ctl *ctl, sd_bus_error *error)
{
        const Arguments *arguments = &ctl->arguments;
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        AUTO_FREE char *path = NULL;
        int r = members_get_pool_path(&path, ctl->client, arguments->operands[0], error);

        if (r < 0)
                return r;
        r = client_new_privileged_call(ctl->client, &call, path, object_interface(OBJECT_POOL), "Failback");
        if (r >= 0)
                r = sd_bus_message_append(call, "st", reason(arguments), flags(arguments));
        if (r >= 0)
                r = send(ctl, call, error);
        return r < 0 ? r : tell_what_failback_did(ctl, path, error);
}

static int tell_admin(const Ctl *ctl, const Member *member)
{
        AUTO_FREE char *order = describe_admin(member, clock_now_usec(CLOCK_REALTIME));

        if (!order || *order)
                return tell(ctl, member->name, order);
        output_line(&ctl->output, COLOUR_NONE, "%s: left to its checks: %s", member->name, member->health);
        return 0;
}

static int set_admin(Ctl *ctl, const char *path, sd_bus_error *error)
{
        const Arguments *arguments = &ctl->arguments;
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = client_new_privileged_call(
                ctl->client, &call, path, object_interface(OBJECT_MEMBER), "SetAdmin");

        if (r >= 0)
                r = sd_bus_message_append(call, "stst", arguments->command->admin, until(arguments),
                        reason(arguments), flags(arguments));
        return r < 0 ? r : send(ctl, call, error);
}

int admin_run(Ctl *ctl, sd_bus_error *error)
{
        const char *const *operands = ctl->arguments.operands;
        AUTO(object_freep) Object *pool = NULL, *member = NULL;
        AUTO_FREE char *pool_path = NULL, *path = NULL;
        int r = members_get_pool_path(&pool_path, ctl->client, operands[0], error);

        if (r < 0)
                return r;
        path = object_member_path(pool_path, operands[1]);
        if (!path)
                return -ENOMEM;
        r = set_admin(ctl, path, error);
        if (members_is_unknown(error))
                return members_set_unknown(error, operands[0], operands[1]);
        if (r >= 0)
                r = snapshot_read_object(&member, ctl->client, OBJECT_MEMBER, path, error);
        if (r >= 0)
                r = snapshot_read_object(&pool, ctl->client, OBJECT_POOL, pool_path, error);
        if (r >= 0)
                r = tell_admin(ctl, &member->member);
        return r < 0 ? r : tell_published(ctl, &pool->pool.publication);
}
