/* SPDX-License-Identifier: BSD-3-Clause */

/* Process: one child. posix_spawn() starts it, so nothing of ours runs in a copy of this daemon. Its standard
 * input is a file in memory, written before it starts: nobody has to feed a pipe. A child that was killed is
 * not waited for by anyone but the loop, which buries it whenever the kernel is done with it. */

#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define TIMER_ACCURACY_USEC (10 * USEC_PER_MSEC)

/* A child that writes without end shall not keep us busy. */
#define STDERR_INTERVAL_USEC (100 * USEC_PER_MSEC)

enum {
        STDERR_READS = 16,       /* in that time */
        STDERR_READ_SIZE = 4096, /* bytes */
};

struct Process {
        pid_t pid;
        sd_event_source *child;
        sd_event_source *deadline;
        usec_t grace_usec;
        bool timed_out;
        int stderr_fd;
        sd_event_source *stderr_source;
        Complaint complaint;
        ProcessDone done;
        void *userdata;
};

/* The number is the child's own as long as nobody has waited for it, even if it has ended. */
static void signal_group(const Process *process, int number)
{
        kill(-process->pid, number);
}

/* Takes leave of the child, which was killed: the loop keeps the source until there is an end to tell of. */
static void leave_to_loop(Process *process)
{
        sd_event_source_set_userdata(process->child, NULL);
        sd_event_source_set_floating(process->child, true);
        process->child = sd_event_source_unref(process->child);
}

Process *process_free(Process *process)
{
        if (!process)
                return NULL;
        if (process->child) {
                signal_group(process, SIGKILL);
                leave_to_loop(process);
        }
        sd_event_source_disable_unref(process->deadline);
        sd_event_source_disable_unref(process->stderr_source);
        close_fd(process->stderr_fd);
        free(process);
        return NULL;
}

static void finish(Process *process, ProcessEnd end)
{
        ProcessDone done = process->done;
        void *userdata = process->userdata;
        Complaint complaint = process->complaint;

        process_free(process);
        end.complaint = complaint_to_text(&complaint);
        done(userdata, &end);
}

/* What it complains of. */

/* False: nothing is there, or nothing will ever be. */
static bool read_stderr(Process *process)
{
        char buffer[STDERR_READ_SIZE];
        ssize_t n = read(process->stderr_fd, buffer, sizeof buffer);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return false;
        if (n <= 0) {
                process->stderr_source = sd_event_source_disable_unref(process->stderr_source);
                return false;
        }
        complaint_add(&process->complaint, buffer, (size_t) n);
        return true;
}

static int on_stderr(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void) source;
        (void) fd;
        (void) events;
        read_stderr(userdata);
        return 0;
}

/* Its end. */

static int on_child(sd_event_source *source, const siginfo_t *info, void *userdata)
{
        Process *process = userdata;
        ProcessEnd end = { .result = PROCESS_EXITED, .status = info->si_status };

        if (!process) { /* left to the loop: this was all there was to wait for */
                sd_event_source_set_floating(source, false);
                return 0;
        }
        signal_group(process, SIGKILL); /* what it left behind */
        for (unsigned i = 0; i < STDERR_READS && read_stderr(process); i++)
                continue;
        process->child = sd_event_source_disable_unref(process->child);
        if (process->timed_out)
                end.result = PROCESS_TIMED_OUT;
        else if (info->si_code != CLD_EXITED)
                end.result = PROCESS_KILLED;
        finish(process, end);
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        Process *process = userdata;

        (void) usec;
        if (process->grace_usec == 0 || process->timed_out) {
                finish(process, (ProcessEnd){ .result = PROCESS_TIMED_OUT });
                return 0;
        }
        process->timed_out = true;
        signal_group(process, SIGTERM);
        sd_event_source_set_time_relative(source, process->grace_usec);
        sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

/* Its beginning. */

/* A descriptor to read the text from; NULL: nothing. */
static int open_input(const char *text)
{
        AUTO_CLOSE int fd =
                text ? memfd_create("signpost-input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
        size_t size = text ? strlen(text) : 0;
        ssize_t n;

        if (fd < 0)
                return -errno;
        n = size > 0 ? write(fd, text, size) : 0;
        if (n < 0)
                return -errno;
        if ((size_t) n < size)
                return -EFBIG;
        if (size > 0 && lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        return steal_fd(&fd);
}

/* "NAME=value" as it stands in our own environment. */
static const char *inherited(const char *name, const char *otherwise)
{
        size_t size = strlen(name);

        for (char **at = environ; at && *at; at++)
                if (strncmp(*at, name, size) == 0 && (*at)[size] == '=')
                        return *at;
        return otherwise;
}

/* Borrows the texts. Malloc'ed; NULL when out of memory. */
static const char **make_environment(const char *const *more)
{
        size_t n = 0;
        const char **environment;

        while (more && more[n])
                n++;
        environment = calloc(n + 3, sizeof *environment);
        if (!environment)
                return NULL;
        environment[0] =
                inherited("PATH", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment[1] = inherited("LANG", "LANG=C.UTF-8");
        if (n > 0)
                memcpy(environment + 2, more, n * sizeof *environment);
        return environment;
}

static int set_files(posix_spawn_file_actions_t *actions, int input_fd, int stderr_fd)
{
        int r = posix_spawn_file_actions_adddup2(actions, input_fd, STDIN_FILENO);

        if (r == 0)
                r = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(actions, stderr_fd, STDERR_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
        if (r == 0)
                r = posix_spawn_file_actions_addchdir_np(actions, "/");
        return -r;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
        sigset_t none, all;
        int r;

        sigemptyset(&none);
        sigfillset(&all);
        r = posix_spawnattr_setsigmask(attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(attributes, &all);
        if (r == 0)
                r = posix_spawnattr_setflags(
                        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        return -r;
}

static int spawn(pid_t *ret, const ProcessOptions *options, int input_fd, int stderr_fd)
{
        AUTO_FREE const char **environment = make_environment(options->environment);
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r;

        if (!environment)
                return -ENOMEM;
        posix_spawn_file_actions_init(&actions); /* cannot fail in glibc, as the next */
        posix_spawnattr_init(&attributes);
        r = set_files(&actions, input_fd, stderr_fd);
        if (r == 0)
                r = set_attributes(&attributes);
        if (r == 0)
                r = -posix_spawn(ret, options->command[0], &actions, &attributes, options->command,
                        (char *const *) environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return r;
}

/* sd_event_add_child() insists on both, and children that are ignored leave no status. */
static void expect_children(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set, NULL);
        signal(SIGCHLD, SIG_DFL);
}

/* Hands the child to the loop. */
static int watch(Process *process, sd_event *event)
{
        int r = sd_event_add_child(event, &process->child, process->pid, WEXITED, on_child, process);

        if (r >= 0)
                return 0;
        /* Nobody else will wait for it; and it does nothing any more but die. */
        signal_group(process, SIGKILL);
        waitpid(process->pid, NULL, 0);
        return r;
}

/* Of a child that ended in time while the loop was busy, the end comes first. */
static int watch_clock(Process *process, sd_event *event, usec_t timeout_usec)
{
        int r = sd_event_add_time_relative(event, &process->deadline, CLOCK_MONOTONIC, timeout_usec,
                TIMER_ACCURACY_USEC, on_deadline, process);

        return r < 0 ? r : sd_event_source_set_priority(process->deadline, SD_EVENT_PRIORITY_NORMAL + 1);
}

/* *ret_writer: the child's end. */
static int watch_stderr(Process *process, sd_event *event, int *ret_writer)
{
        int fds[2], r;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        process->stderr_fd = fds[0];
        *ret_writer = fds[1];
        if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        r = sd_event_add_io(event, &process->stderr_source, fds[0], EPOLLIN, on_stderr, process);
        if (r < 0)
                return r;
        return sd_event_source_set_ratelimit(process->stderr_source, STDERR_INTERVAL_USEC, STDERR_READS);
}

int process_start(
        Process **ret, sd_event *event, const ProcessOptions *options, ProcessDone done, void *userdata)
{
        AUTO(process_freep) Process *process = calloc(1, sizeof *process);
        AUTO_CLOSE int input_fd = -1, stderr_fd = -1;
        int r;

        if (!process)
                return -ENOMEM;
        *process = (Process){
                .stderr_fd = -1, .grace_usec = options->grace_usec, .done = done, .userdata = userdata
        };
        expect_children();
        r = watch_stderr(process, event, &stderr_fd);
        if (r < 0)
                return r;
        r = watch_clock(process, event, options->timeout_usec);
        if (r < 0)
                return r;
        input_fd = open_input(options->input);
        if (input_fd < 0)
                return input_fd;
        r = spawn(&process->pid, options, input_fd, stderr_fd);
        if (r < 0)
                return r;
        /* Makes room for the descriptor by which it is watched. */
        stderr_fd = close_fd(stderr_fd);
        r = watch(process, event);
        if (r < 0)
                return r;
        *ret = STEAL(process);
        return 0;
}

const char *process_error_to_text(const char *program, int error)
{
        /* The kernel has one word for a script that is missing and for one whose "#!" line names nothing. */
        if (error == ENOENT && access(program, F_OK) == 0)
                return "its interpreter does not exist";
        return strerror(error);
}

const char *process_end_to_text(const ProcessEnd *end, char buffer[static PROCESS_TEXT_MAX])
{
        const char *name;
        int n = 0;

        switch (end->result) {
        case PROCESS_EXITED:
                n = snprintf(buffer, PROCESS_TEXT_MAX, "exit status %d", end->status);
                break;
        case PROCESS_KILLED:
                name = sigabbrev_np(end->status);
                n = name ? snprintf(buffer, PROCESS_TEXT_MAX, "killed by SIG%s", name)
                         : snprintf(buffer, PROCESS_TEXT_MAX, "killed by signal %d", end->status);
                break;
        case PROCESS_TIMED_OUT:
                n = snprintf(buffer, PROCESS_TEXT_MAX, "timed out");
                break;
        }
        if (end->complaint)
                snprintf(buffer + n, PROCESS_TEXT_MAX - (size_t) n, ": %s", end->complaint);
        return buffer;
}
