/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "program.h"
#include "signpost.h"

/* Something that turns address events into UPDATEs, on a host of its own with a DNS server of its own. */
typedef struct Subject Subject;

typedef enum SubjectKind {
        SUBJECT_FLOOR,    /* bench/floor */
        SUBJECT_SIGNPOST, /* signpostd */
        SUBJECT_SCRIPT,   /* bench/ip-monitor-nsupdate */
} SubjectKind;

typedef struct SubjectOptions {
        SubjectKind kind;
        const char *program;
        unsigned addresses; /* of its host, beside the one that comes and goes: at least 1, so that no set is
                               ever empty */
        const BusOptions *bus;    /* for SUBJECT_SIGNPOST; NULL: it finds none */
        SignpostOptions signpost; /* for SUBJECT_SIGNPOST; records: for the others, 1 */
} SubjectOptions;

/* Starts it, and returns when it follows the addresses. */
Subject *subject_new(const SubjectOptions *options);
Subject *subject_free(Subject *subject);

const Program *subject_program(const Subject *subject);

/* An address that came: from the moment before the message to the kernel was sent until the last UPDATE that
 * it caused had arrived. */
typedef struct Reaction {
        uint64_t nsec;
        size_t updates; /* messages */
        size_t size;    /* bytes in them */
} Reaction;

/* Waits for `pause_nsec` with everybody idle; adds the address; takes it away again, which is not measured. */
void subject_react(Subject *subject, uint64_t pause_nsec, Reaction *ret);
