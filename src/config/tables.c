/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables: what may stand in the file, and in its keys, providers and records. */

#include "config/draft.h"
#include "config/tables.h"
#include "model/rrset.h"

// clang-format off

static const char *const algorithms[] = {
        "hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", NULL,
};

static const Field key_fields[] = {
        { "algorithm", FIELD_TEXT, .set = key_draft_set_algorithm, .words = algorithms,
          .description = "The key's HMAC; together with secret_file" },
        { "secret_file", FIELD_TEXT, .set = key_draft_set_secret_file, .secret = true,
          .expected = "the name of a file", .description = "A file with the secret in base64" },
        { "file", FIELD_TEXT, .set = key_draft_set_file, .secret = true, .expected = "the name of a file",
          .description = "A file with the whole key, as tsig-keygen writes it" },
        { 0 },
};

static const ObjectSchema key_object = {
        .fields = key_fields, .size = sizeof(KeyDraft), .prepare = key_draft_prepare,
        .name_offset = offsetof(KeyDraft, name),
        .together = "[{ \"if\": { \"required\": [\"file\"] },"
                    "  \"then\": { \"properties\": { \"algorithm\": false, \"secret_file\": false } },"
                    "  \"else\": { \"required\": [\"algorithm\", \"secret_file\"] } }]",
};

static const char *const provider_types[] = {
        [PROVIDER_RFC2136] = "rfc2136", [PROVIDER_EMBEDDED] = "embedded", NULL,
};

static const Field provider_fields[] = {
        { "type", FIELD_WORD, TARGET(ProviderDraft, config.type), .required = true, .words = provider_types,
          .description = "What keeps the zone" },
        { "dry_run", FIELD_BOOLEAN, TARGET(ProviderDraft, config.dry_run), .fallback = "false",
          .description = "Say what would be changed, and change nothing" },
        { 0 },
};

static const Field rfc2136_fields[] = {
        { "zone", FIELD_NAME, TARGET(ProviderDraft, config.zone),
          .fallback_note = "found by asking for the SOA", .description = "The zone's name" },
        { "server", FIELD_TEXT, .set = provider_draft_set_server,
          .fallback_note = "the primary that the SOA names",
          .expected = "a host name or an address, without a port (that is \"port\")",
          .pattern = IPV4 "|" IPV6 "|" HOST_NAME,
          .description = "Where updates are sent; every address of a host name is tried" },
        { "port", FIELD_INTEGER, TARGET(ProviderDraft, config.port), .minimum = 1, .maximum = 65535,
          .fallback = "53", .description = "The server's port" },
        { "key", FIELD_NAME, TARGET(ProviderDraft, key), .fallback_note = "updates are not signed",
          .description = "The name of the TSIG key, one of \"keys\"" },
        { "tcp", FIELD_BOOLEAN, TARGET(ProviderDraft, config.tcp), .fallback = "false",
          .description = "Use TCP only" },
        { "timeout", FIELD_SECONDS, TARGET(ProviderDraft, config.timeout_usec), .minimum = 0.1, .maximum = 60,
          .fallback = "5", .description = "How long to wait for one address of the server" },
        { "verify", FIELD_SECONDS, TARGET(ProviderDraft, config.verify_usec), .minimum = 10,
          .maximum = 30 * DAY,
          .or_zero = true, .fallback = "3600",
          .description = "How often to read back and repair what drifted; 0: never" },
        { 0 },
};

static const Field embedded_fields[] = {
        { "zone", FIELD_NAME, TARGET(ProviderDraft, config.zone), .required = true,
          .description = "The zone's name" },
        { 0 },
};

static const ObjectSchema provider_object = {
        .fields = provider_fields, .size = sizeof(ProviderDraft),
        .variants = (const Field *const[]){
                [PROVIDER_RFC2136] = rfc2136_fields, [PROVIDER_EMBEDDED] = embedded_fields,
        },
};

static const char *const ownerships[] = {
        [OWNERSHIP_EXCLUSIVE] = "exclusive", [OWNERSHIP_SHARED] = "shared", NULL,
};

static const Field record_fields[] = {
        { "provider", FIELD_TEXT, .set = record_draft_set_provider,
          .expected = "the name of one of \"providers\"",
          .fallback_note = "the one whose zone is the longest match for the name",
          .description = "Who publishes the name" },
        { "ttl", FIELD_INTEGER, TARGET(RecordDraft, config.ttl), .minimum = 1, .maximum = TTL_MAX,
          .fallback = "300",
          .description = "How long others may remember an answer, in seconds" },
        { "ipv4", FIELD_CHOICE, TARGET(RecordDraft, ipv4), .object = &ipv4_object, .fallback = "true",
          .meaning_of_true = "{ \"from\": \"interfaces\" }", .description = "The A records" },
        { "ipv6", FIELD_CHOICE, TARGET(RecordDraft, ipv6), .object = &ipv6_object, .fallback = "true",
          .meaning_of_true = "{ \"from\": \"interfaces\" }", .description = "The AAAA records" },
        { "ownership", FIELD_WORD, TARGET(RecordDraft, config.ownership), .words = ownerships,
          .fallback = "\"exclusive\"",
          .description = "Whether all addresses of the name are ours, or only those that we put there" },
        { "withdraw_delay", FIELD_SECONDS, TARGET(RecordDraft, config.withdraw_delay_usec), .minimum = 0,
          .maximum = DAY, .fallback = "10",
          .description = "How long to wait before the last address of a type is removed" },
        { "withdraw_on_stop", FIELD_BOOLEAN, TARGET(RecordDraft, config.withdraw_on_stop),
          .fallback = "false",
          .description = "Remove the addresses when the daemon stops" },
        { 0 },
};

static const ObjectSchema record_object = {
        .fields = record_fields, .size = sizeof(RecordDraft),
        .name_offset = offsetof(RecordDraft, config.name),
        .together = "[" NOT_BOTH_FALSE "]",
};

static const Field gateway_fields[] = {
        { "listen", FIELD_TEXTS, .set = gateway_draft_add_listen, .maximum = 64,
          .expected = "an address and a port, such as \"127.0.0.1:53\" or \"[::1]:53\"",
          .pattern = "(" IPV4 "|\\[" IPV6 "\\]):[0-9]{1,5}",
          .fallback_note = "[\"127.0.0.1:5300\", \"[::1]:5300\"] when a provider is embedded, else none",
          .description = "Where the embedded zones are served" },
        { 0 },
};

static const char *const levels[] = {
        "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", NULL,
};

static const Field log_fields[] = {
        { "level", FIELD_TEXT, .set = log_draft_set_level, .words = levels, .fallback = "\"info\"",
          .description = "The least important messages that are still written" },
        { 0 },
};

static const ObjectSchema gateway_object = { .fields = gateway_fields, .shared = true };
static const ObjectSchema log_object = { .fields = log_fields, .shared = true };

static const Field config_fields[] = {
        { "keys", FIELD_MAP, TARGET(Draft, keys), .object = &key_object,
          .description = "TSIG keys, by their names" },
        { "providers", FIELD_MAP, TARGET(Draft, providers), .object = &provider_object,
          .description = "Where zones are kept, by names of your choice" },
        { "records", FIELD_MAP, TARGET(Draft, records), .object = &record_object,
          .description = "What to keep in DNS, by domain names; %H is the full host name, %l the short one" },
        { "pools", FIELD_MAP, TARGET(Draft, pools), .object = &pool_object,
          .description = "Several servers behind one name, by domain names: those that are alive are in DNS" },
        { "observer", FIELD_OBJECT, TARGET(Draft, observer), .object = &observer_object,
          .description = "How this host finds out that its own network is at fault" },
        { "hooks", FIELD_OBJECTS, TARGET(Draft, hooks), .object = &hook_object, .repeated = true,
          .maximum = LIST_MAX, .description = "What to run when something happens" },
        { "gateway", FIELD_OBJECT, TARGET(Draft, gateway), .object = &gateway_object,
          .description = "The daemon's own DNS server" },
        { "log", FIELD_OBJECT, TARGET(Draft, log), .object = &log_object, .description = "The log" },
        { "$schema", FIELD_TEXT, .set = draft_ignore, .repeated = true, .expected = "a text",
          .description = "For editors: where the JSON Schema of this file is" },
        { 0 },
};

const ObjectSchema config_schema = { .fields = config_fields, .shared = true };

// clang-format on
