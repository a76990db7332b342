/* SPDX-License-Identifier: BSD-3-Clause */

/* TSIG: the same bytes as another implementation, and every way in which a signature can be wrong. */

#include "dns/tsig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/bytes.h"
#include "dns/hmac.h"
#include "hex.h"
#include "tsig-vectors.h"
#include "util/cleanup.h"

#define NOW  ((uint64_t) VECTORS_TIME)
#define ROOM 2048

/* Where parts of a TSIG record lie, counted from its type: the name before it can be of any length. */
enum {
        OF_CLASS = 2,
        OF_TTL = 4,
        OF_RDLENGTH = 8,
        OF_ALGORITHM = 10,
};

typedef struct Packet {
        size_t size;
        uint8_t data[ROOM];
} Packet;

static void key_done(TsigKey *key)
{
        secret_free(key->secret);
}

static TsigKey key_of(const char *name, TsigAlgorithm algorithm, const char *secret_hex)
{
        TsigKey key = { .algorithm = algorithm };
        uint8_t secret[256];

        assert_int_equal(name_from_text(&key.name, name), 0);
        key.secret = secret_new(secret, from_hex(secret_hex, secret, sizeof secret));
        assert_non_null(key.secret);
        return key;
}

/* The key that most tests sign with. */
static TsigKey our_key(void)
{
        return key_of("laptop.keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F10");
}

static Packet packet_of(const char *hex)
{
        Packet packet;

        packet.size = from_hex(hex, packet.data, sizeof packet.data);
        return packet;
}

/* An UPDATE of example.com: delete all A of host.example.com. */
static Packet an_update(void)
{
        return packet_of("5350 2800 0001 0000 0001 0000 07 6578616D706C65 03 636F6D 00 0006 0001"
                         " 04 686F7374 C00C 0001 00FF 00000000 0000");
}

static Packet an_answer(void)
{
        return packet_of("5350 A800 0000 0000 0000 0000");
}

static Packet signed_update(const TsigKey *key, TsigMac *ret_mac)
{
        Packet packet = an_update();

        assert_int_equal(tsig_sign(packet.data, &packet.size, ROOM, key, NULL, NOW, 0, ret_mac), 0);
        return packet;
}

static TsigResult verify(const Packet *packet, const TsigKey *key, const TsigMac *request_mac,
        uint64_t now_sec, TsigVerdict *ret)
{
        TsigVerdict ignored;
        WireMessage m;

        assert_int_equal(wire_parse(&m, packet->data, packet->size, NULL), 0);
        return tsig_verify(&m, key, request_mac, now_sec, ret ? ret : &ignored);
}

/* The type of the TSIG record. */
static uint8_t *tsig_of(Packet *packet)
{
        WireMessage m;

        assert_int_equal(wire_parse(&m, packet->data, packet->size, NULL), 0);
        assert_true(m.tsig > 0);
        for (uint8_t *p = packet->data + m.tsig;; p += 1 + *p)
                if (*p == 0)
                        return p + 1;
}

/* Cuts or lengthens the MAC; the digest does not cover it. */
static void set_mac_length(Packet *packet, uint16_t length)
{
        uint8_t *tsig = tsig_of(packet), *mac_length, *behind;
        Name algorithm;
        int used = name_from_wire(&algorithm, tsig + OF_ALGORITHM, NAME_WIRE_MAX);
        uint16_t old;

        assert_true(used > 0);
        mac_length = tsig + OF_ALGORITHM + used + 8;
        old = get_u16(mac_length);
        behind = mac_length + 2 + old;
        memmove(mac_length + 2 + length, behind, (size_t) (packet->data + packet->size - behind));
        put_u16(mac_length, length);
        put_u16(tsig + OF_RDLENGTH, (uint16_t) (get_u16(tsig + OF_RDLENGTH) + length - old));
        packet->size = packet->size + length - old;
}

static void strip(Packet *packet)
{
        WireMessage m;

        assert_int_equal(wire_parse(&m, packet->data, packet->size, NULL), 0);
        packet->size = m.tsig;
        put_u16(packet->data + 10, m.count[SECTION_ADDITIONAL] - 1);
}

static void what_dnspython_signs_is_good(void **state)
{
        (void) state;
        assert_int_equal(ARRAY_LENGTH(vectors), TSIG_ALGORITHMS);
        for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
                AUTO(key_done) TsigKey key = key_of(VECTORS_KEY, vectors[i].algorithm, vectors[i].secret);
                Packet request = packet_of(vectors[i].request), response = packet_of(vectors[i].response);
                TsigVerdict of_request, of_response;

                assert_int_equal(verify(&request, &key, NULL, NOW, &of_request), TSIG_OK);
                assert_int_equal(of_request.signed_at_sec, NOW);
                assert_int_equal(of_request.fudge_sec, 300);
                assert_int_equal(of_request.error, 0);
                assert_int_equal(of_request.mac.length, hmac_size(key.algorithm));
                assert_int_equal(verify(&response, &key, &of_request.mac, NOW, &of_response), TSIG_OK);
                assert_memory_not_equal(of_response.mac.bytes, of_request.mac.bytes, of_request.mac.length);
        }
}

static void we_sign_as_dnspython_does(void **state)
{
        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
                AUTO(key_done) TsigKey key = key_of(VECTORS_KEY, vectors[i].algorithm, vectors[i].secret);
                Packet request = packet_of(vectors[i].request), response = packet_of(vectors[i].response);
                Packet ours = request;
                TsigVerdict verdict = { 0 };

                strip(&ours);
                assert_int_equal(tsig_sign(ours.data, &ours.size, ROOM, &key, NULL, NOW, 0, &verdict.mac), 0);
                assert_int_equal(ours.size, request.size);
                assert_memory_equal(ours.data, request.data, request.size);

                ours = response;
                strip(&ours);
                assert_int_equal(tsig_sign(ours.data, &ours.size, ROOM, &key, &verdict, NOW, 0, NULL), 0);
                assert_int_equal(ours.size, response.size);
                assert_memory_equal(ours.data, response.data, response.size);
        }
}

/* RFC 4231, test cases 2 and 6: a short secret, and one longer than a block. */
static void hmac_is_that_of_the_rfc(void **state)
{
        static const struct {
                const char *secret, *text, *mac;
        } rows[] = {
                { "4A656665", "what do ya want for nothing?",
                        "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843" },
                { NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
                        "60E431591EE0B67F0D8A26AACBF5B77F8E0BC6213728C5140546040F0EE37F54" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                uint8_t bytes[131], expected[32], mac[HMAC_SIZE_MAX];
                AUTO(secret_freep) Secret *secret = NULL;
                Hmac hmac;
                size_t n = sizeof bytes;

                memset(bytes, 0xAA, sizeof bytes);
                if (rows[i].secret)
                        n = from_hex(rows[i].secret, bytes, sizeof bytes);
                secret = secret_new(bytes, n);
                assert_non_null(secret);
                from_hex(rows[i].mac, expected, sizeof expected);
                hmac_begin(&hmac, TSIG_HMAC_SHA256, secret);
                hmac_add(&hmac, rows[i].text, strlen(rows[i].text));
                hmac_end(&hmac, mac);
                assert_memory_equal(mac, expected, sizeof expected);
        }
}

static void another_key_is_told_from_another_secret(void **state)
{
        static const struct {
                const char *name;
                TsigAlgorithm algorithm;
                const char *secret;
                TsigResult expected;
        } rows[] = {
                { "laptop.keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F10", TSIG_OK },
                { "LAPTOP.Keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F10", TSIG_OK },
                { "laptop.keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F11", TSIG_BADSIG },
                { "laptop.keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F", TSIG_BADSIG },
                { "laptop.keys", TSIG_HMAC_SHA256, "", TSIG_BADSIG },
                { "laptop.key", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F10", TSIG_BADKEY },
                { "keys", TSIG_HMAC_SHA256, "0102030405060708090A0B0C0D0E0F10", TSIG_BADKEY },
                { "laptop.keys", TSIG_HMAC_SHA224, "0102030405060708090A0B0C0D0E0F10", TSIG_BADKEY },
                { "laptop.keys", TSIG_HMAC_MD5, "0102030405060708090A0B0C0D0E0F10", TSIG_BADKEY },
        };
        AUTO(key_done) TsigKey key = our_key();
        Packet packet = signed_update(&key, NULL);

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(key_done) TsigKey theirs = key_of(rows[i].name, rows[i].algorithm, rows[i].secret);
                TsigVerdict verdict;

                assert_int_equal(verify(&packet, &theirs, NULL, NOW, &verdict), rows[i].expected);
                assert_int_equal(verdict.mac.length, rows[i].expected == TSIG_OK ? 32 : 0);
        }
}

/* Forwarders change the ID, which the record keeps; nothing else may change, not by a bit. (Bit 0x20 makes a
 * letter small or large, which names may be.) */
static void only_the_id_may_change_on_the_way(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet packet = signed_update(&key, NULL);

        (void) state;
        for (size_t i = 0; i < packet.size * 8; i++) {
                Packet changed = packet;
                uint8_t bit = (uint8_t) (1U << (i % 8));
                TsigVerdict verdict;
                WireMessage m;
                bool good;

                if (bit == 0x20)
                        continue;
                changed.data[i / 8] ^= bit;
                good = wire_parse(&m, changed.data, changed.size, NULL) == 0 &&
                       tsig_verify(&m, &key, NULL, NOW, &verdict) == TSIG_OK;
                if (good != (i / 8 < 2))
                        fail_msg("byte %zu, bit 0x%02X", i / 8, bit);
        }
}

static void time_is_good_within_fudge_only(void **state)
{
        static const struct {
                int64_t offset;
                TsigResult expected;
        } rows[] = {
                { 0, TSIG_OK },
                { 300, TSIG_OK },
                { -300, TSIG_OK },
                { 301, TSIG_BADTIME },
                { -301, TSIG_BADTIME },
                { 3600, TSIG_BADTIME },
                { -3600, TSIG_BADTIME },
                { -1700000000, TSIG_BADTIME },
        };
        AUTO(key_done) TsigKey key = our_key();
        Packet packet = signed_update(&key, NULL);

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                TsigVerdict verdict;

                assert_int_equal(verify(&packet, &key, NULL, NOW + (uint64_t) rows[i].offset, &verdict),
                        rows[i].expected);
                assert_int_equal(verdict.signed_at_sec, NOW);
                assert_int_equal(verdict.mac.length, 32);
        }
}

/* Who does not have the secret must not learn what our clock says. */
static void the_mac_is_checked_before_the_time(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        AUTO(key_done) TsigKey other = key_of("laptop.keys", TSIG_HMAC_SHA256, "FF");
        Packet packet = signed_update(&key, NULL);

        (void) state;
        assert_int_equal(verify(&packet, &other, NULL, NOW + 3600, NULL), TSIG_BADSIG);
}

static void times_beyond_32_bits_work(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        uint64_t late = 0x123456789ABC;
        Packet packet = an_update();
        TsigVerdict verdict;

        (void) state;
        assert_int_equal(tsig_sign(packet.data, &packet.size, ROOM, &key, NULL, late, 0, NULL), 0);
        assert_int_equal(verify(&packet, &key, NULL, late, &verdict), TSIG_OK);
        assert_int_equal(verdict.signed_at_sec, late);
        assert_int_equal(verify(&packet, &key, NULL, late & 0xFFFFFFFF, NULL), TSIG_BADTIME);
}

/* RFC 8945 section 5.2.2.1 */
static void a_cut_mac_is_not_good_enough(void **state)
{
        static const struct {
                TsigAlgorithm algorithm;
                uint16_t length;
                TsigResult expected;
        } rows[] = {
                { TSIG_HMAC_SHA256, 32, TSIG_OK },
                { TSIG_HMAC_SHA256, 31, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA256, 16, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA256, 15, TSIG_FORMERR },
                { TSIG_HMAC_SHA256, 1, TSIG_FORMERR },
                { TSIG_HMAC_SHA256, 0, TSIG_BADSIG },
                { TSIG_HMAC_SHA256, 33, TSIG_FORMERR },
                { TSIG_HMAC_SHA256, 500, TSIG_FORMERR },
                { TSIG_HMAC_MD5, 10, TSIG_BADTRUNC },
                { TSIG_HMAC_MD5, 9, TSIG_FORMERR },
                { TSIG_HMAC_SHA1, 10, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA1, 9, TSIG_FORMERR },
                { TSIG_HMAC_SHA224, 14, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA224, 13, TSIG_FORMERR },
                { TSIG_HMAC_SHA384, 24, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA384, 23, TSIG_FORMERR },
                { TSIG_HMAC_SHA512, 32, TSIG_BADTRUNC },
                { TSIG_HMAC_SHA512, 31, TSIG_FORMERR },
                { TSIG_HMAC_SHA512, 65, TSIG_FORMERR },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(key_done) TsigKey key = key_of("laptop.keys", rows[i].algorithm, "0102030405");
                Packet packet = signed_update(&key, NULL);

                set_mac_length(&packet, rows[i].length);
                if (verify(&packet, &key, NULL, NOW, NULL) != rows[i].expected)
                        fail_msg("algorithm %d, %u bytes", (int) rows[i].algorithm, rows[i].length);
        }
}

static void a_cut_mac_must_still_be_right_and_in_time(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        AUTO(key_done) TsigKey other = key_of("laptop.keys", TSIG_HMAC_SHA256, "FF");
        Packet packet = signed_update(&key, NULL);

        (void) state;
        set_mac_length(&packet, 20);
        assert_int_equal(verify(&packet, &other, NULL, NOW, NULL), TSIG_BADSIG);
        assert_int_equal(verify(&packet, &key, NULL, NOW + 301, NULL), TSIG_BADTIME);
}

static void class_and_ttl_are_fixed(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet packet = signed_update(&key, NULL);

        (void) state;
        put_u16(tsig_of(&packet) + OF_CLASS, CLASS_IN);
        assert_int_equal(verify(&packet, &key, NULL, NOW, NULL), TSIG_FORMERR);
        put_u16(tsig_of(&packet) + OF_CLASS, CLASS_ANY);
        assert_int_equal(verify(&packet, &key, NULL, NOW, NULL), TSIG_OK);
        put_u32(tsig_of(&packet) + OF_TTL, 1);
        assert_int_equal(verify(&packet, &key, NULL, NOW, NULL), TSIG_FORMERR);
}

static void an_unsigned_message_is_not_signed(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet packet = an_update();

        (void) state;
        assert_int_equal(verify(&packet, &key, NULL, NOW, NULL), TSIG_MISSING);
}

static void tsig_is_single_and_last(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet twice = signed_update(&key, NULL), before_opt = twice;
        WireMessage m;

        (void) state;
        assert_int_equal(tsig_sign(twice.data, &twice.size, ROOM, &key, NULL, NOW, 0, NULL), 0);
        assert_int_equal(wire_parse(&m, twice.data, twice.size, NULL), -EBADMSG);

        before_opt.size += from_hex("00 0029 04D0 00000000 0000", before_opt.data + before_opt.size, 11);
        put_u16(before_opt.data + 10, 2);
        assert_int_equal(wire_parse(&m, before_opt.data, before_opt.size, NULL), -EBADMSG);
}

static void a_compressed_key_name_is_digested_whole(void **state)
{
        AUTO(key_done) TsigKey key = key_of("example.com", TSIG_HMAC_SHA256, "0102");
        Packet packet = signed_update(&key, NULL);
        uint8_t *owner = tsig_of(&packet) - 13, *behind = owner + 13;

        (void) state;
        put_u16(owner, 0xC00C);
        memmove(owner + 2, behind, (size_t) (packet.data + packet.size - behind));
        packet.size -= 11;
        assert_int_equal(verify(&packet, &key, NULL, NOW, NULL), TSIG_OK);
}

static void a_response_belongs_to_its_request(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        TsigMac mac;
        Packet request = signed_update(&key, &mac), response = an_answer();
        TsigVerdict verdict;

        (void) state;
        assert_int_equal(verify(&request, &key, NULL, NOW, &verdict), TSIG_OK);
        assert_int_equal(verdict.mac.length, mac.length);
        assert_memory_equal(verdict.mac.bytes, mac.bytes, mac.length);
        assert_int_equal(tsig_sign(response.data, &response.size, ROOM, &key, &verdict, NOW, 0, NULL), 0);
        assert_int_equal(verify(&response, &key, &mac, NOW, NULL), TSIG_OK);
        assert_int_equal(verify(&response, &key, NULL, NOW, NULL), TSIG_BADSIG);
        mac.bytes[0] ^= 1;
        assert_int_equal(verify(&response, &key, &mac, NOW, NULL), TSIG_BADSIG);
}

/* RFC 8945 section 5.2.3: the client's clock is an hour behind; it can check the answer, and sees by how
 * much. */
static void a_badtime_answer_is_signed_and_tells_the_servers_time(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        uint64_t server_now = NOW + 3600;
        TsigMac mac;
        Packet request = signed_update(&key, &mac), response = an_answer();
        TsigVerdict at_server, at_client;

        (void) state;
        assert_int_equal(verify(&request, &key, NULL, server_now, &at_server), TSIG_BADTIME);
        assert_int_equal(tsig_sign(response.data, &response.size, ROOM, &key, &at_server, server_now,
                                 RCODE_BADTIME, NULL),
                0);
        assert_int_equal(verify(&response, &key, &mac, NOW, &at_client), TSIG_OK);
        assert_int_equal(at_client.error, RCODE_BADTIME);
        assert_int_equal(at_client.signed_at_sec, NOW);
        assert_int_equal(at_client.peer_time_sec, server_now);
}

static void a_badtime_answer_keeps_the_clients_fudge(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet response = an_answer();
        TsigVerdict request = { .signed_at_sec = NOW, .fudge_sec = 5 }, verdict;

        (void) state;
        assert_int_equal(
                tsig_sign(response.data, &response.size, ROOM, &key, &request, NOW + 9, RCODE_BADTIME, NULL),
                0);
        assert_int_equal(verify(&response, &key, &request.mac, NOW + 5, &verdict), TSIG_OK);
        assert_int_equal(verdict.fudge_sec, 5);
        assert_int_equal(verify(&response, &key, &request.mac, NOW + 6, NULL), TSIG_BADTIME);
}

/* Other data is a time only where the error says so. */
static void other_data_of_other_errors_is_no_time(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        Packet response = an_answer();
        TsigVerdict request = { .signed_at_sec = NOW }, verdict;

        (void) state;
        assert_int_equal(
                tsig_sign(response.data, &response.size, ROOM, &key, &request, NOW + 9, RCODE_BADTIME, NULL),
                0);
        put_u16(response.data + response.size - 6 - 2 - 2, RCODE_BADTRUNC);
        assert_int_equal(verify(&response, &key, &request.mac, NOW, &verdict), TSIG_BADSIG);
        assert_int_equal(verdict.error, RCODE_BADTRUNC);
        assert_int_equal(verdict.peer_time_sec, 0);
}

/* RFC 8945 sections 5.2.1 and 5.2.2 */
static void badkey_and_badsig_answers_are_not_signed(void **state)
{
        static const uint16_t errors[] = { RCODE_BADKEY, RCODE_BADSIG };
        AUTO(key_done) TsigKey key = our_key();

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(errors); i++) {
                Packet response = an_answer();
                TsigVerdict request = { 0 }, verdict;
                TsigMac mac;

                assert_int_equal(
                        tsig_sign(response.data, &response.size, ROOM, &key, &request, NOW, errors[i], &mac),
                        0);
                assert_int_equal(mac.length, 0);
                assert_int_equal(verify(&response, &key, NULL, NOW, &verdict), TSIG_BADSIG);
                assert_int_equal(verdict.error, errors[i]);
                assert_int_equal(verdict.peer_time_sec, 0);
        }
}

static void no_room_leaves_the_message_as_it_was(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        size_t needed = signed_update(&key, NULL).size;
        Packet packet = an_update(), before = packet;

        (void) state;
        for (size_t capacity = packet.size; capacity < needed; capacity++) {
                assert_int_equal(
                        tsig_sign(packet.data, &packet.size, capacity, &key, NULL, NOW, 0, NULL), -ENOBUFS);
                assert_int_equal(packet.size, before.size);
                assert_memory_equal(packet.data, before.data, before.size);
        }
        put_u16(packet.data + 10, 65535);
        assert_int_equal(tsig_sign(packet.data, &packet.size, ROOM, &key, NULL, NOW, 0, NULL), -ENOBUFS);
        put_u16(packet.data + 10, 0);
        assert_int_equal(tsig_sign(packet.data, &packet.size, needed, &key, NULL, NOW, 0, NULL), 0);
        assert_int_equal(packet.size, needed);
}

static void nothing_grows_beyond_what_a_message_can_be(void **state)
{
        AUTO(key_done) TsigKey key = our_key();
        size_t record = signed_update(&key, NULL).size - an_update().size,
               size = WIRE_MESSAGE_MAX - record + 1;
        AUTO_FREE uint8_t *data = calloc(1, WIRE_MESSAGE_MAX + TSIG_RECORD_MAX);

        (void) state;
        assert_non_null(data);
        assert_int_equal(tsig_sign(data, &size, WIRE_MESSAGE_MAX + TSIG_RECORD_MAX, &key, NULL, NOW, 0, NULL),
                -ENOBUFS);
        size--;
        assert_int_equal(
                tsig_sign(data, &size, WIRE_MESSAGE_MAX + TSIG_RECORD_MAX, &key, NULL, NOW, 0, NULL), 0);
        assert_int_equal(size, WIRE_MESSAGE_MAX);
}

/* TSIG_RECORD_MAX is what others leave room for. */
static void the_largest_record_fits_its_promise(void **state)
{
        TsigVerdict request = { .mac = { .length = TSIG_MAC_MAX } };
        Packet packet = an_answer();
        size_t before = packet.size;
        char name[256];

        (void) state;
        for (size_t i = 0; i < 254; i++)
                name[i] = i % 64 == 63 ? '.' : 'k';
        name[253] = '\0';
        for (TsigAlgorithm algorithm = 0; algorithm < TSIG_ALGORITHMS; algorithm++) {
                AUTO(key_done) TsigKey key = key_of(name, algorithm, "01");

                assert_int_equal(key.name.length, NAME_WIRE_MAX);
                packet = an_answer();
                assert_int_equal(
                        tsig_sign(packet.data, &packet.size, ROOM, &key, &request, NOW, RCODE_BADTIME, NULL),
                        0);
                assert_in_range(packet.size - before, 300, TSIG_RECORD_MAX);
        }
}

static void results_have_words(void **state)
{
        (void) state;
        for (TsigResult result = TSIG_OK; result <= TSIG_BADTRUNC; result++)
                assert_non_null(tsig_result_to_text(result));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_dnspython_signs_is_good),
                cmocka_unit_test(we_sign_as_dnspython_does),
                cmocka_unit_test(hmac_is_that_of_the_rfc),
                cmocka_unit_test(another_key_is_told_from_another_secret),
                cmocka_unit_test(only_the_id_may_change_on_the_way),
                cmocka_unit_test(time_is_good_within_fudge_only),
                cmocka_unit_test(the_mac_is_checked_before_the_time),
                cmocka_unit_test(times_beyond_32_bits_work),
                cmocka_unit_test(a_cut_mac_is_not_good_enough),
                cmocka_unit_test(a_cut_mac_must_still_be_right_and_in_time),
                cmocka_unit_test(class_and_ttl_are_fixed),
                cmocka_unit_test(an_unsigned_message_is_not_signed),
                cmocka_unit_test(tsig_is_single_and_last),
                cmocka_unit_test(a_compressed_key_name_is_digested_whole),
                cmocka_unit_test(a_response_belongs_to_its_request),
                cmocka_unit_test(a_badtime_answer_is_signed_and_tells_the_servers_time),
                cmocka_unit_test(a_badtime_answer_keeps_the_clients_fudge),
                cmocka_unit_test(other_data_of_other_errors_is_no_time),
                cmocka_unit_test(badkey_and_badsig_answers_are_not_signed),
                cmocka_unit_test(no_room_leaves_the_message_as_it_was),
                cmocka_unit_test(nothing_grows_beyond_what_a_message_can_be),
                cmocka_unit_test(the_largest_record_fits_its_promise),
                cmocka_unit_test(results_have_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
