/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/publish.h"

#define UNKNOWN "?"

static Name owner;

/* "192.0.2.1 192.0.2.2 @60": values and TTL (300 where none is named); "" is no RRset. */
static RRset *parse(const char *text)
{
        char copy[256], *rest = copy;
        RRset *set;

        if (!text || !*text || strcmp(text, UNKNOWN) == 0)
                return NULL;
        set = rrset_new(&owner, TYPE_A, 300);
        assert_non_null(set);
        strcpy(copy, text);
        for (char *word; (word = strsep(&rest, " "));) {
                Address address;

                if (*word == '@') {
                        set->ttl = (uint32_t) atoi(word + 1);
                        continue;
                }
                assert_int_equal(address_from_text(&address, word), 0);
                assert_int_equal(rrset_add_address(set, &address), 1);
        }
        return set;
}

typedef struct Row {
        const char *promise;
        Ownership ownership;
        const char *wanted, *seen, *ours; /* "?": not known */
        usec_t empty_for_sec;
        PublishStep step;
        const char *target;
} Row;

static const Row rows[] = {
        /* What is not known concludes nothing. */
        { "an unread server is read", OWNERSHIP_EXCLUSIVE, "192.0.2.1", UNKNOWN, "", 0, PUBLISH_READ, "" },
        { "unknown facts withdraw nothing", OWNERSHIP_EXCLUSIVE, UNKNOWN, "192.0.2.1", "192.0.2.1", 99,
                PUBLISH_NOTHING, "" },
        { "unknown facts withdraw nothing, shared", OWNERSHIP_SHARED, UNKNOWN, "192.0.2.1", "192.0.2.1", 99,
                PUBLISH_NOTHING, "" },
        /* Exclusive. */
        { "the same is left alone", OWNERSHIP_EXCLUSIVE, "192.0.2.1", "192.0.2.1", "192.0.2.1", 0,
                PUBLISH_NOTHING, "" },
        { "an absent RRset is made", OWNERSHIP_EXCLUSIVE, "192.0.2.1", "", "", 0, PUBLISH_CHANGE,
                "192.0.2.1" },
        { "another's values are replaced", OWNERSHIP_EXCLUSIVE, "192.0.2.1", "198.51.100.9", "", 0,
                PUBLISH_CHANGE, "192.0.2.1" },
        { "a TTL is corrected", OWNERSHIP_EXCLUSIVE, "192.0.2.1", "192.0.2.1 @60", "192.0.2.1", 0,
                PUBLISH_CHANGE, "192.0.2.1" },
        { "one of two goes at once", OWNERSHIP_EXCLUSIVE, "192.0.2.1", "192.0.2.1 192.0.2.2",
                "192.0.2.1 192.0.2.2", 0, PUBLISH_CHANGE, "192.0.2.1" },
        { "a replacement goes at once", OWNERSHIP_EXCLUSIVE, "192.0.2.2", "192.0.2.1", "192.0.2.1", 0,
                PUBLISH_CHANGE, "192.0.2.2" },
        { "the last address waits", OWNERSHIP_EXCLUSIVE, "", "192.0.2.1", "192.0.2.1", 9, PUBLISH_WAIT, "" },
        { "the last address goes after the delay", OWNERSHIP_EXCLUSIVE, "", "192.0.2.1", "192.0.2.1", 10,
                PUBLISH_CHANGE, "" },
        { "what we never published stays", OWNERSHIP_EXCLUSIVE, "", "198.51.100.9", "", 99, PUBLISH_NOTHING,
                "" },
        { "nothing stays nothing", OWNERSHIP_EXCLUSIVE, "", "", "192.0.2.1", 99, PUBLISH_NOTHING, "" },
        /* Shared. */
        { "ours joins the others", OWNERSHIP_SHARED, "192.0.2.1", "198.51.100.9", "", 0, PUBLISH_CHANGE,
                "192.0.2.1 198.51.100.9" },
        { "ours leaves, the others stay, at once", OWNERSHIP_SHARED, "", "192.0.2.1 198.51.100.9",
                "192.0.2.1", 0, PUBLISH_CHANGE, "198.51.100.9" },
        { "ours is replaced among the others", OWNERSHIP_SHARED, "192.0.2.2", "192.0.2.1 198.51.100.9",
                "192.0.2.1", 0, PUBLISH_CHANGE, "192.0.2.2 198.51.100.9" },
        { "the others keep their TTL", OWNERSHIP_SHARED, "192.0.2.1", "198.51.100.9 @60", "", 0,
                PUBLISH_CHANGE, "192.0.2.1 198.51.100.9 @60" },
        { "no fight over the TTL", OWNERSHIP_SHARED, "192.0.2.1", "192.0.2.1 198.51.100.9 @60", "192.0.2.1",
                0, PUBLISH_NOTHING, "" },
        { "alone we set our TTL", OWNERSHIP_SHARED, "192.0.2.1", "192.0.2.1 @60", "192.0.2.1", 0,
                PUBLISH_CHANGE, "192.0.2.1" },
        { "alone the last one waits", OWNERSHIP_SHARED, "", "192.0.2.1", "192.0.2.1", 9, PUBLISH_WAIT, "" },
        { "another's value is never taken away", OWNERSHIP_SHARED, "", "192.0.2.1", "", 99, PUBLISH_NOTHING,
                "" },
        { "a value that another put there is not doubled", OWNERSHIP_SHARED, "192.0.2.1",
                "192.0.2.1 198.51.100.9", "", 0, PUBLISH_NOTHING, "" },
};

static void each_row_holds(void **state)
{
        (void) state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const Row *row = &rows[i];
                const usec_t now = 1000 * USEC_PER_SEC;
                RecordConfig record = { .name = owner,
                        .ttl = 300,
                        .ownership = row->ownership,
                        .withdraw_delay_usec = 10 * USEC_PER_SEC };
                RRset *wanted = parse(row->wanted), *seen = parse(row->seen), *ours = parse(row->ours);
                RRset *expected = parse(row->target), *target = NULL;
                usec_t when = 0;
                PublishFacts facts = {
                        .record = &record,
                        .type = TYPE_A,
                        .wanted_known = strcmp(row->wanted, UNKNOWN) != 0,
                        .wanted = wanted,
                        .empty_since = now - row->empty_for_sec * USEC_PER_SEC,
                        .seen_known = strcmp(row->seen, UNKNOWN) != 0,
                        .seen = seen,
                        .ours = ours,
                };
                int step = publish_decide(&facts, now, &target, &when);

                if (step != (int) row->step || !rrset_equal(target, expected) ||
                        (step == PUBLISH_CHANGE && rrset_is_empty(expected) != !target))
                        fail_msg("%s: step %d", row->promise, step);
                if (step == PUBLISH_WAIT)
                        assert_int_equal(when, facts.empty_since + 10 * USEC_PER_SEC);
                rrset_free(wanted);
                rrset_free(seen);
                rrset_free(ours);
                rrset_free(expected);
                rrset_free(target);
        }
}

static void stopping_does_not_wait(void **state)
{
        RecordConfig record = { .name = owner, .ttl = 300, .withdraw_delay_usec = 10 * USEC_PER_SEC };
        RRset *seen = parse("192.0.2.1"), *target = seen;
        usec_t when;
        PublishFacts facts = { .record = &record,
                .type = TYPE_A,
                .wanted_known = true,
                .empty_since = 5,
                .seen_known = true,
                .seen = seen,
                .ours = seen,
                .withdraw_at_once = true };

        (void) state;
        assert_int_equal(publish_decide(&facts, 5, &target, &when), PUBLISH_CHANGE);
        assert_null(target);
        rrset_free(seen);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_row_holds),
                cmocka_unit_test(stopping_does_not_wait),
        };

        if (name_from_text(&owner, "host.example.com") < 0)
                return 1;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
