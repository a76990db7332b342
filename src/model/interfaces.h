/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"
#include "util/cleanup.h"

/* What the kernel says this host has: links and their addresses. Facts without policy. A table that
 * whoever listens to the kernel fills in, and that reports what really changed. */

/* An address of a link. flags: IFA_F_* of linux/if_addr.h; 0x01 is "secondary" on IPv4, "temporary" on IPv6. */
typedef struct AddressFact {
        Address address;
        uint8_t prefix_length;
        uint8_t scope; /* RT_SCOPE_* of linux/rtnetlink.h */
        bool leaving;  /* the table's own: see interfaces_set_leaving() */
        uint32_t flags;
        uint32_t generation; /* the table's own */
} AddressFact;

typedef struct LinkFact {
        int index;
        char name[IF_NAMESIZE];
        bool up;      /* administratively (IFF_UP) */
        bool carrier; /* IFF_LOWER_UP */
        bool loopback;
        bool known; /* the link itself was announced, not only an address of it */
        uint32_t generation;
        uint64_t leaving_until_usec; /* the table's own: see interfaces_set_leaving(); 0: it is not */
        size_t n_addresses;
        AddressFact *addresses; /* sorted by address, then prefix length */
} LinkFact;

/* Has the kernel been read? Unknown withdraws nothing. */
typedef enum FactState {
        FACT_UNKNOWN, /* not yet looked, or the look failed */
        FACT_KNOWN,   /* the table is complete */
} FactState;

typedef struct Interfaces {
        FactState state;
        uint32_t generation;
        size_t n_links;
        LinkFact *links; /* sorted by index */
} Interfaces;

Interfaces *interfaces_new(void);
Interfaces *interfaces_free(Interfaces *table);
DEFINE_FREEP(Interfaces, interfaces_free)

const LinkFact *interfaces_link(const Interfaces *table, int index); /* NULL: not there */

/* All setters: 1 when something that matters changed, 0 when it was so already (a router advertisement
 * repeats each address with fresh lifetimes), -ENOMEM. An address may come before its link: the link is
 * then there with `known` false, neither up nor with carrier. */
int interfaces_set_link(Interfaces *table, int index, const char *name, bool up, bool carrier, bool loopback);
int interfaces_set_address(Interfaces *table, int index, const AddressFact *fact);

/* 1: it was there. Removing a link removes its addresses. */
int interfaces_remove_link(Interfaces *table, int index);
int interfaces_remove_address(Interfaces *table, int index, const Address *address, uint8_t prefix_length);

/* Resynchronisation: begin, set all that a dump brings, then sweep what it did not bring.
 * sweep returns 1 when anything went, else 0, and makes the state known (a change too, the first time). */
void interfaces_begin_sync(Interfaces *table);
int interfaces_sweep(Interfaces *table);

/* Somebody who is about to take this interface down said so: marks the addresses that it has now, if it is up
 * at all. The marks go with the addresses, when the link goes down, or when the time is up (any clock, the
 * one of `now` below). -ENODEV: no link of that name; 1: marked something new; 0. */
int interfaces_set_leaving(Interfaces *table, const char *name, uint64_t until_usec);

/* Takes the marks away whose time is up: it did not go down. 1: there were some. *ret_next: when the next
 * one's is; UINT64_MAX: there is none. */
int interfaces_end_leaving(Interfaces *table, uint64_t now, uint64_t *ret_next);

size_t interfaces_count_addresses(const Interfaces *table);
