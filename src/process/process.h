/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "process/complaint.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* One child process, in a session and process group of its own: it ends within its time, and what it leaves
 * behind in its group ends with it. */
typedef struct Process Process;

/* All borrowed for the call alone. */
typedef struct ProcessOptions {
        char *const *command; /* ended by NULL; the first is an absolute path */
        const char *const
                *environment; /* "NAME=value", ended by NULL, besides PATH and LANG; NULL: nothing */
        const char *input;    /* for its standard input; NULL: that is empty */
        usec_t timeout_usec;  /* then it has to end … */
        usec_t grace_usec;    /* … and gets so long from SIGTERM to SIGKILL; 0: killed at once */
} ProcessOptions;

typedef enum ProcessResult {
        PROCESS_EXITED,
        PROCESS_KILLED, /* by a signal that is not ours */
        PROCESS_TIMED_OUT,
} ProcessResult;

typedef struct ProcessEnd {
        ProcessResult result;
        int status; /* EXITED: exit status; KILLED: the signal */
        const char *
                complaint; /* the last line that it wrote to stderr, cut and in UTF-8; NULL: none. Borrowed */
} ProcessEnd;

#define PROCESS_TEXT_MAX (COMPLAINT_MAX + 64)

/* "exit status 1: disk full", "killed by SIGSEGV", "timed out: …". Writes into `buffer` and returns it. */
const char *process_end_to_text(const ProcessEnd *end, char buffer[static PROCESS_TEXT_MAX]);

/* Called once, from the loop; the process is gone then. */
typedef void (*ProcessDone)(void *userdata, const ProcessEnd *end);

/* Negative errno when it could not be started (-ENOENT, -EACCES, -EMFILE, …). Waits until the kernel has
 * loaded the program, and for nothing else. What it prints goes nowhere. SIGCHLD is blocked from now on. */
int process_start(
        Process **ret, sd_event *event, const ProcessOptions *options, ProcessDone done, void *userdata);

/* Why `program` could not be started, from the errno (positive) that process_start() ended with. */
const char *process_error_to_text(const char *program, int error);

/* Kills it, with its group; waits for nothing. */
Process *process_free(Process *process);
DEFINE_FREEP(Process, process_free)
