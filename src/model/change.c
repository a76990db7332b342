/* SPDX-License-Identifier: BSD-3-Clause */

#include "model/change.h"

#include <errno.h>
#include <stdlib.h>

ChangeSet *change_set_new(void)
{
        return calloc(1, sizeof(ChangeSet));
}

ChangeSet *change_set_free(ChangeSet *set)
{
        if (!set)
                return NULL;
        for (size_t i = 0; i < set->count; i++) {
                rrset_free(set->changes[i].expected);
                rrset_free(set->changes[i].want);
        }
        free(set->changes);
        free(set);
        return NULL;
}

int change_set_add(ChangeSet *set, const Name *name, uint16_t type, Expect expect, const RRset *expected,
        const RRset *want)
{
        AUTO(rrset_freep) RRset *expected_copy = NULL, *want_copy = NULL;
        Change *larger;

        if (expect == EXPECT_EXACTLY) {
                expected_copy = rrset_copy(expected);
                if (!expected_copy)
                        return -ENOMEM;
        }
        if (want) {
                want_copy = rrset_copy(want);
                if (!want_copy)
                        return -ENOMEM;
        }
        larger = reallocarray(set->changes, set->count + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        set->changes = larger;
        set->changes[set->count++] = (Change){
                .name = *name,
                .type = type,
                .expect = expect,
                .expected = STEAL(expected_copy),
                .want = STEAL(want_copy),
        };
        return 0;
}
