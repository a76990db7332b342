/* SPDX-License-Identifier: BSD-3-Clause */

/* Agent: the way of systemctl. Where a graphical agent runs for the login session, that one asks
 * ("--fallback"); without a session polkit 122 would not find an agent that says it is but a fallback. */

#include "ctl/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum {
        READY_TIMEOUT_MSEC = 5000,
};

struct Agent {
        pid_t pid;
};

/* notify_fd: pkttyagent closes it when it has registered; execve() does not. */
static _Noreturn void run_agent(int notify_fd, pid_t parent)
{
        char notify[sizeof "--notify-fd=" + 12];
        AUTO_CLOSE int fd = dup(notify_fd);

        snprintf(notify, sizeof notify, "--notify-fd=%d", fd);
        signal(SIGPIPE, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) /* it has ended before that */
                _exit(EXIT_FAILURE);
        if (getenv("XDG_SESSION_ID"))
                execlp("pkttyagent", "pkttyagent", notify, "--fallback", (char *) NULL);
        else
                execlp("pkttyagent", "pkttyagent", notify, (char *) NULL);
        _exit(EXIT_FAILURE);
}

static int wait_until_ready(int fd)
{
        struct pollfd pollfd = { .fd = fd, .events = POLLIN };
        int n = poll(&pollfd, 1, READY_TIMEOUT_MSEC);

        if (n < 0)
                return -errno;
        return n == 0 ? -ETIMEDOUT : 0;
}

int agent_new(Agent **ret)
{
        AUTO(agent_freep) Agent *agent = calloc(1, sizeof *agent);
        AUTO_CLOSE int reader = -1, writer = -1;
        pid_t parent = getpid();
        int fds[2];

        if (!agent)
                return -ENOMEM;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        reader = fds[0];
        writer = fds[1];
        agent->pid = fork();
        if (agent->pid < 0)
                return -errno;
        if (agent->pid == 0)
                run_agent(writer, parent);
        writer = close_fd(writer);
        *ret = STEAL(agent);
        return wait_until_ready(reader);
}

Agent *agent_free(Agent *agent)
{
        if (!agent)
                return NULL;
        if (agent->pid > 0) {
                kill(agent->pid, SIGTERM);
                kill(agent->pid, SIGCONT);
                waitpid(agent->pid, NULL, 0);
        }
        free(agent);
        return NULL;
}
