/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/draft.h"

/* A pool, while the configuration is built. */

typedef struct MemberDraft {
        Entry entry;
        Address address; /* AF_UNSPEC: none that is good */
        uint32_t priority;
        CheckConfig *check; /* NULL: the pool's */
} MemberDraft;

/* This host as a member. */
typedef struct SelfDraft {
        uint32_t priority;
        CheckConfig *check; /* NULL: the pool's */
        SourceConfig *ipv4;
        SourceConfig *ipv6;
} SelfDraft;

typedef enum Failback {
        FAILBACK_AUTO,
        FAILBACK_MANUAL,
} Failback;

typedef struct PoolDraft {
        RecordDraft record; /* the entry, and what a pool has in common with a record */
        PoolConfig config;
        Failback failback;
        CheckConfig *check;
        SelfDraft *self; /* NULL: this host is no member */
        EntryList members;
} PoolDraft;

PoolDraft *pool_draft_free(PoolDraft *pool);
PoolConfig *pool_config_free(PoolConfig *pool);

/* Can a member have this name? Those that have no name of their own are called by their address. */
bool member_name_is_good(const char *name);

/* Setters for the schema. -EINVAL, -ENOMEM; -EEXIST: an item that a list has already. */
int pool_draft_add_fallback(void *pool, const char *text);
int member_draft_set_address(void *member, const char *text);
