/* SPDX-License-Identifier: BSD-3-Clause */

/* Pools: what stands in one, each value by itself. What it means together is for config/resolve-pools. */

#include "config/pool.h"

#include <string.h>

#include "config/addresses.h"
#include "config/check.h"
#include "config/source.h"
#include "config/value.h"

enum {
        MEMBER_NAME_MAX = 64
};

static void member_draft_free(MemberDraft *member)
{
        check_config_free(member->check);
        entry_free(&member->entry);
}

static void self_draft_free(SelfDraft *self)
{
        if (!self)
                return;
        check_config_free(self->check);
        source_free(self->ipv4);
        source_free(self->ipv6);
        free(self);
}

PoolDraft *pool_draft_free(PoolDraft *pool)
{
        for (size_t i = 0; i < pool->members.count; i++)
                member_draft_free((MemberDraft *) pool->members.items[i]);
        free(pool->members.items);
        self_draft_free(pool->self);
        check_config_free(pool->check);
        free(pool->config.fallback);
        free(pool->record.provider);
        entry_free(&pool->record.entry);
        return NULL;
}

PoolConfig *pool_config_free(PoolConfig *pool)
{
        for (size_t i = 0; i < pool->n_members; i++)
                free(pool->members[i].name);
        free(pool->members);
        free(pool->fallback);
        free(pool);
        return NULL;
}

bool member_name_is_good(const char *name)
{
        Address address;

        return value_is_plain(name) && strlen(name) <= MEMBER_NAME_MAX &&
               address_from_text(&address, name) < 0;
}

int pool_draft_add_fallback(void *object, const char *text)
{
        PoolConfig *pool = &((PoolDraft *) object)->config;

        return host_addresses_add(&pool->fallback, &pool->n_fallback, text);
}

int member_draft_set_address(void *member, const char *text)
{
        return host_address_from_text(&((MemberDraft *) member)->address, text);
}
