/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "config/errors.h"
#include "model/address.h"
#include "model/name.h"
#include "model/tsig-key.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* The configuration: checked, complete with every default, and never changed after it was loaded. */

typedef enum ProviderType {
        PROVIDER_RFC2136,
        PROVIDER_EMBEDDED,
} ProviderType;

typedef struct ProviderConfig {
        char *id; /* its key in "providers" */
        ProviderType type;
        bool has_zone; /* rfc2136 can find it by SOA */
        Name zone;
        char *server;        /* rfc2136: a host name or an address; NULL: the SOA's MNAME */
        uint16_t port;       /* rfc2136: 53 */
        const TsigKey *key;  /* rfc2136: NULL: unsigned */
        bool tcp;            /* rfc2136: never UDP */
        usec_t timeout_usec; /* rfc2136: for one server address */
        usec_t verify_usec;  /* 0: off */
        bool dry_run;
} ProviderConfig;

typedef enum SourceType {
        SOURCE_INTERFACES,
        SOURCE_STATIC,
} SourceType;

/* Where the addresses of one family come from. Records with the same source share one object. */
typedef struct SourceConfig {
        SourceType type;
        int family;

        char **interfaces; /* NULL-terminated globs; "!" first: leave out; all must agree (policy/select) */
        size_t n_include;
        Prefix *include; /* none: everything */
        size_t n_exclude;
        Prefix *exclude;
        bool temporary, deprecated, teredo, unique_local, private;
        unsigned limit; /* addresses at most */
        bool has_suffix;
        Prefix suffix; /* the host part, and the length of the prefix that the interface gives */

        size_t n_addresses; /* static */
        Address *addresses;
} SourceConfig;

typedef enum Ownership {
        OWNERSHIP_EXCLUSIVE, /* the whole RRset is ours */
        OWNERSHIP_SHARED,    /* only the values that we put there */
} Ownership;

typedef struct RecordConfig {
        Name name;
        const ProviderConfig *provider;
        uint32_t ttl;
        const SourceConfig *ipv4; /* NULL: not kept */
        const SourceConfig *ipv6;
        Ownership ownership;
        usec_t withdraw_delay_usec;
        bool withdraw_on_stop;
} RecordConfig;

/* How a member of a pool, or a reference of the observer, is checked. Members that are checked alike share
 * one object. */
typedef enum CheckType {
        CHECK_ICMP,
        CHECK_TCP,
        CHECK_HTTP,
        CHECK_HTTPS,
        CHECK_EXEC,
} CheckType;

typedef struct StatusRange {
        uint16_t first, last;
} StatusRange;

typedef struct CheckConfig {
        CheckType type;
        usec_t interval_usec;      /* from one start to the next */
        usec_t fast_interval_usec; /* … while the verdict is open */
        usec_t timeout_usec;       /* for the whole check */
        unsigned rise, fall;       /* policy/health's: of no concern to who checks */

        uint16_t port; /* tcp, http, https */

        char *host; /* http, https: for the Host header and SNI; never NULL there */
        char *method;
        char *path;
        char **headers; /* "Name: value", ended by NULL; NULL: none */
        char *body;     /* NULL: none */
        size_t n_expect_status;
        StatusRange *expect_status;
        char *expect_body; /* NULL: any */
        bool verify_tls;   /* https */

        char **command; /* exec: ended by NULL; the first is an absolute path */
} CheckConfig;

/* Several servers behind one name: the addresses of those that are alive. */
typedef enum PoolPolicy {
        POOL_ALL,      /* every member that is up */
        POOL_PRIORITY, /* those of the best priority that has one up; 1 is better than 2 */
} PoolPolicy;

typedef enum AllDown {
        ALL_DOWN_HOLD,     /* keep what is published */
        ALL_DOWN_ALL,      /* publish every member */
        ALL_DOWN_EMPTY,    /* publish what is up, be it nothing */
        ALL_DOWN_FALLBACK, /* publish the fallback addresses */
} AllDown;

typedef struct MemberConfig {
        char *name;
        Address address;
        uint32_t priority;
        const CheckConfig *check;
} MemberConfig;

typedef struct PoolConfig {
        /* How it is published: name, provider, TTL; always shared with others. Its sources are where this
         * host's own addresses come from when it is a member too ("self"); NULL: it is none. withdraw_on_stop
         * concerns these addresses alone. */
        RecordConfig record;
        PoolPolicy policy;
        unsigned minimum; /* members of each family; below it `all_down` decides */
        AllDown all_down;
        size_t n_fallback;
        Address *fallback;
        bool manual_failback;
        usec_t failback_delay_usec;   /* up for so long before a better priority takes over again */
        unsigned removal_percent;     /* of the members at most are removed (one always may be) … */
        usec_t removal_interval_usec; /* … in this time */
        usec_t hold_down_usec;        /* after a fall; doubled for each fall soon after another */
        usec_t hold_down_max_usec;    /* … up to this */
        usec_t verify_usec;           /* how often DNS is read back; 0: only as the provider says */
        bool discover;                /* what the RRsets hold are members too */
        const CheckConfig *check;     /* of members that have none of their own: discovered ones */
        const CheckConfig *self_check;
        uint32_t self_priority;
        size_t n_members;
        MemberConfig *members; /* sorted by name; no address twice */
} PoolConfig;

/* What hooks are told of. */
typedef enum EventKind {
        EVENT_PUBLISHED, /* an RRset was changed in DNS */
        EVENT_MEMBER_DOWN,
        EVENT_MEMBER_UP,
        EVENT_FAILOVER, /* others serve a pool: a worse priority, an operator's choice, fallback addresses */
        EVENT_FAILBACK, /* … and back */
        EVENT_OBSERVER_LOST, /* this host cannot judge others: nothing is changed because of checks */
        EVENT_OBSERVER_OK,
        EVENT_PARKED, /* a provider refused: a person must act */
        EVENT_KINDS,  /* how many there are */
} EventKind;

typedef struct HookConfig {
        unsigned events; /* 1 << EventKind each */
        char **command;  /* ended by NULL; the first is an absolute path */
        usec_t timeout_usec;
} HookConfig;

typedef struct ListenConfig {
        union {
                struct sockaddr sa;
                struct sockaddr_storage storage;
        };
        socklen_t size;
} ListenConfig;

typedef struct Config {
        size_t n_keys;
        TsigKey **keys;
        size_t n_providers;
        ProviderConfig **providers;
        size_t n_sources;
        SourceConfig **sources; /* each distinct one once; of records and of pools */
        size_t n_records;
        RecordConfig **records; /* in canonical order of their names */
        size_t n_checks;
        CheckConfig **checks; /* each distinct one once */
        size_t n_pools;
        PoolConfig **pools; /* in canonical order of their names; none has the name of a record */
        size_t n_references;
        Address *references; /* hosts that tell the observer whether its own network works */
        size_t n_hooks;
        HookConfig *hooks;
        size_t n_listen; /* where the embedded zones are served */
        ListenConfig *listen;
        int log_level; /* syslog priority */
} Config;

/* What the loader needs to know of its surroundings; all borrowed. */
typedef struct ConfigContext {
        const char *hostname;              /* full host name: %H; %l is its first label */
        const char *credentials_directory; /* NULL: none */
} ConfigContext;

/* Reads FILE and the *.json of the folder conf.d beside it, in the order of their names. Every error goes to
 * `errors`, never only the first. -EINVAL when there was one; the old configuration is the caller's to keep.
 * A missing FILE is an error here: see config_default(). */
int config_load(Config **ret, const char *path, const ConfigContext *context, ConfigErrors *errors);

/* What no configuration at all means: this host, from all interfaces, in the embedded zone home.arpa, served
 * on 127.0.0.1 and ::1, port 5300. */
int config_default(Config **ret, const ConfigContext *context, ConfigErrors *errors);

Config *config_free(Config *config);
DEFINE_FREEP(Config, config_free)

const char *event_kind_to_text(EventKind kind); /* "published", "member-down", … as in the configuration */

const ProviderConfig *config_provider(const Config *config, const char *id); /* NULL: none */
