/* SPDX-License-Identifier: BSD-3-Clause */

/* HMAC from libcrypto's plain digest functions.
 *
 * They are deprecated in favour of EVP_MAC, and still the better choice here: the first EVP_MAC_fetch() sets
 * up the providers and takes 2.1 MB of resident memory, a third of what the whole daemon may have, and 1 ms
 * out of the first update. These take 0.2 MB, keep no global state and cannot fail. */

/* Before the first header of OpenSSL: the functions that 1.1.1 had, without a warning for each. */
#define OPENSSL_API_COMPAT 10101

#include "dns/hmac.h"

#include <string.h>

#define BLOCK_SIZE_MAX SHA512_CBLOCK

static const struct {
        uint8_t block_size;
        uint8_t size;
} digests[TSIG_ALGORITHMS] = {
        [TSIG_HMAC_MD5] = { MD5_CBLOCK, MD5_DIGEST_LENGTH },
        [TSIG_HMAC_SHA1] = { SHA_CBLOCK, SHA_DIGEST_LENGTH },
        [TSIG_HMAC_SHA224] = { SHA256_CBLOCK, SHA224_DIGEST_LENGTH },
        [TSIG_HMAC_SHA256] = { SHA256_CBLOCK, SHA256_DIGEST_LENGTH },
        [TSIG_HMAC_SHA384] = { SHA512_CBLOCK, SHA384_DIGEST_LENGTH },
        [TSIG_HMAC_SHA512] = { SHA512_CBLOCK, SHA512_DIGEST_LENGTH },
};

static void digest_begin(Digest *digest, TsigAlgorithm algorithm)
{
        switch (algorithm) {
        case TSIG_HMAC_MD5:
                MD5_Init(&digest->md5);
                break;
        case TSIG_HMAC_SHA1:
                SHA1_Init(&digest->sha1);
                break;
        case TSIG_HMAC_SHA224:
                SHA224_Init(&digest->sha256);
                break;
        case TSIG_HMAC_SHA256:
                SHA256_Init(&digest->sha256);
                break;
        case TSIG_HMAC_SHA384:
                SHA384_Init(&digest->sha512);
                break;
        case TSIG_HMAC_SHA512:
        default:
                SHA512_Init(&digest->sha512);
                break;
        }
}

static void digest_add(Digest *digest, TsigAlgorithm algorithm, const void *bytes, size_t size)
{
        switch (algorithm) {
        case TSIG_HMAC_MD5:
                MD5_Update(&digest->md5, bytes, size);
                break;
        case TSIG_HMAC_SHA1:
                SHA1_Update(&digest->sha1, bytes, size);
                break;
        case TSIG_HMAC_SHA224:
        case TSIG_HMAC_SHA256:
                SHA256_Update(&digest->sha256, bytes, size);
                break;
        case TSIG_HMAC_SHA384:
        case TSIG_HMAC_SHA512:
        default:
                SHA512_Update(&digest->sha512, bytes, size);
                break;
        }
}

static void digest_end(Digest *digest, TsigAlgorithm algorithm, uint8_t ret[static HMAC_SIZE_MAX])
{
        switch (algorithm) {
        case TSIG_HMAC_MD5:
                MD5_Final(ret, &digest->md5);
                break;
        case TSIG_HMAC_SHA1:
                SHA1_Final(ret, &digest->sha1);
                break;
        case TSIG_HMAC_SHA224:
        case TSIG_HMAC_SHA256:
                SHA256_Final(ret, &digest->sha256);
                break;
        case TSIG_HMAC_SHA384:
        case TSIG_HMAC_SHA512:
        default:
                SHA512_Final(ret, &digest->sha512);
                break;
        }
}

size_t hmac_size(TsigAlgorithm algorithm)
{
        return digests[algorithm].size;
}

static void begin_padded(Digest *digest, TsigAlgorithm algorithm, const uint8_t *key, uint8_t padding)
{
        uint8_t block[BLOCK_SIZE_MAX];
        size_t size = digests[algorithm].block_size;

        for (size_t i = 0; i < size; i++)
                block[i] = key[i] ^ padding;
        digest_begin(digest, algorithm);
        digest_add(digest, algorithm, block, size);
        explicit_bzero(block, sizeof block);
}

void hmac_begin(Hmac *hmac, TsigAlgorithm algorithm, const Secret *secret)
{
        uint8_t key[BLOCK_SIZE_MAX] = { 0 };

        hmac->algorithm = algorithm;
        /* A secret longer than a block stands for its digest. */
        if (secret->size > digests[algorithm].block_size) {
                digest_begin(&hmac->inner, algorithm);
                digest_add(&hmac->inner, algorithm, secret->bytes, secret->size);
                digest_end(&hmac->inner, algorithm, key);
        } else
                memcpy(key, secret->bytes, secret->size);
        begin_padded(&hmac->inner, algorithm, key, 0x36);
        begin_padded(&hmac->outer, algorithm, key, 0x5C);
        explicit_bzero(key, sizeof key);
}

void hmac_add(Hmac *hmac, const void *bytes, size_t size)
{
        digest_add(&hmac->inner, hmac->algorithm, bytes, size);
}

void hmac_end(Hmac *hmac, uint8_t ret[static HMAC_SIZE_MAX])
{
        digest_end(&hmac->inner, hmac->algorithm, ret);
        digest_add(&hmac->outer, hmac->algorithm, ret, hmac_size(hmac->algorithm));
        digest_end(&hmac->outer, hmac->algorithm, ret);
        explicit_bzero(hmac, sizeof *hmac);
}
