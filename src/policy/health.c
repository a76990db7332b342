/* SPDX-License-Identifier: BSD-3-Clause */

/* Health: turns samples into UP and DOWN.
 *
 * No timers: whoever checks passes `now`, so a week of flapping replays in one unit test. All hysteresis is
 * here: one lost probe takes nobody out, one lucky one brings nobody back, and who falls again soon waits
 * longer. */

#include "policy/health.h"

enum {
        WINDOW = 10,      /* checks looked back upon … */
        WINDOW_FAILS = 5, /* … in which so many FAILs are enough */
        RECOVERY_OKS = 2, /* from FAILING back to UP */
};

/* Who falls before he was up for so long since the last fall is held down for twice as long. */
#define RELAPSE_USEC (600 * USEC_PER_SEC)

static bool enter(Health *health, HealthState state)
{
        if (health->state == state)
                return false;
        health->state = state;
        return true;
}

static bool rise(Health *health, usec_t now)
{
        health->last = 0;
        health->up_since_usec = now;
        return enter(health, HEALTH_UP);
}

static bool fall(Health *health, const HealthOptions *options, usec_t now)
{
        usec_t well_since =
                health->up_since_usec > health->fell_usec ? health->up_since_usec : health->fell_usec;
        bool relapse = health->fell_usec != 0 && now - well_since < RELAPSE_USEC;
        usec_t hold_down = relapse ? 2 * health->hold_down_usec : 0;

        if (hold_down < options->hold_down_usec)
                hold_down = options->hold_down_usec;

        health->hold_down_usec =
                hold_down < options->hold_down_max_usec ? hold_down : options->hold_down_max_usec;
        health->fell_usec = now;
        health->up_since_usec = 0;
        return enter(health, HEALTH_DOWN);
}

static unsigned fails_in_window(const Health *health)
{
        return (unsigned) __builtin_popcount(health->last & ((1U << WINDOW) - 1));
}

static void count(Health *health, CheckResult result, usec_t now)
{
        bool failed = result == CHECK_FAIL;

        if (failed && health->fails == 0)
                health->failing_since_usec = now;
        health->oks = failed ? 0 : health->oks + 1;
        health->fails = failed ? health->fails + 1 : 0;
        health->last = (uint16_t) (health->last << 1 | failed);
}

static bool step_unknown(Health *health, const HealthOptions *options, bool published, usec_t now)
{
        if (health->fails >= options->fall)
                return fall(health, options, now);
        if (health->oks >= (published ? 1 : options->rise))
                return rise(health, now);
        return false;
}

static bool step_up(Health *health, const HealthOptions *options, usec_t now)
{
        if (health->fails == 0)
                return health->oks >= RECOVERY_OKS && enter(health, HEALTH_UP);
        if (health->fails >= options->fall || fails_in_window(health) >= WINDOW_FAILS)
                return fall(health, options, now);
        return enter(health, HEALTH_FAILING);
}

static bool step_down(Health *health, const HealthOptions *options, usec_t now)
{
        if (health->fails > 0)
                return enter(health, HEALTH_DOWN);
        if (health->oks >= options->rise && now - health->fell_usec >= health->hold_down_usec)
                return rise(health, now);
        return enter(health, HEALTH_RISING);
}

bool health_step(Health *health, const HealthOptions *options, CheckResult result, bool published, usec_t now)
{
        if (result == CHECK_INDETERMINATE)
                return false;
        count(health, result, now);
        switch (health->state) {
        case HEALTH_UNKNOWN:
                return step_unknown(health, options, published, now);
        case HEALTH_UP:
        case HEALTH_FAILING:
                return step_up(health, options, now);
        case HEALTH_DOWN:
        case HEALTH_RISING:
                return step_down(health, options, now);
        }
        return false;
}

void health_forgive(Health *health)
{
        health->fails = 0;
        health->last = 0;
}

void health_doubt(Health *health)
{
        health->state = HEALTH_UNKNOWN;
        health->oks = health->fails = 0;
        health->last = 0;
}

void health_restart(Health *health)
{
        *health = (Health){
                .state = HEALTH_DOWN,
                .fell_usec = health->fell_usec,
                .hold_down_usec = health->hold_down_usec,
        };
}

bool health_is_up(const Health *health)
{
        return health->state == HEALTH_UP || health->state == HEALTH_FAILING;
}

bool health_is_down(const Health *health)
{
        return health->state == HEALTH_DOWN || health->state == HEALTH_RISING;
}

bool health_is_settled(const Health *health)
{
        return health->state == HEALTH_UP || health->state == HEALTH_DOWN;
}

const char *health_state_to_text(HealthState state)
{
        static const char *const texts[] = {
                [HEALTH_UNKNOWN] = "unknown",
                [HEALTH_UP] = "up",
                [HEALTH_FAILING] = "failing",
                [HEALTH_DOWN] = "down",
                [HEALTH_RISING] = "rising",
        };

        return texts[state];
}
