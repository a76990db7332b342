/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"
#include "model/name.h"
#include "policy/health.h"
#include "policy/pool.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* How a member came to be one. */
typedef enum MemberOrigin {
        MEMBER_CONFIGURED,
        MEMBER_SELF,
        MEMBER_DISCOVERED,
} MemberOrigin;

const char *member_origin_to_text(MemberOrigin origin); /* "configured", "self", "discovered" */

/* What has to be known of pools after a restart: how their members were, and what operators ordered. A JSON
 * file. */
typedef struct PoolStore PoolStore;

/* path: NULL keeps nothing on disk. A damaged file is set aside, which is said in the log. -ENOMEM. */
int pool_store_open(PoolStore **ret, const char *path);
PoolStore *pool_store_free(PoolStore *store);
DEFINE_FREEP(PoolStore, pool_store_free)

/* An operator's word, or that there is none. */
typedef struct StoredOrder {
        char *user, *reason; /* NULL: there is no order */
        usec_t until_usec;   /* CLOCK_REALTIME; 0: until somebody says otherwise */
        bool forced;
} StoredOrder;

typedef struct StoredMember {
        char *name;
        Address address;
        MemberOrigin origin;
        usec_t changed_usec; /* CLOCK_REALTIME when the health changed; 0: never */
        bool removed;        /* it went while we wanted it out */
        usec_t absent_usec;  /* since when DNS does not hold it; as the moments of `health` */
        Health health;       /* its moments of CLOCK_BOOTTIME are those of this boot, or 0 */
        MemberAdmin admin;
        StoredOrder order;
} StoredMember;

typedef struct StoredPool {
        Name name;
        uint32_t priorities[2];
        char *overrides[2]; /* names of members; NULL: none */
        StoredOrder orders[2];
        size_t n_members;
        StoredMember *members;
} StoredPool;

StoredPool *stored_pool_new(const Name *name, size_t n_members); /* room for so many; NULL: out of memory */
StoredPool *stored_pool_free(StoredPool *pool);
DEFINE_FREEP(StoredPool, stored_pool_free)

int stored_order_copy(StoredOrder *ret, const StoredOrder *order); /* -ENOMEM */
void stored_order_done(StoredOrder *order);

/* Forgets the pools that `is_kept` does not know. */
void pool_store_prune(
        PoolStore *store, bool (*is_kept)(const void *userdata, const Name *name), const void *userdata);

/* NULL: nothing is known of it. What was read from a file that is too old has no health. */
const StoredPool *pool_store_find(const PoolStore *store, const Name *name);

/* In place of what is known of the pool of that name. Takes it over, also on error. -ENOMEM. */
int pool_store_put(PoolStore *store, StoredPool *pool);

/* Writes the file if there is anything new; durable: so that it survives a power cut. A failure is said once
 * until it works again, and returned. */
int pool_store_save(PoolStore *store, bool durable);
