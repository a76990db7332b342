/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/identity.h"

#include <string.h>

#define FNV_OFFSET UINT32_C(2166136261) /* FNV-1a */
#define FNV_PRIME  UINT32_C(16777619)

static bool text_equal(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool list_equal(char *const *a, char *const *b)
{
        if (!a || !b)
                return a == b;
        for (; *a && *b; a++, b++)
                if (strcmp(*a, *b) != 0)
                        return false;
        return *a == *b;
}

static bool status_equal(const CheckConfig *a, const CheckConfig *b)
{
        if (a->n_expect_status != b->n_expect_status)
                return false;
        for (size_t i = 0; i < a->n_expect_status; i++)
                if (a->expect_status[i].first != b->expect_status[i].first ||
                        a->expect_status[i].last != b->expect_status[i].last)
                        return false;
        return true;
}

static bool times_equal(const CheckConfig *a, const CheckConfig *b)
{
        return a->interval_usec == b->interval_usec && a->fast_interval_usec == b->fast_interval_usec &&
               a->timeout_usec == b->timeout_usec;
}

static bool http_equal(const CheckConfig *a, const CheckConfig *b)
{
        return text_equal(a->host, b->host) && text_equal(a->method, b->method) &&
               text_equal(a->path, b->path) && list_equal(a->headers, b->headers) &&
               text_equal(a->body, b->body) && status_equal(a, b) &&
               text_equal(a->expect_body, b->expect_body) && a->verify_tls == b->verify_tls;
}

bool identity_equal(const CheckConfig *a, const CheckConfig *b)
{
        return a == b || (a->type == b->type && a->port == b->port && times_equal(a, b) && http_equal(a, b) &&
                                 list_equal(a->command, b->command));
}

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t size)
{
        const uint8_t *byte = bytes;

        for (size_t i = 0; i < size; i++)
                hash = (hash ^ byte[i]) * FNV_PRIME;
        return hash;
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
        return text ? hash_bytes(hash, text, strlen(text) + 1) : hash;
}

uint32_t identity_hash(const CheckConfig *config, const Address *address)
{
        uint32_t hash = hash_bytes(FNV_OFFSET, address->bytes, address_size(address));

        hash = hash_bytes(hash, &config->type, sizeof config->type);
        hash = hash_bytes(hash, &config->port, sizeof config->port);
        hash = hash_text(hash, config->host);
        hash = hash_text(hash, config->path);
        for (char *const *word = config->command; word && *word; word++)
                hash = hash_text(hash, *word);
        return hash;
}
