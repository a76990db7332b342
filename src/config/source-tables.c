/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables of sources: what "ipv4" and "ipv6" may be. */

#include "config/source.h"
#include "config/tables.h"

// clang-format off

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

const ObjectSchema ipv4_object = {
        .fields = source_fields, .size = sizeof(SourceConfig), .prepare = source_prepare_ipv4,
        .title = "ipv4",
        .variants = (const Field *const[]){
                [SOURCE_INTERFACES] = interfaces_ipv4_fields, [SOURCE_STATIC] = static_ipv4_fields,
        },
};

const ObjectSchema ipv6_object = {
        .fields = source_fields, .size = sizeof(SourceConfig), .prepare = source_prepare_ipv6,
        .title = "ipv6",
        .variants = (const Field *const[]){
                [SOURCE_INTERFACES] = interfaces_ipv6_fields, [SOURCE_STATIC] = static_ipv6_fields,
        },
};

// clang-format on
