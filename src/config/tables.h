/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/schema.h"

/* For the files that have the schema's tables. */

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

#define COMMAND "the absolute path of a program, then any texts"

/* What holds for several keys, as JSON Schema. */
#define NOT_BOTH_FALSE                                                           \
        "{ \"not\": { \"type\": \"object\", \"required\": [\"ipv4\", \"ipv6\"]," \
        "  \"properties\": { \"ipv4\": { \"const\": false }, \"ipv6\": { \"const\": false } } } }"
#define FIRST_IS_PATH                                     \
        "{ \"properties\": { \"command\": { \"items\": [" \
        "    { \"pattern\": \"^/[^\\\\x00-\\\\x1f\\\\x7f]*$\" }] } } }"

/* What stands in other files than "tables.c". */
extern const ObjectSchema ipv4_object;
extern const ObjectSchema ipv6_object;
extern const ObjectSchema check_object;
extern const ObjectSchema pool_object;
extern const ObjectSchema observer_object;
extern const ObjectSchema hook_object;
