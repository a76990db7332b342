/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dns/wire.h"
#include "model/tsig-key.h"

/* Transaction signatures (RFC 8945). The clock is an argument, and the algorithm is the key's, never the
 * message's. */

enum {
        TSIG_MAC_MAX = 64,
        TSIG_FUDGE_SEC = 300, /* RFC 8945 section 10 */
        TSIG_RECORD_MAX = 700, /* room that a TSIG record of ours can take: names uncompressed, error data */
};

typedef struct TsigMac {
        uint16_t length;
        uint8_t bytes[TSIG_MAC_MAX];
} TsigMac;

/* What a signature says of itself. */
typedef struct TsigVerdict {
        uint16_t error;         /* of the TSIG record as received: 0, BADSIG, BADKEY, BADTIME, BADTRUNC */
        uint64_t signed_at_sec; /* the peer's clock, seconds since 1970 */
        uint16_t fudge_sec;     /* how far from that it is good */
        uint64_t peer_time_sec; /* with BADTIME: the server's time from "other data"; else 0 */
        TsigMac mac;            /* the one that was found good, else empty: what the next digest begins with */
} TsigVerdict;

typedef enum TsigResult {
        TSIG_OK = 0,
        TSIG_MISSING,  /* no TSIG record at all */
        TSIG_FORMERR,  /* not a TSIG record as RFC 8945 section 4.2 has it; or a MAC shorter than allowed */
        TSIG_BADKEY,   /* not this key's name or algorithm */
        TSIG_BADSIG,   /* the MAC is wrong (or there is none) */
        TSIG_BADTIME,  /* a good MAC, but outside of fudge */
        TSIG_BADTRUNC, /* a good MAC, cut shorter than we accept (we accept none that is cut) */
} TsigResult;

/* Appends a TSIG record to the message in data[0..*size), which holds `capacity` bytes, and counts it in the
 * header. For a response, `request` is what tsig_verify() said of the request, and `error` 0 or what went wrong
 * (RFC 8945 section 5.3): BADTIME is signed at the client's time and tells it ours; BADKEY and BADSIG are not
 * signed. For a request they are NULL and 0. ret_mac (may be NULL): the MAC made. -ENOBUFS: no room. */
int tsig_sign(uint8_t *data, size_t *size, size_t capacity, const TsigKey *key, const TsigVerdict *request,
        uint64_t now_sec, uint16_t error, TsigMac *ret_mac);

/* Checks the signature of a message that wire_parse() accepted. request_mac: for a response, the MAC that the
 * request was signed with; else NULL. ret is filled as far as the record could be read, also when the result is
 * not TSIG_OK. */
TsigResult tsig_verify(const WireMessage *message, const TsigKey *key, const TsigMac *request_mac,
        uint64_t now_sec, TsigVerdict *ret);

/* "not signed": a person reads it. */
const char *tsig_result_to_text(TsigResult result);
