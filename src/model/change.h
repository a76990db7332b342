/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "model/rrset.h"
#include "util/cleanup.h"

/* The only thing that is ever asked of a provider: for one owner name and type, what must be there now and
 * what shall be there then. `expect` makes each write a compare-and-swap. */
typedef enum Expect {
        EXPECT_ANY,     /* whatever is there */
        EXPECT_ABSENT,  /* no such RRset */
        EXPECT_EXACTLY, /* these values, no more and no less; the TTL does not count */
} Expect;

typedef struct Change {
        Name name;
        uint16_t type;
        Expect expect;
        RRset *expected; /* for EXPECT_EXACTLY, else NULL */
        RRset *want;     /* NULL: no such RRset */
} Change;

/* Changes of one zone that go together: all or nothing where the provider can do that. */
typedef struct ChangeSet {
        size_t count;
        Change *changes;
} ChangeSet;

ChangeSet *change_set_new(void);
ChangeSet *change_set_free(ChangeSet *set);
DEFINE_FREEP(ChangeSet, change_set_free)

/* Copies all that it is given. expected: NULL means absent; pass `expect` EXPECT_ANY to ignore it. -ENOMEM. */
int change_set_add(ChangeSet *set, const Name *name, uint16_t type, Expect expect, const RRset *expected,
        const RRset *want);
