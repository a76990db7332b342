/* SPDX-License-Identifier: BSD-3-Clause */

/* Observing: may this host judge others? Tells policy/observer what happens, asks around when somebody begins
 * to fail, and has everybody looked at anew when a doubt is over. */

#include <errno.h>
#include <stdlib.h>

#include "engine/pool-internal.h"

/* Between two checks for the observer's sake. */
#define ASK_INTERVAL_USEC (100 * USEC_PER_MSEC)

enum {
        REFERENCE_FAILS = 2, /* in a row: it does not answer; one is enough while there is a suspicion */
};

static void check_references(Engine *engine, unsigned family)
{
        for (size_t i = 0; i < engine->pools->n_references; i++) {
                Reference *reference = &engine->pools->references[i];

                if (pool_family_of(&reference->address) == family)
                        check_now(reference->check);
        }
}

/* Somebody who was up when last looked at, and is not `but`; another one each time. */
static const Member *find_witness(const Pool *pool, const Member *but)
{
        size_t n = pool->policy.n_members;

        for (size_t i = 0; i < n; i++) {
                const Member *member = pool_member(pool, (i + pool->engine->pools->n_asked) % n);

                if (member != but && member->policy.observer == but->policy.observer &&
                        member->policy.health.state == HEALTH_UP)
                        return member;
        }
        return NULL;
}

/* The last one who was asked has had no time to answer yet. */
static bool waits_for_answer(const Engine *engine, unsigned family)
{
        usec_t asked = engine->pools->asked_usec[family];

        return asked != 0 && engine->pools->observers[family].heard_usec <= asked &&
               engine_now_usec(engine) - asked < ASK_INTERVAL_USEC;
}

void observing_ask_around(Engine *engine, const Member *member)
{
        Pools *pools = engine->pools;
        unsigned family = pool_family_of(&member->policy.address);
        const Member *witness;

        if (waits_for_answer(engine, family))
                return;
        pools->asked_usec[family] = engine_now_usec(engine);
        pools->n_asked++;
        check_references(engine, family);
        witness = find_witness(member->pool, member);
        for (size_t i = 0; !witness && i < pools->n_pools; i++)
                witness = find_witness(pools->pools[i], member);
        if (witness)
                check_now(witness->check);
}

void observing_heard(Engine *engine)
{
        for (unsigned family = 0; family < 2; family++) {
                const Observer *observer = &engine->pools->observers[family];

                if (observer->state == OBSERVER_SUSPECT || observer->resumed)
                        pools_request_look(engine);
        }
}

/* it_was_us: what failed meanwhile says nothing. */
static void recover_members(Engine *engine, const Observer *observer, bool it_was_us)
{
        for (size_t p = 0; p < engine->pools->n_pools; p++) {
                const Pool *pool = engine->pools->pools[p];

                for (size_t i = 0; i < pool->policy.n_members; i++)
                        if (pool_member(pool, i)->policy.observer == observer)
                                member_recover(pool_member(pool, i), it_was_us);
        }
}

void observing_look(Engine *engine, unsigned family)
{
        Observer *observer = &engine->pools->observers[family];
        ObserverState before = observer->state;
        ObserverNews news =
                observer_look(observer, engine_now_usec(engine), &engine->pools->observer_next_usec[family]);

        if (news == OBSERVER_SAME)
                return;
        if (news == OBSERVER_WORSE && observer->state == OBSERVER_SUSPECT)
                check_references(engine, family);
        if (news == OBSERVER_RECOVERED || news == OBSERVER_BETTER)
                recover_members(engine, observer, news == OBSERVER_RECOVERED);
        if (observer->state != before)
                report_observer(engine, family, before);
        pools_mark_all(engine);
}

static void count_references(Engine *engine, unsigned family, bool answered)
{
        Pools *pools = engine->pools;
        unsigned enough = pools->observers[family].state == OBSERVER_OK ? REFERENCE_FAILS : 1;
        size_t n = 0, n_silent = 0;

        for (size_t i = 0; i < pools->n_references; i++) {
                if (pool_family_of(&pools->references[i].address) != family)
                        continue;
                n++;
                n_silent += pools->references[i].fails >= enough;
        }
        observer_set_references(&pools->observers[family], n, n_silent, answered);
        pools_request_look(engine);
}

static void on_reference_sample(void *userdata, const CheckSample *sample)
{
        Reference *reference = userdata;
        Engine *engine = reference->engine;
        unsigned family = pool_family_of(&reference->address);

        if (sample->result == CHECK_INDETERMINATE)
                return;
        reference->fails = sample->result == CHECK_FAIL ? reference->fails + 1 : 0;
        if (sample->result == CHECK_OK) {
                observer_heard(&engine->pools->observers[family], engine_now_usec(engine));
                observing_heard(engine);
        }
        check_set_fast(reference->check, reference->fails > 0);
        count_references(engine, family, sample->result == CHECK_OK);
}

void observing_look_at_links(Engine *engine)
{
        static const int families[] = { AF_INET, AF_INET6 };

        if (engine->facts->state != FACT_KNOWN)
                return;
        for (unsigned i = 0; i < ARRAY_LENGTH(families); i++)
                observer_set_connected(
                        &engine->pools->observers[i], engine_is_connected(engine, families[i]));
}

static usec_t later(usec_t a, usec_t b)
{
        return a > b ? a : b;
}

void observing_init(Observer *observer, const Config *config)
{
        usec_t round = 0, timeout = 0;

        for (size_t i = 0; i < config->n_checks; i++) {
                const CheckConfig *check = config->checks[i];

                round = later(round, check->interval_usec + check->timeout_usec);
                timeout = later(timeout, check->timeout_usec);
        }
        observer_init(observer, round, timeout);
}

int observing_add_references(Engine *engine)
{
        Pools *pools = engine->pools;
        const Config *config = engine->config;

        /* Without members there is nothing to judge. */
        if (config->n_pools == 0 || config->n_references == 0)
                return 0;
        pools->reference_check = (CheckConfig){
                .type = CHECK_ICMP,
                .interval_usec = 10 * USEC_PER_SEC,
                .fast_interval_usec = 2 * USEC_PER_SEC,
                .timeout_usec = 2 * USEC_PER_SEC,
                .rise = 1,
                .fall = REFERENCE_FAILS,
        };
        pools->references = calloc(config->n_references, sizeof *pools->references);
        if (!pools->references)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_references; i++) {
                Reference *reference = &pools->references[i];
                int r;

                *reference = (Reference){ .engine = engine, .address = config->references[i] };
                r = engine->callbacks.new_check(engine->callbacks.userdata, &reference->check,
                        &pools->reference_check, &reference->address, on_reference_sample, reference);
                if (r < 0)
                        return r;
                pools->n_references++;
        }
        count_references(engine, 0, false);
        count_references(engine, 1, false);
        return 0;
}
