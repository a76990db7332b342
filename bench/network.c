/* SPDX-License-Identifier: BSD-3-Clause */

/* Network: where checks are measured, and what counts them: the kernel. */

#include "network.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

enum {
        BACKLOG = 4096,
};

const char *network_address(unsigned number, char buffer[static NETWORK_ADDRESS_MAX])
{
        snprintf(buffer, NETWORK_ADDRESS_MAX, "10.98.%u.%u", number / 250 % 256, 1 + number % 250);
        return buffer;
}

static void run_ip(const char *commands)
{
        FILE *pipe = popen("ip -batch -", "we");

        if (!pipe)
                err(EXIT_FAILURE, "ip");
        fputs(commands, pipe);
        if (pclose(pipe) != 0)
                errx(EXIT_FAILURE, "ip failed");
}

static _Noreturn void accept_all(void)
{
        struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(NETWORK_PORT) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fd < 0 || bind(fd, (struct sockaddr *) &any, sizeof any) < 0 || listen(fd, BACKLOG) < 0)
                err(EXIT_FAILURE, "port %d", NETWORK_PORT);
        for (;;)
                close_fd(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
}

/* In the far namespace, whose first end of the link is in this process's. */
static void make_far(Network *network, int near)
{
        char link[128];

        if (unshare(CLONE_NEWNET) < 0)
                err(EXIT_FAILURE, "no network namespaces here (root is needed)");
        snprintf(link, sizeof link, "link add far1 type veth peer name near1 netns /proc/%d/fd/%d\n",
                getpid(), near);
        run_ip(link);
        run_ip("link set lo up\n"
               "link set far1 up\n"
               "addr add 192.0.2.2/24 dev far1\n"
               "route add local 10.98.0.0/16 dev lo\n");
        network->acceptor = fork();
        if (network->acceptor < 0)
                err(EXIT_FAILURE, "fork");
        if (network->acceptor == 0)
                accept_all();
}

Network *network_new(void)
{
        Network *network = calloc(1, sizeof *network);
        AUTO_CLOSE int near = -1;

        if (!network)
                errx(EXIT_FAILURE, "out of memory");
        network->host = host_new(1);
        host_enter(network->host);
        near = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        if (near < 0)
                err(EXIT_FAILURE, "/proc/thread-self/ns/net");
        make_far(network, near);
        host_enter(network->host);
        run_ip("link set near1 up\n"
               "addr add 192.0.2.1/24 dev near1\n"
               "route add 10.98.0.0/16 via 192.0.2.2\n");
        host_leave(network->host);
        return network;
}

Network *network_free(Network *network)
{
        if (!network)
                return NULL;
        kill(network->acceptor, SIGKILL);
        waitpid(network->acceptor, NULL, 0);
        host_free(network->host);
        free(network);
        return NULL;
}

/* /proc/net/snmp: lines in pairs, names and numbers. */
static uint64_t find_column(char *names, char *numbers, const char *wanted)
{
        char *name, *number;

        while ((name = strsep(&names, " \n")) && (number = strsep(&numbers, " \n")))
                if (strcmp(name, wanted) == 0)
                        return strtoull(number, NULL, 10);
        errx(EXIT_FAILURE, "the kernel does not count %s", wanted);
}

static uint64_t read_counter(const Network *network, const char *protocol, const char *name)
{
        char names[2048], numbers[2048];
        FILE *file;

        host_enter(network->host);
        file = fopen("/proc/thread-self/net/snmp", "re");
        host_leave(network->host);
        if (!file)
                err(EXIT_FAILURE, "/proc/net/snmp");
        while (fgets(names, sizeof names, file) && fgets(numbers, sizeof numbers, file))
                if (strncmp(names, protocol, strlen(protocol)) == 0) {
                        fclose(file);
                        return find_column(names, numbers, name);
                }
        errx(EXIT_FAILURE, "the kernel does not count %s", protocol);
}

uint64_t network_count_echoes(const Network *network)
{
        return read_counter(network, "Icmp:", "OutEchos");
}

uint64_t network_count_connections(const Network *network)
{
        return read_counter(network, "Tcp:", "ActiveOpens");
}

uint64_t network_cpu_nsec(const Network *network)
{
        struct timespec used;
        clockid_t clock;

        if (clock_getcpuclockid(network->acceptor, &clock) != 0 || clock_gettime(clock, &used) < 0)
                errx(EXIT_FAILURE, "nobody accepts connections any more");
        return (uint64_t) used.tv_sec * 1000000000 + (uint64_t) used.tv_nsec;
}
