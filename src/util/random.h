/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/* Numbers that nobody can guess: message IDs, jitter. From the kernel's generator. */
uint16_t random_u16(void);
uint32_t random_u32(void);
