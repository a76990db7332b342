/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables of checks: how a member of a pool is found to be alive. */

#include "config/check.h"
#include "config/tables.h"

// clang-format off

#define TOKEN_FORM "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

static const char *const check_types[] = {
        [CHECK_ICMP] = "icmp", [CHECK_TCP] = "tcp", [CHECK_HTTP] = "http", [CHECK_HTTPS] = "https",
        [CHECK_EXEC] = "exec", NULL,
};

static const Field check_fields[] = {
        { "type", FIELD_WORD, TARGET(CheckConfig, type), .required = true, .words = check_types,
          .description = "What is tried" },
        { "interval", FIELD_SECONDS, TARGET(CheckConfig, interval_usec), .minimum = 0.1, .maximum = DAY,
          .fallback = "10", .description = "From the start of one check to the next" },
        { "fast_interval", FIELD_SECONDS, TARGET(CheckConfig, fast_interval_usec), .minimum = 0.1,
          .maximum = DAY, .fallback = "2",
          .description = "The interval while the verdict is open, if it is shorter than interval" },
        { "timeout", FIELD_SECONDS, TARGET(CheckConfig, timeout_usec), .minimum = 0.01, .maximum = 60,
          .fallback = "2", .description = "How long the whole check may take" },
        { "rise", FIELD_INTEGER, TARGET(CheckConfig, rise), .minimum = 1, .maximum = 100, .fallback = "3",
          .description = "A member is up after so many good checks in a row" },
        { "fall", FIELD_INTEGER, TARGET(CheckConfig, fall), .minimum = 1, .maximum = 100, .fallback = "3",
          .description = "A member is down after so many bad checks in a row, or 5 of the last 10" },
        { 0 },
};

static const Field icmp_fields[] = {
        { 0 },
};

static const Field tcp_fields[] = {
        { "port", FIELD_INTEGER, TARGET(CheckConfig, port), .required = true, .minimum = 1, .maximum = 65535,
          .description = "The port to connect to" },
        { 0 },
};

static const Field request_fields[] = {
        { "host", FIELD_TEXT, .set = check_config_set_host, .fallback_note = "the pool's name",
          .expected = "a host name or an IPv4 address, without a port", .pattern = IPV4 "|" HOST_NAME,
          .description = "The host of the request: for the Host header, and for TLS" },
        { "path", FIELD_TEXT, .set = check_config_set_path, .fallback = "\"/\"",
          .expected = "a path that begins with \"/\", in ASCII, without spaces and \"#\"",
          .pattern = "/[!\"$-~]*", .description = "What to ask for, with the query if there is one" },
        { "method", FIELD_TEXT, .set = check_config_set_method, .fallback = "\"GET\"",
          .expected = "a method of HTTP, such as \"GET\" or \"HEAD\"", .pattern = TOKEN_FORM,
          .description = "The method of the request" },
        { "headers", FIELD_TEXTS, .set = check_config_add_header, .maximum = 100, .fallback = "[]",
          .expected = "a header such as \"Accept: text/html\", but not Host (that is \"host\")",
          .pattern = "(?![Hh][Oo][Ss][Tt]:)" TOKEN_FORM ":[^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f][^\\x00-\\x1f\\x7f]*",
          .description = "Further headers of the request" },
        { "body", FIELD_TEXT, .set = check_config_set_body, .any_text = true, .expected = "a text",
          .fallback_note = "none is sent", .description = "The body of the request" },
        { "expect_status", FIELD_TEXTS, .set = check_config_add_status, .minimum = 1, .maximum = 100,
          .from_integer = 100, .to_integer = 599, .fallback = "[\"200-399\"]",
          .expected = "a status from 100 to 599, such as 200, or a range such as \"300-399\"",
          .pattern = "[1-5][0-9]{2}(-[1-5][0-9]{2})?", .description = "Which answers are good" },
        { "expect_body", FIELD_TEXT, .set = check_config_set_expect_body, .any_text = true,
          .expected = "a text that is not empty", .pattern = "[\\s\\S]+",
          .fallback_note = "any body is good", .description = "A text that must stand in the answer's body" },
        { 0 },
};

static const Field http_fields[] = {
        { "port", FIELD_INTEGER, TARGET(CheckConfig, port), .minimum = 1, .maximum = 65535, .fallback = "80",
          .description = "The server's port" },
        { .more = request_fields },
};

static const Field https_fields[] = {
        { "port", FIELD_INTEGER, TARGET(CheckConfig, port), .minimum = 1, .maximum = 65535, .fallback = "443",
          .description = "The server's port" },
        { "verify_tls", FIELD_BOOLEAN, TARGET(CheckConfig, verify_tls), .fallback = "true",
          .description = "Whether the certificate must be good for the host" },
        { .more = request_fields },
};

static const Field exec_fields[] = {
        { "command", FIELD_TEXTS, .set = check_config_add_argument, .required = true, .any_text = true,
          .minimum = 1, .maximum = LIST_MAX, .expected = COMMAND,
          .description = "The program and its arguments, which no shell reads; status 0 is good" },
        { 0 },
};

const ObjectSchema check_object = {
        .fields = check_fields, .size = sizeof(CheckConfig), .title = "check",
        .variants = (const Field *const[]){
                [CHECK_ICMP] = icmp_fields, [CHECK_TCP] = tcp_fields, [CHECK_HTTP] = http_fields,
                [CHECK_HTTPS] = https_fields, [CHECK_EXEC] = exec_fields,
        },
        .together = "[" FIRST_IS_PATH "]",
};

// clang-format on
