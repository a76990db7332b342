/* SPDX-License-Identifier: BSD-3-Clause */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/secrets.h"
#include "folder.h"

static void base64_becomes_bytes(void **state)
{
        static const struct {
                const char *text, *bytes;
        } rows[] = {
                { "YQ==", "a" },
                { "YWI=", "ab" },
                { "YWJj", "abc" },
                { "YWJjZA==", "abcd" },
                { " Y W\tJ\r\nj\n", "abc" },
                { "Y Q = =", "a" },
                { "+/+/", "\xfb\xff\xbf" },
                { "/////w==", "\xff\xff\xff\xff" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(secret_freep) Secret *secret = NULL;

                assert_int_equal(secret_from_base64(&secret, rows[i].text, strlen(rows[i].text)), 0);
                assert_int_equal(secret->size, strlen(rows[i].bytes));
                assert_memory_equal(secret->bytes, rows[i].bytes, secret->size);
        }
}

static void other_texts_are_not_base64(void **state)
{
        static const char *const rows[] = {
                "",
                " \n",
                "=",
                "====",
                "Y",
                "YQ",
                "YQ=",
                "YQ===",
                "YWI",
                "YWI==",
                "YWJjZ",
                "Y=Q=",
                "YQ==YQ==",
                "YQ==x",
                "YR==",
                "YWJ=",
                "Y-Jj",
                "Y_Jj",
                "YWJj!",
                "\xc3\xa4Jj",
        };
        Secret *secret = NULL;

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                if (secret_from_base64(&secret, rows[i], strlen(rows[i])) != -EINVAL)
                        fail_msg("%s", rows[i]);
        assert_int_equal(secret_from_base64(&secret, "YQ\0=", 4), -EINVAL);
        assert_null(secret);
}

static void secrets_have_512_bytes_at_most(void **state)
{
        AUTO(secret_freep) Secret *secret = NULL;
        char text[700];

        (void) state;
        memset(text, 'A', sizeof text);
        memcpy(text + 680, "AAA=", 4); /* 170 x 3 + 2 */
        assert_int_equal(secret_from_base64(&secret, text, 684), 0);
        assert_int_equal(secret->size, 512);
        secret = secret_free(secret);
        memset(text, 'A', sizeof text);
        assert_int_equal(secret_from_base64(&secret, text, 684), -EINVAL); /* 513 */
        assert_null(secret);
}

static void make_places(void)
{
        folder_put("etc/a", "etc a");
        folder_put("etc/b", "etc b");
        folder_put("etc/sub/c", "etc c");
        folder_put("creds/a", "creds a");
        folder_put("creds/sub/c", "creds c");
        folder_put("creds/only", "creds only");
}

/* The credentials directory wins for plain names; everything else is beside the configuration. */
static void names_are_looked_up_in_both_places(void **state)
{
        static const struct {
                const char *credentials, *name, *text;
        } rows[] = {
                { "creds", "a", "creds a" },
                { NULL, "a", "etc a" },
                { "missing", "a", "etc a" },
                { "creds", "b", "etc b" },
                { "creds", "only", "creds only" },
                { "creds", "sub/c", "etc c" },
                { "creds", "../etc/b", "etc b" },
        };

        (void) state;
        assert_int_equal(mkdir("etc", 0700), 0);
        assert_int_equal(mkdir("creds", 0700), 0);
        make_places();
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO(secret_text_done) SecretText text = { 0 };
                AUTO_FREE char *wrong = NULL;
                SecretPlaces places = { rows[i].credentials, "etc" };

                assert_int_equal(secret_text_read(&text, rows[i].name, &places, &wrong), 0);
                assert_string_equal(text.text, rows[i].text);
                assert_int_equal(text.size, strlen(rows[i].text));
        }
}

static void absolute_names_are_taken_as_they_are(void **state)
{
        AUTO(secret_text_done) SecretText text = { 0 };
        AUTO_FREE char *wrong = NULL, *path = NULL;
        SecretPlaces places = { NULL, "nowhere" };

        folder_put("a", "text");
        path = strdup(*state);
        path = realloc(path, strlen(path) + 3);
        strcat(path, "/a");
        assert_int_equal(secret_text_read(&text, path, &places, &wrong), 0);
        assert_string_equal(text.text, "text");
        assert_string_equal(text.path, path);
}

static void every_mode_for_others_is_refused(void **state)
{
        SecretPlaces places = { NULL, "." };

        (void) state;
        folder_put("a", "text");
        for (unsigned mode = 0; mode < 0200; mode++) {
                AUTO(secret_text_done) SecretText text = { 0 };
                AUTO_FREE char *wrong = NULL;
                char expected[128];

                assert_int_equal(chmod("a", 0400 | mode), 0);
                snprintf(expected, sizeof expected,
                        "./a must be for its owner only, not of mode %04o: chmod 600 ./a", 0400 | mode);
                if ((mode & 077) == 0) {
                        assert_int_equal(secret_text_read(&text, "a", &places, &wrong), 0);
                } else {
                        assert_int_equal(secret_text_read(&text, "a", &places, &wrong), -EINVAL);
                        assert_string_equal(wrong, expected);
                        assert_null(text.text);
                }
        }
}

/* With an access list of systemd's making the mode shows the list's mask as the group's rights. */
static void credentials_may_show_rights_of_the_group(void **state)
{
        AUTO(secret_text_done) SecretText relative = { 0 }, absolute = { 0 }, below = { 0 };
        AUTO_FREE char *wrong = NULL;
        SecretPlaces places = { *state, "etc" };
        char path[256];

        folder_put("a", "text");
        folder_put("sub/a", "text");
        assert_int_equal(chmod("a", 0440), 0);
        assert_int_equal(chmod("sub/a", 0440), 0);
        assert_int_equal(secret_text_read(&relative, "a", &places, &wrong), 0);
        snprintf(path, sizeof path, "%s/a", (char *) *state);
        assert_int_equal(secret_text_read(&absolute, path, &places, &wrong), 0);
        snprintf(path, sizeof path, "%s/sub/a", (char *) *state);
        assert_int_equal(secret_text_read(&below, path, &places, &wrong), -EINVAL);
        assert_null(below.text);
}

static void what_is_no_small_file_is_refused(void **state)
{
        AUTO_FREE char *large = malloc(SECRET_FILE_MAX + 1);
        static const struct {
                const char *name, *wrong;
        } rows[] = {
                { "missing", "must be the name of a file that exists in creds or in etc" },
                { "file/x", "must be the name of a file that exists in creds or in etc" },
                { "/nonexistent/missing", "must be the name of a file that exists" },
                { "folder", "etc/folder cannot be read: Is a directory" },
                { "fifo", "etc/fifo must be a regular file" },
                { "large", "etc/large must not be larger than 64 KB" },
        };
        SecretPlaces places = { "creds", "etc" };

        (void) state;
        memset(large, 'A', SECRET_FILE_MAX + 1);
        folder_put("etc/file", "x");
        folder_put_bytes("etc/large", large, SECRET_FILE_MAX + 1);
        assert_int_equal(mkdir("etc/folder", 0700), 0);
        assert_int_equal(mkfifo("etc/fifo", 0600), 0);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                SecretText text = { 0 };
                AUTO_FREE char *wrong = NULL;

                assert_int_equal(secret_text_read(&text, rows[i].name, &places, &wrong), -EINVAL);
                assert_string_equal(wrong, rows[i].wrong);
                assert_null(text.text);
        }
        folder_put_bytes("etc/large", large, SECRET_FILE_MAX);
        {
                AUTO(secret_text_done) SecretText text = { 0 };
                AUTO_FREE char *wrong = NULL;

                assert_int_equal(secret_text_read(&text, "large", &places, &wrong), 0);
                assert_int_equal(text.size, SECRET_FILE_MAX);
        }
}

/* Somebody may write the secret where its file's name belongs. */
static void names_that_lead_nowhere_are_not_repeated(void **state)
{
        static const char *const names[] = { "c2VjcmV0", "/c2VjcmV0", "x/c2VjcmV0" };
        SecretPlaces places = { "creds", "etc" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
                AUTO_FREE char *wrong = NULL;
                SecretText text = { 0 };

                assert_int_equal(secret_text_read(&text, names[i], &places, &wrong), -EINVAL);
                assert_null(strstr(wrong, "c2VjcmV0"));
        }
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(base64_becomes_bytes),
                cmocka_unit_test(other_texts_are_not_base64),
                cmocka_unit_test(secrets_have_512_bytes_at_most),
                in_folder(names_are_looked_up_in_both_places),
                in_folder(absolute_names_are_taken_as_they_are),
                in_folder(every_mode_for_others_is_refused),
                in_folder(credentials_may_show_rights_of_the_group),
                in_folder(what_is_no_small_file_is_refused),
                in_folder(names_that_lead_nowhere_are_not_repeated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
