/* SPDX-License-Identifier: BSD-3-Clause */

/* Errands: look at the names after each change, in their order, and never at one again that came to rest, so
 * that a thousand of them cost a look each. */

#include "bus/errand.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bus/error.h"
#include "engine/status.h"

enum {
        ERRANDS_MAX = 32,
        PROBLEMS_SHOWN = 12,
};

typedef struct Errand {
        Errands *errands;
        sd_bus_message *message;
        sd_event_source *deadline;
        usec_t timeout_usec;
        size_t n_names, next; /* those before `next` came to rest */
        Name *names;
        size_t n_problems;
        char *problems; /* a line each; NULL: none */
        TAILQ_ENTRY(Errand) entry;
} Errand;

struct Errands {
        sd_event *event;
        const Engine *engine;
        unsigned count;
        TAILQ_HEAD(, Errand) list;
};

static Errand *errand_free(Errand *errand)
{
        if (!errand)
                return NULL;
        TAILQ_REMOVE(&errand->errands->list, errand, entry);
        errand->errands->count--;
        sd_event_source_disable_unref(errand->deadline);
        sd_bus_message_unref(errand->message);
        free(errand->names);
        free(errand->problems);
        free(errand);
        return NULL;
}

/* Looking. */

static bool is_under_way(const RecordStatus *status)
{
        switch (status->state) {
        case PUBLICATION_UNKNOWN:
        case PUBLICATION_PENDING:
                return true;
        case PUBLICATION_RETRYING:
                return status->next_usec == USEC_INFINITY; /* it tries right now */
        case PUBLICATION_IN_SYNC:
        case PUBLICATION_PARKED:
                break;
        }
        return false;
}

/* Does it keep an RRset of this family (0: A, 1: AAAA)? A pool does where it has, or should have, values. */
static bool keeps(const RecordStatus *status, bool pool, unsigned family)
{
        if (pool)
                return status->wanted[family] || status->published[family];
        return family == 0 ? status->config->ipv4 : status->config->ipv6;
}

/* "A", "AAAA", or "A and AAAA": which RRset is not as it is wanted. */
static const char *types_at_fault(const RecordStatus *status, bool pool)
{
        bool a = keeps(status, pool, 0) && !rrset_same_data(status->wanted[0], status->published[0]);
        bool aaaa = keeps(status, pool, 1) && !rrset_same_data(status->wanted[1], status->published[1]);

        if (a == aaaa) { /* it cannot be told by the values */
                a = keeps(status, pool, 0);
                aaaa = keeps(status, pool, 1);
        }
        return a == aaaa ? "A and AAAA" : a ? "A" : "AAAA";
}

/* Out of memory: the count alone has to say it. */
static void add_problem(Errand *errand, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_problem(Errand *errand, const char *format, ...)
{
        AUTO_FREE char *problem = NULL;
        char *problems;
        va_list arguments;
        int n;

        if (errand->n_problems++ >= PROBLEMS_SHOWN)
                return;
        va_start(arguments, format);
        n = vasprintf(&problem, format, arguments);
        va_end(arguments);
        if (n < 0) {
                problem = NULL;
                return;
        }
        n = asprintf(&problems, "%s%s%s", errand->problems ?: "", errand->problems ? "\n" : "", problem);
        if (n < 0)
                return;
        free(errand->problems);
        errand->problems = problems;
}

/* No record has the name of a pool, and what is published of a pool stands like a record. */
static bool find(const Engine *engine, const Name *name, RecordStatus *ret, bool *ret_pool)
{
        PoolStatus pool;

        *ret_pool = engine_find_pool(engine, name, &pool);
        if (!*ret_pool)
                return engine_find_record(engine, name, ret);
        *ret = (RecordStatus){
                .config = &pool.config->record,
                .state = pool.state,
                .wanted = { pool.wanted[0], pool.wanted[1] },
                .published = { pool.published[0], pool.published[1] },
                .problem = pool.problem,
                .next_usec = pool.next_usec,
        };
        return true;
}

/* False: the name is still under way. */
static bool look_at(Errand *errand, const Name *name)
{
        char text[NAME_TEXT_MAX];
        RecordStatus status;
        bool pool;

        name_to_text(name, text);
        if (!find(errand->errands->engine, name, &status, &pool)) {
                add_problem(errand, "%s: the configuration names it no more", text);
                return true;
        }
        if (status.state == PUBLICATION_IN_SYNC)
                return true;
        if (status.config->provider->dry_run) {
                add_problem(errand, "%s: \"dry_run\" of provider \"%s\" is set", text,
                        status.config->provider->id);
                return true;
        }
        if (is_under_way(&status))
                return false;
        add_problem(errand, "%s (%s) is %s: %s", text, types_at_fault(&status, pool),
                publication_state_to_text(status.state), status.problem ?: "no reason is known");
        return true;
}

/* True: all came to rest. */
static bool look(Errand *errand)
{
        while (errand->next < errand->n_names && look_at(errand, &errand->names[errand->next]))
                errand->next++;
        return errand->next == errand->n_names;
}

/* Answers. */

static void answer(Errand *errand)
{
        AUTO(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        size_t more = errand->n_problems > PROBLEMS_SHOWN ? errand->n_problems - PROBLEMS_SHOWN : 0;

        if (errand->n_problems == 0) {
                sd_bus_reply_method_return(errand->message, NULL);
        } else {
                if (more > 0)
                        error_set(&error, ERROR_NOT_PUBLISHED, "%s\nand %zu more", errand->problems ?: "",
                                more);
                else
                        error_set(&error, ERROR_NOT_PUBLISHED, "%s", errand->problems ?: "out of memory");
                sd_bus_reply_method_error(errand->message, &error);
        }
        errand_free(errand);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        AUTO(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        Errand *errand = userdata;
        char name[NAME_TEXT_MAX];
        size_t left;

        (void) source;
        (void) usec;
        if (look(errand)) {
                answer(errand);
                return 0;
        }
        left = errand->n_names - errand->next;
        name_to_text(&errand->names[errand->next], name);
        if (left == 1)
                error_set(&error, ERROR_TIMEOUT, "%s is still under way after %u s", name,
                        (unsigned) (errand->timeout_usec / USEC_PER_SEC));
        else
                error_set(&error, ERROR_TIMEOUT, "%s and up to %zu more are still under way after %u s", name,
                        left - 1, (unsigned) (errand->timeout_usec / USEC_PER_SEC));
        sd_bus_reply_method_error(errand->message, &error);
        errand_free(errand);
        return 0;
}

void errands_check(Errands *errands)
{
        Errand *errand, *next;

        for (errand = TAILQ_FIRST(&errands->list); errand; errand = next) {
                next = TAILQ_NEXT(errand, entry);
                if (look(errand))
                        answer(errand);
        }
}

int errands_check_room(const Errands *errands, sd_bus_error *error)
{
        if (errands->count < ERRANDS_MAX)
                return 0;
        return error_set(error, ERROR_BUSY, "%u calls wait for DNS already", errands->count);
}

int errands_add(Errands *errands, sd_bus_message *message, Name *names, size_t n_names, usec_t timeout_usec)
{
        Errand *errand = calloc(1, sizeof *errand);

        if (!errand) {
                free(names);
                return -ENOMEM;
        }
        *errand = (Errand){ .errands = errands,
                .message = sd_bus_message_ref(message),
                .timeout_usec = timeout_usec,
                .n_names = n_names,
                .names = names };
        TAILQ_INSERT_TAIL(&errands->list, errand, entry);
        errands->count++;
        if (sd_event_add_time_relative(errands->event, &errand->deadline, CLOCK_BOOTTIME, timeout_usec,
                    USEC_PER_SEC / 10, on_deadline, errand) < 0) {
                errand_free(errand);
                return -ENOMEM;
        }
        return 1;
}

void errands_drop(Errands *errands)
{
        while (!TAILQ_EMPTY(&errands->list))
                errand_free(TAILQ_FIRST(&errands->list));
}

int errands_new(Errands **ret, sd_event *event, const Engine *engine)
{
        Errands *errands = calloc(1, sizeof *errands);

        if (!errands)
                return -ENOMEM;
        errands->event = sd_event_ref(event);
        errands->engine = engine;
        TAILQ_INIT(&errands->list);
        *ret = errands;
        return 0;
}

Errands *errands_free(Errands *errands)
{
        if (!errands)
                return NULL;
        errands_drop(errands);
        sd_event_unref(errands->event);
        free(errands);
        return NULL;
}
