/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "model/address.h"
#include "model/rrset.h"
#include "policy/health.h"
#include "policy/observer.h"
#include "util/clock.h"

/* Which members of a pool are to be published: pure, the clock is an argument (CLOCK_BOOTTIME).
 *
 * The verdict on a member is one of three, because not knowing is no reason to change anything. What DNS
 * shall hold follows from the verdicts and from what it holds at the moment of the change: see pool_target().
 * All of it goes for A and AAAA each. */

typedef enum MemberAdmin {
        ADMIN_NONE,
        ADMIN_UP,          /* published, whatever the checks say */
        ADMIN_DOWN,        /* not published */
        ADMIN_DRAIN,       /* likewise: nobody new is sent there */
        ADMIN_MAINTENANCE, /* likewise: somebody works on it */
} MemberAdmin;

const char *member_admin_to_text(MemberAdmin admin); /* "none", "up", "down", "drain", "maintenance" */
int member_admin_from_text(const char *text);        /* -EINVAL */

typedef enum Verdict {
        VERDICT_KEEP, /* as DNS has it */
        VERDICT_IN,
        VERDICT_OUT,
} Verdict;

typedef struct PoolMember {
        /* What it is. */
        Address address;
        uint32_t priority;
        bool borrowed; /* somebody else put it there and takes it away: never added but where we took it out
                        */
        bool leaving;  /* not a member any more: to be taken out */

        /* What is known of it. */
        Health health;
        bool fresh;     /* looked at since the daemon started */
        bool inherited; /* … but its state is the state file's still */
        bool stale;     /* the observer doubted itself since it was looked at */
        bool witnessed; /* somebody else answered the observer since it fails */
        bool confirmed; /* … and it failed once more after that, and somebody answered meanwhile again */
        usec_t failed_usec; /* the last time */
        MemberAdmin admin;
        bool forced;        /* … even if it is the last one */
        Observer *observer; /* who judges; NULL: it is on this very host, where no network is needed */
        bool published;     /* DNS was last seen to hold it */

        /* What was decided. */
        Verdict verdict;
        bool undecided;      /* KEEP because nobody can know better, now */
        bool removal;        /* its removal is granted */
        bool removed;        /* we took it out */
        unsigned n_contests; /* how often somebody else put it back after that */
        usec_t contested_until_usec;
} PoolMember;

/* An operator's failover of one family. */
typedef struct PoolOverride {
        const PoolMember *member; /* NULL: none */
        bool forced;              /* even while it is down */
} PoolOverride;

typedef struct PoolFamily {
        PoolOverride override;
        uint32_t priority; /* POOL_PRIORITY: the one in use; 0: none yet */
        bool overridden;   /* the override is in force */
        bool fail_back;    /* an operator's word: a better priority takes over at once; until DNS has it */
        size_t n_removals; /* since … */
        usec_t removals_usec;
} PoolFamily;

/* A pool, and what is remembered from one decision to the next. */
typedef struct PoolState {
        const PoolConfig *config;
        size_t n_members;
        PoolMember **members;
        PoolMember **by_address; /* the same, sorted: see pool_index_members() */

        usec_t started_usec;
        bool started;           /* before, nothing changes but by an operator's word */
        PoolFamily families[2]; /* IPv4, IPv6 */
} PoolState;

/* 0 for IPv4, 1 for IPv6. */
unsigned pool_family_of(const Address *address);

/* To be called when there are other members. The caller frees `by_address` in the end. -ENOMEM. */
int pool_index_members(PoolState *pool);

PoolMember *pool_find_member(const PoolState *pool, const Address *address); /* NULL: none */

/* Is what is published of this address for the pool to say? So with members and fallback addresses. */
bool pool_is_responsible(const PoolState *pool, const Address *address);

/* A result that counts, after health_step(): for what the health does not know. May have it judged anew. */
void pool_member_looked_at(PoolMember *member, CheckResult result, usec_t now);

/* The observer doubted itself and does so no more. It was us: failures so far count no more. */
void pool_member_recover(PoolMember *member, bool it_was_us);

/* DNS was read, or written (by us): `seen` is what it holds of that family; NULL: nothing. Takes note, also
 * of what others decided. pool_decide() is to follow. */
void pool_saw(PoolState *pool, unsigned family, const RRset *seen, bool by_us, usec_t now);

/* Judges every member anew. ret_next: when to do so without news; USEC_INFINITY: never. True: a verdict, or
 * what the state says, is another one than before. */
bool pool_decide(PoolState *pool, usec_t now, usec_t *ret_next);

/* Are fewer members than the minimum left, as far as one can know, so that `all_down` decides? */
bool pool_is_held(const PoolState *pool, unsigned family, const RRset *seen);

/* What DNS shall hold now that it holds `seen`. *ret is NULL for no RRset. The others' values stay. -ENOMEM.
 */
int pool_target(const PoolState *pool, unsigned family, const RRset *seen, RRset **ret);

/* Would the family be left with fewer members than it needs if this one were taken out? */
bool pool_needs(const PoolState *pool, const PoolMember *member);
