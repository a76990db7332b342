/* SPDX-License-Identifier: BSD-3-Clause */

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/clock.h"

#define PATIENCE_USEC (20 * USEC_PER_SEC)

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000
#endif

bool host_is_possible(void)
{
        if (unshare(CLONE_NEWNET) == 0)
                return true;
        fprintf(stderr, "Skipped: no network namespace can be made (%s); run as root.\n", strerror(errno));
        return false;
}

static void on_changed(void *userdata)
{
        Host *host = userdata;

        assert_int_equal(host->table->state, FACT_KNOWN);
        host->n_changed++;
}

static void on_routed(void *userdata)
{
        ((Host *) userdata)->n_routed++;
}

void host_start_monitor(Host *host)
{
        assert_int_equal(
                monitor_new(&host->monitor, host->event, host->table, on_changed, on_routed, host), 0);
}

int host_setup(void **state)
{
        Host *host = calloc(1, sizeof *host);

        assert_non_null(host);
        assert_int_equal(unshare(CLONE_NEWNET), 0);
        assert_int_equal(sd_event_new(&host->event), 0);
        host->table = interfaces_new();
        assert_non_null(host->table);
        host_start_monitor(host);
        host_converge(host);
        *state = host;
        return 0;
}

int host_teardown(void **state)
{
        Host *host = *state;

        monitor_free(host->monitor);
        interfaces_free(host->table);
        sd_event_unref(host->event);
        free(host);
        return 0;
}

/* Through a file in memory: a pipe would hold only the first few thousand commands. */
static pid_t start(const char *commands, char *option)
{
        char *argv[] = { (char *) "ip", (char *) "-batch", (char *) "-", option, NULL };
        posix_spawn_file_actions_t actions;
        int fd = memfd_create("commands", MFD_CLOEXEC);
        pid_t child;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, commands, strlen(commands)), strlen(commands));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        if (option)
                posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        assert_int_equal(posix_spawnp(&child, "ip", &actions, NULL, argv, environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        close(fd);
        return child;
}

pid_t ip_start(const char *commands)
{
        return start(commands, (char *) "-force");
}

void ip(const char *format, ...)
{
        char *commands = NULL;
        va_list arguments;
        int status;
        pid_t child;

        va_start(arguments, format);
        assert_true(vasprintf(&commands, format, arguments) >= 0);
        va_end(arguments);
        child = start(commands, NULL);
        free(commands);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

bool has_ended(pid_t child)
{
        pid_t ended = waitpid(child, NULL, WNOHANG);

        assert_true(ended >= 0);
        return ended == child;
}

static uint8_t length_of_mask(const struct sockaddr *mask)
{
        const uint8_t *bytes =
                mask->sa_family == AF_INET
                        ? (const void *) &((const struct sockaddr_in *) (const void *) mask)->sin_addr
                        : (const void *) &((const struct sockaddr_in6 *) (const void *) mask)->sin6_addr;
        uint8_t length = 0;

        for (int i = 0; i < (mask->sa_family == AF_INET ? 4 : 16); i++)
                length = (uint8_t) (length + __builtin_popcount(bytes[i]));
        return length;
}

static int index_of_name(const Interfaces *table, const char *name)
{
        for (size_t i = 0; i < table->n_links; i++)
                if (strcmp(table->links[i].name, name) == 0)
                        return table->links[i].index;
        return 0;
}

/* IPv4 addresses go by their label, and a renamed link's labels are "name:2", "name:3". */
static int index_of_label(const Interfaces *table, const char *label)
{
        AUTO_FREE char *name = strndup(label, strcspn(label, ":"));

        assert_non_null(name);
        return index_of_name(table, name);
}

static void add_entry(Interfaces *table, const struct ifaddrs *entry)
{
        const void *address = entry->ifa_addr;
        AddressFact fact = { 0 };

        switch (entry->ifa_addr->sa_family) {
        case AF_INET:
                fact.address.family = AF_INET;
                fact.address.ipv4 = ((const struct sockaddr_in *) address)->sin_addr;
                break;
        case AF_INET6:
                fact.address.family = AF_INET6;
                fact.address.ipv6 = ((const struct sockaddr_in6 *) address)->sin6_addr;
                break;
        default:
                return;
        }
        fact.prefix_length = length_of_mask(entry->ifa_netmask);
        interfaces_set_address(table, index_of_label(table, entry->ifa_name), &fact);
}

/* What the C library reads from the kernel: links come first. */
static Interfaces *read_kernel(void)
{
        Interfaces *table = interfaces_new();
        struct ifaddrs *list = NULL;

        assert_non_null(table);
        assert_int_equal(getifaddrs(&list), 0);
        for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
                const void *address = at->ifa_addr;

                if (!at->ifa_addr)
                        continue;
                if (at->ifa_addr->sa_family != AF_PACKET) {
                        add_entry(table, at);
                        continue;
                }
                interfaces_set_link(table, ((const struct sockaddr_ll *) address)->sll_ifindex, at->ifa_name,
                        at->ifa_flags & IFF_UP, at->ifa_flags & IFF_LOWER_UP, at->ifa_flags & IFF_LOOPBACK);
        }
        freeifaddrs(list);
        return table;
}

static bool same_link(const LinkFact *a, const LinkFact *b)
{
        if (a->index != b->index || a->up != b->up || a->carrier != b->carrier ||
                a->loopback != b->loopback || a->known != b->known || strcmp(a->name, b->name) != 0 ||
                a->n_addresses != b->n_addresses)
                return false;
        for (size_t i = 0; i < a->n_addresses; i++)
                if (!address_equal(&a->addresses[i].address, &b->addresses[i].address) ||
                        a->addresses[i].prefix_length != b->addresses[i].prefix_length)
                        return false;
        return true;
}

bool host_equals_kernel(const Host *host)
{
        AUTO(interfaces_freep) Interfaces *kernel = read_kernel();

        if (host->table->state != FACT_KNOWN || host->table->n_links != kernel->n_links)
                return false;
        for (size_t i = 0; i < kernel->n_links; i++)
                if (!same_link(&host->table->links[i], &kernel->links[i]))
                        return false;
        return true;
}

void host_run_pending(Host *host)
{
        int r;

        do {
                r = sd_event_run(host->event, 0);
                assert_true(r >= 0);
        } while (r > 0);
}

void host_converge(Host *host)
{
        usec_t deadline_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE_USEC;

        host_run_pending(host);
        while (!host_equals_kernel(host)) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < deadline_usec);
                assert_true(sd_event_run(host->event, 100 * USEC_PER_MSEC) >= 0);
                host_run_pending(host);
        }
}

void host_add_pair(Host *host)
{
        ip("link add e0 type veth peer name e1\n"
           "link set e0 addrgenmode none\n"
           "link set e1 addrgenmode none\n"
           "link set e0 up\n"
           "link set e1 up\n");
        host_converge(host);
}

const LinkFact *host_link(const Host *host, const char *name)
{
        int index = index_of_name(host->table, name);

        return index > 0 ? interfaces_link(host->table, index) : NULL;
}

const AddressFact *host_address(const Host *host, const char *address_text)
{
        Address address;

        assert_int_equal(address_from_text(&address, address_text), 0);
        for (size_t i = 0; i < host->table->n_links; i++) {
                const LinkFact *link = &host->table->links[i];

                for (size_t j = 0; j < link->n_addresses; j++)
                        if (address_equal(&link->addresses[j].address, &address))
                                return &link->addresses[j];
        }
        return NULL;
}

size_t find_netlink_sockets(int *fds, size_t max)
{
        size_t count = 0;

        for (int fd = 0; fd < 256 && count < max; fd++) {
                int domain;
                socklen_t size = sizeof domain;

                if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_NETLINK)
                        fds[count++] = fd;
        }
        return count;
}
