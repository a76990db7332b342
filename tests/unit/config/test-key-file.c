/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/key-file.h"

static Name parse(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static void keys_are_read_as_bind_reads_them(void **state)
{
        static const struct {
                const char *text;
                TsigAlgorithm algorithm;
        } rows[] = {
                { "key \"acme.\" {\n\talgorithm hmac-sha256;\n\tsecret \"YWJj\";\n};\n", TSIG_HMAC_SHA256 },
                { "key acme{algorithm hmac-md5;secret YWJj;};", TSIG_HMAC_MD5 },
                { "KEY \"ACME\" { Secret \"YWJj\"; Algorithm \"HMAC-SHA512.\"; };", TSIG_HMAC_SHA512 },
                { "key acme { algorithm hmac-md5.sig-alg.reg.int; secret \"YWJj\"; };", TSIG_HMAC_MD5 },
                { "# one\n// two\n/* three\n */ key /**/ acme { # four\n algorithm /**/hmac-sha1# five\n; // "
                  "six\n secret "
                  "\"YW\nJj\"; /* seven */ };# end",
                        TSIG_HMAC_SHA1 },
                { "\r\nkey acme {\r\n algorithm hmac-sha224;\r\n secret \"YWJj\";\r\n};\r\n",
                        TSIG_HMAC_SHA224 },
                { "key acme{algorithm\"hmac-sha256\";secret YWJj;};", TSIG_HMAC_SHA256 },
                { "key other { algorithm hmac-sha1; secret \"eHl6\"; };\n"
                  "key acme { algorithm hmac-sha384; secret \"YWJj\"; };\n"
                  "key third { algorithm hmac-sha1; secret \"eHl6\"; };\n",
                        TSIG_HMAC_SHA384 },
        };
        Name name = parse("acme");

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(secret_freep) Secret *secret = NULL;
                TsigAlgorithm algorithm;
                KeyFileError error;

                if (key_file_parse(rows[i].text, strlen(rows[i].text), &name, &algorithm, &secret, &error) <
                        0)
                        fail_msg("%s: %u:%u: %s", rows[i].text, error.line, error.column, error.text);
                assert_int_equal(algorithm, rows[i].algorithm);
                assert_int_equal(secret->size, 3);
                assert_memory_equal(secret->bytes, "abc", 3);
        }
}

#define ALGORITHMS                                                                                  \
        "the algorithm must be one of hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, " \
        "hmac-sha512"
#define BASE64 "the secret must be 1 to 512 bytes in base64"
#define CLAUSE "expected 'algorithm', 'secret' or '}'"

static void wrong_files_are_told_with_their_places(void **state)
{
        static const struct {
                const char *text;
                unsigned line, column;
                const char *error;
        } rows[] = {
                { "", 0, 0, "must have a key: key \"NAME\" { algorithm …; secret \"…\"; };" },
                { "# nothing\n", 0, 0, "must have a key: key \"NAME\" { algorithm …; secret \"…\"; };" },
                { "key other { algorithm hmac-md5; secret YWJj; };", 0, 0,
                        "has the key \"other\", not \"acme\"" },
                { "key b { algorithm hmac-md5; secret YWJj; }; key c { algorithm hmac-md5; secret YWJj; };",
                        0, 0, "has the key \"b\" and others, not \"acme\"" },
                { "zone", 1, 1, "expected 'key'" },
                { "\n  YWJj", 2, 3, "expected 'key'" },
                { "\"\"", 1, 1, "expected 'key'" },
                { "key", 1, 4, "expected the key's name" },
                { "key {", 1, 5, "expected the key's name" },
                { "key \"a..b\" {", 1, 5, "the key's name must be a domain name" },
                { "key \"\" {", 1, 5, "the key's name must be a domain name" },
                { "key acme algorithm", 1, 10, "expected '{' after the key's name" },
                { "key acme { algorithm hmac-sha3; secret YWJj; };", 1, 22, ALGORITHMS },
                { "key acme { algorithm ; secret YWJj; };", 1, 22, ALGORITHMS },
                { "key acme { algorithm hmac-md5 secret YWJj; };", 1, 31, "expected ';'" },
                { "key acme { algorithm hmac-md5;\n  secret \"YWJ\"; };", 2, 10, BASE64 },
                { "key acme { algorithm hmac-md5; secret \"\"; };", 1, 39, BASE64 },
                { "key acme { algorithm hmac-md5; secret ; };", 1, 39, BASE64 },
                { "key acme { algorithm hmac-md5; secret \"YWJj\n; };\n", 1, 39,
                        "this text has no closing quotation mark" },
                { "key acme { algorithm hmac-md5; secret \"YWJj", 1, 39,
                        "this text has no closing quotation mark" },
                { "key acme { algorithm hmac-md5; secrets YWJj; };", 1, 32, CLAUSE },
                { "key acme { algorithm hmac-md5; ; };", 1, 32, CLAUSE },
                { "key acme { algorithm hmac-md5; algorithm hmac-md5; };", 1, 42,
                        "the algorithm is there twice" },
                { "key acme { secret YWJj; secret YWJj; };", 1, 32, "the secret is there twice" },
                { "key acme { secret YWJj; };", 1, 1, "this key must have both an algorithm and a secret" },
                { "\nkey acme { };", 2, 1, "this key must have both an algorithm and a secret" },
                { "key acme { algorithm hmac-md5; secret YWJj; }", 1, 46, "expected ';' after '}'" },
                { "key acme { algorithm hmac-md5; secret YWJj; ", 1, 45, CLAUSE },
                { "key acme { algorithm hmac-md5; secret YWJj; }; /* x", 1, 48, "this comment has no end" },
                { "key acme { algorithm hmac-md5; secret YWJj; }; options { };", 1, 48, "expected 'key'" },
        };
        Name name = parse("acme");

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE char *copy = strdup(rows[i].text); /* its own block: a read beyond it shows */
                Secret *secret = NULL;
                TsigAlgorithm algorithm;
                KeyFileError error;

                if (key_file_parse(copy, strlen(copy), &name, &algorithm, &secret, &error) != -EINVAL)
                        fail_msg("%s: is no error", rows[i].text);
                assert_null(secret);
                if (strcmp(error.text, rows[i].error) != 0 || error.line != rows[i].line ||
                        error.column != rows[i].column)
                        fail_msg("%s: %u:%u: %s", rows[i].text, error.line, error.column, error.text);
        }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
        static const char text[] = "key ac\0me { algorithm hmac-md5; secret YWJj; };";
        Name name = parse("ac");
        Secret *secret = NULL;
        TsigAlgorithm algorithm;
        KeyFileError error;

        (void) state;
        assert_int_equal(key_file_parse(text, sizeof text - 1, &name, &algorithm, &secret, &error), -EINVAL);
        assert_string_equal(error.text, "has a NUL byte: this is no text file");
}

static void long_names_do_not_hide_the_message(void **state)
{
        char text[1024], *out = text;
        Name name = parse("acme");
        Secret *secret = NULL;
        TsigAlgorithm algorithm;
        KeyFileError error;

        (void) state;
        out += sprintf(out, "key ");
        for (int i = 0; i < 120; i++)
                out += sprintf(out, "a.");
        sprintf(out, " { algorithm hmac-md5; secret YWJj; };");
        assert_int_equal(key_file_parse(text, strlen(text), &name, &algorithm, &secret, &error), -EINVAL);
        assert_non_null(strstr(error.text, ", not \"acme\""));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(keys_are_read_as_bind_reads_them),
                cmocka_unit_test(wrong_files_are_told_with_their_places),
                cmocka_unit_test(bytes_that_are_no_text_are_refused),
                cmocka_unit_test(long_names_do_not_hide_the_message),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
