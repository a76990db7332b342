/* SPDX-License-Identifier: BSD-3-Clause */

#include "util/secret.h"

#include <string.h>

Secret *secret_new(const void *bytes, size_t size)
{
        Secret *secret = malloc(sizeof *secret + size);

        if (!secret)
                return NULL;
        secret->size = size;
        memcpy(secret->bytes, bytes, size);
        return secret;
}

Secret *secret_free(Secret *secret)
{
        if (!secret)
                return NULL;
        explicit_bzero(secret, sizeof *secret + secret->size);
        free(secret);
        return NULL;
}

_Bool secret_equal(const Secret *a, const Secret *b)
{
        unsigned difference = 0;

        if (a->size != b->size)
                return 0;
        for (size_t i = 0; i < a->size; i++)
                difference |= (unsigned) (a->bytes[i] ^ b->bytes[i]);
        return difference == 0;
}
