/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host.h"

/* A program that runs on a host, and what /proc says of it. It dies with this process. */
typedef struct Program Program;

/* log_path: where its output goes. argv[0] is looked for in PATH. */
Program *program_start(
        const Host *host, const char *const argv[], char *const environment[], const char *log_path);
Program *program_free(Program *program); /* ends it */

void program_signal(const Program *program, int signal);

const char *program_log(const Program *program);
bool program_is_running(Program *program);

uint64_t program_cpu_nsec(const Program *program); /* user and system time of all its threads so far */
uint64_t program_memory_kib(const Program *program, const char *what); /* "VmRSS", "RssAnon", … */

/* The same, with its children as they are now. */
uint64_t program_family_cpu_nsec(const Program *program);
uint64_t program_family_memory_kib(const Program *program, const char *what);

uint64_t program_switches(const Program *program); /* how often its threads stopped running so far */
