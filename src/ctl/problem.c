/* SPDX-License-Identifier: BSD-3-Clause */

/* Problems: a server that is away is one problem, not a thousand. */

#include "ctl/problem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/describe.h"

enum {
        NAMES_SHOWN = 3,
        INDENT = 4,
};

typedef struct Problem {
        const char *state, *reason, *provider;
        usec_t next_usec;               /* of the first to be tried again; 0: none is */
        size_t n_records;               /* 0: it is the provider's own */
        const char *names[NAMES_SHOWN]; /* `reason` is what is said of the first */
} Problem;

typedef struct Problems {
        size_t n;
        Problem *problems;
} Problems;

static void problems_done(Problems *problems)
{
        free(problems->problems);
}

static bool is_problem(const char *state, const char *reason)
{
        return *reason || strcmp(state, "retrying") == 0 || strcmp(state, "parked") == 0;
}

/* Do they say the same, each about its own record? */
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

/* The one that the record shares. */
static Problem *find(const Problems *problems, const Record *record)
{
        for (size_t i = 0; i < problems->n; i++) {
                Problem *problem = &problems->problems[i];

                if (strcmp(problem->provider, record->provider) == 0 &&
                        strcmp(problem->state, record->state) == 0 &&
                        is_same_reason(problem->reason, problem->names[0], record->last_error, record->name))
                        return problem;
        }
        return NULL;
}

static Problem *append(Problems *problems, const Problem *problem)
{
        Problem *all = reallocarray(problems->problems, problems->n + 1, sizeof *all);

        if (!all)
                return NULL;
        problems->problems = all;
        all[problems->n] = *problem;
        return &all[problems->n++];
}

static int add_record(Problems *problems, const Record *record)
{
        const Problem fresh = {
                .state = record->state,
                .reason = record->last_error,
                .provider = record->provider,
        };
        Problem *problem = find(problems, record);

        if (!problem)
                problem = append(problems, &fresh);
        if (!problem)
                return -ENOMEM;
        if (problem->n_records < NAMES_SHOWN)
                problem->names[problem->n_records] = record->name;
        problem->n_records++;
        if (record->next_retry > 0 && (problem->next_usec == 0 || record->next_retry < problem->next_usec))
                problem->next_usec = record->next_retry;
        return 0;
}

static int add_provider(Problems *problems, const Provider *provider)
{
        const Problem fresh = {
                .state = provider->state,
                .reason = provider->last_error,
                .provider = provider->name,
                .next_usec = provider->retry_after,
        };

        return append(problems, &fresh) ? 0 : -ENOMEM;
}

static bool is_told_by_record(const Provider *provider, const Snapshot *snapshot)
{
        const Record *record;

        for (size_t i = 0; (record = snapshot_next_record(snapshot, &i));)
                if (strcmp(record->provider, provider->name) == 0 &&
                        strcmp(record->last_error, provider->last_error) == 0)
                        return true;
        return false;
}

static int collect(Problems *problems, const Snapshot *snapshot)
{
        const Provider *provider;
        const Record *record;

        for (size_t i = 0; (record = snapshot_next_record(snapshot, &i));)
                if (is_problem(record->state, record->last_error) && add_record(problems, record) < 0)
                        return -ENOMEM;
        for (size_t i = 0; (provider = snapshot_next_provider(snapshot, &i));)
                if (is_problem(provider->state, provider->last_error) &&
                        !is_told_by_record(provider, snapshot) && add_provider(problems, provider) < 0)
                        return -ENOMEM;
        return 0;
}

/* "a.example.com, b.example.com, c.example.com and 9 more" */
static void print_subject(const Problem *problem, const Output *output)
{
        if (problem->n_records == 0)
                output_text(output, COLOUR_NONE, "  provider %s", problem->provider);
        for (size_t i = 0; i < problem->n_records && i < NAMES_SHOWN; i++)
                output_text(output, COLOUR_NONE, "%s%s", i > 0 ? ", " : "  ", problem->names[i]);
        if (problem->n_records > NAMES_SHOWN)
                output_text(output, COLOUR_NONE, " and %zu more", problem->n_records - NAMES_SHOWN);
        output_line(output, COLOUR_NONE, ":");
}

/* What to publish when somebody has acted. */
static const char *name_to_publish(const Problem *problem)
{
        if (problem->n_records == 0)
                return NULL;
        return problem->n_records == 1 ? problem->names[0] : "";
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

int problems_print(const Snapshot *snapshot, const Output *output, usec_t now_usec)
{
        AUTO(problems_done) Problems problems = { 0 };

        if (collect(&problems, snapshot) < 0)
                return -ENOMEM;
        if (problems.n == 0)
                return 0;
        output_line(output, COLOUR_NONE, "%s", "");
        output_line(output, COLOUR_HEADER, "Problems");
        for (size_t i = 0; i < problems.n; i++)
                print_problem(&problems.problems[i], output, now_usec);
        return 0;
}
