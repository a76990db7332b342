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
        SourceConfig **sources; /* each distinct one once */
        size_t n_records;
        RecordConfig **records; /* in canonical order of their names */
        size_t n_listen;        /* where the embedded zones are served */
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

const ProviderConfig *config_provider(const Config *config, const char *id); /* NULL: none */
