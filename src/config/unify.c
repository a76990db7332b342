/* SPDX-License-Identifier: BSD-3-Clause */

/* Unify: the sources and checks of a configuration, which owns them whatever else is wrong with it. */

#include "config/unify.h"

#include "config/check.h"
#include "config/source.h"

const SourceConfig *config_take_source(Config *config, SourceConfig **source)
{
        if (*source)
                config->sources[config->n_sources++] = *source;
        return STEAL(*source);
}

const CheckConfig *config_take_check(Config *config, CheckConfig **check)
{
        config->checks[config->n_checks++] = *check;
        return STEAL(*check);
}

static int compare_sources(const void *a, const void *b)
{
        return source_compare(*(SourceConfig *const *) a, *(SourceConfig *const *) b);
}

static int compare_checks(const void *a, const void *b)
{
        return check_config_compare(*(CheckConfig *const *) a, *(CheckConfig *const *) b);
}

/* Where the first of `count` sorted pointers is whose target equals that of `wanted`, one of them. */
static size_t first_equal(
        const void *pointers, size_t count, const void *wanted, int (*compare)(const void *, const void *))
{
        const size_t size = sizeof(void *);
        size_t low = 0, high = count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare((const char *) pointers + middle * size, wanted) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static void share_source(const Config *config, const SourceConfig **source)
{
        if (*source)
                *source = config->sources[first_equal(
                        config->sources, config->n_sources, source, compare_sources)];
}

void unify_sources(Config *config)
{
        size_t kept = 0;

        qsort(config->sources, config->n_sources, sizeof *config->sources, compare_sources);
        for (size_t i = 0; i < config->n_records; i++) {
                share_source(config, &config->records[i]->ipv4);
                share_source(config, &config->records[i]->ipv6);
        }
        for (size_t i = 0; i < config->n_pools; i++) {
                share_source(config, &config->pools[i]->record.ipv4);
                share_source(config, &config->pools[i]->record.ipv6);
        }
        for (size_t i = 0; i < config->n_sources; i++) {
                if (kept > 0 && source_compare(config->sources[kept - 1], config->sources[i]) == 0)
                        source_free(config->sources[i]);
                else
                        config->sources[kept++] = config->sources[i];
        }
        config->n_sources = kept;
}

static void share_check(const Config *config, const CheckConfig **check)
{
        *check = config->checks[first_equal(config->checks, config->n_checks, check, compare_checks)];
}

void unify_checks(Config *config)
{
        size_t kept = 0;

        qsort(config->checks, config->n_checks, sizeof *config->checks, compare_checks);
        for (size_t i = 0; i < config->n_pools; i++) {
                PoolConfig *pool = config->pools[i];

                share_check(config, &pool->check);
                share_check(config, &pool->self_check);
                for (size_t j = 0; j < pool->n_members; j++)
                        share_check(config, &pool->members[j].check);
        }
        for (size_t i = 0; i < config->n_checks; i++) {
                if (kept > 0 && check_config_compare(config->checks[kept - 1], config->checks[i]) == 0)
                        check_config_free(config->checks[i]);
                else
                        config->checks[kept++] = config->checks[i];
        }
        config->n_checks = kept;
}
