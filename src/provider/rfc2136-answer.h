/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dns/client.h"
#include "model/tsig-key.h"
#include "provider/provider.h"

/* What a server's answer, or the lack of one, means for us and for the person who reads the log. */

/* To an UPDATE (RFC 2136 section 2.2, RFC 8945 section 5.2). server: its address as text. */
void rfc2136_judge_update(
        Outcome *ret, const WireMessage *answer, const Name *zone, const TsigKey *key, const char *server);

/* To a query for the RRset of `result`, which is filled in when the outcome is APPLIED. */
void rfc2136_judge_read(Outcome *ret, ReadResult *result, const WireMessage *answer, const char *server);

/* No answer, or none that could be trusted. */
void rfc2136_explain_failure(
        Outcome *ret, const ExchangeAnswer *answer, const TsigKey *key, const char *server);
