/* SPDX-License-Identifier: BSD-3-Clause */

/* Key files made by BIND's own tool, for each algorithm that it knows. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "folder.h"

enum {
        SKIPPED = 77
};

static void make_key(const char *algorithm)
{
        char command[256];

        snprintf(command, sizeof command, "umask 077 && tsig-keygen -a %s acme.example. > whole.key",
                algorithm);
        assert_int_equal(system(command), 0);
}

/* The secret as the file has it, for comparison. */
static void find_secret(const char *path, char secret[static 256])
{
        AUTO_FCLOSE FILE *file = fopen(path, "r");
        char line[512];

        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                if (sscanf(line, " secret \"%255[^\"]", secret) == 1)
                        return;
        fail_msg("no secret in %s", path);
}

static void both_ways_give_the_same_key(void **state)
{
        static const struct {
                const char *name;
                TsigAlgorithm algorithm;
                size_t size;
        } rows[] = {
                { "hmac-md5", TSIG_HMAC_MD5, 16 },
                { "hmac-sha1", TSIG_HMAC_SHA1, 20 },
                { "hmac-sha224", TSIG_HMAC_SHA224, 28 },
                { "hmac-sha256", TSIG_HMAC_SHA256, 32 },
                { "hmac-sha384", TSIG_HMAC_SHA384, 48 },
                { "hmac-sha512", TSIG_HMAC_SHA512, 64 },
        };
        static const ConfigContext context = { .hostname = "host.example" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                AUTO(config_freep) Config *whole = NULL, *parts = NULL;
                char secret[256], json[256];

                make_key(rows[i].name);
                folder_put("whole.json", "{ \"keys\": { \"ACME.example\": { \"file\": \"whole.key\" } } }");
                assert_int_equal(config_load(&whole, "whole.json", &context, &errors), 0);
                assert_int_equal(whole->n_keys, 1);
                assert_int_equal(whole->keys[0]->algorithm, rows[i].algorithm);
                assert_int_equal(whole->keys[0]->secret->size, rows[i].size);

                find_secret("whole.key", secret);
                folder_put("parts.secret", secret);
                snprintf(json, sizeof json,
                        "{ \"keys\": { \"acme.example.\": { \"algorithm\": \"%s\", \"secret_file\": "
                        "\"parts.secret\" } } }",
                        rows[i].name);
                folder_put("parts.json", json);
                assert_int_equal(config_load(&parts, "parts.json", &context, &errors), 0);
                assert_int_equal(parts->keys[0]->algorithm, rows[i].algorithm);
                assert_true(name_equal(&whole->keys[0]->name, &parts->keys[0]->name));
                assert_true(secret_equal(whole->keys[0]->secret, parts->keys[0]->secret));
        }
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(both_ways_give_the_same_key, folder_enter, folder_leave),
        };

        if (system("tsig-keygen > /dev/null 2>&1") != 0) {
                puts("skipped: there is no tsig-keygen (package bind9)");
                return SKIPPED;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
