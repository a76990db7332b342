/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks: one at a time of each target, as the checker does it, with what the made-up network has to say. */

#include <assert.h>
#include <stdlib.h>

#include "check/check.h"
#include "simulation.h"

struct FakeCheck {
        Check check;
        Host *host;
        const CheckConfig *config;
        unsigned family, target;
        sd_event_source *timer; /* to the next start; while it is busy, to the result */
        bool busy, fast, sound;
        CheckSample sample;
        usec_t started_usec; /* CLOCK_MONOTONIC */
        bool *freed;         /* to be told when it is */
};

static usec_t interval_of(const FakeCheck *check)
{
        usec_t interval = check->fast ? check->config->fast_interval_usec : check->config->interval_usec;

        return roll_usec(&check->host->world->dice, interval - interval / 20, interval + interval / 20);
}

static void plan(FakeCheck *check)
{
        sd_event_source_set_time(check->timer, check->started_usec + interval_of(check));
        sd_event_source_set_enabled(check->timer, SD_EVENT_ONESHOT);
}

/* What the check will find, and after what time. */
static usec_t look(FakeCheck *check)
{
        Host *host = check->host;
        Dice *dice = &host->world->dice;
        bool lost;

        if (chance(dice, host->shortage_percent)) {
                check->sample = (CheckSample){ CHECK_INDETERMINATE, 0, "too many open files" };
                return USEC_PER_MSEC;
        }
        lost = chance(dice, host->loss_percent);
        check->sound = lost || !would_answer(host, check->target);
        if (!lost && answers(host, check->target)) {
                check->sample = (CheckSample){ .result = CHECK_OK };
                check->sample.latency_usec = roll_usec(dice, USEC_PER_MSEC, 150 * USEC_PER_MSEC);
                return check->sample.latency_usec;
        }
        if (host->no_carrier && check->target != host->own && chance(dice, 50)) {
                bool blamed = chance(dice, 50);

                check->sample = (CheckSample){ blamed ? CHECK_FAIL : CHECK_INDETERMINATE, 0, "unreachable" };
                return USEC_PER_MSEC;
        }
        check->sample = (CheckSample){ CHECK_FAIL, 0, "refused" };
        if (host->world->refusing[check->target] && !host->blocked[check->target])
                return 2 * USEC_PER_MSEC;
        check->sample.reason = "no answer";
        return check->config->timeout_usec;
}

static void report(FakeCheck *check)
{
        Host *host = check->host;
        CheckSample sample = check->sample;
        bool freed = false;

        check->busy = false;
        check->freed = &freed;
        promise_sample(host, check->family, check->target, sample.result, check->sound);
        if (host->world->breakage == BREAK_BLAME && sample.result == CHECK_INDETERMINATE)
                sample.result = CHECK_FAIL;
        check->check.report(check->check.userdata, &sample);
        if (freed)
                return;
        check->freed = NULL;
        plan(check);
}

static int on_check(sd_event_source *source, uint64_t usec, void *userdata)
{
        FakeCheck *check = userdata;

        (void) usec;
        if (check->busy) {
                report(check);
                return 0;
        }
        check->busy = true;
        check->started_usec = loop_clock_usec(check->host->loop, CLOCK_MONOTONIC);
        sd_event_source_set_time_relative(source, look(check));
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void fake_set_fast(Check *base, bool fast)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->fast == fast)
                return;
        check->fast = fast;
        if (!check->busy)
                plan(check);
}

static void fake_now(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->busy)
                return;
        sd_event_source_set_time_relative(check->timer, 0);
        sd_event_source_set_enabled(check->timer, SD_EVENT_ONESHOT);
}

static void fake_discard(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->busy)
                plan(check);
        check->busy = false;
}

static Check *fake_free(Check *base)
{
        FakeCheck *check = (FakeCheck *) base;

        if (check->freed)
                *check->freed = true;
        sd_event_source_disable_unref(check->timer);
        free(check);
        return NULL;
}

int fake_check_new(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report_to, void *report_userdata)
{
        static const CheckOps ops = { fake_free, fake_set_fast, fake_now, fake_discard };
        Host *host = userdata;
        FakeCheck *check = calloc(1, sizeof *check);

        assert(check);
        check->check = (Check){ &ops, report_to, report_userdata };
        check->host = host;
        check->config = config;
        check->family = address->family == AF_INET6;
        check->target = target_of(address);
        sd_event_add_time_relative(host->loop, &check->timer, CLOCK_MONOTONIC,
                roll_usec(&host->world->dice, 0, config->interval_usec), 1, on_check, check);
        *ret = &check->check;
        return 0;
}
