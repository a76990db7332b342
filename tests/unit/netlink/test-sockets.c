/* SPDX-License-Identifier: BSD-3-Clause */

/* The monitor's sockets against the real kernel: the routes' own, strangers' messages, what breaks, and
 * being freed at any moment. */

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"
#include "util/clock.h"

static void unwatched_routes_are_not_told(void **state)
{
        Host *host = *state;
        int fds[8];

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_run_pending(host);
        assert_int_equal(find_netlink_sockets(fds, ARRAY_LENGTH(fds)), 1);
        ip("route add default via 192.0.2.254\n");
        host_run_pending(host);
        assert_int_equal(host->n_routed, 0);
}

static void default_routes_of_the_main_table_are_told(void **state)
{
        static const struct {
                const char *command;
                unsigned n_routed;
        } steps[] = {
                { "route add 198.51.100.0/24 via 192.0.2.254", 0 },
                { "route add default via 192.0.2.254 table 100", 0 },
                { "route add default via 192.0.2.254 table 1000", 0 },
                { "route add unreachable default metric 9000", 0 },
                { "route add 2001:db8:1::/48 via 2001:db8::fe", 0 },
                { "route add default via 192.0.2.254", 1 },
                { "route del default via 192.0.2.254", 0 },
                { "route add default via 2001:db8::fe", 1 },
                { "route add default via 192.0.2.253", 1 },
        };
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n"
           "addr add 2001:db8::1/64 dev e0 nodad\n");
        assert_int_equal(monitor_watch_routes(host->monitor, true), 0);
        assert_int_equal(monitor_watch_routes(host->monitor, true), 0);
        for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
                host_run_pending(host);
                host->n_routed = 0;
                ip("%s\n", steps[i].command);
                host_run_pending(host);
                assert_int_equal(host->n_routed, steps[i].n_routed);
        }
        assert_int_equal(monitor_watch_routes(host->monitor, false), 0);
        ip("route replace default via 192.0.2.252\n");
        host_run_pending(host);
        assert_int_equal(host->n_routed, 1);
}

/* Somebody may send to our socket: what is not from the kernel is not believed. */
static void forged_message_is_ignored(void **state)
{
        struct {
                struct nlmsghdr header;
                struct ifaddrmsg address;
                struct rtattr attribute;
                uint8_t bytes[4];
        } forged = {
                .header = { .nlmsg_len = sizeof forged, .nlmsg_type = RTM_NEWADDR },
                .address = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 1 },
                .attribute = { .rta_len = RTA_LENGTH(4), .rta_type = IFA_LOCAL },
                .bytes = { 203, 0, 113, 1 },
        };
        Host *host = *state;
        struct sockaddr_nl to;
        socklen_t size = sizeof to;
        int fd, ours;

        assert_int_equal(find_netlink_sockets(&ours, 1), 1);
        assert_int_equal(getsockname(ours, (struct sockaddr *) &to, &size), 0);
        to.nl_groups = 0;
        fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        assert_true(fd >= 0);
        assert_int_equal(
                sendto(fd, &forged, sizeof forged, 0, (struct sockaddr *) &to, sizeof to), sizeof forged);
        close(fd);
        assert_true(sd_event_run(host->event, 0) > 0);
        assert_null(host_address(host, "203.0.113.1"));
        ip("addr add 192.0.2.1/24 dev lo\n");
        host_run_pending(host);
        assert_non_null(host_address(host, "192.0.2.1"));
}

/* Puts in the socket's place one whose next receive fails; a new epoll registration comes with refresh. */
static void broken_socket_is_opened_again(void **state)
{
        struct sockaddr_in nobody = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        Host *host = *state;
        int fd, ours;

        ip("link set lo up\n");
        host_converge(host);
        nobody.sin_port = htons(9);
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_int_equal(connect(fd, (struct sockaddr *) &nobody, sizeof nobody), 0);
        assert_int_equal(send(fd, "", 1, 0), 1); /* refused at once */
        assert_int_equal(find_netlink_sockets(&ours, 1), 1);
        assert_int_equal(dup3(fd, ours, O_CLOEXEC), ours);
        close(fd);

        ip("addr add 192.0.2.1/24 dev lo\n");
        assert_int_equal(monitor_refresh(host->monitor), 0);
        while (host->table->state == FACT_KNOWN)
                assert_true(sd_event_run(host->event, USEC_PER_SEC) > 0);
        assert_int_equal(monitor_refresh(host->monitor), 0); /* nothing to ask with: it waits for its turn */
        host_converge(host);
        assert_int_equal(host->table->state, FACT_KNOWN);
        ip("addr add 192.0.2.2/24 dev lo\n");
        host_run_pending(host);
        assert_non_null(host_address(host, "192.0.2.2"));
}

static void nothing_wakes_while_nothing_changes(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_converge(host);
        assert_int_equal(sd_event_run(host->event, 300 * USEC_PER_MSEC), 0);
}

static void free_monitor(void *userdata)
{
        Host *host = userdata;

        host->n_changed++;
        host->monitor = monitor_free(host->monitor);
}

static void monitor_may_be_freed_by_whom_it_calls(void **state)
{
        Host *host = *state;
        unsigned n_changed = host->n_changed;

        monitor_free(host->monitor);
        assert_int_equal(
                monitor_new(&host->monitor, host->event, host->table, free_monitor, free_monitor, host), 0);
        host_run_pending(host);
        ip("addr add 192.0.2.1/24 dev lo\n"); /* this table was known already: the change is what calls */
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed + 1);
        assert_null(host->monitor);
}

static void monitor_may_be_freed_at_the_end_of_a_dump(void **state)
{
        Host *host = *state;
        unsigned n_changed = host->n_changed;

        monitor_free(host->monitor);
        host->table->state = FACT_UNKNOWN;
        assert_int_equal(
                monitor_new(&host->monitor, host->event, host->table, free_monitor, free_monitor, host), 0);
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed + 1);
        assert_null(host->monitor);
}

static void monitor_may_be_freed_while_a_dump_runs(void **state)
{
        Host *host = *state;

        assert_int_equal(monitor_refresh(host->monitor), 0);
        host->monitor = monitor_free(host->monitor);
        assert_int_equal(sd_event_run(host->event, 0), 0);
        assert_null(monitor_free(NULL));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, host_setup, host_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(unwatched_routes_are_not_told),
                TEST(default_routes_of_the_main_table_are_told),
                TEST(forged_message_is_ignored),
                TEST(broken_socket_is_opened_again),
                TEST(nothing_wakes_while_nothing_changes),
                TEST(monitor_may_be_freed_by_whom_it_calls),
                TEST(monitor_may_be_freed_at_the_end_of_a_dump),
                TEST(monitor_may_be_freed_while_a_dump_runs),
        };

        if (!host_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
