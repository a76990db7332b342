/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/sequence.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
        MOST = 1 << 15, /* half of all numbers */
};

static void number_leads_to_its_object_however_the_table_grows(void **state)
{
        static int objects[MOST];
        static uint16_t numbers[MOST];
        SequenceTable table = { 0 };

        (void) state;
        assert_null(sequence_find(&table, 0));
        for (size_t i = 0; i < MOST; i++)
                assert_int_equal(sequence_add(&table, &objects[i], &numbers[i]), 0);
        for (size_t i = 0; i < MOST; i++)
                assert_ptr_equal(sequence_find(&table, numbers[i]), &objects[i]);
        assert_int_equal(sequence_add(&table, &objects[0], &numbers[0]), -ENOBUFS);
        for (size_t i = 0; i < MOST; i += 2)
                sequence_remove(&table, numbers[i]);
        for (size_t i = 0; i < MOST; i++)
                assert_ptr_equal(sequence_find(&table, numbers[i]), i % 2 == 0 ? NULL : &objects[i]);
        for (size_t i = 0; i < MOST; i += 2)
                assert_int_equal(sequence_add(&table, &objects[i], &numbers[i]), 0);
        for (size_t i = 0; i < MOST; i++)
                assert_ptr_equal(sequence_find(&table, numbers[i]), &objects[i]);
        sequence_table_done(&table);
}

/* What comes late must not find the one that came after. */
static void number_comes_again_only_after_all_others(void **state)
{
        SequenceTable table = { 0 };
        uint16_t first, number;
        int object;

        (void) state;
        assert_int_equal(sequence_add(&table, &object, &first), 0);
        sequence_remove(&table, first);
        for (size_t i = 1; i < 1 << 16; i++) {
                assert_int_equal(sequence_add(&table, &object, &number), 0);
                assert_int_not_equal(number, first);
                assert_null(sequence_find(&table, first));
                sequence_remove(&table, number);
        }
        assert_int_equal(sequence_add(&table, &object, &number), 0);
        assert_int_equal(number, first);
        sequence_table_done(&table);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(number_leads_to_its_object_however_the_table_grows),
                cmocka_unit_test(number_comes_again_only_after_all_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
