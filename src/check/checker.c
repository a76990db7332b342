/* SPDX-License-Identifier: BSD-3-Clause */

/* Checker: when each target is looked at, and who is told. How to look is a prober's to know (check/probe.h),
 * and what the results mean the policy's.
 *
 * A target is in one of four states (check/target.h). It starts from the schedule alone, never from within a
 * call from outside, so nobody is told anything while he asks for something. A check that ends is planned
 * anew before its result is reported: whoever is told may then change the pace, or free this check and any
 * other. */

#include "check/checker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "check/identity.h"
#include "check/lane.h"
#include "check/pace.h"
#include "check/reason.h"
#include "check/target.h"
#include "util/random.h"

/* Checks may be early by this much, so that those that are due at about the same time take one wake-up. */
#define SLACK_USEC (100 * USEC_PER_MSEC)

/* A time-out that was noticed later than this says nothing: the answer may have been lost meanwhile. */
#define LATE_USEC (500 * USEC_PER_MSEC)

struct Checker {
        sd_event *event;
        Schedule *schedule;
        sd_event_source *turn; /* at the end of this turn: plans what is fresh, and wakes who waits */
        TargetTable table;
        TargetQueue fresh;
        size_t n_fresh;
        Lane lanes[LANE_KINDS];
        TargetQueue waiting[LANE_KINDS];
        uint32_t chance;
};

/* xorshift: good enough to keep targets apart, and no system call. */
static uint32_t take_chance(Checker *checker)
{
        uint32_t x = checker->chance;

        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        checker->chance = x;
        return x;
}

static LaneKind kind_of(const Target *target)
{
        return lane_kind(target->config->type);
}

static usec_t interval_of(Target *target)
{
        usec_t interval_usec =
                target->n_fast > 0 ? target->config->fast_interval_usec : target->config->interval_usec;

        if (target->n_fast == 0 && target->phase > 0)
                interval_usec = interval_usec * target->phase / PACE_WHOLE;
        return pace_usec(interval_usec, take_chance(target->checker));
}

/* The next check. Intervals count from start to start, but no check overlaps the one before. */
static void plan(Target *target)
{
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);
        usec_t at_usec = target->started_usec + interval_of(target);

        target->state = TARGET_PLANNED;
        schedule_set(target->checker->schedule, &target->planned, at_usec > now_usec ? at_usec : now_usec);
}

/* Nobody finds it any more, and nothing happens to it. */
static void target_detach(Target *target)
{
        Checker *checker = target->checker;

        switch (target->state) {
        case TARGET_FRESH:
                TAILQ_REMOVE(&checker->fresh, target, queued);
                checker->n_fresh--;
                break;
        case TARGET_PLANNED:
                schedule_remove(checker->schedule, &target->planned);
                break;
        case TARGET_WAITING:
                TAILQ_REMOVE(&checker->waiting[kind_of(target)], target, queued);
                break;
        case TARGET_RUNNING:
                lane_cancel(&checker->lanes[kind_of(target)], target->probe);
                sd_event_source_set_enabled(checker->turn, SD_EVENT_ONESHOT);
                break;
        }
        target_table_remove(&checker->table, target);
}

static void report(Target *target, const CheckSample *sample)
{
        target->is_reporting = true;
        target->reporting = TAILQ_FIRST(&target->subscriptions);
        while (target->reporting) {
                Subscription *subscription = target->reporting;

                target->reporting = TAILQ_NEXT(subscription, entry);
                if (subscription->deaf)
                        subscription->deaf = false;
                else
                        subscription->check.report(subscription->check.userdata, sample);
        }
        target->is_reporting = false;
        if (TAILQ_EMPTY(&target->subscriptions))
                free(target);
}

static bool is_late(const Target *target, usec_t passed_usec)
{
        usec_t timeout_usec = target->config->timeout_usec;
        usec_t late_usec = timeout_usec / 2 > LATE_USEC ? timeout_usec / 2 : LATE_USEC;

        return passed_usec > timeout_usec + late_usec;
}

/* The check is over. The target may be gone afterwards. */
static void conclude(Target *target, CheckResult result, const char *reason)
{
        usec_t passed_usec = clock_now_usec(CLOCK_MONOTONIC) - target->started_usec;
        CheckSample sample = { .result = result, .reason = reason };

        if (result == CHECK_OK)
                sample.latency_usec = passed_usec;
        if (result == CHECK_FAIL && is_late(target, passed_usec)) {
                sample.result = CHECK_INDETERMINATE;
                sample.reason = "this host was too busy to notice an answer in time";
        }
        plan(target);
        report(target, &sample);
}

static void launch(Target *target);

static void wake(Checker *checker, LaneKind kind)
{
        TargetQueue *waiting = &checker->waiting[kind];

        while (!TAILQ_EMPTY(waiting) && !lane_is_full(&checker->lanes[kind])) {
                Target *target = TAILQ_FIRST(waiting);

                TAILQ_REMOVE(waiting, target, queued);
                launch(target);
        }
}

static void on_done(void *userdata, CheckResult result, const char *reason)
{
        Target *target = userdata;
        Checker *checker = target->checker;
        LaneKind kind = kind_of(target);

        target->probe = NULL;
        lane_leave(&checker->lanes[kind]);
        conclude(target, result, reason);
        wake(checker, kind);
}

static void launch(Target *target)
{
        Checker *checker = target->checker;
        int r;

        if (target->started_usec != 0 && target->n_fast == 0)
                target->phase = 0;
        target->started_usec = clock_now_usec(CLOCK_MONOTONIC);
        r = lane_start(&checker->lanes[kind_of(target)], checker->event, &target->probe, target->config,
                &target->address, on_done, target);
        if (r < 0)
                conclude(target, CHECK_INDETERMINATE, reason_of_error(-r));
        else
                target->state = TARGET_RUNNING;
}

static void on_due(void *userdata, ScheduleEntry *entry)
{
        Checker *checker = userdata;
        Target *target = (Target *) entry;
        LaneKind kind = kind_of(target);

        if (!lane_is_full(&checker->lanes[kind])) {
                launch(target);
                return;
        }
        target->state = TARGET_WAITING;
        TAILQ_INSERT_TAIL(&checker->waiting[kind], target, queued);
}

static void plan_first(Target *target, size_t i, size_t n)
{
        usec_t wait_usec = pace_first_usec(i, n, target->config->interval_usec);

        target->phase = pace_phase(i, n);
        target->state = TARGET_PLANNED;
        schedule_set(
                target->checker->schedule, &target->planned, clock_now_usec(CLOCK_MONOTONIC) + wait_usec);
}

static int on_turn(sd_event_source *source, void *userdata)
{
        Checker *checker = userdata;
        size_t n = checker->n_fresh, i = 0;
        Target *target;

        (void) source;
        while ((target = TAILQ_FIRST(&checker->fresh))) {
                TAILQ_REMOVE(&checker->fresh, target, queued);
                plan_first(target, i++, n);
        }
        checker->n_fresh = 0;
        for (LaneKind kind = 0; kind < LANE_KINDS; kind++)
                wake(checker, kind);
        return 0;
}

static void set_fast(Check *check, bool fast)
{
        Subscription *subscription = (Subscription *) check;
        Target *target = subscription->target;
        bool was_fast = target->n_fast > 0;

        if (subscription->fast == fast)
                return;
        subscription->fast = fast;
        if (fast)
                target->n_fast++;
        else
                target->n_fast--;
        if (was_fast != (target->n_fast > 0) && target->state == TARGET_PLANNED && target->started_usec != 0)
                plan(target);
}

static void now(Check *check)
{
        Target *target = ((Subscription *) check)->target;

        if (target->state == TARGET_PLANNED)
                schedule_set(target->checker->schedule, &target->planned, clock_now_usec(CLOCK_MONOTONIC));
}

static void discard(Check *check)
{
        Subscription *subscription = (Subscription *) check;

        subscription->deaf = subscription->target->state == TARGET_RUNNING;
}

/* The configuration that the target goes by may vanish with the check that leaves. */
static void change_config(Target *target)
{
        Checker *checker = target->checker;
        Subscription *subscription;

        TAILQ_FOREACH(subscription, &target->subscriptions, entry)
                if (subscription->config == target->config)
                        return;
        target->config = TAILQ_FIRST(&target->subscriptions)->config;
        if (target->state != TARGET_RUNNING)
                return;
        lane_cancel(&checker->lanes[kind_of(target)], STEAL(target->probe));
        sd_event_source_set_enabled(checker->turn, SD_EVENT_ONESHOT);
        TAILQ_FOREACH(subscription, &target->subscriptions, entry)
                subscription->deaf = false;
        target->state = TARGET_PLANNED;
        schedule_set(checker->schedule, &target->planned, clock_now_usec(CLOCK_MONOTONIC));
}

static Check *subscription_free(Check *check)
{
        Subscription *subscription = (Subscription *) check;
        Target *target = subscription->target;

        set_fast(check, false);
        if (target->reporting == subscription)
                target->reporting = TAILQ_NEXT(subscription, entry);
        TAILQ_REMOVE(&target->subscriptions, subscription, entry);
        free(subscription);
        if (!TAILQ_EMPTY(&target->subscriptions)) {
                change_config(target);
                return NULL;
        }
        target_detach(target);
        if (!target->is_reporting)
                free(target);
        return NULL;
}

static const CheckOps ops = {
        .free = subscription_free,
        .set_fast = set_fast,
        .now = now,
        .discard = discard,
};

static int target_new(
        Target **ret, Checker *checker, const CheckConfig *config, const Address *address, uint32_t hash)
{
        AUTO_FREE Target *target = calloc(1, sizeof *target);
        int r;

        if (!target)
                return -ENOMEM;
        target->checker = checker;
        target->config = config;
        target->address = *address;
        target->hash = hash;
        TAILQ_INIT(&target->subscriptions);
        r = schedule_reserve(checker->schedule, checker->table.count + 1);
        if (r < 0)
                return r;
        r = target_table_add(&checker->table, target);
        if (r < 0)
                return r;
        TAILQ_INSERT_TAIL(&checker->fresh, target, queued);
        checker->n_fresh++;
        sd_event_source_set_enabled(checker->turn, SD_EVENT_ONESHOT);
        *ret = STEAL(target);
        return 0;
}

int checker_add(Checker *checker, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report_function, void *userdata)
{
        AUTO_FREE Subscription *subscription = calloc(1, sizeof *subscription);
        uint32_t hash = identity_hash(config, address);
        Target *target = target_table_find(&checker->table, config, address, hash);
        int r;

        if (!subscription)
                return -ENOMEM;
        if (!target) {
                r = target_new(&target, checker, config, address, hash);
                if (r < 0)
                        return r;
        }
        subscription->check = (Check){ .ops = &ops, .report = report_function, .userdata = userdata };
        subscription->target = target;
        subscription->config = config;
        TAILQ_INSERT_HEAD(&target->subscriptions, subscription, entry);
        *ret = &STEAL(subscription)->check;
        return 0;
}

Checker *checker_free(Checker *checker)
{
        if (!checker)
                return NULL;
        assert(checker->table.count == 0);
        for (LaneKind kind = 0; kind < LANE_KINDS; kind++)
                lane_done(&checker->lanes[kind]);
        target_table_done(&checker->table);
        sd_event_source_disable_unref(checker->turn);
        schedule_free(checker->schedule);
        sd_event_unref(checker->event);
        free(checker);
        return NULL;
}

int checker_new(Checker **ret, sd_event *event)
{
        AUTO(checker_freep) Checker *checker = calloc(1, sizeof *checker);
        ScheduleOptions options = { .slack_usec = SLACK_USEC, .due = on_due, .userdata = checker };
        int r;

        if (!checker)
                return -ENOMEM;
        checker->event = sd_event_ref(event);
        checker->chance = random_u32() | 1;
        TAILQ_INIT(&checker->fresh);
        for (LaneKind kind = 0; kind < LANE_KINDS; kind++) {
                checker->lanes[kind].kind = kind;
                TAILQ_INIT(&checker->waiting[kind]);
        }
        r = schedule_new(&checker->schedule, event, &options);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &checker->turn, on_turn, checker);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(checker->turn, SD_EVENT_OFF);
        *ret = STEAL(checker);
        return 0;
}
