/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks by ICMP against the real kernel: by ping socket and by raw socket, IPv4 and IPv6. */

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "far.h"
#include "util/cleanup.h"

#define NOBODY 65534

static const CheckConfig patient = { .type = CHECK_ICMP, .timeout_usec = 10 * USEC_PER_SEC };
static const CheckConfig hasty = { .type = CHECK_ICMP, .timeout_usec = 300 * USEC_PER_MSEC };

static const CheckConfig slow = { .type = CHECK_ICMP, .timeout_usec = 2 * USEC_PER_SEC };

static Prober *new_prober(const Far *far)
{
        Prober *prober;

        assert_int_equal(icmp_prober_new(&prober, far->event), 0);
        return prober;
}

static Probe *begin(Prober *prober, const char *address, const CheckConfig *config, Outcome *outcome)
{
        Address target = address_of(address);
        Probe *probe;

        *outcome = (Outcome){ 0 };
        assert_int_equal(prober_start(prober, &probe, config, &target, outcome_take, outcome), 0);
        assert_int_equal(outcome->count, 0);
        return probe;
}

typedef struct Row {
        const char *address;
        const CheckConfig *config;
        CheckResult result;
        const char *reason;
} Row;

static const Row rows[] = {
        { LIVE4, &patient, CHECK_OK, "" },
        { LIVE6, &patient, CHECK_OK, "" },
        { NEAR4, &patient, CHECK_OK, "" },
        { "127.0.0.1", &patient, CHECK_OK, "" },
        { "::1", &patient, CHECK_OK, "" },
        { SILENT4, &hasty, CHECK_FAIL, "no answer within 300 ms" },
        { SILENT6, &hasty, CHECK_FAIL, "no answer within 300 ms" },
        { UNREACHABLE4, &patient, CHECK_FAIL, "host unreachable, says " ROUTER4 },
        { UNREACHABLE6, &patient, CHECK_FAIL, "network unreachable, says " ROUTER6 },
        { PROHIBITED4, &patient, CHECK_FAIL, "prohibited by a filter, says " ROUTER4 },
        { PROHIBITED6, &patient, CHECK_FAIL, "prohibited by a filter, says " ROUTER6 },
        { NO_ROUTE4, &patient, CHECK_INDETERMINATE, "network unreachable" },
        { "2001:db9::1", &patient, CHECK_INDETERMINATE, "network unreachable" },
};

static void look_at_all(const Far *far)
{
        Outcome outcomes[ARRAY_LENGTH(rows)];
        AUTO(prober_freep) Prober *prober = new_prober(far);

        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                begin(prober, rows[i].address, rows[i].config, &outcomes[i]);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                await_count(far, &outcomes[i].count, 1);
        run_pending(far);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                print_message("%s: %s\n", rows[i].address, outcomes[i].reason);
                assert_int_equal(outcomes[i].count, 1);
                assert_int_equal(outcomes[i].result, rows[i].result);
                assert_string_equal(outcomes[i].reason, rows[i].reason);
        }
}

static void each_kind_of_target_is_told_by_raw_socket(void **state)
{
        look_at_all(*state);
}

/* The privilege is away, so it cannot be a raw socket. */
static void each_kind_of_target_is_told_by_ping_socket(void **state)
{
        set_sysctl("net/ipv4/ping_group_range", "0 2147483647");
        assert_int_equal(seteuid(NOBODY), 0);
        look_at_all(*state);
        assert_int_equal(seteuid(0), 0);
}

static void who_may_open_no_socket_learns_nothing_and_says_what_to_do(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        Outcome outcome;

        assert_int_equal(seteuid(NOBODY), 0);
        begin(prober, LIVE4, &patient, &outcome);
        await_count(*state, &outcome.count, 1);
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(outcome.result, CHECK_INDETERMINATE);
        assert_non_null(strstr(outcome.reason, "CAP_NET_RAW"));
        assert_non_null(strstr(outcome.reason, "net.ipv4.ping_group_range"));
}

/* An error about an earlier packet comes out of the next call, whatever that is about. */
static void errors_about_others_do_not_stick_to_the_next(void **state)
{
        enum {
                ROUNDS = 5
        };
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        Outcome unreachable[ROUNDS], live[ROUNDS];

        for (size_t i = 0; i < ROUNDS; i++) {
                begin(prober, UNREACHABLE4, &patient, &unreachable[i]);
                begin(prober, LIVE4, &patient, &live[i]);
        }
        for (size_t i = 0; i < ROUNDS; i++) {
                await_count(*state, &unreachable[i].count, 1);
                await_count(*state, &live[i].count, 1);
                assert_string_equal(unreachable[i].reason, "host unreachable, says " ROUTER4);
                assert_int_equal(live[i].result, CHECK_OK);
        }
}

static void cancelled_probe_is_never_told(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        Outcome unsent, sent, later;
        Probe *probe;

        prober_cancel(prober, begin(prober, LIVE4, &patient, &unsent));
        probe = begin(prober, SILENT4, &hasty, &sent);
        run_pending(*state);
        prober_cancel(prober, probe);
        begin(prober, SILENT4, &hasty, &later);
        await_count(*state, &later.count, 1);
        assert_int_equal(unsent.count, 0);
        assert_int_equal(sent.count, 0);
}

/* The far end of the link, with its Ethernet header. */
static int sniff(const Far *far)
{
        int fd;

        far_enter(far);
        fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
        far_leave(far);
        assert_true(fd >= 0);
        return fd;
}

static int open_forger(const Far *far)
{
        int fd;

        far_enter(far);
        fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
        far_leave(far);
        assert_true(fd >= 0);
        return fd;
}

enum {
        IP_SIZE = 20,
        ECHO_SIZE = 16, /* header and cookie */
        PACKET_SIZE = IP_SIZE + ECHO_SIZE,
        AT_SOURCE = 12,
        AT_TARGET = 16,
        AT_TYPE = 20,
        AT_CHECKSUM = 22,
        AT_SEQUENCE = 26,
        AT_COOKIE = 28,
};

/* The echo request as it passes. */
static void read_request(int sniffer, uint8_t packet[static PACKET_SIZE])
{
        ssize_t n;

        do {
                n = recv(sniffer, packet, PACKET_SIZE, MSG_TRUNC);
                assert_true(n >= IP_SIZE);
        } while (n != PACKET_SIZE || packet[9] != IPPROTO_ICMP || packet[AT_TYPE] != 8);
}

static void sign(uint8_t *packet)
{
        uint32_t sum = 0;

        packet[AT_CHECKSUM] = packet[AT_CHECKSUM + 1] = 0;
        for (size_t i = IP_SIZE; i < PACKET_SIZE; i += 2)
                sum += (uint32_t) packet[i] << 8 | packet[i + 1];
        sum = (sum >> 16) + (sum & 0xffff);
        sum = ~(sum + (sum >> 16));
        packet[AT_CHECKSUM] = (uint8_t) (sum >> 8);
        packet[AT_CHECKSUM + 1] = (uint8_t) sum;
}

/* What the target would have said, were it not silent; with one byte changed. */
static void forge_reply(int forger, const uint8_t *request, size_t changed)
{
        uint8_t packet[PACKET_SIZE];
        struct sockaddr_in to = { .sin_family = AF_INET };

        memcpy(packet, request, sizeof packet);
        memcpy(&packet[AT_SOURCE], &request[AT_TARGET], 4);
        memcpy(&packet[AT_TARGET], &request[AT_SOURCE], 4);
        memcpy(&to.sin_addr, &packet[AT_TARGET], 4);
        packet[8] = 64; /* time to live */
        packet[AT_TYPE] = 0;
        if (changed > 0)
                packet[changed] ^= 1;
        sign(packet);
        assert_int_equal(
                sendto(forger, packet, sizeof packet, 0, (struct sockaddr *) &to, sizeof to), PACKET_SIZE);
}

static void look_at_forgeries(const Far *far)
{
        static const size_t changes[] = { AT_SOURCE + 3, AT_SEQUENCE, AT_SEQUENCE + 1, AT_COOKIE,
                AT_COOKIE + 7 };
        AUTO(prober_freep) Prober *prober = new_prober(far);
        AUTO_CLOSE int sniffer = sniff(far), forger = open_forger(far);
        uint8_t request[PACKET_SIZE];
        Outcome outcome;

        begin(prober, SILENT4, &patient, &outcome);
        run_pending(far);
        read_request(sniffer, request);
        for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
                forge_reply(forger, request, changes[i]);
                run_pending(far);
                assert_int_equal(outcome.count, 0);
        }
        forge_reply(forger, request, 0);
        await_count(far, &outcome.count, 1);
        assert_int_equal(outcome.result, CHECK_OK);
}

static void forged_reply_is_ignored_by_raw_socket(void **state)
{
        look_at_forgeries(*state);
}

static void forged_reply_is_ignored_by_ping_socket(void **state)
{
        set_sysctl("net/ipv4/ping_group_range", "0 2147483647");
        look_at_forgeries(*state);
}

static void late_reply_does_not_count_for_the_next_probe(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int sniffer = sniff(*state), forger = open_forger(*state);
        uint8_t first[PACKET_SIZE], second[PACKET_SIZE];
        Outcome outcome;

        begin(prober, SILENT4, &hasty, &outcome);
        await_count(*state, &outcome.count, 1);
        read_request(sniffer, first);
        begin(prober, SILENT4, &patient, &outcome);
        run_pending(*state);
        read_request(sniffer, second);
        forge_reply(forger, first, 0);
        run_pending(*state);
        assert_int_equal(outcome.count, 0);
        forge_reply(forger, second, 0);
        await_count(*state, &outcome.count, 1);
        assert_int_equal(outcome.result, CHECK_OK);
}

static void reply_that_waited_while_the_loop_was_held_up_counts(void **state)
{
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        AUTO_CLOSE int sniffer = sniff(*state), forger = open_forger(*state);
        uint8_t request[PACKET_SIZE];
        Outcome live, silent;

        begin(prober, SILENT4, &hasty, &silent);
        run_pending(*state);
        read_request(sniffer, request);
        begin(prober, SILENT4, &hasty, &live);
        run_pending(*state);
        read_request(sniffer, request);
        forge_reply(forger, request, 0);
        usleep(500000);
        await_count(*state, &silent.count, 1);
        assert_int_equal(live.count, 1);
        assert_int_equal(live.result, CHECK_OK);
        assert_int_equal(silent.result, CHECK_FAIL);
}

/* Those that do not answer. Those that do are awaited in between: more at once is more than the link can
 * hold. */
static void thousands_are_under_way_at_once(void **state)
{
        enum {
                COUNT = 5000,
                PORTION = 250
        };
        AUTO(prober_freep) Prober *prober = new_prober(*state);
        Outcome *outcomes = calloc(COUNT, sizeof *outcomes);

        assert_non_null(outcomes);
        for (unsigned i = 0; i < COUNT; i++) {
                bool live = i % 2 == 0;
                char address[ADDRESS_TEXT_MAX];

                snprintf(address, sizeof address, "10.%u.1.%u", live ? 98U : 99U, 1 + i % PORTION);
                begin(prober, address, live ? &patient : &slow, &outcomes[i]);
                if (live && i % PORTION == 0)
                        await_count(*state, &outcomes[i].count, 1);
        }
        for (unsigned i = 0; i < COUNT; i++) {
                await_count(*state, &outcomes[i].count, 1);
                assert_int_equal(outcomes[i].result, i % 2 == 0 ? CHECK_OK : CHECK_FAIL);
        }
        free(outcomes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        each_kind_of_target_is_told_by_raw_socket, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        each_kind_of_target_is_told_by_ping_socket, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        who_may_open_no_socket_learns_nothing_and_says_what_to_do, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        errors_about_others_do_not_stick_to_the_next, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(cancelled_probe_is_never_told, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        forged_reply_is_ignored_by_raw_socket, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        forged_reply_is_ignored_by_ping_socket, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        late_reply_does_not_count_for_the_next_probe, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(
                        reply_that_waited_while_the_loop_was_held_up_counts, far_setup, far_teardown),
                cmocka_unit_test_setup_teardown(thousands_are_under_way_at_once, far_setup, far_teardown),
        };

        if (!far_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
