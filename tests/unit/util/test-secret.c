/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/random.h"
#include "util/secret.h"

static void secret_is_a_copy(void **state)
{
        uint8_t bytes[] = { 1, 0, 2 };
        AUTO(secret_freep) Secret *secret = secret_new(bytes, sizeof bytes);

        (void) state;
        memset(bytes, 9, sizeof bytes);
        assert_int_equal(secret->size, 3);
        assert_memory_equal(secret->bytes, ((uint8_t[]){ 1, 0, 2 }), 3);
}

static void equality_needs_the_same_size_and_bytes(void **state)
{
        static const struct {
                const char *a, *b;
                size_t n_a, n_b;
                _Bool equal;
        } rows[] = {
                { "abc", "abc", 3, 3, 1 },
                { "abc", "abd", 3, 3, 0 },
                { "abc", "Abc", 3, 3, 0 },
                { "abc", "abcd", 3, 4, 0 },
                { "", "", 0, 0, 1 },
                { "", "a", 0, 1, 0 },
                { "a\0b", "a\0c", 3, 3, 0 }, /* it does not end at a NUL */
                { "a\200", "a\0", 2, 2, 0 },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(secret_freep) Secret *a = secret_new(rows[i].a, rows[i].n_a);
                AUTO(secret_freep) Secret *b = secret_new(rows[i].b, rows[i].n_b);

                assert_int_equal(secret_equal(a, b), rows[i].equal);
                assert_int_equal(secret_equal(b, a), rows[i].equal);
        }
}

static void free_takes_null(void **state)
{
        (void) state;
        assert_null(secret_free(NULL));
}

/* 64 numbers of 32 bits that agree in one bit: once in 2^63 runs for each of 32 bits. */
static void random_numbers_use_every_bit(void **state)
{
        uint32_t ones = 0, zeros = 0;
        uint16_t short_ones = 0, short_zeros = 0;

        (void) state;
        for (int i = 0; i < 64; i++) {
                uint32_t value = random_u32();
                uint16_t short_value = random_u16();

                ones |= value;
                zeros |= ~value;
                short_ones |= short_value;
                short_zeros |= (uint16_t) ~short_value;
        }
        assert_int_equal(ones & zeros, UINT32_MAX);
        assert_int_equal(short_ones & short_zeros, UINT16_MAX);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(secret_is_a_copy),
                cmocka_unit_test(equality_needs_the_same_size_and_bytes),
                cmocka_unit_test(free_takes_null),
                cmocka_unit_test(random_numbers_use_every_bit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
