/* SPDX-License-Identifier: BSD-3-Clause */

/* Program: one that is measured, from its start to its end. */

#include "program.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

#define STOP_NSEC 2000000000ULL /* it may take to end before it is killed */

struct Program {
        pid_t pid;
        bool ended;
        char *log_path;
};

static _Noreturn void run(const Host *host, const char *const argv[], char *const environment[], int log_fd)
{
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        host_enter(host);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log_fd, STDOUT_FILENO) < 0 ||
                dup2(log_fd, STDERR_FILENO) < 0)
                err(EXIT_FAILURE, "/dev/null");
        execvpe(argv[0], (char *const *) argv, environment);
        err(EXIT_FAILURE, "%s", argv[0]);
}

Program *program_start(
        const Host *host, const char *const argv[], char *const environment[], const char *log_path)
{
        AUTO_CLOSE int log_fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        Program *program = calloc(1, sizeof *program);

        if (log_fd < 0)
                err(EXIT_FAILURE, "%s", log_path);
        if (!program || !(program->log_path = strdup(log_path)))
                errx(EXIT_FAILURE, "out of memory");
        program->pid = fork();
        if (program->pid < 0)
                err(EXIT_FAILURE, "fork");
        if (program->pid == 0)
                run(host, argv, environment, log_fd);
        return program;
}

Program *program_free(Program *program)
{
        uint64_t give_up_nsec = now_nsec() + STOP_NSEC;

        if (!program)
                return NULL;
        if (program_is_running(program))
                kill(program->pid, SIGTERM);
        while (program_is_running(program)) {
                if (now_nsec() > give_up_nsec)
                        kill(program->pid, SIGKILL);
                nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        }
        free(program->log_path);
        free(program);
        return NULL;
}

void program_signal(const Program *program, int signal)
{
        kill(program->pid, signal);
}

const char *program_log(const Program *program)
{
        return program->log_path;
}

bool program_is_running(Program *program)
{
        if (!program->ended)
                program->ended = waitpid(program->pid, NULL, WNOHANG) != 0;
        return !program->ended;
}

static uint64_t cpu_nsec_of(const Program *program, pid_t pid)
{
        struct timespec used;
        clockid_t clock;

        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
                errx(EXIT_FAILURE, "the program has ended: see %s", program->log_path);
        return (uint64_t) used.tv_sec * 1000000000 + (uint64_t) used.tv_nsec;
}

uint64_t program_cpu_nsec(const Program *program)
{
        return cpu_nsec_of(program, program->pid);
}

/* The number behind "KEY:" in a file of /proc; exits where there is none. */
static uint64_t read_status(const char *path, const char *key)
{
        AUTO_FCLOSE FILE *file = fopen(path, "re");
        size_t length = strlen(key);
        char line[256];

        if (!file)
                err(EXIT_FAILURE, "%s", path);
        while (fgets(line, sizeof line, file))
                if (strncmp(line, key, length) == 0 && line[length] == ':')
                        return strtoull(line + length + 1, NULL, 10);
        errx(EXIT_FAILURE, "%s: no %s", path, key);
}

static uint64_t memory_kib_of(pid_t pid, const char *what)
{
        char path[64];

        snprintf(path, sizeof path, "/proc/%d/status", pid);
        return read_status(path, what);
}

uint64_t program_memory_kib(const Program *program, const char *what)
{
        return memory_kib_of(program->pid, what);
}

enum {
        CHILDREN_MAX = 64,
};

static size_t find_children(const Program *program, pid_t children[static CHILDREN_MAX])
{
        AUTO_FCLOSE FILE *file = NULL;
        size_t count = 0;
        char path[64];

        snprintf(path, sizeof path, "/proc/%d/task/%d/children", program->pid, program->pid);
        file = fopen(path, "re");
        if (!file)
                err(EXIT_FAILURE, "%s", path);
        while (count < CHILDREN_MAX && fscanf(file, "%d", &children[count]) == 1)
                count++;
        return count;
}

uint64_t program_family_cpu_nsec(const Program *program)
{
        pid_t children[CHILDREN_MAX];
        size_t count = find_children(program, children);
        uint64_t nsec = program_cpu_nsec(program);

        for (size_t i = 0; i < count; i++)
                nsec += cpu_nsec_of(program, children[i]);
        return nsec;
}

uint64_t program_family_memory_kib(const Program *program, const char *what)
{
        pid_t children[CHILDREN_MAX];
        size_t count = find_children(program, children);
        uint64_t kib = program_memory_kib(program, what);

        for (size_t i = 0; i < count; i++)
                kib += memory_kib_of(children[i], what);
        return kib;
}

uint64_t program_switches(const Program *program)
{
        uint64_t switches = 0;
        struct dirent *entry;
        char path[320];
        DIR *tasks;

        snprintf(path, sizeof path, "/proc/%d/task", program->pid);
        tasks = opendir(path);
        if (!tasks)
                err(EXIT_FAILURE, "%s", path);
        while ((entry = readdir(tasks))) {
                if (entry->d_name[0] == '.')
                        continue;
                snprintf(path, sizeof path, "/proc/%d/task/%s/status", program->pid, entry->d_name);
                switches += read_status(path, "voluntary_ctxt_switches");
                switches += read_status(path, "nonvoluntary_ctxt_switches");
        }
        closedir(tasks);
        return switches;
}
