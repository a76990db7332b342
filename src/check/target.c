/* SPDX-License-Identifier: BSD-3-Clause */

/* The table of targets: why the same target is checked once, however many pools name it. */

#include "check/target.h"

#include <errno.h>
#include <stdlib.h>

#include "check/identity.h"

enum {
        LEAST_BUCKETS = 16,
};

static Target **bucket_of(const TargetTable *table, uint32_t hash)
{
        return &table->buckets[hash & (table->n_buckets - 1)];
}

Target *target_table_find(
        const TargetTable *table, const CheckConfig *config, const Address *address, uint32_t hash)
{
        if (table->n_buckets == 0)
                return NULL;
        for (Target *target = *bucket_of(table, hash); target; target = target->next)
                if (target->hash == hash && address_equal(&target->address, address) &&
                        identity_equal(target->config, config))
                        return target;
        return NULL;
}

static void insert(TargetTable *table, Target *target)
{
        Target **bucket = bucket_of(table, target->hash);

        target->next = *bucket;
        *bucket = target;
}

static int grow(TargetTable *table)
{
        TargetTable larger = { .n_buckets = table->n_buckets > 0 ? 2 * table->n_buckets : LEAST_BUCKETS,
                .count = table->count };

        larger.buckets = calloc(larger.n_buckets, sizeof *larger.buckets);
        if (!larger.buckets)
                return -ENOMEM;
        for (size_t i = 0; i < table->n_buckets; i++)
                for (Target *target = table->buckets[i], *next; target; target = next) {
                        next = target->next;
                        insert(&larger, target);
                }
        free(table->buckets);
        *table = larger;
        return 0;
}

int target_table_add(TargetTable *table, Target *target)
{
        int r = table->count >= table->n_buckets ? grow(table) : 0;

        if (r < 0)
                return r;
        insert(table, target);
        table->count++;
        return 0;
}

void target_table_remove(TargetTable *table, Target *target)
{
        Target **at = bucket_of(table, target->hash);

        while (*at != target)
                at = &(*at)->next;
        *at = target->next;
        table->count--;
}

void target_table_done(TargetTable *table)
{
        free(table->buckets);
        *table = (TargetTable){ 0 };
}
