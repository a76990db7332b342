/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "model/address.h"
#include "model/interfaces.h"

/* Which addresses of this host a source takes, and why each was taken or left. Pure. */

typedef enum SelectReason {
        SELECT_TAKEN,
        SELECT_STATIC, /* taken: the configuration names it */
        SELECT_NO_PATTERN,
        SELECT_PATTERN_EXCLUDES,
        SELECT_LINK_DOWN,
        SELECT_NO_CARRIER,
        SELECT_UNSPECIFIED,
        SELECT_LOOPBACK,
        SELECT_LINK_LOCAL,
        SELECT_MULTICAST,
        SELECT_V4_MAPPED,
        SELECT_SCOPE,
        SELECT_DAD_FAILED,
        SELECT_TENTATIVE,
        SELECT_DEPRECATED,
        SELECT_TEMPORARY,
        SELECT_TEREDO,
        SELECT_UNIQUE_LOCAL,
        SELECT_PRIVATE,
        SELECT_NOT_INCLUDED,
        SELECT_EXCLUDED,
        SELECT_LEAVING,
        SELECT_DUPLICATE,
        SELECT_LIMIT,
} SelectReason;

typedef struct SelectVerdict {
        Address address;       /* the kernel's */
        Address published;     /* with the suffix, where the source has one; equal to `address` else */
        const char *interface; /* NULL: static */
        SelectReason reason;
        const char *pattern; /* for SELECT_PATTERN_EXCLUDES: which one */
} SelectVerdict;

/* The addresses taken: sorted, none twice. */
typedef struct Selection {
        FactState state;  /* unknown: nothing may be concluded from `count` being 0 */
        size_t n_leaving; /* so many more it would have, were they not about to go */
        size_t count;
        Address *addresses;
} Selection;

void selection_done(Selection *selection);
bool selection_equal(const Selection *a, const Selection *b);

/* visit (may be NULL) is told of each address of the source's family, in the order of interfaces; pointers in
 * the verdict are good as long as `facts` and `source` are. -ENOMEM. */
typedef void (*SelectVisit)(void *userdata, const SelectVerdict *verdict);
int select_addresses(Selection *ret, const SourceConfig *source, const Interfaces *facts, SelectVisit visit,
        void *userdata);

bool select_reason_is_taken(SelectReason reason);

/* Why, for a person: "it is temporary (RFC 8981) and \"temporary\" is false". Writes into `buffer`, returns
 * it. */
#define SELECT_TEXT_MAX 160
const char *select_verdict_to_text(const SelectVerdict *verdict, char buffer[static SELECT_TEXT_MAX]);
