/* SPDX-License-Identifier: BSD-3-Clause */

#include "bus/digest.h"

#include <string.h>

Digest digest_bytes(Digest digest, const void *bytes, size_t size)
{
        const uint8_t *p = bytes;

        for (size_t i = 0; i < size; i++)
                digest = (digest ^ p[i]) * 0x100000001b3;
        return digest;
}

Digest digest_number(uint64_t number)
{
        return digest_bytes(DIGEST_START, &number, sizeof number);
}

Digest digest_text(const char *text)
{
        return digest_bytes(DIGEST_START, text ?: "", text ? strlen(text) : 0);
}

Digest digest_values(const RRset *const sets[static 2])
{
        Digest digest = DIGEST_START;

        for (size_t s = 0; s < 2; s++)
                for (size_t i = 0; sets[s] && i < sets[s]->count; i++) {
                        const RData *rdata = sets[s]->rdata[i];

                        digest = digest_bytes(digest, &rdata->length, sizeof rdata->length);
                        digest = digest_bytes(digest, rdata->bytes, rdata->length);
                }
        return digest;
}
