/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/* Numbers in network order, at any alignment. The caller has checked that the bytes are there. */

static inline uint16_t get_u16(const uint8_t *bytes)
{
        return (uint16_t) (bytes[0] << 8 | bytes[1]);
}

static inline uint32_t get_u32(const uint8_t *bytes)
{
        return (uint32_t) get_u16(bytes) << 16 | get_u16(bytes + 2);
}

static inline uint64_t get_u48(const uint8_t *bytes)
{
        return (uint64_t) get_u16(bytes) << 32 | get_u32(bytes + 2);
}

/* Each returns the place behind what it wrote. */
static inline uint8_t *put_u16(uint8_t *bytes, uint16_t value)
{
        *bytes++ = (uint8_t) (value >> 8);
        *bytes++ = (uint8_t) value;
        return bytes;
}

static inline uint8_t *put_u32(uint8_t *bytes, uint32_t value)
{
        return put_u16(put_u16(bytes, (uint16_t) (value >> 16)), (uint16_t) value);
}

static inline uint8_t *put_u48(uint8_t *bytes, uint64_t value)
{
        return put_u32(put_u16(bytes, (uint16_t) (value >> 32)), (uint32_t) value);
}
