/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Owned locals: `AUTO(foo_freep) Foo *foo = NULL;`. Ownership leaves a function by steal. */
#define AUTO(cleanup_function) __attribute__((cleanup(cleanup_function)))
#define AUTO_FREE              AUTO(freep)
#define AUTO_CLOSE             AUTO(closep)
#define AUTO_FCLOSE            AUTO(fclosep)

/* Makes foo_freep() out of foo_free(). */
#define DEFINE_FREEP(Type, function)                  \
        static inline void function##p(Type **object) \
        {                                             \
                if (*object)                          \
                        function(*object);            \
        }

/* Takes the value out of an owned pointer and leaves NULL there. */
#define STEAL(pointer)                                \
        ({                                            \
                typeof(pointer) *_steal = &(pointer); \
                typeof(pointer) _stolen = *_steal;    \
                *_steal = NULL;                       \
                _stolen;                              \
        })

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
        free(*(void **) pointer);
}

/* Closes what is open; returns -1, so that `fd = close_fd(fd)` forgets it. */
static inline int close_fd(int fd)
{
        if (fd >= 0)
                close(fd);
        return -1;
}

static inline void closep(int *fd)
{
        *fd = close_fd(*fd);
}

static inline int steal_fd(int *fd)
{
        int stolen = *fd;

        *fd = -1;
        return stolen;
}

static inline void fclosep(FILE **file)
{
        if (*file)
                fclose(*file);
}
