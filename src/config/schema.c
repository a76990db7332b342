/* SPDX-License-Identifier: BSD-3-Clause */

/* Schema: the tables, and how they are told to people. A key that is not here is an error. */

#include "config/schema.h"

#include <stdio.h>
#include <string.h>

#include "config/draft.h"
#include "config/source.h"
#include "model/rrset.h"
#include "util/cleanup.h"

#define TARGET(Type, member) .offset = offsetof(Type, member), .size = sizeof(((Type *) NULL)->member)

#define LIST_MAX 1000
#define DAY      86400.0

/* The forms of texts, for editors. Of IPv6 only what tells it from all else. */
#define OCTET         "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define IPV4          OCTET "([.]" OCTET "){3}"
#define IPV6          "[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*"
#define UP_TO_32      "0*([0-9]|[12][0-9]|3[0-2])"
#define FROM_1_TO_127 "0*([1-9]|[1-9][0-9]|1[01][0-9]|12[0-7])"
#define UP_TO_128     "0*(0|" FROM_1_TO_127 "|128)"
#define HOST_NAME     "([A-Za-z0-9_-]+[.])*[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*[.]?"

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

static const char *const source_types[] = {
        [SOURCE_INTERFACES] = "interfaces", [SOURCE_STATIC] = "static", NULL,
};

static const Field source_fields[] = {
        { "from", FIELD_WORD, TARGET(SourceConfig, type), .fallback = "\"interfaces\"", .words = source_types,
          .description = "Where the addresses come from" },
        { 0 },
};

static const Field interfaces_fields[] = {
        { "interfaces", FIELD_TEXTS, .set = source_add_interface, .minimum = 1, .maximum = LIST_MAX,
          .expected = "a pattern for names of interfaces, such as \"eth*\" or \"!docker*\"",
          .pattern = "(![^/\\x00-\\x20\\x7f]|[^!/\\x00-\\x20\\x7f])[^/\\x00-\\x20\\x7f]*",
          .fallback = "[\"*\", \"!docker*\", \"!br-*\", \"!virbr*\", \"!veth*\"]",
          .description = "Which interfaces; with ! the ones to leave out" },
        { "temporary", FIELD_BOOLEAN, TARGET(SourceConfig, temporary), .fallback = "false",
          .description = "Take temporary addresses (RFC 8981)" },
        { "deprecated", FIELD_BOOLEAN, TARGET(SourceConfig, deprecated), .fallback = "false",
          .description = "Take addresses whose preferred lifetime is over" },
        { "teredo", FIELD_BOOLEAN, TARGET(SourceConfig, teredo), .fallback = "false",
          .description = "Take Teredo addresses, 2001::/32" },
        { "unique_local", FIELD_BOOLEAN, TARGET(SourceConfig, unique_local), .fallback = "true",
          .description = "Take unique local addresses, fc00::/7" },
        { "private", FIELD_BOOLEAN, TARGET(SourceConfig, private), .fallback = "true",
          .description = "Take private addresses, 10/8, 172.16/12, 192.168/16 and 100.64/10" },
        { "limit", FIELD_INTEGER, TARGET(SourceConfig, limit), .minimum = 1, .maximum = 1000,
          .fallback = "100",
          .description = "At most so many addresses; BIND takes 100 unless told otherwise" },
        { 0 },
};

#define IPV4_NETWORK "an IPv4 network such as \"10.0.0.0/8\""
#define IPV6_NETWORK "an IPv6 network such as \"fc00::/7\""
#define INCLUDE_TEXT "Only addresses in these networks; none given: all"
#define EXCLUDE_TEXT "No addresses in these networks"

static const Field interfaces_ipv4_fields[] = {
        { "include", FIELD_TEXTS, .set = source_add_include, .maximum = LIST_MAX, .expected = IPV4_NETWORK,
          .pattern = IPV4 "(/" UP_TO_32 ")?", .fallback = "[]", .description = INCLUDE_TEXT },
        { "exclude", FIELD_TEXTS, .set = source_add_exclude, .maximum = LIST_MAX, .expected = IPV4_NETWORK,
          .pattern = IPV4 "(/" UP_TO_32 ")?", .fallback = "[]", .description = EXCLUDE_TEXT },
        { .more = interfaces_fields },
};

static const Field interfaces_ipv6_fields[] = {
        { "include", FIELD_TEXTS, .set = source_add_include, .maximum = LIST_MAX, .expected = IPV6_NETWORK,
          .pattern = IPV6 "(/" UP_TO_128 ")?", .fallback = "[]", .description = INCLUDE_TEXT },
        { "exclude", FIELD_TEXTS, .set = source_add_exclude, .maximum = LIST_MAX, .expected = IPV6_NETWORK,
          .pattern = IPV6 "(/" UP_TO_128 ")?", .fallback = "[]", .description = EXCLUDE_TEXT },
        { "suffix", FIELD_TEXT, .set = source_set_suffix,
          .expected = "an IPv6 address and a prefix length from 1 to 127, "
                      "such as \"::211:32ff:fe12:3456/64\"",
          .pattern = IPV6 "/" FROM_1_TO_127,
          .fallback_note = "the interface's own address",
          .description = "Another host behind this one: the interface's prefix and these last bits" },
        { .more = interfaces_fields },
};

static const Field static_ipv4_fields[] = {
        { "addresses", FIELD_TEXTS, .set = source_add_address, .required = true, .minimum = 1,
          .maximum = LIST_MAX,
          .expected = "an IPv4 address", .pattern = IPV4, .description = "The addresses" },
        { 0 },
};

static const Field static_ipv6_fields[] = {
        { "addresses", FIELD_TEXTS, .set = source_add_address, .required = true, .minimum = 1,
          .maximum = LIST_MAX,
          .expected = "an IPv6 address", .pattern = IPV6, .description = "The addresses" },
        { 0 },
};

static const ObjectSchema ipv4_object = {
        .fields = source_fields, .size = sizeof(SourceConfig), .prepare = source_prepare_ipv4,
        .variants = (const Field *const[]){
                [SOURCE_INTERFACES] = interfaces_ipv4_fields, [SOURCE_STATIC] = static_ipv4_fields,
        },
};

static const ObjectSchema ipv6_object = {
        .fields = source_fields, .size = sizeof(SourceConfig), .prepare = source_prepare_ipv6,
        .variants = (const Field *const[]){
                [SOURCE_INTERFACES] = interfaces_ipv6_fields, [SOURCE_STATIC] = static_ipv6_fields,
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
        .together = "[{ \"not\": { \"type\": \"object\", \"required\": [\"ipv4\", \"ipv6\"],"
                    "  \"properties\": {"
                    "    \"ipv4\": { \"const\": false }, \"ipv6\": { \"const\": false } } } }]",
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
        { "gateway", FIELD_OBJECT, TARGET(Draft, gateway), .object = &gateway_object,
          .description = "The daemon's own DNS server" },
        { "log", FIELD_OBJECT, TARGET(Draft, log), .object = &log_object, .description = "The log" },
        { "$schema", FIELD_TEXT, .set = draft_ignore, .repeated = true, .expected = "a text",
          .description = "For editors: where the JSON Schema of this file is" },
        { 0 },
};

const ObjectSchema config_schema = { .fields = config_fields, .shared = true };

// clang-format on

const Field *field_first(const Field *table)
{
        while (!table->key && table->more)
                table = table->more;
        return table->key ? table : NULL;
}

const Field *field_next(const Field *field)
{
        return field_first(field + 1);
}

const Field *field_find(const Field *table, const char *key)
{
        for (const Field *field = field_first(table); field; field = field_next(field))
                if (strcmp(field->key, key) == 0)
                        return field;
        return NULL;
}

/* Two as "a" or "b", more as one of "a", "b", "c". */
static const char *words_to_text(const char *const *words, char buffer[static FIELD_EXPECTED_MAX])
{
        bool two = words[0] && words[1] && !words[2];
        const char *separator = two ? "" : "one of ";
        int n = 0;

        for (size_t i = 0; words[i] && n < FIELD_EXPECTED_MAX; i++) {
                n += snprintf(buffer + n, (size_t) (FIELD_EXPECTED_MAX - n), "%s\"%s\"", separator, words[i]);
                separator = two ? " or " : ", ";
        }
        return buffer;
}

const char *field_expected(const Field *field, char buffer[static FIELD_EXPECTED_MAX])
{
        switch (field->kind) {
        case FIELD_BOOLEAN:
                return strcpy(buffer, "true or false");
        case FIELD_INTEGER:
                snprintf(buffer, FIELD_EXPECTED_MAX, "an integer from %.10g to %.10g", field->minimum,
                        field->maximum);
                return buffer;
        case FIELD_SECONDS:
                snprintf(buffer, FIELD_EXPECTED_MAX, "%sa number of seconds from %.10g to %.10g",
                        field->or_zero ? "0 or " : "", field->minimum, field->maximum);
                return buffer;
        case FIELD_WORD:
                return words_to_text(field->words, buffer);
        case FIELD_TEXT:
                return field->words ? words_to_text(field->words, buffer) : strcpy(buffer, field->expected);
        case FIELD_TEXTS:
                snprintf(buffer, FIELD_EXPECTED_MAX, "a list of %.10g to %.10g texts", field->minimum,
                        field->maximum);
                return buffer;
        case FIELD_NAME:
                return strcpy(buffer, "a domain name");
        case FIELD_CHOICE:
                return strcpy(buffer, "true, false or an object");
        case FIELD_OBJECT:
        case FIELD_MAP:
                return strcpy(buffer, "an object");
        }
        return NULL;
}

/* What field_expected() says, as the two columns of a table. */
static void describe(const Field *field, SchemaEntry *entry, char buffer[static FIELD_EXPECTED_MAX])
{
        static const char *const types[] = {
                [FIELD_BOOLEAN] = "boolean",
                [FIELD_INTEGER] = "integer",
                [FIELD_SECONDS] = "seconds",
                [FIELD_WORD] = "word",
                [FIELD_TEXT] = "text",
                [FIELD_TEXTS] = "list of texts",
                [FIELD_NAME] = "name",
                [FIELD_CHOICE] = "boolean or object",
                [FIELD_OBJECT] = "object",
                [FIELD_MAP] = "map",
        };

        entry->type = types[field->kind];
        entry->range = buffer;
        buffer[0] = '\0';
        if (field->kind == FIELD_INTEGER || field->kind == FIELD_SECONDS)
                snprintf(buffer, FIELD_EXPECTED_MAX, "%s%.10g to %.10g", field->or_zero ? "0 or " : "",
                        field->minimum, field->maximum);
        else if (field->kind == FIELD_TEXTS)
                snprintf(buffer, FIELD_EXPECTED_MAX, "%.10g to %.10g times %s", field->minimum,
                        field->maximum, field->expected);
        else if (field->kind == FIELD_WORD || field->kind == FIELD_TEXT)
                field_expected(field, buffer);
}

typedef struct Visitor {
        void (*visit)(const SchemaEntry *entry, void *userdata);
        void *userdata;
} Visitor;

static void visit_object(const Visitor *visitor, const ObjectSchema *object, const char *path);

/* path: with a slash at its end, or "". */
static void visit_table(const Visitor *visitor, const Field *table, const char *variant, const char *path)
{
        for (const Field *field = field_first(table); field; field = field_next(field)) {
                char range[FIELD_EXPECTED_MAX], below[128];
                SchemaEntry entry = {
                        .variant = variant,
                        .fallback = field->fallback ? field->fallback : field->fallback_note,
                        .description = field->description,
                        .required = field->required,
                };
                size_t length = (size_t) snprintf(below, sizeof below, "%s%s", path, field->key);

                entry.path = below;
                if (!entry.fallback)
                        entry.fallback = "";
                describe(field, &entry, range);
                visitor->visit(&entry, visitor->userdata);
                if (!field->object)
                        continue;
                snprintf(below + length, sizeof below - length, field->kind == FIELD_MAP ? "/*/" : "/");
                visit_object(visitor, field->object, below);
        }
}

static void visit_object(const Visitor *visitor, const ObjectSchema *object, const char *path)
{
        const char *const *words = object->fields->words;

        visit_table(visitor, object->fields, NULL, path);
        for (size_t i = 0; object->variants && words[i]; i++)
                visit_table(visitor, object->variants[i], words[i], path);
}

void config_schema_each(void (*visit)(const SchemaEntry *entry, void *userdata), void *userdata)
{
        Visitor visitor = { visit, userdata };

        visit_object(&visitor, &config_schema, "");
}
