/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bus/provider.h"
#include "bus/record.h"

static RRset *make_set(uint16_t type, const char *addresses)
{
        Name name;
        RRset *set;
        char copy[256], *rest = copy;

        name_from_text(&name, "host.example.com");
        set = rrset_new(&name, type, 60);
        strcpy(copy, addresses);
        for (char *word; (word = strsep(&rest, " "));) {
                Address address;

                assert_int_equal(address_from_text(&address, word), 0);
                rrset_add_address(set, &address);
        }
        return set;
}

static void values_are_told_apart(void **state)
{
        static const struct {
                const char *a, *b; /* NULL: none */
        } rows[][2] = {
                { { NULL, NULL }, { "192.0.2.1", NULL } },
                { { "192.0.2.1", NULL }, { "192.0.2.2", NULL } },
                { { "192.0.2.1", NULL }, { "192.0.2.1 192.0.2.2", NULL } },
                { { "192.0.2.1", NULL }, { "192.0.2.1", "2001:db8::1" } },
                { { NULL, "2001:db8::1" }, { NULL, "2001:db8::2" } },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Digest digests[2];

                for (size_t side = 0; side < 2; side++) {
                        AUTO(rrset_freep)
                        RRset *a = rows[i][side].a ? make_set(TYPE_A, rows[i][side].a) : NULL;
                        AUTO(rrset_freep)
                        RRset *b = rows[i][side].b ? make_set(TYPE_AAAA, rows[i][side].b) : NULL;
                        const RRset *sets[2] = { a, b };

                        digests[side] = digest_values(sets);
                        assert_true(digests[side] == digest_values(sets));
                }
                assert_true(digests[0] != digests[1]);
        }
}

static void no_text_is_as_an_empty_one(void **state)
{
        (void) state;
        assert_true(digest_text(NULL) == digest_text(""));
        assert_true(digest_text("a") != digest_text(""));
}

/* Where the two differ is exactly where `changed` says. */
static void check_differences(const Digest *before, const Digest *after, size_t n, size_t changed)
{
        for (size_t i = 0; i < n; i++)
                if ((before[i] != after[i]) != (i == changed))
                        fail_msg("property %zu %s although %zu changed", i,
                                before[i] != after[i] ? "differs" : "is the same", changed);
}

static void each_property_of_a_record_has_its_digest(void **state)
{
        ProviderConfig providers[2] = { { .id = (char *) "home" }, { .id = (char *) "away" } };
        RecordConfig configs[4] = { 0 };
        AUTO(rrset_freep) RRset *one = make_set(TYPE_A, "192.0.2.1");
        AUTO(rrset_freep) RRset *two = make_set(TYPE_AAAA, "2001:db8::1");
        RecordStatus base = {
                .config = &configs[0], .wanted = { one }, .published = { one }, .next_usec = 5
        };
        RecordStatus changed[RECORD_PROPERTIES];
        Digest before[RECORD_PROPERTIES], after[RECORD_PROPERTIES];

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(configs); i++) {
                name_from_text(&configs[i].name, "host.example.com");
                configs[i].provider = &providers[0];
                configs[i].ttl = 60;
        }
        for (size_t i = 0; i < RECORD_PROPERTIES; i++)
                changed[i] = base;
        name_from_text(&configs[1].name, "HOST.example.com");
        changed[RECORD_PROPERTY_NAME].config = &configs[1];
        configs[2].provider = &providers[1];
        changed[RECORD_PROPERTY_PROVIDER].config = &configs[2];
        configs[3].ttl = 61;
        changed[RECORD_PROPERTY_TTL].config = &configs[3];
        changed[RECORD_PROPERTY_STATE].state = PUBLICATION_PARKED;
        changed[RECORD_PROPERTY_WANTED].wanted[1] = two;
        changed[RECORD_PROPERTY_PUBLISHED].published[0] = NULL;
        changed[RECORD_PROPERTY_LAST_ERROR].problem = "refused";
        changed[RECORD_PROPERTY_LAST_CHANGE].changed_usec = 1;
        changed[RECORD_PROPERTY_NEXT_RETRY].next_usec = USEC_INFINITY;
        record_digest(&base, before);
        for (size_t i = 0; i < RECORD_PROPERTIES; i++) {
                record_digest(&changed[i], after);
                check_differences(before, after, RECORD_PROPERTIES, i);
        }
}

static void each_property_of_a_provider_has_its_digest(void **state)
{
        ProviderConfig configs[4] = { 0 };
        ProviderStatus base = { .config = &configs[0], .next_usec = 5 };
        ProviderStatus changed[PROVIDER_PROPERTIES];
        Digest before[PROVIDER_PROPERTIES], after[PROVIDER_PROPERTIES];

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(configs); i++)
                configs[i].id = (char *) "home";
        for (size_t i = 0; i < PROVIDER_PROPERTIES; i++)
                changed[i] = base;
        configs[1].id = (char *) "away";
        changed[PROVIDER_PROPERTY_NAME].config = &configs[1];
        configs[2].type = PROVIDER_EMBEDDED;
        changed[PROVIDER_PROPERTY_TYPE].config = &configs[2];
        configs[3].has_zone = true;
        configs[3].zone = name_root;
        changed[PROVIDER_PROPERTY_ZONE].config = &configs[3];
        changed[PROVIDER_PROPERTY_STATE].state = PROVIDER_OK;
        changed[PROVIDER_PROPERTY_LAST_ERROR].problem = "refused";
        changed[PROVIDER_PROPERTY_QUEUE_LENGTH].queue_length = 1;
        changed[PROVIDER_PROPERTY_RETRY_AFTER].next_usec = 6;
        provider_digest(&base, before);
        for (size_t i = 0; i < PROVIDER_PROPERTIES; i++) {
                provider_digest(&changed[i], after);
                check_differences(before, after, PROVIDER_PROPERTIES, i);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_told_apart),
                cmocka_unit_test(no_text_is_as_an_empty_one),
                cmocka_unit_test(each_property_of_a_record_has_its_digest),
                cmocka_unit_test(each_property_of_a_provider_has_its_digest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
