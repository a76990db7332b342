/* SPDX-License-Identifier: BSD-3-Clause */

/* Observer: doubts itself first. When many members fail at once, the likeliest reason is on our side of the
 * network; and no member is given up before somebody else has answered us since it began to fail. */

#include "policy/observer.h"

enum {
        SUSPECT_FAILURES = 3, /* at least so many, and half of those that were up */
};

/* A suspicion that nothing confirms ends after this time; so does the wait for somebody else's answer. */
#define DOUBT_USEC (30 * USEC_PER_SEC)

/* After a suspicion that proved wrong: what fails is to be acted upon. */
#define TRUST_USEC (60 * USEC_PER_SEC)

void observer_init(Observer *observer, usec_t round_usec, usec_t timeout_usec)
{
        *observer = (Observer){ .connected = true, .round_usec = round_usec, .timeout_usec = timeout_usec };
}

void observer_set_connected(Observer *observer, bool connected)
{
        observer->connected = connected;
}

void observer_set_references(Observer *observer, size_t n, size_t n_silent, bool answered)
{
        observer->n_references = n;
        observer->n_silent_references = n_silent;
        observer->reference_answered = observer->reference_answered || answered;
}

static bool is_up(HealthState state)
{
        return state == HEALTH_UP || state == HEALTH_FAILING;
}

void observer_enter(Observer *observer, HealthState state)
{
        observer->n_members++;
        observer->n_up += is_up(state);
        observer->n_failing += state == HEALTH_FAILING;
}

void observer_leave(Observer *observer, HealthState state)
{
        observer->n_members--;
        observer->n_up -= is_up(state);
        observer->n_failing -= state == HEALTH_FAILING;
}

void observer_count(Observer *observer, HealthState before, HealthState after)
{
        observer_leave(observer, before);
        observer_enter(observer, after);
        if ((before == HEALTH_UP || before == HEALTH_UNKNOWN) &&
                (after == HEALTH_FAILING || after == HEALTH_DOWN))
                observer->n_unanswered++;
}

void observer_heard(Observer *observer, usec_t now)
{
        observer->resumed = observer->heard_usec != 0 && now - observer->heard_usec > observer->round_usec;
        observer->n_unanswered = 0;
        observer->heard_usec = now;
}

static bool is_lost(const Observer *observer)
{
        bool silent = observer->n_references > 0 && observer->n_silent_references == observer->n_references;

        return !observer->connected || silent;
}

static bool half_fail(const Observer *observer)
{
        return observer->n_failing >= SUSPECT_FAILURES && 2 * observer->n_failing >= observer->n_up;
}

static ObserverNews recover(Observer *observer, usec_t now)
{
        observer->state = OBSERVER_OK;
        observer->n_unanswered = 0;
        observer->steady_usec = now + observer->round_usec;
        return OBSERVER_RECOVERED;
}

/* What was feared was not so. */
static ObserverNews trust(Observer *observer, usec_t now)
{
        observer->state = OBSERVER_OK;
        observer->n_unanswered = 0;
        observer->trusted_until_usec = now + TRUST_USEC;
        return OBSERVER_BETTER;
}

static ObserverNews look_while_suspect(Observer *observer, usec_t now, usec_t *ret_next)
{
        if (observer->reference_answered || now - observer->suspect_usec >= DOUBT_USEC)
                return trust(observer, now);
        if (!half_fail(observer) && (!observer->silence || observer->n_unanswered == 0))
                return recover(observer, now);
        *ret_next = observer->suspect_usec + DOUBT_USEC;
        return OBSERVER_SAME;
}

/* Who does not answer is known only when the time of its check is over: until then the answers of others that
 * began with it count. */
static bool is_silent(const Observer *observer, usec_t now, usec_t *next)
{
        usec_t heard_until = observer->heard_usec + observer->timeout_usec;

        if (observer->n_unanswered < SUSPECT_FAILURES)
                return false;
        if (now >= heard_until)
                return true;
        *next = heard_until;
        return false;
}

static ObserverNews look_while_ok(Observer *observer, usec_t now, usec_t *ret_next)
{
        bool silence = is_silent(observer, now, ret_next);

        if (observer->resumed) {
                observer->resumed = false;
                return OBSERVER_BETTER;
        }
        if (!silence && !half_fail(observer))
                return OBSERVER_SAME;
        if (now < observer->trusted_until_usec) {
                *ret_next = observer->trusted_until_usec;
                return OBSERVER_SAME;
        }
        observer->state = OBSERVER_SUSPECT;
        observer->silence = silence;
        observer->suspect_usec = now;
        observer->reference_answered = false;
        *ret_next = now + DOUBT_USEC;
        return OBSERVER_WORSE;
}

ObserverNews observer_look(Observer *observer, usec_t now, usec_t *ret_next)
{
        *ret_next = USEC_INFINITY;
        if (is_lost(observer)) {
                if (observer->state == OBSERVER_LOST)
                        return OBSERVER_SAME;
                observer->state = OBSERVER_LOST;
                return OBSERVER_WORSE;
        }
        switch (observer->state) {
        case OBSERVER_LOST:
                return recover(observer, now);
        case OBSERVER_SUSPECT:
                return look_while_suspect(observer, now, ret_next);
        case OBSERVER_OK:
                return look_while_ok(observer, now, ret_next);
        }
        return OBSERVER_SAME;
}

bool observer_may_remove(const Observer *observer, usec_t now, usec_t *ret_next)
{
        if (now >= observer->steady_usec)
                return true;
        *ret_next = observer->steady_usec;
        return false;
}

bool observer_has_witness(const Observer *observer, usec_t since, usec_t failing_since, usec_t now)
{
        return observer->heard_usec >= since || now - failing_since >= DOUBT_USEC;
}

const char *observer_state_to_text(ObserverState state)
{
        static const char *const texts[] = {
                [OBSERVER_OK] = "ok",
                [OBSERVER_SUSPECT] = "suspect",
                [OBSERVER_LOST] = "lost",
        };

        return texts[state];
}
