/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zone serial numbers (RFC 1982): `a` comes after `b`. False where the RFC leaves it undefined. */
static inline bool serial_is_after(uint32_t a, uint32_t b)
{
        return (a != b) && (a - b) < 0x80000000U;
}

/* The next one. Zero is passed over: some secondaries take it for "no serial". */
static inline uint32_t serial_next(uint32_t serial)
{
        return serial + 1 == 0 ? 1 : serial + 1;
}
