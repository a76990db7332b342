/* SPDX-License-Identifier: BSD-3-Clause */

#include "policy/backoff.h"

usec_t backoff_delay_usec(unsigned failures, usec_t first, usec_t most, uint32_t random)
{
        usec_t delay = first;

        for (unsigned i = 1; i < failures && delay < most; i++)
                delay *= 2;
        if (delay > most)
                delay = most;
        return delay - (usec_t) ((double) (delay / 4) * random / UINT32_MAX);
}
