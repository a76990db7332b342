/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What pool.c (verdicts), pool-target.c (what DNS shall hold) and pool-member.c (one member) share. */

#include "policy/pool.h"

bool member_is_ordered_out(const PoolMember *member);
bool member_is_judged(const PoolMember *member);
bool member_is_eligible(const PoolMember *member); /* may it serve? */
bool member_is_open(const PoolMember *member);     /* may it turn out to be up at the next look? */
bool member_is_down(const PoolMember *member);     /* by its checks */
bool member_is_dead(const PoolMember *member);     /* … and its last one failed */
bool config_has_fallback(const PoolConfig *config, const Address *address);
