/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What the files about pools share: pools.c (when to look, and the observer), pool.c (one pool), member.c
 * (its members), pool-orders.c (what operators say), pool-status.c (what people are shown) and pool-report.c
 * (what is told). */

#include <sys/queue.h>

#include "check/check.h"
#include "engine/engine-internal.h"
#include "engine/pool-store.h"
#include "engine/status.h"
#include "policy/pool.h"

typedef struct Member Member;
typedef TAILQ_HEAD(MemberList, Member) MemberList;
typedef TAILQ_HEAD(PoolList, Pool) PoolList;

struct Member {
        PoolMember policy; /* the first: policy/pool knows it by this */
        Pool *pool;
        char *name;
        MemberOrigin origin;
        const CheckConfig *check_config;
        Check *check;
        bool fast;           /* what the check was told last */
        StoredOrder order;   /* behind policy.admin */
        usec_t latency_usec; /* as in MemberStatus */
        usec_t checked_usec;
        usec_t changed_usec;
        char *problem;
        bool told_down;     /* and not yet that it is up again */
        usec_t absent_usec; /* CLOCK_BOOTTIME since when DNS does not hold one that is only discovered; 0: it
                               does */

        bool is_news;
        TAILQ_ENTRY(Member) news_entry;
};

/* Who serves a family, in so far as people want to be told when it changes. */
typedef struct Serving {
        const PoolMember *override; /* NULL: none is in force; may be gone, when it is another one now */
        uint32_t priority;
        bool fallback;
} Serving;

struct Pool {
        PoolState policy; /* its members are the first of a Member each; room for a power of two */
        const PoolConfig *config;
        Engine *engine;
        Queue *queue;
        Publication *publications[2]; /* A, AAAA: owned by the queue; NULL: that one is not kept */
        const View *views[2];         /* where own addresses come from; NULL: nowhere */
        StoredOrder orders[2];        /* behind the overrides */
        char *missing[2];             /* the overrides' member, while there is none of that name; NULL else */
        bool held[2];                 /* … and that was said */
        Serving serving[2];           /* what was told last */
        PoolCondition condition;      /* that was told last */
        usec_t next_usec;             /* CLOCK_BOOTTIME when to decide anew */
        usec_t verify_usec;           /* CLOCK_BOOTTIME when to read DNS again; USEC_INFINITY: never */
        usec_t expiry_usec;   /* CLOCK_REALTIME of the first order that expires; USEC_INFINITY: none */
        const Order *speaker; /* whose word is followed in this very call; NULL: nobody's */

        bool dirty;
        TAILQ_ENTRY(Pool) dirty_entry;
        bool is_news;
        TAILQ_ENTRY(Pool) news_entry;
};

/* A host that tells whether our own network works. */
typedef struct Reference {
        Engine *engine;
        Address address;
        Check *check;
        unsigned fails; /* in a row */
} Reference;

/* All of it: a part of the engine. */
struct Pools {
        size_t n_pools;
        Pool **pools; /* in the order of the configuration */
        PoolList dirty, news;
        MemberList member_news;
        PublicationList publication_news;
        Observer observers[2]; /* IPv4, IPv6 */
        usec_t observer_next_usec[2];
        usec_t asked_usec[2]; /* CLOCK_BOOTTIME of the last check for the observer's sake */
        size_t n_asked;
        size_t n_own;
        Address *own; /* addresses of this host, sorted */
        size_t n_references;
        Reference *references;
        CheckConfig reference_check;
        bool members_changed; /* and nobody was told yet */
        bool store_dirty;
        usec_t saved_usec;             /* CLOCK_BOOTTIME */
        sd_event_source *look;         /* after this turn's news */
        sd_event_source *timer;        /* CLOCK_BOOTTIME */
        sd_event_source *expiry_timer; /* CLOCK_REALTIME: of orders */
};

/* pools.c */
void pools_mark(Engine *engine, Pool *pool); /* it will be decided upon before the loop waits again */
void pools_mark_all(Engine *engine);
void pools_changed_store(Engine *engine);
void pools_request_look(Engine *engine); /* at what is marked, before the loop waits again */

void pools_save(Engine *engine, bool durable);
bool pools_is_own(const Engine *engine, const Address *address); /* is it an address of this host? */
Pool *pools_find(const Engine *engine, const Name *name);        /* NULL: no such pool */

/* observing.c */
void observing_init(Observer *observer, const Config *config);
int observing_add_references(Engine *engine);
void observing_look_at_links(Engine *engine);
void observing_ask_around(Engine *engine, const Member *member); /* it begins to fail: is it us? */
void observing_heard(Engine *engine); /* somebody answered: some may wait for that */
void observing_look(Engine *engine, unsigned family);

/* pool.c */
int pool_new(Pool **ret, Engine *engine, const PoolConfig *config, Queue *queue);
Pool *pool_free(Pool *pool);
DEFINE_FREEP(Pool, pool_free)
void pool_look(Pool *pool);          /* decides, and marks what is to be published */
int pool_remember(const Pool *pool); /* to the pool store, not to the disk. -ENOMEM */
void pool_touch(Pool *pool);
void pool_facts_changed(Pool *pool);
const RRset *pool_seen(const Pool *pool, unsigned family); /* NULL: nothing, or not known */
Member *pool_member(const Pool *pool, size_t index);
const char *pool_override_name(
        const Pool *pool, unsigned family); /* the failover's member; NULL: none is ordered */
void pool_end_override(Pool *pool, unsigned family);
Member *pool_member_named(const Pool *pool, const char *name); /* NULL: none */

/* DNS was read, or written: in the midst of the queue's work, which looks at what is wanted afterwards. */
void pool_on_saw(Publication *publication, bool by_us);

/* pool-members.c */
int pool_add_member(Pool *pool, const char *name, const Address *address, uint32_t priority,
        MemberOrigin origin, const CheckConfig *check);
int pool_add_by_address(Pool *pool, const Address *address, MemberOrigin origin);
void pool_drop_the_gone(Pool *pool, usec_t now);   /* who is no member, and not in DNS, any more */
void pool_discover(Pool *pool, const RRset *seen); /* what others put there is to be watched too */

/* pool-memory.c */
int pool_fill(Pool *pool); /* with its members and publications */

/* member.c */
int member_new(Member **ret, Pool *pool, const char *name, const Address *address, uint32_t priority,
        MemberOrigin origin, const CheckConfig *check);
Member *member_free(Member *member);
DEFINE_FREEP(Member, member_free)
void member_touch(Member *member);
void member_set_observer(Member *member);            /* by what this host's addresses are now */
void member_recover(Member *member, bool it_was_us); /* the observer doubts itself no more */
void member_set_fast(Member *member);
/* It is down, but DNS has it still: the next check may be what it takes. */
bool member_waits_for_removal(const Member *member);

/* pool-orders.c */
usec_t pool_expire_orders(
        Pool *pool, usec_t now_realtime); /* when the next one expires; USEC_INFINITY: none does */

/* pool-status.c */
PoolCondition pool_condition(const Pool *pool);

/* pool-report.c */
void report_member_down(const Member *member, const char *reason);
void report_member_up(const Member *member, bool news);
void report_switch(const Pool *pool, unsigned family, EventKind kind, const RRset *after, const char *reason);
void report_held(const Pool *pool, unsigned family);
void report_observer(Engine *engine, unsigned family, ObserverState before);
void report_order(const Pool *pool, const Member *member, const char *what, const StoredOrder *order);
void report_hopeless(const Pool *pool, const char *member); /* an order for one that is none any more */
void report_expired(const Pool *pool, const char *member, const char *what);
