/* SPDX-License-Identifier: BSD-3-Clause */

/* Transaction signatures (RFC 8945): makes and checks the TSIG record of one message. Name and algorithm are
 * the key's: what the message says of them is compared, never used. Keeps no keys and no clock; which key a
 * message needs, and what to answer when it is refused, is for the caller. */

#include "dns/tsig.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "dns/bytes.h"
#include "dns/hmac.h"

/* What a TSIG record holds beside the names. */
typedef struct TsigRecord {
        uint64_t signed_at_sec;
        uint16_t fudge_sec;
        uint16_t mac_length;
        const uint8_t *mac;
        uint16_t original_id;
        uint16_t error;
        uint16_t other_length;
        const uint8_t *other;
} TsigRecord;

static void add_lower(Hmac *hmac, const Name *name)
{
        Name lower = *name;

        name_to_lower(&lower);
        hmac_add(hmac, lower.wire, lower.length);
}

/* RFC 8945 section 4.3.3 */
static void add_variables(Hmac *hmac, const TsigKey *key, const TsigRecord *record)
{
        uint8_t buffer[12], *p;

        add_lower(hmac, &key->name);
        p = put_u16(buffer, CLASS_ANY);
        p = put_u32(p, 0); /* TTL */
        hmac_add(hmac, buffer, (size_t) (p - buffer));
        add_lower(hmac, tsig_algorithm_name(key->algorithm));
        p = put_u48(buffer, record->signed_at_sec);
        p = put_u16(p, record->fudge_sec);
        p = put_u16(p, record->error);
        p = put_u16(p, record->other_length);
        hmac_add(hmac, buffer, (size_t) (p - buffer));
        hmac_add(hmac, record->other, record->other_length);
}

/* The MAC over a message of `size` bytes without its TSIG record; `header` stands in for its header. */
static void make_mac(const TsigKey *key, const TsigMac *request_mac, const uint8_t header[static WIRE_HEADER],
        const uint8_t *data, size_t size, const TsigRecord *record, uint8_t ret[static HMAC_SIZE_MAX])
{
        uint8_t length[2];
        Hmac hmac;

        hmac_begin(&hmac, key->algorithm, key->secret);
        if (request_mac) {
                put_u16(length, request_mac->length);
                hmac_add(&hmac, length, sizeof length);
                hmac_add(&hmac, request_mac->bytes, request_mac->length);
        }
        hmac_add(&hmac, header, WIRE_HEADER);
        hmac_add(&hmac, data + WIRE_HEADER, size - WIRE_HEADER);
        add_variables(&hmac, key, record);
        hmac_end(&hmac, ret);
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t size)
{
        if (size > 0)
                memcpy(p, bytes, size);
        return p + size;
}

/* RFC 8945 section 4.2. Returns the bytes written, at most TSIG_RECORD_MAX. */
static size_t write_record(uint8_t ret[static TSIG_RECORD_MAX], const TsigKey *key, const TsigRecord *record)
{
        const Name *algorithm = tsig_algorithm_name(key->algorithm);
        uint8_t *p = put_bytes(ret, key->name.wire, key->name.length);

        p = put_u16(p, TYPE_TSIG);
        p = put_u16(p, CLASS_ANY);
        p = put_u32(p, 0);
        p = put_u16(p, (uint16_t) (algorithm->length + 16 + record->mac_length + record->other_length));
        p = put_bytes(p, algorithm->wire, algorithm->length);
        p = put_u48(p, record->signed_at_sec);
        p = put_u16(p, record->fudge_sec);
        p = put_u16(p, record->mac_length);
        p = put_bytes(p, record->mac, record->mac_length);
        p = put_u16(p, record->original_id);
        p = put_u16(p, record->error);
        p = put_u16(p, record->other_length);
        p = put_bytes(p, record->other, record->other_length);
        return (size_t) (p - ret);
}

/* Puts the record behind the message and counts it. */
static int append_record(
        uint8_t *data, size_t *size, size_t capacity, const uint8_t *record, size_t record_size)
{
        uint16_t additional = get_u16(data + 10);

        if (*size + record_size > capacity || *size + record_size > WIRE_MESSAGE_MAX)
                return -ENOBUFS;
        if (additional == UINT16_MAX)
                return -ENOBUFS;
        memcpy(data + *size, record, record_size);
        put_u16(data + 10, additional + 1);
        *size += record_size;
        return 0;
}

int tsig_sign(uint8_t *data, size_t *size, size_t capacity, const TsigKey *key, const TsigVerdict *request,
        uint64_t now_sec, uint16_t error, TsigMac *ret_mac)
{
        TsigRecord record = { .signed_at_sec = now_sec, .fudge_sec = TSIG_FUDGE_SEC, .error = error };
        uint8_t buffer[TSIG_RECORD_MAX], our_time[6];
        TsigMac mac = { 0 };
        int r;

        assert(*size >= WIRE_HEADER);
        assert(request || error == 0);
        record.original_id = get_u16(data);
        /* At the client's own time, or its clock would refuse this answer too (RFC 8945 section 5.2.3). */
        if (error == RCODE_BADTIME) {
                put_u48(our_time, now_sec);
                record.signed_at_sec = request->signed_at_sec;
                record.fudge_sec = request->fudge_sec;
                record.other = our_time;
                record.other_length = sizeof our_time;
        }
        /* With these two there is no secret that both sides have. */
        if (error != RCODE_BADKEY && error != RCODE_BADSIG) {
                make_mac(key, request ? &request->mac : NULL, data, data, *size, &record, mac.bytes);
                mac.length = (uint16_t) hmac_size(key->algorithm);
        }
        record.mac = mac.bytes;
        record.mac_length = mac.length;
        r = append_record(data, size, capacity, buffer, write_record(buffer, key, &record));
        if (r < 0)
                return r;
        if (ret_mac)
                *ret_mac = mac;
        return 0;
}

/* Takes the RDATA apart, which wire_parse() has found well-formed. */
static void read_fields(const uint8_t *p, TsigRecord *ret)
{
        ret->signed_at_sec = get_u48(p);
        ret->fudge_sec = get_u16(p + 6);
        ret->mac_length = get_u16(p + 8);
        ret->mac = p + 10;
        p = ret->mac + ret->mac_length;
        ret->original_id = get_u16(p);
        ret->error = get_u16(p + 2);
        ret->other_length = get_u16(p + 4);
        ret->other = p + 6;
}

/* Finds the record; false when it is not as RFC 8945 section 4.2 has it. */
static bool read_record(const WireMessage *message, Name *ret_key, Name *ret_algorithm, TsigRecord *ret)
{
        WireCursor cursor = {
                .message = message,
                .section = SECTION_ADDITIONAL,
                .left = 1,
                .at = message->tsig,
        };
        WireRecord record;
        int used;

        if (!wire_next(&cursor, &record) || record.class != CLASS_ANY || record.ttl != 0)
                return false;
        used = name_from_wire(ret_algorithm, record.rdata, record.rdata_length);
        if (used < 0)
                return false;
        *ret_key = record.name;
        read_fields(record.rdata + used, ret);
        return true;
}

/* RFC 8945 section 5.2.2.1: never longer than the digest, nor below 10 bytes or half of it. None at all is
 * for the MAC check to refuse: answers that say BADKEY or BADSIG have none. */
static bool mac_length_is_legal(size_t length, size_t digest)
{
        return length == 0 || (length <= digest && length >= 10 && length >= (digest + 1) / 2);
}

static bool mac_is_good(
        const WireMessage *message, const TsigKey *key, const TsigMac *request_mac, const TsigRecord *record)
{
        uint8_t header[WIRE_HEADER], mac[HMAC_SIZE_MAX];

        if (record->mac_length == 0)
                return false;
        /* As it was signed: under its original ID (a forwarder may have changed it), TSIG not yet counted. */
        memcpy(header, message->data, WIRE_HEADER);
        put_u16(header, record->original_id);
        put_u16(header + 10, message->count[SECTION_ADDITIONAL] - 1);
        make_mac(key, request_mac, header, message->data, message->tsig, record, mac);
        return CRYPTO_memcmp(mac, record->mac, record->mac_length) == 0;
}

static bool is_in_time(const TsigRecord *record, uint64_t now_sec)
{
        uint64_t distance = now_sec > record->signed_at_sec ? now_sec - record->signed_at_sec
                                                            : record->signed_at_sec - now_sec;

        return distance <= record->fudge_sec;
}

TsigResult tsig_verify(const WireMessage *message, const TsigKey *key, const TsigMac *request_mac,
        uint64_t now_sec, TsigVerdict *ret)
{
        Name name, algorithm;
        TsigRecord record;

        *ret = (TsigVerdict){ 0 };
        if (message->tsig == 0)
                return TSIG_MISSING;
        if (!read_record(message, &name, &algorithm, &record))
                return TSIG_FORMERR;
        ret->error = record.error;
        ret->signed_at_sec = record.signed_at_sec;
        ret->fudge_sec = record.fudge_sec;
        if (record.error == RCODE_BADTIME && record.other_length == 6)
                ret->peer_time_sec = get_u48(record.other);

        /* In the order of RFC 8945 section 5.2: key, MAC, time, truncation. */
        if (!name_equal(&name, &key->name) || !name_equal(&algorithm, tsig_algorithm_name(key->algorithm)))
                return TSIG_BADKEY;
        if (!mac_length_is_legal(record.mac_length, hmac_size(key->algorithm)))
                return TSIG_FORMERR;
        if (!mac_is_good(message, key, request_mac, &record))
                return TSIG_BADSIG;
        ret->mac.length = record.mac_length;
        memcpy(ret->mac.bytes, record.mac, record.mac_length);
        if (!is_in_time(&record, now_sec))
                return TSIG_BADTIME;
        if (record.mac_length < hmac_size(key->algorithm))
                return TSIG_BADTRUNC;
        return TSIG_OK;
}

const char *tsig_result_to_text(TsigResult result)
{
        static const char *const texts[] = {
                [TSIG_OK] = "signature is good",
                [TSIG_MISSING] = "not signed",
                [TSIG_FORMERR] = "malformed signature",
                [TSIG_BADKEY] = "signed with another key or algorithm",
                [TSIG_BADSIG] = "wrong signature",
                [TSIG_BADTIME] = "signed too long ago, or in the future",
                [TSIG_BADTRUNC] = "signature is cut short",
        };

        return texts[result];
}
