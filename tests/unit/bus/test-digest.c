/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bus/digest.h"

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

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_told_apart),
                cmocka_unit_test(no_text_is_as_an_empty_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
