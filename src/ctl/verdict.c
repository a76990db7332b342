/* SPDX-License-Identifier: BSD-3-Clause */

/* Verdict: what the daemon decided it says itself, as the pool's wanted addresses; the reason is found from
 * what it says of the pool and of the member. Decides nothing. */

#include "ctl/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/string-list.h"

static bool is(const char *text, const char *word)
{
        return strcmp(text, word) == 0;
}

static bool same_family(const char *a, const char *b)
{
        return !strchr(a, ':') == !strchr(b, ':');
}

/* The failover that concerns the member's family, and is in force: whom it names is wanted. NULL: none. */
static const Override *find_override(const Snapshot *snapshot, const Pool *pool, const Member *member)
{
        for (size_t i = 0; i < pool->overrides.n; i++) {
                const Override *override = &pool->overrides.overrides[i];
                const Member *other;

                for (size_t j = 0; (other = snapshot_next_member(snapshot, pool, &j));)
                        if (is(other->name, override->member) &&
                                same_family(other->address, member->address) &&
                                string_list_contains(pool->publication.wanted, other->address))
                                return override;
        }
        return NULL;
}

/* "down: connection refused" */
static void print_health(FILE *out, const Member *member)
{
        fprintf(out, "%s%s%s", member->health, *member->last_error ? ": " : "", member->last_error);
}

static bool health_is_bad(const Member *member)
{
        return is(member->health, "down") || is(member->health, "rising");
}

/* Why it is wanted although its checks say otherwise. */
static const char *reason_to_keep(const Pool *pool)
{
        if (is(pool->condition, "held"))
                return "fewer than the minimum are up, and \"all_down\" says so";
        if (is(pool->condition, "frozen"))
                return "kept: this host cannot judge others";
        return "kept for now: not all may go at once";
}

static void print_why_in(FILE *out, const Pool *pool, const Member *member)
{
        bool frozen = is(pool->condition, "frozen");

        if (is(member->health, "up") && frozen && *member->last_error)
                fprintf(out, "it was up, and this host cannot judge others now: %s", member->last_error);
        else if (is(member->health, "up"))
                fputs("it is up", out);
        else if (is(member->health, "unknown"))
                fputs("its checks have not decided yet, and DNS has it", out);
        else
                print_health(out, member);
        if (is(member->health, "failing") && !frozen)
                fputs("; not yet often enough to be taken out", out);
        else if (is(member->health, "failing") || health_is_bad(member))
                fprintf(out, "; %s", reason_to_keep(pool));
}

/* Its checks do not speak against it. */
static void print_why_passed_over(FILE *out, const Pool *pool, const Member *member)
{
        bool has_priorities = is(pool->policy, "priority") && pool->priority > 0;

        if (has_priorities && member->priority > pool->priority)
                fprintf(out, "%s, but its priority is %u, and %u is in use", member->health, member->priority,
                        pool->priority);
        else if (has_priorities && member->priority < pool->priority)
                fprintf(out, "%s; waits to take over from priority %u (its delay, or signpostctl failback)",
                        member->health, pool->priority);
        else if (is(pool->condition, "starting"))
                fputs("nothing is changed until each member was judged", out);
        else if (is(pool->condition, "frozen"))
                fprintf(out, "%s, but nothing is changed while this host cannot judge others",
                        member->health);
        else if (is(pool->condition, "held"))
                fprintf(out, "%s, but fewer than the minimum are, and \"all_down\" decides", member->health);
        else
                fprintf(out, "%s; about to be added", member->health);
}

static void print_why_out(FILE *out, const Pool *pool, const Member *member)
{
        if (is(member->health, "down"))
                print_health(out, member);
        else if (is(member->health, "rising"))
                fputs("it answers again, but has to go on with that for a while", out);
        else if (is(member->health, "unknown"))
                fputs("its checks have not decided yet, and DNS does not have it", out);
        else
                print_why_passed_over(out, pool, member);
}

/* failover: the one in force, in words; NULL: none. order: what was said of the member; "": nothing. */
static void print_reason(FILE *out, const Pool *pool, const Member *member, const char *failover,
        const char *order, bool wanted)
{
        if (failover)
                fputs(failover, out);
        else if (*order && wanted == is(member->admin, "up"))
                fputs(order, out);
        else if (*order && wanted)
                fprintf(out, "%s; but %s", order, reason_to_keep(pool));
        else if (wanted)
                print_why_in(out, pool, member);
        else
                print_why_out(out, pool, member);
        if (wanted && !member->published)
                fputs("; DNS does not have it yet", out);
        else if (!wanted && member->published)
                fputs("; DNS still has it", out);
}

void verdict_done(Verdict *verdict)
{
        free(verdict->reason);
}

int verdict_of(
        Verdict *ret, const Snapshot *snapshot, const Pool *pool, const Member *member, usec_t now_usec)
{
        const Override *override = find_override(snapshot, pool, member);
        AUTO_FREE char *failover = override ? describe_override(override, now_usec) : NULL;
        AUTO_FREE char *order = describe_admin(member, now_usec);
        AUTO_FREE char *reason = NULL;
        bool wanted = string_list_contains(pool->publication.wanted, member->address);
        size_t size;
        FILE *out = order && !failover == !override ? open_memstream(&reason, &size) : NULL;

        if (!out)
                return -ENOMEM;
        print_reason(out, pool, member, failover, order, wanted);
        if (fclose(out) != 0)
                return -ENOMEM;
        *ret = (Verdict){ .wanted = wanted, .reason = STEAL(reason) };
        return 0;
}
