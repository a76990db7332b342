/* SPDX-License-Identifier: BSD-3-Clause */

/* What the end of an operation means for those in flight: done, read and decide again, park, or try later. */

#include <errno.h>
#include <string.h>

#include "engine/queue-internal.h"
#include "engine/report.h"
#include "util/random.h"

enum {
        CONFLICTS_IN_A_ROW = 5, /* then somebody else writes as eagerly as we do: back off */
};

/* publication: NULL for all of the provider's. */
static void tell(Queue *queue, EventKind kind, const Publication *publication, const char *reason)
{
        Event event = {
                .kind = kind,
                .time_usec = clock_now_usec(CLOCK_REALTIME),
                .provider = queue->options.config->id,
                .reason = reason,
        };

        if (publication) {
                event.name = &publication->record->name;
                event.pool = publication->pool != NULL;
                event.type = publication->type;
                event.before = publication->synthesized ? NULL : publication->seen;
                event.after = kind == EVENT_PUBLISHED ? publication->attempt : event.before;
        }
        queue->options.happened(queue->options.userdata, &event);
}

static void park(Queue *queue, Publication *publication, const char *reason)
{
        queue_unmark(queue, publication);
        publication_park(publication, reason);
        queue_wake_at(queue, publication,
                queue_now_usec(queue) + pause_of_refusal(publication->refusals, random_u32()));
        report_parked(publication);
        if (publication->refusals == 1)
                tell(queue, EVENT_PARKED, publication, reason);
}

/* How an operation failed as a whole. */

/* True: it is news. */
static bool say_problem(Queue *queue, const char *reason)
{
        if (queue->problem && strcmp(queue->problem, reason) == 0)
                return false;
        free(queue->problem);
        queue->problem = strdup(reason);
        report_problem(queue->options.config, reason, queue->pause.parked);
        return true;
}

static void no_problem(Queue *queue)
{
        queue->answered = true;
        pause_after_success(&queue->pause);
        if (!queue->problem)
                return;
        free(queue->problem);
        queue->problem = NULL;
        report_recovered(queue->options.config);
}

static void back_off(Queue *queue, const Outcome *outcome)
{
        pause_after_failure(&queue->pause, queue_now_usec(queue), outcome->retry_after_usec, random_u32());
        for (size_t i = 0; i < queue->count; i++) {
                Publication *publication = queue->publications[i];

                if (!publication->in_flight && !publication->dirty)
                        continue;
                publication_failed(publication, outcome);
                queue_mark(queue, publication);
        }
        say_problem(queue, outcome->reason);
}

static void park_all(Queue *queue, const Outcome *outcome)
{
        pause_after_refusal(&queue->pause, queue_now_usec(queue), random_u32());
        for (size_t i = 0; i < queue->count; i++) {
                Publication *publication = queue->publications[i];

                if (!publication->in_flight && !publication->dirty)
                        continue;
                queue_unmark(queue, publication);
                publication_park(publication, outcome->reason);
                queue_wake_at(queue, publication, queue->pause.until_usec);
        }
        if (say_problem(queue, outcome->reason))
                tell(queue, EVENT_PARKED, NULL, outcome->reason);
}

/* Perhaps only because of one of them: find out which. */
static void try_each_alone(Queue *queue)
{
        for (size_t i = 0; i < queue->n_flight; i++) {
                queue->flight[i]->in_flight = false;
                queue->flight[i]->alone = true;
                queue_mark(queue, queue->flight[i]);
        }
}

static void refused(Queue *queue, const Outcome *outcome)
{
        if (outcome->everything)
                park_all(queue, outcome);
        else if (queue->n_flight > 1)
                try_each_alone(queue);
        else
                park(queue, queue->flight[0], outcome->reason);
}

/* The server is there, but failed: a single change that it cannot digest must not hold up the others. */
void queue_failed(Queue *queue, const Outcome *outcome)
{
        Publication *publication = queue->n_flight > 0 ? queue->flight[0] : NULL;

        if (outcome->everything || !publication) {
                back_off(queue, outcome);
                return;
        }
        if (queue->n_flight > 1) {
                try_each_alone(queue);
                return;
        }
        publication->failures++;
        publication_failed(publication, outcome);
        queue_wake_at(queue, publication,
                queue_now_usec(queue) + pause_of_failure(publication->failures, random_u32()));
        report_failed(publication);
}

static void out_of_memory(Outcome *ret)
{
        outcome_set(ret, OUTCOME_RETRY, "out of memory");
        ret->uncertain = ret->everything = true;
}

/* Outcomes of reads. */

static int take_result(Queue *queue, Publication *publication, ReadResult *result)
{
        publication->in_flight = false;
        if (result->kind != OUTCOME_APPLIED) {
                park(queue, publication, result->reason);
                return 0;
        }
        queue_mark(queue, publication);
        return publication_saw(publication, STEAL(result->set));
}

void queue_read_done(void *userdata, const Outcome *outcome, ReadResult *results, size_t n)
{
        Queue *queue = userdata;
        Outcome failure = *outcome;

        queue->operation = OPERATION_NONE;
        for (size_t i = 0; failure.kind == OUTCOME_APPLIED && i < n && i < queue->n_flight; i++)
                if (take_result(queue, queue->flight[i], &results[i]) < 0)
                        out_of_memory(&failure);
        if (failure.kind == OUTCOME_APPLIED)
                no_problem(queue);
        else if (failure.kind == OUTCOME_REFUSED)
                refused(queue, &failure);
        else
                queue_failed(queue, &failure);
        queue->n_flight = 0;
        queue_run(queue);
}

/* Outcomes of changes. */

static int all_applied(Queue *queue)
{
        no_problem(queue);
        for (size_t i = 0; i < queue->n_flight; i++) {
                Publication *publication = queue->flight[i];

                report_applied(publication);
                tell(queue, EVENT_PUBLISHED, publication, NULL);
                if (publication_applied(publication) < 0)
                        return -ENOMEM;
                queue_mark(queue, publication);
        }
        return 0;
}

/* A conflict is not an error: read, decide again. Many in a row are a quarrel. */
static void conflicted(Queue *queue, const Outcome *outcome)
{
        unsigned most = 0;

        for (size_t i = 0; i < queue->n_flight; i++) {
                Publication *publication = queue->flight[i];

                publication_conflicted(publication);
                report_conflict(publication);
                queue_mark(queue, publication);
                if (publication->conflicts > most)
                        most = publication->conflicts;
        }
        if (most >= CONFLICTS_IN_A_ROW)
                back_off(queue, outcome);
}

void queue_apply_done(void *userdata, const Outcome *outcome)
{
        Queue *queue = userdata;
        Outcome failure = *outcome;

        queue->operation = OPERATION_NONE;
        if (failure.kind == OUTCOME_APPLIED && all_applied(queue) < 0)
                out_of_memory(&failure);
        if (failure.kind == OUTCOME_CONFLICT)
                conflicted(queue, &failure);
        else if (failure.kind == OUTCOME_REFUSED)
                refused(queue, &failure);
        else if (failure.kind == OUTCOME_RETRY)
                queue_failed(queue, &failure);
        queue->n_flight = 0;
        queue_run(queue);
}
