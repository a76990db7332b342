/* SPDX-License-Identifier: BSD-3-Clause */

/* Signatures: checks whatever comes, with a key of each algorithm; what we sign ourselves must be good, and
 * must not be good any more with another request's MAC. */

#include "dns/tsig.h"

#include <string.h>

#include "fuzz.h"
#include "hex.h"
#include "tsig-vectors.h"
#include "util/cleanup.h"

#define NOW ((uint64_t) VECTORS_TIME)

static TsigKey key_of_vector(size_t i)
{
        TsigKey key = { .algorithm = vectors[i].algorithm };
        uint8_t secret[256];

        must(name_from_text(&key.name, VECTORS_KEY) == 0);
        key.secret = secret_new(secret, from_hex(vectors[i].secret, secret, sizeof secret));
        must(key.secret != NULL);
        return key;
}

static void check_anything(const WireMessage *message, const TsigKey *key)
{
        static const TsigMac request_mac = { .length = TSIG_MAC_MAX };
        TsigVerdict verdict;
        TsigResult result = tsig_verify(message, key, NULL, NOW, &verdict);

        must((result == TSIG_MISSING) == (message->tsig == 0));
        must((verdict.mac.length > 0) ==
                (result == TSIG_OK || result == TSIG_BADTIME || result == TSIG_BADTRUNC));
        must(verdict.mac.length <= TSIG_MAC_MAX);
        must(tsig_verify(message, key, &request_mac, NOW, &verdict) != TSIG_OK);
}

static void sign_and_check(const WireMessage *message, const TsigKey *key)
{
        size_t size = message->size, capacity = size + TSIG_RECORD_MAX;
        AUTO_FREE uint8_t *data = malloc(capacity);
        const TsigVerdict request = { .signed_at_sec = NOW, .mac = { .length = 32 } };
        TsigVerdict verdict;
        WireMessage copy;

        must(data != NULL);
        memcpy(data, message->data, size);
        if (tsig_sign(data, &size, capacity, key, &request, NOW, 0, NULL) < 0) {
                must(size == message->size && memcmp(data, message->data, size) == 0);
                must(size + TSIG_RECORD_MAX > WIRE_MESSAGE_MAX ||
                        message->count[SECTION_ADDITIONAL] == UINT16_MAX);
                return;
        }
        must(wire_parse(&copy, data, size, NULL) == 0);
        must(copy.tsig == message->size);
        must(tsig_verify(&copy, key, &request.mac, NOW, &verdict) == TSIG_OK);
        must(tsig_verify(&copy, key, NULL, NOW, &verdict) == TSIG_BADSIG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        WireMessage message;

        if (wire_parse(&message, data, size, NULL) < 0)
                return 0;
        for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
                TsigKey key = key_of_vector(i);

                check_anything(&message, &key);
                if (message.tsig == 0)
                        sign_and_check(&message, &key);
                secret_free(key.secret);
        }
        return 0;
}
