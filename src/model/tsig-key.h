/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model/name.h"
#include "util/secret.h"

/* The algorithms of RFC 8945 section 6 that are HMACs. */
typedef enum TsigAlgorithm {
        TSIG_HMAC_MD5,
        TSIG_HMAC_SHA1,
        TSIG_HMAC_SHA224,
        TSIG_HMAC_SHA256,
        TSIG_HMAC_SHA384,
        TSIG_HMAC_SHA512,
        TSIG_ALGORITHMS, /* how many */
} TsigAlgorithm;

/* A key belongs to exactly one algorithm: a message that names another one is not from its owner. */
typedef struct TsigKey {
        Name name;
        TsigAlgorithm algorithm;
        Secret *secret;
} TsigKey;

/* "hmac-sha256" …, and the long name "hmac-md5.sig-alg.reg.int"; case and a last dot do not matter.
 * Returns the algorithm or -EINVAL. */
int tsig_algorithm_from_text(const char *text);
const char *tsig_algorithm_to_text(TsigAlgorithm algorithm); /* the short name */

/* The algorithm's name as it stands in messages. */
const Name *tsig_algorithm_name(TsigAlgorithm algorithm);
