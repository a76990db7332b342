/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/hint.h"
#include "config/json.h"
#include "config/schema.h"

typedef struct Seen {
        unsigned count;
        const SchemaEntry *wanted; /* path and variant to look for */
        unsigned found;
} Seen;

static bool same_variant(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static void compare(const SchemaEntry *entry, void *userdata)
{
        Seen *seen = userdata;

        seen->count++;
        if (strcmp(entry->path, seen->wanted->path) != 0 ||
                !same_variant(entry->variant, seen->wanted->variant))
                return;
        seen->found++;
        assert_string_equal(entry->type, seen->wanted->type);
        assert_string_equal(entry->range, seen->wanted->range);
        assert_string_equal(entry->fallback, seen->wanted->fallback);
        assert_int_equal(entry->required, seen->wanted->required);
}

static void every_kind_of_key_is_described(void **state)
{
        static const SchemaEntry wanted[] = {
                { "keys", NULL, "map", "", "", .required = false },
                { "keys/*/secret_file", NULL, "text", "the name of a file", "" },
                { "providers/*/type", NULL, "word", "\"rfc2136\" or \"embedded\"", "", .required = true },
                { "providers/*/dry_run", NULL, "boolean", "", "false" },
                { "providers/*/zone", "rfc2136", "name", "", "found by asking for the SOA" },
                { "providers/*/zone", "embedded", "name", "", "", .required = true },
                { "providers/*/port", "rfc2136", "integer", "1 to 65535", "53" },
                { "providers/*/timeout", "rfc2136", "seconds", "0.1 to 60", "5" },
                { "providers/*/verify", "rfc2136", "seconds", "0 or 10 to 2592000", "3600" },
                { "records/*/ttl", NULL, "integer", "1 to 2147483647", "300" },
                { "records/*/ipv4", NULL, "boolean or object", "", "true" },
                { "records/*/ipv4/interfaces", "interfaces", "list of texts",
                        "1 to 1000 times a pattern for names of interfaces, such as \"eth*\" or \"!docker*\"",
                        "[\"*\", \"!docker*\", \"!br-*\", \"!virbr*\", \"!veth*\"]" },
                { "records/*/ipv6/addresses", "static", "list of texts", "1 to 1000 times an IPv6 address",
                        "", .required = true },
                { "records/*/ownership", NULL, "word", "\"exclusive\" or \"shared\"", "\"exclusive\"" },
                { "gateway", NULL, "object", "", "" },
                { "pools", NULL, "map", "", "" },
                { "pools/*/members/*/address", NULL, "text", "an IPv4 or IPv6 address of a host", "",
                        .required = true },
                { "pools/*/members/*/check", NULL, "object", "", "the pool's" },
                { "pools/*/members/*/check/port", "tcp", "integer", "1 to 65535", "", .required = true },
                { "pools/*/self", NULL, "boolean or object", "", "false" },
                { "pools/*/self/ipv6/suffix", "interfaces", "text",
                        "an IPv6 address and a prefix length from 1 to 127, such as "
                        "\"::211:32ff:fe12:3456/64\"",
                        "the interface's own address" },
                { "pools/*/check", NULL, "object", "", "{ \"type\": \"icmp\" }" },
                { "pools/*/check/expect_status", "https", "list of integers or texts",
                        "1 to 100 times a status from 100 to 599, such as 200, or a range such as "
                        "\"300-399\"",
                        "[\"200-399\"]" },
                { "pools/*/all_down", NULL, "word or list of texts",
                        "one of \"hold\", \"all\", \"empty\", or a list of 1 to 1000 texts", "\"hold\"" },
                { "hooks", NULL, "list of objects", "0 to 1000", "" },
                { "hooks/*/events", NULL, "list of texts",
                        "1 to 8 times one of \"published\", \"member-down\", \"member-up\", \"failover\", "
                        "\"failback\", \"observer-lost\", \"observer-ok\", \"parked\"",
                        "", .required = true },
                { "log/level", NULL, "text",
                        "one of \"emerg\", \"alert\", \"crit\", \"err\", \"warning\", \"notice\", \"info\", "
                        "\"debug\"",
                        "\"info\"" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
                Seen seen = { .wanted = &wanted[i] };

                config_schema_each(compare, &seen);
                if (seen.found != 1)
                        fail_msg("%s: there %u times", wanted[i].path, seen.found);
                assert_true(seen.count > 40);
        }
}

static void check_entry(const SchemaEntry *entry, void *userdata)
{
        size_t length = strlen(entry->description);

        (void) userdata;
        assert_in_range(length, 5, 100);
        assert_true(entry->description[0] >= 'A' && entry->description[0] <= 'Z');
        assert_true(entry->description[length - 1] != '.');
        assert_null(strchr(entry->description, '\n'));
        assert_true(strlen(entry->path) < 64);
        /* Cut texts would end here. */
        assert_true(strlen(entry->range) < FIELD_EXPECTED_MAX - 1);
        assert_false(entry->required && entry->fallback[0] != '\0');
}

static void every_key_has_a_line_of_description(void **state)
{
        (void) state;
        config_schema_each(check_entry, NULL);
}

/* The tables' own rules, which no compiler checks. */
static void check_table(const Field *table)
{
        for (const Field *field = field_first(table); field; field = field_next(field)) {
                bool is_word = field->kind == FIELD_WORD || field->kind == FIELD_WORD_OR_TEXTS;
                bool is_texts = field->kind == FIELD_TEXT || field->kind == FIELD_TEXTS ||
                                field->kind == FIELD_WORD_OR_TEXTS;
                bool is_list = field->kind == FIELD_TEXTS || field->kind == FIELD_WORD_OR_TEXTS ||
                               field->kind == FIELD_OBJECTS;
                bool has_object = field->kind == FIELD_OBJECT || field->kind == FIELD_NEW_OBJECT ||
                                  field->kind == FIELD_CHOICE || field->kind == FIELD_OBJECTS ||
                                  field->kind == FIELD_MAP;

                assert_ptr_equal(field_find(table, field->key), field); /* no key twice */
                assert_int_equal(is_texts, field->set != NULL);
                assert_int_equal(is_texts && (is_word || !field->words), field->expected != NULL);
                assert_true(field->words || !is_word);
                assert_true(is_texts || !(field->pattern || field->any_text || field->to_integer));
                assert_true(field->from_integer <= field->to_integer);
                assert_int_equal(has_object, field->object != NULL);
                assert_int_equal(field->kind == FIELD_CHOICE, field->meaning_of_true != NULL);
                if (field->kind == FIELD_INTEGER)
                        assert_true(field->size == 2 || field->size == 4);
                if (field->kind == FIELD_INTEGER || field->kind == FIELD_SECONDS || is_list)
                        assert_true(field->minimum < field->maximum);
                if (field->fallback) {
                        AUTO(config_errors_done) ConfigErrors errors = { 0 };
                        AUTO(json_putp) json_object *value = NULL;

                        assert_int_equal(json_read(&value, field->fallback, strlen(field->fallback),
                                                 field->key, &errors),
                                0);
                        assert_false(field->fallback_note);
                }
        }
}

/* What a text stands for is a text, and all else has a value without it. */
static void check_short(const ObjectSchema *schema)
{
        const Field *text = field_find(schema->fields, schema->short_for);

        assert_non_null(text);
        assert_int_equal(text->kind, FIELD_TEXT);
        assert_non_null(text->pattern);
        assert_null(schema->variants);
        for (const Field *field = field_first(schema->fields); field; field = field_next(field))
                assert_true(field == text || !field->required);
}

static void check_object(const ObjectSchema *schema)
{
        if (schema->short_for)
                check_short(schema);
        check_table(schema->fields);
        if (schema->variants) {
                assert_int_equal(schema->fields->kind, FIELD_WORD);
                assert_true(schema->fields->required || schema->fields->fallback);
        }
        for (size_t i = 0; schema->variants && schema->fields->words[i]; i++) {
                check_table(schema->variants[i]);
                for (const Field *field = field_first(schema->fields); field; field = field_next(field))
                        assert_null(field_find(schema->variants[i], field->key));
        }
        for (const Field *field = field_first(schema->fields); field; field = field_next(field))
                if (field->object)
                        check_object(field->object);
}

static void tables_follow_their_rules(void **state)
{
        (void) state;
        check_object(&config_schema);
}

static void nearest_key_is_the_hint(void **state)
{
        const ObjectSchema *provider = field_find(config_schema.fields, "providers")->object;
        const ObjectSchema *record = field_find(config_schema.fields, "records")->object;
        static const char record_keys[] =
                ", there are \"provider\", \"ttl\", \"ipv4\", \"ipv6\", \"ownership\", "
                "\"withdraw_delay\", \"withdraw_on_stop\"";
        const struct {
                const ObjectSchema *schema;
                int chosen;
                const char *key, *hint;
        } rows[] = {
                { record, -1, "tl", ", did you mean \"ttl\"?" },
                { record, -1, "TTL", ", did you mean \"ttl\"?" },
                { record, -1, "tlt", ", did you mean \"ttl\"?" },
                { record, -1, "ipv5", ", did you mean \"ipv4\"?" },
                { record, -1, "IPv6", ", did you mean \"ipv6\"?" },
                { record, -1, "withdraw-delay", ", did you mean \"withdraw_delay\"?" },
                { record, -1, "withdrawdelay", ", did you mean \"withdraw_delay\"?" },
                { record, -1, "withdraw_onstop", ", did you mean \"withdraw_on_stop\"?" },
                { record, -1, "owner", ", did you mean \"ownership\"?" },
                { record, -1, "pools", record_keys },
                { record, -1, "", record_keys },
                { record, -1, "an_unreasonably_long_key_of_more_than_32_characters", record_keys },
                { provider, PROVIDER_RFC2136, "sever", ", did you mean \"server\"?" },
                { provider, PROVIDER_EMBEDDED, "sever", ", there are \"type\", \"dry_run\", \"zone\"" },
                { provider, PROVIDER_EMBEDDED, "zonw", ", did you mean \"zone\"?" },
                { provider, PROVIDER_EMBEDDED, "port", " here: it belongs to \"type\": \"rfc2136\"" },
                { provider, -1, "zoen", ", did you mean \"zone\"?" },
                { provider, -1, "something", ", there are \"type\", \"dry_run\"" },
        };
        char buffer[HINT_MAX];

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                assert_string_equal(
                        hint_for_key(rows[i].schema, rows[i].chosen, rows[i].key, buffer), rows[i].hint);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_of_key_is_described),
                cmocka_unit_test(every_key_has_a_line_of_description),
                cmocka_unit_test(tables_follow_their_rules),
                cmocka_unit_test(nearest_key_is_the_hint),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
