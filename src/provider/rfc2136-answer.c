/* SPDX-License-Identifier: BSD-3-Clause */

#include "provider/rfc2136-answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void key_text(const TsigKey *key, char *buffer, size_t size)
{
        char name[NAME_TEXT_MAX];

        snprintf(buffer, size, "\"%s\" (%s)", name_to_text(&key->name, name),
                tsig_algorithm_to_text(key->algorithm));
}

void rfc2136_judge_update(
        Outcome *ret, const WireMessage *answer, const Name *zone, const TsigKey *key, const char *server)
{
        char zone_text[NAME_TEXT_MAX];

        name_to_text(zone, zone_text);
        switch (answer->rcode) {
        case RCODE_NOERROR:
                outcome_set(ret, OUTCOME_APPLIED, "%s", "");
                return;
        case RCODE_NXDOMAIN:
        case RCODE_YXDOMAIN:
        case RCODE_YXRRSET:
        case RCODE_NXRRSET:
                outcome_set(ret, OUTCOME_CONFLICT, "others keep changing it at %s (%s)", server,
                        rcode_to_text(answer->rcode, false));
                return;
        case RCODE_SERVFAIL:
                outcome_set(ret, OUTCOME_RETRY, "%s failed to update %s (SERVFAIL): see its log", server,
                        zone_text);
                return;
        case RCODE_REFUSED:
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s refused the update (REFUSED): allow %s to change this name in zone %s "
                        "(update-policy, ACL)",
                        server, key ? "this key" : "this host, which sends without a key,", zone_text);
                return;
        case RCODE_NOTAUTH:
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s is not authoritative for zone %s, or wants a key (NOTAUTH)", server, zone_text);
                break;
        case RCODE_NOTZONE:
                outcome_set(ret, OUTCOME_REFUSED, "the name is not in zone %s (NOTZONE from %s)", zone_text,
                        server);
                return;
        case RCODE_NOTIMP:
                outcome_set(ret, OUTCOME_REFUSED, "%s does not speak DNS UPDATE (NOTIMP)", server);
                break;
        default:
                outcome_set(ret, OUTCOME_REFUSED, "%s answered %s to an update of zone %s", server,
                        rcode_to_text(answer->rcode, false), zone_text);
                return;
        }
        ret->everything = true;
}

/* A CNAME excludes every other type at its name (RFC 1034 section 3.6.2). */
static bool has_cname(const WireMessage *answer, const Name *name)
{
        WireRecord record;

        for (WireCursor cursor = wire_begin(answer, SECTION_ANSWER); wire_next(&cursor, &record);)
                if (record.type == TYPE_CNAME && record.class == CLASS_IN && name_equal(&record.name, name))
                        return true;
        return false;
}

void rfc2136_judge_read(Outcome *ret, ReadResult *result, const WireMessage *answer, const char *server)
{
        char name[NAME_TEXT_MAX];

        name_to_text(&result->name, name);
        switch (answer->rcode) {
        case RCODE_NOERROR:
        case RCODE_NXDOMAIN:
                break;
        case RCODE_REFUSED:
        case RCODE_NOTAUTH:
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s refused to answer for %s (%s): does it serve this zone, to us?", server, name,
                        rcode_to_text(answer->rcode, false));
                ret->everything = true;
                return;
        default:
                outcome_set(ret, OUTCOME_RETRY, "%s answered %s for %s", server,
                        rcode_to_text(answer->rcode, false), name);
                ret->everything = true;
                return;
        }
        if (!(answer->flags & FLAG_AA)) {
                outcome_set(ret, OUTCOME_RETRY, "%s is not authoritative for %s: is it the primary server?",
                        server, name);
                ret->everything = true;
                return;
        }
        outcome_set(ret, OUTCOME_APPLIED, "%s", "");
        result->kind = OUTCOME_APPLIED;
        if (has_cname(answer, &result->name)) {
                result->kind = OUTCOME_REFUSED;
                snprintf(result->reason, sizeof result->reason,
                        "a CNAME stands there, which excludes addresses (RFC 1034): remove it at %s", server);
                return;
        }
        if (wire_collect_rrset(answer, SECTION_ANSWER, &result->name, result->type, &result->set) < 0)
                outcome_set(ret, OUTCOME_RETRY, "%s sent records of %s that cannot be read", server, name);
}

static void explain_badtime(Outcome *ret, const ExchangeAnswer *answer, const char *server)
{
        uint64_t ours = answer->verdict.signed_at_sec, theirs = answer->verdict.peer_time_sec;

        if (answer->tsig == TSIG_BADTIME || theirs == 0) {
                ours = clock_now_usec(CLOCK_REALTIME) / USEC_PER_SEC;
                theirs = answer->verdict.signed_at_sec;
        }
        outcome_set(ret, OUTCOME_RETRY,
                "%s and this host disagree about the time by %" PRIu64
                " s (BADTIME): this host's clock is %s; set the clocks right (NTP)",
                server, ours > theirs ? ours - theirs : theirs - ours, ours > theirs ? "ahead" : "behind");
}

static void explain_unverified(
        Outcome *ret, const ExchangeAnswer *answer, const TsigKey *key, const char *server)
{
        char text[NAME_TEXT_MAX + 32];

        key_text(key, text, sizeof text);
        if (answer->verdict.error == RCODE_BADTIME || answer->tsig == TSIG_BADTIME) {
                explain_badtime(ret, answer, server);
                return;
        }
        if (answer->verdict.error == RCODE_BADKEY)
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s does not know key %s (BADKEY): compare name and algorithm on both sides", server,
                        text);
        else if (answer->verdict.error == RCODE_BADSIG)
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s has another secret for key %s (BADSIG): compare the secrets on both sides",
                        server, text);
        else if (answer->verdict.error == RCODE_BADTRUNC)
                outcome_set(ret, OUTCOME_REFUSED, "%s wants a longer signature from key %s (BADTRUNC)",
                        server, text);
        else if (answer->tsig == TSIG_MISSING && answer->message.rcode != RCODE_NOERROR)
                outcome_set(ret, OUTCOME_REFUSED, "%s answered %s without a signature: does it know key %s?",
                        server, rcode_to_text(answer->message.rcode, false), text);
        else
                outcome_set(ret, OUTCOME_REFUSED,
                        "%s: the answer is not signed by key %s as it should be (%s)", server, text,
                        tsig_result_to_text(answer->tsig));
}

void rfc2136_explain_failure(
        Outcome *ret, const ExchangeAnswer *answer, const TsigKey *key, const char *server)
{
        switch (answer->result) {
        case EXCHANGE_TIMED_OUT:
                outcome_set(ret, OUTCOME_RETRY, "%s does not answer", server);
                break;
        case EXCHANGE_UNREACHABLE:
                outcome_set(ret, OUTCOME_RETRY, "%s cannot be reached: %s", server, strerror(answer->error));
                break;
        case EXCHANGE_UNVERIFIED:
        case EXCHANGE_ANSWERED: /* a signed complaint about our signature */
                explain_unverified(ret, answer, key, server);
                break;
        }
        ret->everything = true;
}
