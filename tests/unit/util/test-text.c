/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/text.h"

static void only_what_is_no_character_is_scrubbed(void **state)
{
        static const struct {
                const char *text, *scrubbed;
        } rows[] = {
                { "", "" },
                { "eth0", "eth0" },
                { "\x01\x7f", "\x01\x7f" },
                { "\xc3\xa4", "\xc3\xa4" },                 /* U+00E4 */
                { "\xe2\x82\xac", "\xe2\x82\xac" },         /* U+20AC */
                { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" }, /* U+1F600 */
                { "\xef\xbf\xbf", "\xef\xbf\xbf" },         /* U+FFFF: no character, but UTF-8 */
                { "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" }, /* the last */
                { "\xf4\x90\x80\x80", "????" },             /* beyond it */
                { "\xf5\x80\x80\x80", "????" },
                { "\xed\x9f\xbf", "\xed\x9f\xbf" }, /* the last before the surrogates */
                { "\xed\xa0\x80", "???" },          /* the first of them */
                { "\xc0\x80", "??" },               /* overlong */
                { "\xc1\xbf", "??" },
                { "\xe0\x80\x80", "???" },
                { "\xe0\xa0\x80", "\xe0\xa0\x80" },
                { "\xf0\x80\x80\x80", "????" },
                { "\xf0\x8f\xbf\xbf", "????" },
                { "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" },
                { "\x80", "?" },
                { "\xbf\xbf", "??" },
                { "\xff\xfe", "??" },
                { "a\xffz", "a?z" },
                { "\xc3", "?" }, /* cut off */
                { "a\xc3", "a?" },
                { "\xe2\x82", "??" },
                { "\xf0\x9f\x98", "???" },
                { "\xc3z", "?z" },
                { "\xe2\x82z", "??z" },
                { "\xc3\xc3\xa4", "?\xc3\xa4" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *text = strdup(rows[i].text); /* no byte beyond it */

                text_scrub(text);
                assert_string_equal(text, rows[i].scrubbed);
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_what_is_no_character_is_scrubbed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
