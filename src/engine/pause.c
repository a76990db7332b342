/* SPDX-License-Identifier: BSD-3-Clause */

#include "engine/pause.h"

#include "policy/backoff.h"

#define RETRY_FIRST_USEC (1 * USEC_PER_SEC)
#define RETRY_MOST_USEC  (300 * USEC_PER_SEC)
#define PARK_FIRST_USEC  (300 * USEC_PER_SEC)
#define PARK_MOST_USEC   (3600 * USEC_PER_SEC)
#define AGAIN_USEC       (1 * USEC_PER_SEC)

usec_t pause_of_failure(unsigned failures, uint32_t random)
{
        return backoff_delay_usec(failures, RETRY_FIRST_USEC, RETRY_MOST_USEC, random);
}

void pause_after_failure(Pause *pause, usec_t now, usec_t asked_usec, uint32_t random)
{
        usec_t delay = pause_of_failure(++pause->failures, random);

        pause->until_usec = now + (delay > asked_usec ? delay : asked_usec);
        pause->parked = false;
}

usec_t pause_of_refusal(unsigned refusals, uint32_t random)
{
        return backoff_delay_usec(refusals, PARK_FIRST_USEC, PARK_MOST_USEC, random);
}

void pause_after_refusal(Pause *pause, usec_t now, uint32_t random)
{
        pause->until_usec = now + pause_of_refusal(++pause->refusals, random);
        pause->parked = true;
}

void pause_after_success(Pause *pause)
{
        *pause = PAUSE_NONE;
}

bool pause_is_on(const Pause *pause)
{
        return pause->until_usec != USEC_INFINITY;
}

bool pause_is_retrying(const Pause *pause)
{
        return pause_is_on(pause) && !pause->parked;
}

void pause_check(Pause *pause, usec_t now)
{
        if (pause->until_usec <= now)
                pause->until_usec = USEC_INFINITY;
}

bool pause_shorten(Pause *pause, usec_t now, usec_t last_start)
{
        usec_t earliest = last_start + AGAIN_USEC;

        if (!pause_is_retrying(pause) || pause->until_usec <= earliest)
                return false;
        pause->until_usec = earliest;
        pause_check(pause, now);
        return true;
}
