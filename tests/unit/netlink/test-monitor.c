/* SPDX-License-Identifier: BSD-3-Clause */

/* The monitor against the real kernel: what it says of each kind of change. */

#include <fcntl.h>
#include <linux/if_addr.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"

/* The kernel announces an IPv6 address a little after ip(8) has come back, even one without DAD: after it
 * stands host_converge(), which waits, and after others host_run_pending(), which does not. */

static void table_is_unknown_until_the_first_dump(void **state)
{
        Host *host = *state;

        host->monitor = monitor_free(host->monitor);
        host->table = interfaces_free(host->table);
        host->table = interfaces_new();
        assert_non_null(host->table);
        host->n_changed = 0;
        host_start_monitor(host);
        assert_int_equal(host->table->state, FACT_UNKNOWN);
        assert_int_equal(host->n_changed, 0);
        host_run_pending(host);
        assert_int_equal(host->table->state, FACT_KNOWN);
        assert_int_equal(host->n_changed, 1);
        assert_true(host_link(host, "lo")->loopback);
        assert_int_equal(monitor_count_resyncs(host->monitor), 0);
}

static void addresses_appear_and_vanish(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n"
           "addr add 2001:db8::1/64 dev e0 nodad\n");
        host_converge(host);
        assert_int_equal(host_address(host, "192.0.2.1")->prefix_length, 24);
        assert_int_equal(host_address(host, "2001:db8::1")->prefix_length, 64);
        assert_true(host_equals_kernel(host));
        ip("addr del 192.0.2.1/24 dev e0\n"
           "addr del 2001:db8::1/64 dev e0\n");
        host_run_pending(host);
        assert_null(host_address(host, "192.0.2.1"));
        assert_null(host_address(host, "2001:db8::1"));
}

static void change_is_told_in_the_turn_of_its_message(void **state)
{
        Host *host = *state;
        unsigned n_changed;

        host_add_pair(host);
        n_changed = host->n_changed;
        ip("addr add 192.0.2.1/24 dev e0\n");
        assert_true(sd_event_run(host->event, 0) > 0);
        assert_non_null(host_address(host, "192.0.2.1"));
        assert_int_equal(host->n_changed, n_changed + 1);
}

static void drain_is_told_once(void **state)
{
        Host *host = *state;
        unsigned n_changed;

        host_add_pair(host);
        n_changed = host->n_changed;
        ip("addr add 192.0.2.1/24 dev e0\n"
           "addr add 192.0.2.2/24 dev e0\n"
           "addr del 192.0.2.2/24 dev e0\n"
           "addr add 192.0.2.3/24 dev e1\n");
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed + 1);
}

static void renewed_lifetime_is_no_change(void **state)
{
        Host *host = *state;
        unsigned n_changed;

        host_add_pair(host);
        ip("addr add 2001:db8::1/64 dev e0 nodad valid_lft 1000 preferred_lft 1000\n");
        host_converge(host);
        n_changed = host->n_changed;
        ip("addr change 2001:db8::1/64 dev e0 nodad valid_lft 2000 preferred_lft 2000\n"
           "addr change 2001:db8::1/64 dev e0 nodad valid_lft 3000 preferred_lft 3000\n");
        assert_true(sd_event_run(host->event, 0) > 0); /* the kernel did repeat itself */
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed);
        ip("addr change 2001:db8::1/64 dev e0 nodad valid_lft 3000 preferred_lft 0\n");
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed + 1);
        assert_true(host_address(host, "2001:db8::1")->flags & IFA_F_DEPRECATED);
}

static void flags_have_more_than_eight_bits(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 2001:db8::1/64 dev e0 nodad noprefixroute\n");
        host_converge(host);
        assert_true(host_address(host, "2001:db8::1")->flags & IFA_F_NOPREFIXROUTE);
}

static void peer_is_not_our_address(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1 peer 198.51.100.1/32 dev e0\n"
           "addr add 2001:db8::1 peer 2001:db8::2/128 dev e0 nodad\n");
        host_converge(host);
        assert_non_null(host_address(host, "192.0.2.1"));
        assert_null(host_address(host, "198.51.100.1"));
        assert_non_null(host_address(host, "2001:db8::1"));
        assert_null(host_address(host, "2001:db8::2"));
        assert_true(host_equals_kernel(host));
}

static void address_stays_while_it_serves_another_peer(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1 peer 198.51.100.1/32 dev e0\n"
           "addr add 192.0.2.1 peer 198.51.100.2/32 dev e0\n");
        host_run_pending(host);
        ip("addr del 192.0.2.1 peer 198.51.100.1/32 dev e0\n");
        host_run_pending(host);
        assert_non_null(host_address(host, "192.0.2.1"));
        ip("addr del 192.0.2.1 peer 198.51.100.2/32 dev e0\n");
        host_run_pending(host);
        assert_null(host_address(host, "192.0.2.1"));
}

static void lost_carrier_shows_and_comes_back(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_converge(host);
        assert_true(host_link(host, "e0")->up && host_link(host, "e0")->carrier);
        ip("link set e1 down\n");
        host_converge(host);
        assert_true(host_link(host, "e0")->up);
        assert_false(host_link(host, "e0")->carrier);
        assert_non_null(host_address(host, "192.0.2.1"));
        ip("link set e1 up\n");
        host_converge(host);
        assert_true(host_link(host, "e0")->carrier);
}

static void admin_down_shows_though_the_address_stays(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n"
           "addr add 2001:db8::1/64 dev e0 nodad\n"
           "link set e0 down\n");
        host_converge(host);
        assert_false(host_link(host, "e0")->up);
        assert_non_null(host_address(host, "192.0.2.1"));
        assert_null(host_address(host, "2001:db8::1"));
        ip("link set e0 up\n");
        host_converge(host);
        assert_true(host_link(host, "e0")->up);
}

static void renamed_link_keeps_its_addresses(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n"
           "link set e0 down\n"
           "link set e0 name renamed\n"
           "link set renamed up\n");
        host_converge(host);
        assert_null(host_link(host, "e0"));
        assert_int_equal(host_link(host, "renamed")->n_addresses, 1);
}

static void deleted_link_is_gone_with_its_addresses(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_run_pending(host);
        ip("link del e0\n");
        host_run_pending(host);
        assert_null(host_link(host, "e0"));
        assert_null(host_link(host, "e1"));
        assert_null(host_address(host, "192.0.2.1"));
        assert_true(host_equals_kernel(host));
}

static void same_index_again_is_another_link(void **state)
{
        Host *host = *state;

        ip("link add first index 77 type veth peer name e1\n"
           "addr add 192.0.2.1/24 dev first\n");
        host_run_pending(host);
        assert_int_equal(host_link(host, "first")->index, 77);
        ip("link del first\n"
           "link add second index 77 type veth peer name e1\n"
           "addr add 192.0.2.2/24 dev second\n");
        host_run_pending(host);
        assert_string_equal(interfaces_link(host->table, 77)->name, "second");
        assert_null(host_address(host, "192.0.2.1"));
        assert_non_null(host_address(host, "192.0.2.2"));
        assert_true(host_equals_kernel(host));
}

/* A process that holds another namespace until it is killed, or we are. */
static pid_t hold_namespace(void)
{
        int ready[2];
        char byte;
        pid_t child;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
                if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || unshare(CLONE_NEWNET) < 0 ||
                        write(ready[1], "", 1) != 1)
                        _exit(1);
                for (;;)
                        pause();
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        return child;
}

static void link_moved_to_another_namespace_is_gone(void **state)
{
        Host *host = *state;
        pid_t other = hold_namespace();

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_run_pending(host);
        ip("link set e0 netns %d\n", (int) other);
        host_run_pending(host);
        assert_null(host_link(host, "e0"));
        assert_null(host_address(host, "192.0.2.1"));
        assert_non_null(host_link(host, "e1"));
        host_converge(host);
        kill(other, SIGKILL);
        waitpid(other, NULL, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, host_setup, host_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(table_is_unknown_until_the_first_dump),
                TEST(addresses_appear_and_vanish),
                TEST(change_is_told_in_the_turn_of_its_message),
                TEST(drain_is_told_once),
                TEST(renewed_lifetime_is_no_change),
                TEST(flags_have_more_than_eight_bits),
                TEST(peer_is_not_our_address),
                TEST(address_stays_while_it_serves_another_peer),
                TEST(lost_carrier_shows_and_comes_back),
                TEST(admin_down_shows_though_the_address_stays),
                TEST(renamed_link_keeps_its_addresses),
                TEST(deleted_link_is_gone_with_its_addresses),
                TEST(same_index_again_is_another_link),
                TEST(link_moved_to_another_namespace_is_gone),
        };

        if (!host_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
