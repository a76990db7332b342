/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

/* A list for an error's sentence, cut where it gets long. Begins as { 0 }. */
#define SHOWN_MAX 512
typedef struct Shown {
        char text[SHOWN_MAX]; /* with commas between */
        size_t length;        /* 0: nothing was added */
} Shown;

void show(Shown *shown, const char *format, ...) __attribute__((format(printf, 2, 3)));
