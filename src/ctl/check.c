/* SPDX-License-Identifier: BSD-3-Clause */

/* check: has members checked, waits until each has a result that it had not before, and shows them. Nothing
 * signals a result that changes nothing, so that it has to be asked for. */

#include "ctl/command.h"

#include <errno.h>
#include <string.h>

#include "ctl/members.h"
#include "ctl/snapshot.h"
#include "ctl/string-list.h"

enum {
        ASK_AGAIN_NSEC = 50 * 1000 * 1000,
};

/* Those of a snapshot that are checked. */
typedef struct Round {
        size_t n;
        Object **members; /* as they were before */
        bool *answered;
} Round;

static void round_done(Round *round)
{
        for (size_t i = 0; i < round->n; i++)
                object_free(round->members[i]);
        free(round->members);
        free(round->answered);
}

/* only: NULL: all members of the pool. */
static int collect(Round *round, const Snapshot *snapshot, const Pool *pool, const char *only)
{
        size_t n = snapshot_count(snapshot, OBJECT_MEMBER);
        const Object *object;

        round->members = calloc(n + 1, sizeof *round->members);
        round->answered = calloc(n + 1, sizeof *round->answered);
        if (!round->members || !round->answered)
                return -ENOMEM;
        for (size_t i = 0; (object = snapshot_next(snapshot, OBJECT_MEMBER, &i));) {
                if (!pool_has_member(pool, &object->member) ||
                        (only && strcmp(object->member.name, only) != 0))
                        continue;
                round->members[round->n] = object_copy(object);
                if (!round->members[round->n])
                        return -ENOMEM;
                round->n++;
        }
        return 0;
}

static int check_now(Ctl *ctl, const char *path, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = client_new_privileged_call(
                ctl->client, &call, path, object_interface(OBJECT_MEMBER), "CheckNow");

        return r < 0 ? r : client_call(ctl->client, call, CLIENT_TIMEOUT_USEC, NULL, error);
}

/* A member that has gone meanwhile is not waited for. */
static int ask(Ctl *ctl, Snapshot *snapshot, Round *round, size_t i, sd_bus_error *error)
{
        const Object *before = round->members[i];
        AUTO(object_freep) Object *now = NULL;
        int r = snapshot_read_object(&now, ctl->client, OBJECT_MEMBER, before->path, error);

        if (members_is_unknown(error)) {
                sd_bus_error_free(error);
                round->answered[i] = true;
                return 0;
        }
        if (r < 0 || now->member.last_check_time == before->member.last_check_time)
                return r;
        round->answered[i] = true;
        return snapshot_put(snapshot, STEAL(now));
}

/* 1: each has been checked; 0: not in time. */
static int wait_for_results(Ctl *ctl, Snapshot *snapshot, Round *round, sd_bus_error *error)
{
        const struct timespec pause = { .tv_nsec = ASK_AGAIN_NSEC };
        usec_t deadline = clock_now_usec(CLOCK_MONOTONIC) + CLIENT_TIMEOUT_USEC;

        for (;;) {
                size_t n_left = 0;

                for (size_t i = 0; i < round->n; i++) {
                        int r = round->answered[i] ? 0 : ask(ctl, snapshot, round, i, error);

                        if (r < 0)
                                return r;
                        n_left += !round->answered[i];
                }
                if (n_left == 0 || clock_now_usec(CLOCK_MONOTONIC) >= deadline)
                        return n_left == 0;
                nanosleep(&pause, NULL);
        }
}

static int set_late(const Round *round, sd_bus_error *error)
{
        AUTO_FREE char **names = calloc(round->n + 1, sizeof *names); /* borrowed */
        AUTO_FREE char *list = NULL;
        size_t n = 0;

        if (!names)
                return -ENOMEM;
        for (size_t i = 0; i < round->n; i++)
                if (!round->answered[i])
                        names[n++] = round->members[i]->member.name;
        list = string_list_join(names, ", ");
        return sd_bus_error_setf(error, SD_BUS_ERROR_TIMEOUT, "not checked within %u s: %s",
                (unsigned) (CLIENT_TIMEOUT_USEC / USEC_PER_SEC), list ? list : "some");
}

int check_run(Ctl *ctl, sd_bus_error *error)
{
        const char *only = ctl->arguments.operands[1];
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        AUTO(round_done) Round round = { 0 };
        const Pool *pool;
        int r = snapshot_read(&snapshot, ctl->client, error), all;

        if (r >= 0)
                r = members_find_pool(&pool, &snapshot, ctl->client, ctl->arguments.operands[0], error);
        if (r >= 0)
                r = collect(&round, &snapshot, pool, only);
        if (r >= 0 && only && round.n == 0)
                return members_set_unknown(error, pool->publication.name, only);
        for (size_t i = 0; r >= 0 && i < round.n; i++)
                r = check_now(ctl, round.members[i]->path, error);
        if (r < 0)
                return r;
        all = wait_for_results(ctl, &snapshot, &round, error);
        if (all < 0)
                return all;
        r = members_print(ctl, &snapshot, pool, only);
        return r < 0 || all ? r : set_late(&round, error);
}
