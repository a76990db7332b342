/* SPDX-License-Identifier: BSD-3-Clause */

#include "model/tsig-key.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct {
        const char *text;
        Name wire;
} algorithms[TSIG_ALGORITHMS] = {
        [TSIG_HMAC_MD5] = { "hmac-md5", { 26, "\010hmac-md5\007sig-alg\003reg\003int" } },
        [TSIG_HMAC_SHA1] = { "hmac-sha1", { 11, "\011hmac-sha1" } },
        [TSIG_HMAC_SHA224] = { "hmac-sha224", { 13, "\013hmac-sha224" } },
        [TSIG_HMAC_SHA256] = { "hmac-sha256", { 13, "\013hmac-sha256" } },
        [TSIG_HMAC_SHA384] = { "hmac-sha384", { 13, "\013hmac-sha384" } },
        [TSIG_HMAC_SHA512] = { "hmac-sha512", { 13, "\013hmac-sha512" } },
};

int tsig_algorithm_from_text(const char *text)
{
        Name name;

        for (int i = 0; i < TSIG_ALGORITHMS; i++)
                if (strcasecmp(text, algorithms[i].text) == 0)
                        return i;
        if (name_from_text(&name, text) < 0)
                return -EINVAL;
        for (int i = 0; i < TSIG_ALGORITHMS; i++)
                if (name_equal(&name, &algorithms[i].wire))
                        return i;
        return -EINVAL;
}

const char *tsig_algorithm_to_text(TsigAlgorithm algorithm)
{
        return algorithms[algorithm].text;
}

const Name *tsig_algorithm_name(TsigAlgorithm algorithm)
{
        return &algorithms[algorithm].wire;
}
