/* SPDX-License-Identifier: BSD-3-Clause */

#include "util/random.h"

#include <assert.h>
#include <sys/random.h>

uint32_t random_u32(void)
{
        uint32_t value;
        /* Up to 256 bytes are never short once the generator is seeded (getrandom(2)). */
        ssize_t n = getrandom(&value, sizeof value, 0);

        assert(n == sizeof value);
        (void) n;
        return value;
}

uint16_t random_u16(void)
{
        return (uint16_t) random_u32();
}
