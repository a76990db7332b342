/* SPDX-License-Identifier: BSD-3-Clause */

#include "far.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define PATIENCE_USEC (20 * USEC_PER_SEC)

static const char near_commands[] = "link set lo up\n"
                                    "link set e0 addrgenmode none\n"
                                    "link set e0 up\n"
                                    "addr add " NEAR4 "/24 dev e0\n"
                                    "addr add 2001:db8::1/64 dev e0 nodad\n"
                                    "route add 10.98.0.0/15 via " ROUTER4 "\n"
                                    "route add 2001:db8:98::/47 via " ROUTER6 "\n";

static const char far_commands[] = "link set lo up\n"
                                   "link set e1 addrgenmode none\n"
                                   "link set e1 up\n"
                                   "addr add " ROUTER4 "/24 dev e1\n"
                                   "addr add " ROUTER6 "/64 dev e1 nodad\n"
                                   "route add local 10.98.0.0/16 dev lo\n"
                                   "route add blackhole 10.99.1.0/24\n"
                                   "route add unreachable 10.99.2.0/24\n"
                                   "route add prohibit 10.99.3.0/24\n"
                                   "route add local 2001:db8:98::/48 dev lo\n"
                                   "route add blackhole 2001:db8:99:1::/64\n"
                                   "route add unreachable 2001:db8:99:2::/64\n"
                                   "route add prohibit 2001:db8:99:3::/64\n";

bool far_is_possible(void)
{
        if (unshare(CLONE_NEWNET) == 0)
                return true;
        fprintf(stderr, "Skipped: no network namespace can be made (%s); run as root.\n", strerror(errno));
        return false;
}

static void run_ip(const char *commands)
{
        char *argv[] = { (char *) "ip", (char *) "-batch", (char *) "-", NULL };
        posix_spawn_file_actions_t actions;
        AUTO_CLOSE int fd = memfd_create("commands", MFD_CLOEXEC);
        pid_t child;
        int status;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, commands, strlen(commands)), strlen(commands));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        assert_int_equal(posix_spawnp(&child, "ip", &actions, NULL, argv, environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

static int open_namespace(void)
{
        int fd;

        assert_int_equal(unshare(CLONE_NEWNET), 0);
        fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        return fd;
}

void set_sysctl(const char *name, const char *value)
{
        char path[128];
        AUTO_CLOSE int fd = -1;

        snprintf(path, sizeof path, "/proc/sys/%s", name);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, value, strlen(value)), strlen(value));
}

void far_enter(const Far *far)
{
        assert_int_equal(setns(far->far, CLONE_NEWNET), 0);
}

void far_leave(const Far *far)
{
        assert_int_equal(setns(far->near, CLONE_NEWNET), 0);
}

/* The link is ready, and its ends know each other's hardware addresses, when the far end has refused a
 * connection. */
static void await_link(int family)
{
        Address address = address_of(family == AF_INET ? ROUTER4 : ROUTER6);
        struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(1), .sin_addr = address.ipv4 };
        struct sockaddr_in6 ipv6 = {
                .sin6_family = AF_INET6, .sin6_port = htons(1), .sin6_addr = address.ipv6
        };
        AUTO_CLOSE int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        if (family == AF_INET)
                assert_int_equal(connect(fd, (struct sockaddr *) &ipv4, sizeof ipv4), -1);
        else
                assert_int_equal(connect(fd, (struct sockaddr *) &ipv6, sizeof ipv6), -1);
        assert_int_equal(errno, ECONNREFUSED);
}

int far_setup(void **state)
{
        Far *far = calloc(1, sizeof *far);
        char link[128];

        assert_non_null(far);
        assert_int_equal(sd_event_new(&far->event), 0);
        far->far = open_namespace();
        set_sysctl("net/ipv4/ip_forward", "1");
        set_sysctl("net/ipv6/conf/all/forwarding", "1");
        set_sysctl("net/ipv4/icmp_ratemask",
                "0"); /* routes still send five errors in a row, then one a second */
        set_sysctl("net/ipv6/icmp/ratelimit", "0");
        far->near = open_namespace();
        snprintf(link, sizeof link, "link add e0 type veth peer name e1 netns /proc/%d/fd/%d\n", getpid(),
                far->far);
        run_ip(link);
        run_ip(near_commands);
        far_enter(far);
        run_ip(far_commands);
        far_leave(far);
        await_link(AF_INET);
        await_link(AF_INET6);
        *state = far;
        return 0;
}

int far_teardown(void **state)
{
        Far *far = *state;

        sd_event_unref(far->event);
        close_fd(far->near);
        close_fd(far->far);
        free(far);
        return 0;
}

/* The number in the column of a table whose lines come in pairs: names, and values (/proc/net/snmp). */
static unsigned read_column(const char *line, const char *values, const char *name)
{
        AUTO_FREE char *names = strdup(line), *numbers = strdup(values);
        char *at_name = names, *at_number = numbers, *word, *number;

        assert_true(names && numbers);
        while ((word = strsep(&at_name, " \n")) && (number = strsep(&at_number, " \n")))
                if (strcmp(word, name) == 0)
                        return (unsigned) strtoul(number, NULL, 10);
        fail_msg("no %s", name);
        return 0;
}

static unsigned read_echoes4(void)
{
        AUTO_FCLOSE FILE *file = fopen("/proc/thread-self/net/snmp", "re");
        char names[1024], values[1024];

        assert_non_null(file);
        while (fgets(names, sizeof names, file) && fgets(values, sizeof values, file))
                if (strncmp(names, "Icmp:", 5) == 0)
                        return read_column(names, values, "InEchos");
        fail_msg("no counters");
        return 0;
}

static unsigned read_echoes6(void)
{
        AUTO_FCLOSE FILE *file = fopen("/proc/thread-self/net/snmp6", "re");
        char line[256];
        unsigned value;

        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                if (sscanf(line, "Icmp6InEchos %u", &value) == 1)
                        return value;
        fail_msg("no counters");
        return 0;
}

unsigned far_echoes(const Far *far)
{
        unsigned count;

        far_enter(far);
        count = read_echoes4() + read_echoes6();
        far_leave(far);
        return count;
}

Address address_of(const char *text)
{
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        return address;
}

void outcome_take(void *userdata, CheckResult result, const char *reason)
{
        Outcome *outcome = userdata;

        assert_int_equal(result == CHECK_OK, reason == NULL);
        outcome->count++;
        outcome->result = result;
        snprintf(outcome->reason, sizeof outcome->reason, "%s", reason ? reason : "");
}

void await_count(const Far *far, const unsigned *count, unsigned wanted)
{
        usec_t deadline_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE_USEC;

        while (*count < wanted) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < deadline_usec);
                assert_true(sd_event_run(far->event, USEC_PER_SEC) >= 0);
        }
}

void run_pending(const Far *far)
{
        int r;

        do {
                r = sd_event_run(far->event, 0);
                assert_true(r >= 0);
        } while (r > 0);
}
