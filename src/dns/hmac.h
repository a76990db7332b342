/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tsig-key.h"

/* HMAC (RFC 2104) with the digests that TSIG knows. Nothing in it can fail. */

#define HMAC_SIZE_MAX SHA512_DIGEST_LENGTH

typedef union Digest {
        MD5_CTX md5;
        SHA_CTX sha1;
        SHA256_CTX sha256; /* and 224 */
        SHA512_CTX sha512; /* and 384 */
} Digest;

typedef struct Hmac {
        TsigAlgorithm algorithm;
        Digest inner, outer;
} Hmac;

size_t hmac_size(TsigAlgorithm algorithm);

void hmac_begin(Hmac *hmac, TsigAlgorithm algorithm, const Secret *secret);
void hmac_add(Hmac *hmac, const void *bytes, size_t size);

/* Writes hmac_size() bytes and wipes all else. */
void hmac_end(Hmac *hmac, uint8_t ret[static HMAC_SIZE_MAX]);
