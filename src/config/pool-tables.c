/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables of pools, of what else concerns those (the observer), and of hooks. */

#include "config/check.h"
#include "config/hook.h"
#include "config/pool.h"
#include "config/tables.h"
#include "model/rrset.h"

// clang-format off

#define HOST_ADDRESS      "an IPv4 or IPv6 address of a host"
#define HOST_ADDRESS_FORM IPV4 "|" IPV6
#define ONE_PRIORITY      .minimum = 1, .maximum = 65535, .fallback = "10"

static const Field member_fields[] = {
        { "address", FIELD_TEXT, .set = member_draft_set_address, .required = true, .expected = HOST_ADDRESS,
          .pattern = HOST_ADDRESS_FORM, .description = "Where the member is" },
        { "priority", FIELD_INTEGER, TARGET(MemberDraft, priority), ONE_PRIORITY,
          .description = "Its rank where the policy is \"priority\"; 1 is the best" },
        { "check", FIELD_NEW_OBJECT, TARGET(MemberDraft, check), .object = &check_object,
          .fallback_note = "the pool's", .description = "How this member is checked, in place of the pool's check" },
        { 0 },
};

static const KeySchema member_key = {
        .is_good = member_name_is_good,
        .expected = "a name of at most 64 bytes, without control characters, that is no address",
        .pattern = "(?!(" IPV4 ")$)[^\\x00-\\x1f\\x7f]{1,64}",
};

static const ObjectSchema member_object = {
        .fields = member_fields, .size = sizeof(MemberDraft), .short_for = "address", .key = &member_key,
};

static const Field self_fields[] = {
        { "priority", FIELD_INTEGER, TARGET(SelfDraft, priority), ONE_PRIORITY,
          .description = "This host's rank where the policy is \"priority\"; 1 is the best" },
        { "check", FIELD_NEW_OBJECT, TARGET(SelfDraft, check), .object = &check_object,
          .fallback_note = "the pool's", .description = "How this host is checked, in place of the pool's check" },
        { "ipv4", FIELD_CHOICE, TARGET(SelfDraft, ipv4), .object = &ipv4_object, .fallback = "true",
          .meaning_of_true = "{ \"from\": \"interfaces\" }",
          .description = "With which IPv4 addresses this host is a member" },
        { "ipv6", FIELD_CHOICE, TARGET(SelfDraft, ipv6), .object = &ipv6_object, .fallback = "true",
          .meaning_of_true = "{ \"from\": \"interfaces\" }",
          .description = "With which IPv6 addresses this host is a member" },
        { 0 },
};

static const ObjectSchema self_object = {
        .fields = self_fields, .size = sizeof(SelfDraft), .together = "[" NOT_BOTH_FALSE "]",
};

static const char *const policies[] = {
        [POOL_ALL] = "all", [POOL_PRIORITY] = "priority", NULL,
};

static const char *const all_downs[] = {
        [ALL_DOWN_HOLD] = "hold", [ALL_DOWN_ALL] = "all", [ALL_DOWN_EMPTY] = "empty",
        [ALL_DOWN_FALLBACK] = NULL,
};

static const char *const failbacks[] = {
        [FAILBACK_AUTO] = "auto", [FAILBACK_MANUAL] = "manual", NULL,
};

static const Field pool_fields[] = {
        { "provider", FIELD_TEXT, .set = record_draft_set_provider,
          .expected = "the name of one of \"providers\"",
          .fallback_note = "the one whose zone is the longest match for the name",
          .description = "Who publishes the name" },
        { "ttl", FIELD_INTEGER, TARGET(PoolDraft, record.config.ttl), .minimum = 1, .maximum = TTL_MAX,
          .fallback = "30", .description = "How long others may remember an answer, in seconds" },
        { "members", FIELD_MAP, TARGET(PoolDraft, members), .object = &member_object,
          .description = "The servers, by names of your choice: each an address or an object" },
        { "self", FIELD_CHOICE, TARGET(PoolDraft, self), .object = &self_object, .fallback = "false",
          .meaning_of_true = "{}", .description = "Whether this host is a member too, with its own addresses" },
        { "discover", FIELD_BOOLEAN, TARGET(PoolDraft, config.discover), .fallback = "false",
          .description = "Whether the addresses that DNS has are members too" },
        { "check", FIELD_NEW_OBJECT, TARGET(PoolDraft, check), .object = &check_object,
          .fallback = "{ \"type\": \"icmp\" }", .description = "How members are checked" },
        { "policy", FIELD_WORD, TARGET(PoolDraft, config.policy), .words = policies, .fallback = "\"all\"",
          .description = "Which members are in DNS: all that are up, or those of the best priority" },
        { "minimum", FIELD_INTEGER, TARGET(PoolDraft, config.minimum), .minimum = 0, .maximum = 1000,
          .fallback = "1", .description = "With fewer addresses of a family, all_down decides" },
        { "all_down", FIELD_WORD_OR_TEXTS, TARGET(PoolDraft, config.all_down), .words = all_downs,
          .set = pool_draft_add_fallback, .minimum = 1, .maximum = LIST_MAX, .expected = HOST_ADDRESS,
          .pattern = HOST_ADDRESS_FORM, .fallback = "\"hold\"",
          .description = "What is in DNS when too few members are up" },
        { "failback", FIELD_WORD, TARGET(PoolDraft, failback), .words = failbacks, .fallback = "\"auto\"",
          .description = "Whether a better priority takes over again by itself" },
        { "failback_delay", FIELD_SECONDS, TARGET(PoolDraft, config.failback_delay_usec), .minimum = 0,
          .maximum = DAY, .fallback = "60",
          .description = "How long a better priority must be up before it takes over again" },
        { "removal_percent", FIELD_INTEGER, TARGET(PoolDraft, config.removal_percent), .minimum = 1,
          .maximum = 100, .fallback = "25",
          .description = "At most so many of the members are taken out in removal_interval; one always may be" },
        { "removal_interval", FIELD_SECONDS, TARGET(PoolDraft, config.removal_interval_usec), .minimum = 0.1,
          .maximum = DAY, .fallback = "10", .description = "The time for which removal_percent holds" },
        { "hold_down", FIELD_SECONDS, TARGET(PoolDraft, config.hold_down_usec), .minimum = 0, .maximum = DAY,
          .fallback = "30",
          .description = "How long a member stays out after it went down; doubled when it goes down again soon" },
        { "hold_down_max", FIELD_SECONDS, TARGET(PoolDraft, config.hold_down_max_usec), .minimum = 0,
          .maximum = DAY, .fallback = "600", .description = "The longest that hold_down can grow to" },
        { "verify", FIELD_SECONDS, TARGET(PoolDraft, config.verify_usec), .minimum = 1, .maximum = 30 * DAY,
          .or_zero = true, .fallback = "30",
          .description = "How often to read back what others changed; 0: as the provider's verify says" },
        { "withdraw_on_stop", FIELD_BOOLEAN, TARGET(PoolDraft, record.config.withdraw_on_stop),
          .fallback = "false",
          .description = "Remove this host's own addresses when the daemon stops" },
        { 0 },
};

const ObjectSchema pool_object = {
        .fields = pool_fields, .size = sizeof(PoolDraft), .name_offset = offsetof(PoolDraft, record.config.name),
        .together = "[{ \"not\": { \"type\": \"object\", \"properties\": {"
                    "    \"members\": { \"maxProperties\": 0 },"
                    "    \"self\": { \"const\": false }, \"discover\": { \"const\": false } } } }]",
};

static const Field observer_fields[] = {
        { "references", FIELD_TEXTS, .set = observer_draft_add_reference, .maximum = 64,
          .expected = HOST_ADDRESS, .pattern = HOST_ADDRESS_FORM, .fallback = "[]",
          .description = "Hosts that answer to a ping whenever this host's network works" },
        { 0 },
};

const ObjectSchema observer_object = { .fields = observer_fields, .shared = true };

static const Field hook_fields[] = {
        { "events", FIELD_TEXTS, .set = hook_draft_add_event, .words = event_words, .required = true,
          .minimum = 1, .maximum = EVENT_KINDS, .description = "What it is run for" },
        { "command", FIELD_TEXTS, .set = hook_draft_add_argument, .required = true, .any_text = true,
          .minimum = 1, .maximum = LIST_MAX, .expected = COMMAND,
          .description = "The program and its arguments, which no shell reads" },
        { "timeout", FIELD_SECONDS, TARGET(HookDraft, config.timeout_usec), .minimum = 0.1, .maximum = 600,
          .fallback = "10", .description = "How long it may run before it is killed" },
        { 0 },
};

const ObjectSchema hook_object = {
        .fields = hook_fields, .size = sizeof(HookDraft), .together = "[" FIRST_IS_PATH "]",
};

// clang-format on
