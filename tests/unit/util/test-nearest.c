/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/nearest.h"

static void nearest_word_is_found(void **state)
{
        static const char *const candidates[] = { "status", "list", "publish", "refresh", "reload",
                "log-level", "host.example.com", "nas.example.com" };
        static const struct {
                const char *word, *found;
        } rows[] = {
                { "sattus", "status" },
                { "stat", "status" },
                { "lst", "list" },
                { "relaod", "reload" },
                { "PUBLISH", "publish" },
                { "loglevel", "log-level" },
                { "hots.example.com", "host.example.com" },
                { "nas", "nas.example.com" },
                { "x", NULL },
                { "", NULL },
                { "something-else", NULL },
                { "host.example.org.invalid.far.away", NULL },
        };
        char giant[2048] = { 0 };
        Nearest nearest;

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                nearest = nearest_to(rows[i].word);
                for (size_t j = 0; j < ARRAY_LENGTH(candidates); j++)
                        nearest_offer(&nearest, candidates[j]);
                if (rows[i].found)
                        assert_string_equal(nearest.found, rows[i].found);
                else
                        assert_null(nearest.found);
        }
        memset(giant, 'a', sizeof giant - 1);
        nearest = nearest_to(giant);
        nearest_offer(&nearest, giant);
        assert_null(nearest.found);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nearest_word_is_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
