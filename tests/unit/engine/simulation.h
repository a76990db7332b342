/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Several daemons on one pool, in a world that goes wrong: the real engine and policy on a made-up network,
 * against a made-up DNS server with compare-and-swap, on made-up clocks (loop.h). One number, the seed, says
 * all that happens. What is promised to users is held against what the world really was like.
 *
 *   simulation-schedule.c   from the seed: the pool, the daemons, and what is to go wrong when
 *   simulation-network.c    who answers whom
 *   simulation-server.c     the server, and messages on their way to it
 *   simulation-host.c       one daemon on its host; simulation-check.c: its checks
 *   simulation-deeds.c      makes things go wrong
 *   simulation-promises.c   what is promised; simulation-writes.c, simulation-calm.c: is it kept?
 *   simulation.c            one run */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include "engine/engine.h"
#include "engine/status.h"
#include "loop.h"

enum {
        HOSTS_MAX = 5,
        MEMBERS_MAX = 8, /* of the configuration */
        DEEDS_MAX = 256,
        TARGETS = 32, /* addresses that there are in the world, of each family */

        /* Which addresses are whose. */
        FIRST_MEMBER = 1,
        FIRST_OWN = 10,       /* hosts' own addresses: the pool's "self" … */
        FIRST_OTHER_OWN = 15, /* … after they were renumbered */
        FIRST_STRANGER = 20,  /* somebody else keeps these in the RRset */
        FIRST_FALLBACK = 22,
        FIRST_REFERENCE = 30,

        SELF_PRIORITY = 2,
};

typedef uint32_t Targets; /* a set of them */
#define TARGET(n) ((Targets) 1 << (n))
#define MEMBERS   (TARGET(FIRST_OWN) - TARGET(FIRST_MEMBER))
#define OWN       (TARGET(FIRST_STRANGER) - TARGET(FIRST_OWN))
#define STRANGERS (TARGET(FIRST_FALLBACK) - TARGET(FIRST_STRANGER))
#define FALLBACKS (TARGET(FIRST_REFERENCE) - TARGET(FIRST_FALLBACK))

typedef struct World World;
typedef struct Host Host;

typedef struct Dice {
        uint64_t state;
} Dice;

/* 0 to n - 1 */
unsigned roll(Dice *dice, unsigned n);
bool chance(Dice *dice, unsigned percent);
usec_t roll_usec(Dice *dice, usec_t least, usec_t most);

/* A rule that is broken on purpose, to see that it is noticed. */
typedef enum Breakage {
        BREAK_NOTHING,
        BREAK_SWAP,      /* the server does not look at what is expected */
        BREAK_STRANGERS, /* writes leave out the values of others */
        BREAK_BLAME,     /* what says nothing about a member is told as its failure */
        BREAK_BLIND,     /* the loss of carrier is not told, and there are no references */
        BREAK_EMPTY,     /* the engine is told "all_down": "empty" */
        BREAK_HOLD_DOWN, /* … a hold-down of 0 */
        BREAK_FALL,      /* … that one failure is enough */
        BREAK_VERIFY,    /* … never to read back */
        BREAK_BUDGET,    /* … to remove as many as it likes */
        BREAK_MINIMUM,   /* … a minimum of 0 */
        BREAKAGES,
} Breakage;

/* What happened, so that nobody believes a run in which nothing did. */
#define SIMULATION_COUNTS(X)                                                \
        X(hosts, "daemons")                                                 \
        X(deaths, "deaths of members")                                      \
        X(revivals, "revivals of members")                                  \
        X(partitions, "partitions of a daemon from members")                \
        X(server_cuts, "partitions of a daemon from the server")            \
        X(cuts, "daemons cut off with carrier")                             \
        X(carriers, "daemons cut off without carrier")                      \
        X(reference_cuts, "partitions of a daemon from its references")     \
        X(losses, "spells of lost packets")                                 \
        X(shortages, "spells without resources")                            \
        X(restarts_with_state, "restarts with the state")                   \
        X(restarts_without_state, "restarts without the state")             \
        X(crashes, "restarts from what a crash left on disk")               \
        X(reloads, "reloads")                                               \
        X(sleeps, "hosts that slept")                                       \
        X(jumps, "jumps of CLOCK_REALTIME")                                 \
        X(renumberings, "hosts that got another address")                   \
        X(strangers, "changes by somebody else to values of theirs")        \
        X(vandals, "changes by somebody else to the members' values")       \
        X(checks, "results of checks")                                      \
        X(indeterminate, "… that say nothing")                              \
        X(reads, "reads")                                                   \
        X(writes, "writes sent")                                            \
        X(applied, "… applied")                                             \
        X(conflicts, "… in conflict")                                       \
        X(lost_requests, "… lost")                                          \
        X(lost_answers, "… applied, with the answer lost")                  \
        X(late_writes, "… that came after the daemon had given up")         \
        X(late_applied, "… and were applied")                               \
        X(duplicates, "… that came twice, and the second answer counted")   \
        X(failures, "… that the server failed on")                          \
        X(additions, "members that joined DNS")                             \
        X(removals, "members that left DNS")                                \
        X(falls, "members found down")                                      \
        X(rises, "members found up")                                        \
        X(suspicions, "daemons that suspected themselves")                  \
        X(losts, "daemons that were lost")                                  \
        X(recoveries, "daemons that judged again")                          \
        X(selves, "daemons that published themselves")                      \
        X(discovered, "discovered members taken out")                       \
        X(fallbacks, "fallback addresses published")                        \
        X(orders, "orders taken")                                           \
        X(orders_refused, "orders refused")                                 \
        X(orders_expired, "orders expired")                                 \
        X(promised_out, "dead members promised to be out")                  \
        X(promised_in, "living members promised to be in")                  \
        X(promised_held, "pools with nobody up promised not to be emptied") \
        X(promised_ordered, "orders promised to be in DNS")                 \
        X(promised_agreement, "daemons promised to agree with DNS")         \
        X(promised_quiet, "worlds promised to be quiet")                    \
        X(quarrels, "worlds in which daemons see different things, with a bounded rate of writes")

typedef struct Counts {
#define X(name, text) uint64_t name;
        SIMULATION_COUNTS(X)
#undef X
} Counts;

/* What goes wrong. Each has an end that makes it good again, unless it is over in a moment. */
typedef enum DeedKind {
        DEED_DIE,          /* targets: the service does not answer */
        DEED_REFUSE,       /* targets: it answers that it is not there */
        DEED_PARTITION,    /* host from targets */
        DEED_CUT,          /* host from everything */
        DEED_CARRIER,      /* likewise, and it notices */
        DEED_SERVER,       /* host from the server */
        DEED_REFERENCES,   /* host from its references */
        DEED_LOSS,         /* host: number per cent of the checks go unanswered */
        DEED_SHORTAGE,     /* host: number per cent of the checks cannot be done */
        DEED_SICK_SERVER,  /* server: number per cent of the operations fail at once */
        DEED_LOSSY_SERVER, /* server: number per cent of the messages are lost, late, or twice */
        DEED_STOP,  /* host: the daemon stops; on its end it starts with its state, by number: see StopKind */
        DEED_SLEEP, /* host */
        DEED_RELOAD,   /* host */
        DEED_JUMP,     /* host: by number seconds */
        DEED_RENUMBER, /* host */
        DEED_STRANGER, /* targets change place in the RRset */
        DEED_VANDAL,   /* likewise: members */
        DEED_ORDER,    /* hosts: see OrderKind */
} DeedKind;

typedef enum StopKind {
        STOP_WITH_STATE,
        STOP_WITHOUT_STATE,
        STOP_CRASH, /* with what is on disk in that moment */
} StopKind;

typedef enum OrderKind {
        ORDER_ADMIN,
        ORDER_FAILOVER,
        ORDER_FAILBACK,
        ORDER_CHECK,
        ORDER_REFRESH,
        ORDER_PUBLISH,
} OrderKind;

typedef struct Deed {
        usec_t time_usec, end_usec; /* end: 0: none */
        DeedKind kind;
        unsigned hosts; /* bits */
        Targets targets;
        int32_t number;
        OrderKind order;
        MemberAdmin admin;
        usec_t for_usec; /* of an order; 0: for good */
        bool force;
        bool ending;
} Deed;

/* What the pool is told to be like, and for how long anything may take. */
typedef struct Options {
        unsigned n_hosts;
        Targets members[2]; /* of the configuration, by family */
        Targets strangers, fallbacks;
        uint32_t priorities[TARGETS];
        unsigned n_references;
        bool self, discover, dual; /* dual: hosts have an IPv6 address too */
        bool on_disk;              /* state files, not only what is in memory */
        unsigned minimum;
        AllDown all_down;
        PoolPolicy policy;
        bool manual_failback;
        unsigned removal_percent, rise, fall;
        usec_t interval_usec, fast_usec, timeout_usec, hold_down_usec, hold_down_most_usec, verify_usec,
                failback_usec, removal_interval_usec, provider_timeout_usec;

        usec_t out_usec,
                in_usec; /* promised: a member that is down for all is out, one that is up for all is in */
        usec_t end_usec; /* of the run */
} Options;

/* What a host's checks of one address told its engine. */
typedef struct Watch {
        unsigned oks; /* in a row */
        usec_t oks_since_usec;
        unsigned fails;                   /* since it certainly was up */
        unsigned fresh_fails;             /* … since the daemon started */
        unsigned sound_fails;             /* … and not only because the host was cut off */
        unsigned falls;                   /* soon after one another */
        usec_t fell_usec, fell_true_usec; /* CLOCK_BOOTTIME, 0: never; true time */
        bool inherited;                   /* that was before the daemon started */
        usec_t removed_usec;              /* when the host last asked the server to take it out */
} Watch;

/* What operators told a host's daemon. until: CLOCK_REALTIME; 0: for good. */
typedef struct Word {
        MemberAdmin admin;
        bool force;
        usec_t until_usec;
} Word;

typedef struct FakeCheck FakeCheck;
typedef struct FakeProvider FakeProvider;
typedef struct Message Message; /* on its way to the server */

struct Host {
        World *world;
        unsigned index;
        sd_event *loop;
        Interfaces *facts;
        Store *store;
        PoolStore *pool_store;
        Engine *engine; /* NULL: the daemon does not run */
        FakeProvider *provider;
        unsigned incarnation; /* of its provider */
        unsigned own;         /* its address */
        ObserverState observer;

        /* What is wrong, each counted as often as it was done. */
        uint8_t cut, no_carrier, no_server, no_references, asleep, stopped;
        uint8_t blocked[TARGETS];
        unsigned loss_percent, shortage_percent;

        /* For the promises. True time. */
        usec_t started_usec;
        usec_t doubted_usec;              /* when the daemon last said that it cannot judge */
        usec_t disturbed_usec;            /* when anything last happened to it */
        usec_t cut_since_usec;            /* no carrier, or nothing answers; 0: it is not so */
        usec_t ordered_usec;              /* an operator's word came or went; 0: never */
        unsigned n_failures, n_conflicts; /* of the provider, in a row */
        bool has_jumped;                  /* its CLOCK_REALTIME has */
        Watch watches[2][TARGETS];
        Word words[2][TARGETS];
        unsigned overrides[2]; /* the member; 0: none */
        Word override_words[2];
        usec_t round_usec[2]; /* of removals */
        unsigned n_removals[2];
};

struct World {
        uint64_t seed;
        Breakage breakage;
        Options options;
        Dice dice; /* of the run; the schedule has its own */
        Counts *counts;
        FILE *trace;         /* NULL: none */
        const char *folder;  /* for state files */
        char violation[400]; /* "" */

        sd_event *loop; /* the world's own */
        unsigned n_hosts;
        Host hosts[HOSTS_MAX];

        /* The network. */
        uint8_t dead[TARGETS], refusing[TARGETS];
        unsigned sick_percent, lossy_percent;

        /* The server: what the pool's name holds, A and AAAA. */
        Targets held[2];
        Targets ever_held[2];
        usec_t added_usec[2][TARGETS], removed_usec[2][TARGETS];
        uint32_t ttl[2];
        LIST_HEAD(, Message) messages;

        /* For the promises. */
        usec_t members_usec;          /* when anything about who answers last changed for all */
        usec_t disturbed_usec;        /* when anything last happened to anybody */
        usec_t written_usec;          /* when the RRset last changed */
        bool renumbered;              /* somebody was */
        unsigned n_flaps[2][TARGETS]; /* how often each joined since … */
        usec_t flaps_usec;

        unsigned n_deeds, next_deed;
        Deed deeds[DEEDS_MAX];
        sd_event_source *deed_timer, *tick_timer;

        /* The engine's configuration. */
        Name name;
        ProviderConfig provider;
        ProviderConfig *provider_list[1];
        SourceConfig sources[2];
        SourceConfig *source_list[2];
        CheckConfig check;
        CheckConfig *check_list[1];
        PoolConfig pool;
        PoolConfig *pool_list[1];
        MemberConfig members[MEMBERS_MAX];
        char member_names[MEMBERS_MAX][8];
        Address fallbacks[TARGETS];
        Address references[4];
        Config config;
};

/* simulation.c: one run. False: a promise was broken, and `violation` says which. trace: NULL for none. */
bool simulate(
        World *world, uint64_t seed, Breakage breakage, const char *folder, Counts *counts, FILE *trace);

/* The first one ends the run. */
void must(int r); /* negative: the simulation itself is broken */

void violation(World *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trace(const World *world, const Host *host, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
bool is_traced(const World *world);
const char *targets_to_text(Targets targets, char buffer[static 160]);

/* simulation-schedule.c */
void schedule_make(World *world, Dice *dice);

/* simulation-network.c */
Address target_address(unsigned family, unsigned target);
unsigned target_of(const Address *address);
Targets targets_of(const RRset *set);

/* Does the target answer the host, now? */
bool answers(const Host *host, unsigned target);
bool would_answer(const Host *host, unsigned target); /* … were the host itself not cut off */
bool is_sound(const Host *host);                      /* its network allows it to judge others */
bool is_writing(const Host *host);                    /* its daemon runs, and reaches the server */
bool is_watching(const Host *host);                   /* both */

bool reaches_server(const Host *host);

/* simulation-server.c */
int fake_provider_new(void *userdata, Provider **ret, const ProviderConfig *config, const Name *zone_hint,
        const ProviderEvents *events);
/* Somebody else changes the RRset. */
void server_edit(World *world, unsigned family, Targets toggled);
/* Messages that are still on their way are forgotten. */
void network_end(World *world);

/* simulation-host.c */
void host_init(World *world, unsigned index, Dice *dice);
void host_done(Host *host);
void host_start(Host *host);
void host_stop(Host *host, StopKind kind);
void host_reload(Host *host);
/* The kernel says how its link is. */
void host_tell_facts(Host *host);
void host_order(Host *host, const Deed *deed);

/* simulation-check.c */
int fake_check_new(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report, void *report_userdata);

/* simulation-deeds.c */
void deeds_begin(World *world);

/* simulation-promises.c */
void promise_started(Host *host);
void promise_stopped(Host *host, StopKind kind);
void promise_ordering(Host *host); /* the engine is about to be told … */
void promise_ordered(Host *host, const Deed *deed, unsigned family, unsigned target); /* … and took it */
void promise_disturbed(Host *host);
void promise_members_changed(World *world);
/* A result of a check is about to be told. */
void promise_sample(Host *host, unsigned family, unsigned target, CheckResult result, bool sound);
void promise_event(Host *host, const Event *event);
void promise_own_changed(Host *host);
void promise_answered(Host *host, OutcomeKind kind);
/* A write leaves a daemon. */
void promise_sent(Host *host, unsigned family, Targets expected, Targets wanted);
/* The server did it. */
void promise_applied(Host *host, unsigned family, Targets before, Targets after, usec_t sent_usec);
/* From time to time, and at the end. */
void promise_look(World *world);
/* Which words have expired by now. */
void promise_expire(Host *host);
