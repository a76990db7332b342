/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"
#include "model/name.h"
#include "util/cleanup.h"

/* Types that the code names (IANA "DNS Parameters"); any other number works too. */
enum {
        TYPE_A = 1,
        TYPE_NS = 2,
        TYPE_CNAME = 5,
        TYPE_SOA = 6,
        TYPE_TXT = 16,
        TYPE_AAAA = 28,
        TYPE_OPT = 41,
        TYPE_IXFR = 251,
        TYPE_AXFR = 252,
        TYPE_ANY = 255,
        TYPE_TSIG = 250,
};

#define TTL_MAX 2147483647U /* RFC 2181 section 8 */

/* The data of one record, in wire format without compression. */
typedef struct RData {
        uint16_t length;
        uint8_t bytes[];
} RData;

/* All records of one owner name and type, class IN: sorted, no value twice, one TTL (RFC 2181 section 5).
 * An empty one can exist while it is being built; "no RRset" is a NULL pointer. */
typedef struct RRset {
        Name name;
        uint16_t type;
        uint32_t ttl; /* seconds */
        size_t count;
        RData **rdata;
} RRset;

RRset *rrset_new(const Name *name, uint16_t type, uint32_t ttl); /* NULL: out of memory */
RRset *rrset_copy(const RRset *set);                              /* NULL for NULL, or out of memory */
RRset *rrset_free(RRset *set);
DEFINE_FREEP(RRset, rrset_free)

/* 1: added; 0: it was there; -ENOMEM. The bytes are copied. */
int rrset_add(RRset *set, const void *rdata, uint16_t length);
int rrset_add_address(RRset *set, const Address *address);

/* Adds every value of `other` (may be NULL). -ENOMEM. */
int rrset_add_all(RRset *set, const RRset *other);

/* True when it was there. */
bool rrset_remove(RRset *set, const void *rdata, uint16_t length);

bool rrset_contains(const RRset *set, const RData *rdata); /* false for a NULL set */
bool rrset_has_address(const RRset *set, const Address *address);

/* NULL equals NULL and an empty set. same_data does not look at the TTL. */
bool rrset_same_data(const RRset *a, const RRset *b);
bool rrset_equal(const RRset *a, const RRset *b);
bool rrset_is_empty(const RRset *set); /* true for NULL */

/* The type that holds addresses of this family: A or AAAA. */
uint16_t rrset_type_of_family(int family);

/* The address that an A or AAAA record holds; -EINVAL when type and length do not fit. */
int rdata_to_address(const RData *rdata, uint16_t type, Address *ret);

/* "A", "AAAA", …, or "TYPE65280" (RFC 3597); `buffer` is used for the latter. */
const char *rrtype_to_text(uint16_t type, char buffer[static 10]);
