/* SPDX-License-Identifier: BSD-3-Clause */

/* The monitor against the real kernel when messages are lost or a dump is disturbed: whatever happens, the
 * table ends as what the kernel has. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "host.h"
#include "util/clock.h"

enum {
        MANY = 10000,
        RANDOM_CHANGES = 3000,
        LINKS = 4,
        ADDRESSES = 60,
};

/* The commands of `count` lines, made by `line`, as one text. */
static char *script(size_t count, void (*line)(FILE *out, size_t i))
{
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        for (size_t i = 0; i < count; i++)
                line(out, i);
        assert_int_equal(fclose(out), 0);
        return text;
}

static void add_numbered(FILE *out, size_t i)
{
        fprintf(out, "addr add 10.%zu.%zu.1/32 dev e0\n", i / 250, i % 250);
}

static void remove_numbered(FILE *out, size_t i)
{
        fprintf(out, "addr del 10.%zu.%zu.1/32 dev e0\n", i / 250, i % 250);
}

/* As small as the kernel lets it be: two or three messages. */
static void shrink_buffer(void)
{
        int fds[8], size = 1;
        size_t count = find_netlink_sockets(fds, ARRAY_LENGTH(fds));

        assert_int_equal(count, 1);
        assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
}

static void run_script(size_t count, void (*line)(FILE *out, size_t i))
{
        AUTO_FREE char *commands = script(count, line);

        ip("%s", commands);
}

static void ten_thousand_addresses_come_are_dumped_and_go(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        run_script(MANY, add_numbered);
        host_converge(host);
        assert_int_equal(host_link(host, "e0")->n_addresses, MANY);

        host->monitor = monitor_free(host->monitor);
        host->table = interfaces_free(host->table);
        host->table = interfaces_new();
        assert_non_null(host->table);
        host->n_changed = 0;
        host_start_monitor(host);
        host_run_pending(host);
        assert_true(host_equals_kernel(host));
        assert_int_equal(host->n_changed, 1);

        ip("link del e0\n");
        host_converge(host);
        assert_int_equal(interfaces_count_addresses(host->table), 0);
}

static void overrun_ends_in_what_the_kernel_has(void **state)
{
        Host *host = *state;
        unsigned n_changed;

        host_add_pair(host);
        run_script(500, add_numbered);
        host_converge(host);
        n_changed = host->n_changed;
        shrink_buffer();
        run_script(400, remove_numbered); /* nobody reads meanwhile */
        host_run_pending(host);
        assert_int_equal(monitor_count_resyncs(host->monitor), 1);
        assert_int_equal(host->n_changed, n_changed + 1); /* after the dump, not before */
        assert_int_equal(host_link(host, "e0")->n_addresses, 100);
        assert_true(host_equals_kernel(host));
}

static void lost_link_messages_are_made_up_for(void **state)
{
        Host *host = *state;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_converge(host);
        shrink_buffer();
        ip("link add e2 type veth peer name e3\n"
           "link set e0 down\n"
           "link set e0 name e9\n"
           "link del e9\n"
           "link add e4 type veth peer name e5\n"
           "link set e4 up\n");
        host_converge(host);
        assert_true(monitor_count_resyncs(host->monitor) > 0);
        assert_null(host_link(host, "e0"));
        assert_null(host_address(host, "192.0.2.1"));
        assert_non_null(host_link(host, "e4"));
}

static void refresh_takes_out_what_is_not_there(void **state)
{
        AddressFact fact = { .prefix_length = 24 };
        Host *host = *state;
        unsigned n_changed = host->n_changed;

        assert_int_equal(address_from_text(&fact.address, "192.0.2.99"), 0);
        interfaces_set_address(host->table, 1, &fact);
        assert_int_equal(monitor_refresh(host->monitor), 0);
        assert_int_equal(monitor_refresh(host->monitor), 0); /* begins anew, in the middle of the first */
        host_run_pending(host);
        assert_null(host_address(host, "192.0.2.99"));
        assert_int_equal(host->n_changed, n_changed + 1);
        assert_int_equal(monitor_refresh(host->monitor), 0);
        host_run_pending(host);
        assert_int_equal(host->n_changed, n_changed + 1); /* nothing new: nothing told */
}

/* A dump of 3,000 addresses takes several turns; between them the kernel's list changes under it. What it
 * did not bring must not be taken for gone. */
static void disturbed_dump_takes_nothing_out(void **state)
{
        AddressFact stale = { .prefix_length = 24 };
        Host *host = *state;
        int turns = 0;

        host_add_pair(host);
        run_script(3000, add_numbered);
        host_converge(host);
        assert_int_equal(address_from_text(&stale.address, "192.0.2.99"), 0);
        interfaces_set_address(host->table, 1, &stale);
        assert_int_equal(monitor_refresh(host->monitor), 0);
        while (host_address(host, "192.0.2.99")) {
                assert_true(sd_event_run(host->event, 5 * USEC_PER_SEC) > 0);
                if (turns++ == 4)
                        ip("addr del 10.0.0.1/32 dev e0\n"
                           "addr add 192.0.2.2/24 dev e0\n");
                /* At every moment all of them but the one that went: */
                assert_true(host_link(host, "e0")->n_addresses >= 2999);
        }
        host_run_pending(host);
        assert_true(turns > 10); /* it was repeated */
        assert_null(host_address(host, "10.0.0.1"));
        assert_non_null(host_address(host, "192.0.2.2"));
        assert_true(host_equals_kernel(host));
}

/* Addresses that vanish after the kernel has written them into the dump, and before we read it. A small
 * table fits into one piece, so that the kernel has no later one to say "interrupted" in. The other change
 * is there so that events wait already, and would get their turn first if they were listened to. */
static void removal_during_a_dump_is_not_undone(void **state)
{
        static const size_t counts[] = { 40, 2000 };
        Host *host = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
                host_add_pair(host);
                run_script(counts[i], add_numbered);
                host_converge(host);
                for (int j = 0; j < 20; j++) {
                        assert_int_equal(monitor_refresh(host->monitor), 0);
                        for (int turn = 0; turn < j % 6; turn++)
                                sd_event_run(host->event, 0);
                        ip("addr add 192.0.2.%d/32 dev e1\n", j);
                        sd_event_run(host->event, 0);
                        ip("addr del 10.0.%d.1/32 dev e0\n", j);
                        host_converge(host);
                }
                assert_int_equal(host_link(host, "e0")->n_addresses, counts[i] - 20);
                ip("link del e0\n");
                host_converge(host);
        }
}

static void lost_route_messages_count_as_a_route(void **state)
{
        int before[8], after[8], size = 1;
        Host *host = *state;
        size_t count;

        host_add_pair(host);
        ip("addr add 192.0.2.1/24 dev e0\n");
        host_run_pending(host);
        count = find_netlink_sockets(before, ARRAY_LENGTH(before));
        assert_int_equal(monitor_watch_routes(host->monitor, true), 0);
        assert_int_equal(find_netlink_sockets(after, ARRAY_LENGTH(after)), count + 1);
        for (size_t i = 0; i <= count; i++)
                if (i == count || after[i] != before[i]) {
                        assert_int_equal(setsockopt(after[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
                        break;
                }
        for (int i = 0; i < 20; i++)
                ip("route add 198.51.100.%d/32 via 192.0.2.254\n", i);
        host_run_pending(host);
        assert_true(host->n_routed > 0);
}

/* Numbers that are the same in every run. */
static uint32_t next_random(uint32_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;
        return *seed;
}

static void print_random_change(FILE *out, uint32_t *seed)
{
        uint32_t what = next_random(seed) % 100, link = next_random(seed) % LINKS,
                 number = next_random(seed) % ADDRESSES, length = 24 + next_random(seed) % 2;

        if (what < 38)
                fprintf(out, "addr add 10.0.%u.1/%u dev r%u\n", number, length, link);
        else if (what < 70)
                fprintf(out, "addr del 10.0.%u.1/%u dev r%u\n", number, length, link);
        else if (what < 78)
                fprintf(out, "addr add 2001:db8::%x/64 dev r%u nodad\n", number, link);
        else if (what < 84)
                fprintf(out, "addr del 2001:db8::%x/64 dev r%u\n", number, link);
        else if (what < 88)
                fprintf(out, "link set r%u down\n", link);
        else if (what < 92)
                fprintf(out, "link set r%u up\n", link);
        else if (what < 94)
                fprintf(out, "link set p%u down\n", link);
        else if (what < 96)
                fprintf(out, "link set p%u up\n", link);
        else if (what < 97)
                fprintf(out, "link del r%u\n", link);
        else if (what < 98)
                fprintf(out, "link set r%u name r%u\n", link, (link + 1) % LINKS);
        else
                fprintf(out, "link add r%u index %u type veth peer name p%u\n", link, 100 + link, link);
}

static char *random_script(uint32_t seed)
{
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        for (unsigned i = 0; i < LINKS; i++)
                fprintf(out,
                        "link add r%u index %u type veth peer name p%u\nlink set r%u up\nlink set p%u up\n",
                        i, 100 + i, i, i, i);
        for (int i = 0; i < RANDOM_CHANGES; i++)
                print_random_change(out, &seed);
        assert_int_equal(fclose(out), 0);
        return text;
}

/* The changes run beside us while the socket holds next to nothing, and now and then the kernel is read
 * again. In the end there is one truth. */
static void random_changes_converge(void **state)
{
        static const uint32_t seeds[] = { 1, 20250101, 0xdeadbeef };

        for (size_t i = 0; i < ARRAY_LENGTH(seeds); i++) {
                AUTO_FREE char *commands = random_script(seeds[i]);
                Host *host = NULL;
                pid_t child;

                assert_int_equal(host_setup((void **) &host), 0);
                shrink_buffer();
                child = ip_start(commands);
                while (!has_ended(child))
                        assert_true(sd_event_run(host->event, 2 * USEC_PER_MSEC) >= 0);
                host_converge(host);
                print_message("seed %u: %u resyncs, %u changes told\n", seeds[i],
                        monitor_count_resyncs(host->monitor), host->n_changed);
                assert_true(monitor_count_resyncs(host->monitor) > 0);
                host_teardown((void **) &host);
        }
        (void) state;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, host_setup, host_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(ten_thousand_addresses_come_are_dumped_and_go),
                TEST(overrun_ends_in_what_the_kernel_has),
                TEST(lost_link_messages_are_made_up_for),
                TEST(refresh_takes_out_what_is_not_there),
                TEST(disturbed_dump_takes_nothing_out),
                TEST(removal_during_a_dump_is_not_undone),
                TEST(lost_route_messages_count_as_a_route),
                cmocka_unit_test(random_changes_converge),
        };

        if (!host_is_possible())
                return 77;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
