/* SPDX-License-Identifier: BSD-3-Clause */

/* Problems: a server that is away is one problem, not a thousand. */

#include "ctl/problem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"

enum {
        NAMES_SHOWN = 3,
        INDENT = 4,
};

typedef struct Problem {
        const char *state, *provider;
        char *reason;                   /* its own */
        usec_t next_usec;               /* of the first to be tried again; 0: none is */
        size_t n_names;                 /* 0: it is the provider's own */
        const char *names[NAMES_SHOWN]; /* `reason` is what is said of the first */
} Problem;

typedef struct Problems {
        size_t n;
        Problem *problems;
} Problems;

static void problems_done(Problems *problems)
{
        for (size_t i = 0; i < problems->n; i++)
                free(problems->problems[i].reason);
        free(problems->problems);
}

static bool is_problem(const char *state, const char *reason)
{
        return *reason || strcmp(state, "retrying") == 0 || strcmp(state, "parked") == 0;
}

/* Do they say the same, each about its own publication? */
static bool is_same_reason(const char *a, const char *name_a, const char *b, const char *name_b)
{
        size_t length_a = strlen(name_a), length_b = strlen(name_b);

        while (*a && *b) {
                if (strncmp(a, name_a, length_a) == 0 && strncmp(b, name_b, length_b) == 0) {
                        a += length_a;
                        b += length_b;
                } else if (*a++ != *b++) {
                        return false;
                }
        }
        return !*a && !*b;
}

/* The one that the publication shares. */
static Problem *find(const Problems *problems, const Publication *publication)
{
        for (size_t i = 0; i < problems->n; i++) {
                Problem *problem = &problems->problems[i];

                if (strcmp(problem->provider, publication->provider) == 0 &&
                        strcmp(problem->state, publication->state) == 0 &&
                        is_same_reason(problem->reason, problem->names[0], publication->last_error,
                                publication->name))
                        return problem;
        }
        return NULL;
}

static Problem *append(Problems *problems, const Problem *problem, const char *reason)
{
        Problem *all = reallocarray(problems->problems, problems->n + 1, sizeof *all);

        if (!all)
                return NULL;
        problems->problems = all;
        all[problems->n] = *problem;
        all[problems->n].reason = strdup(reason);
        return all[problems->n].reason ? &all[problems->n++] : NULL;
}

static int add_publication(Problems *problems, const Publication *publication)
{
        const Problem fresh = {
                .state = publication->state,
                .provider = publication->provider,
        };
        Problem *problem = find(problems, publication);

        if (!problem)
                problem = append(problems, &fresh, publication->last_error);
        if (!problem)
                return -ENOMEM;
        if (problem->n_names < NAMES_SHOWN)
                problem->names[problem->n_names] = publication->name;
        problem->n_names++;
        if (publication->next_retry > 0 &&
                (problem->next_usec == 0 || publication->next_retry < problem->next_usec))
                problem->next_usec = publication->next_retry;
        return 0;
}

static int add_provider(Problems *problems, const Provider *provider)
{
        const Problem fresh = {
                .state = provider->state,
                .provider = provider->name,
                .next_usec = provider->retry_after,
        };

        return append(problems, &fresh, provider->last_error) ? 0 : -ENOMEM;
}

static bool is_told_by_publication(const Provider *provider, const Snapshot *snapshot)
{
        const Publication *publication;

        for (size_t i = 0; (publication = snapshot_next_publication(snapshot, &i));)
                if (strcmp(publication->provider, provider->name) == 0 &&
                        strcmp(publication->last_error, provider->last_error) == 0)
                        return true;
        return false;
}

/* "0 of 3 members are up": of IPv4 and IPv6 apart where there are both, as the minimum is. Malloc'ed. */
static char *describe_up(const Snapshot *snapshot, const Pool *pool)
{
        size_t n[2] = { 0 }, up[2] = { 0 };
        const Member *member;
        char *text;
        int r;

        for (size_t i = 0; (member = snapshot_next_member(snapshot, pool, &i));) {
                bool v6 = strchr(member->address, ':');

                n[v6]++;
                up[v6] += strcmp(member->health, "up") == 0;
        }
        if (n[0] > 0 && n[1] > 0)
                r = asprintf(&text, "%zu of %zu IPv4 members and %zu of %zu IPv6 members are up", up[0], n[0],
                        up[1], n[1]);
        else
                r = asprintf(&text, "%zu of %zu members are up", up[0] + up[1], n[0] + n[1]);
        return r < 0 ? NULL : text;
}

/* Its checks, and not DNS, are what somebody should look at. */
static int add_held(Problems *problems, const Snapshot *snapshot, const Pool *pool)
{
        AUTO_FREE char *up = describe_up(snapshot, pool), *reason = NULL;
        Publication held = {
                .name = pool->publication.name,
                .provider = (char *) "",
                .state = pool->condition,
        };

        if (!up || asprintf(&reason, "%s, fewer than its minimum: \"all_down\" decides what is published",
                           up) < 0) {
                reason = NULL;
                return -ENOMEM;
        }
        held.last_error = reason;
        return add_publication(problems, &held);
}

static int collect(Problems *problems, const Snapshot *snapshot)
{
        const Provider *provider;
        const Publication *publication;
        const Pool *pool;

        for (size_t i = 0; (publication = snapshot_next_publication(snapshot, &i));)
                if (is_problem(publication->state, publication->last_error) &&
                        add_publication(problems, publication) < 0)
                        return -ENOMEM;
        for (size_t i = 0; (pool = snapshot_next_pool(snapshot, &i));)
                if (strcmp(pool->condition, "held") == 0 && add_held(problems, snapshot, pool) < 0)
                        return -ENOMEM;
        for (size_t i = 0; (provider = snapshot_next_provider(snapshot, &i));)
                if (is_problem(provider->state, provider->last_error) &&
                        !is_told_by_publication(provider, snapshot) && add_provider(problems, provider) < 0)
                        return -ENOMEM;
        return 0;
}

/* "a.example.com, b.example.com, c.example.com and 9 more" */
static void print_subject(const Problem *problem, const Output *output)
{
        if (problem->n_names == 0)
                output_text(output, COLOUR_NONE, "  provider %s", problem->provider);
        for (size_t i = 0; i < problem->n_names && i < NAMES_SHOWN; i++)
                output_text(output, COLOUR_NONE, "%s%s", i > 0 ? ", " : "  ", problem->names[i]);
        if (problem->n_names > NAMES_SHOWN)
                output_text(output, COLOUR_NONE, " and %zu more", problem->n_names - NAMES_SHOWN);
        output_line(output, COLOUR_NONE, ":");
}

/* What to publish when somebody has acted. */
static const char *name_to_publish(const Problem *problem)
{
        if (problem->n_names == 0)
                return NULL;
        return problem->n_names == 1 ? problem->names[0] : "";
}

static void print_problem(const Problem *problem, const Output *output, usec_t now_usec)
{
        const char *name = name_to_publish(problem);
        AUTO_FREE char *next = describe_next(problem->state, problem->next_usec, now_usec, name);

        print_subject(problem, output);
        output_paragraph(output, describe_state_colour(problem->state), INDENT,
                *problem->reason ? problem->reason : problem->state);
        if (next)
                output_paragraph(output, COLOUR_NONE, INDENT, next);
}

static void print_observer(const char *observer, const Output *output)
{
        const char *meaning = describe_observer(observer);

        if (!meaning)
                return;
        output_line(output, COLOUR_NONE, "  observer %s:", observer);
        output_paragraph(output, describe_state_colour(observer), INDENT, meaning);
}

int problems_print(const Snapshot *snapshot, const Output *output, usec_t now_usec)
{
        AUTO(problems_done) Problems problems = { 0 };
        const char *observer = snapshot_manager(snapshot)->observer;

        if (collect(&problems, snapshot) < 0)
                return -ENOMEM;
        if (problems.n == 0 && !describe_observer(observer))
                return 0;
        output_line(output, COLOUR_NONE, "%s", "");
        output_line(output, COLOUR_HEADER, "Problems");
        print_observer(observer, output);
        for (size_t i = 0; i < problems.n; i++)
                print_problem(&problems.problems[i], output, now_usec);
        return 0;
}
