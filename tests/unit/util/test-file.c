/* SPDX-License-Identifier: BSD-3-Clause */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "util/file.h"

/* A folder of its own for each test, which is also the working directory. */
static int enter_folder(void **state)
{
        char template[] = "/tmp/signpost-test-XXXXXX";

        *state = strdup(mkdtemp(template));
        return chdir(*state);
}

static int leave_folder(void **state)
{
        char command[64];

        snprintf(command, sizeof command, "rm -r '%s'", (char *) *state);
        free(*state);
        return chdir("/") < 0 ? -1 : system(command);
}

static void put(const char *path, const char *text)
{
        AUTO_FCLOSE FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
}

static void assert_holds(const char *path, const char *text)
{
        AUTO_FREE char *there = NULL;
        size_t size;

        assert_int_equal(file_read(path, 4096, &there, &size, NULL), 0);
        assert_int_equal(size, strlen(text));
        assert_string_equal(there, text);
}

static unsigned count_files(void)
{
        DIR *directory = opendir(".");
        unsigned count = 0;

        assert_non_null(directory);
        while (readdir(directory))
                count++;
        closedir(directory);
        return count - 2; /* . and .. */
}

static void read_gives_the_whole_file_and_its_mode(void **state)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        mode_t mode;

        (void) state;
        put("a", "text");
        assert_int_equal(chmod("a", 0640), 0);
        assert_int_equal(file_read("a", 100, &text, &size, &mode), 0);
        assert_int_equal(size, 4);
        assert_memory_equal(text, "text", 5); /* with the NUL */
        assert_int_equal(mode, S_IFREG | 0640);
}

static void read_stops_at_its_limit(void **state)
{
        (void) state;
        put("a", "12345");
        for (size_t limit = 0; limit < 8; limit++) {
                AUTO_FREE char *text = NULL;
                size_t size = 77;
                int r = file_read("a", limit, &text, &size, NULL);

                assert_int_equal(r, limit < 5 ? -EFBIG : 0);
                assert_int_equal(size, limit < 5 ? 77 : 5);
        }
}

static void read_takes_an_empty_file(void **state)
{
        AUTO_FREE char *text = NULL;
        size_t size = 77;

        (void) state;
        put("a", "");
        assert_int_equal(file_read("a", 0, &text, &size, NULL), 0);
        assert_int_equal(size, 0);
        assert_string_equal(text, "");
}

static void read_says_why_it_failed(void **state)
{
        char *text = NULL;
        size_t size;

        (void) state;
        assert_int_equal(file_read("missing", 100, &text, &size, NULL), -ENOENT);
        assert_int_equal(file_read(".", 100, &text, &size, NULL), -EISDIR);
        put("a", "x");
        assert_int_equal(file_read("a/b", 100, &text, &size, NULL), -ENOTDIR);
        assert_null(text);
}

static void read_does_not_wait_for_a_fifo(void **state)
{
        AUTO_FREE char *text = NULL;
        size_t size = 77;

        (void) state;
        assert_int_equal(mkfifo("fifo", 0600), 0);
        assert_int_equal(file_read("fifo", 100, &text, &size, NULL), 0);
        assert_int_equal(size, 0);
}

static void replace_makes_a_file_of_mode_0600(void **state)
{
        mode_t before = umask(0);
        struct stat st;

        (void) state;
        assert_int_equal(file_replace("a", "one", 3, true), 0);
        umask(before);
        assert_holds("a", "one");
        assert_int_equal(stat("a", &st), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0600);
        assert_int_equal(count_files(), 1);
}

static void replace_never_changes_a_file_in_place(void **state)
{
        AUTO_CLOSE int fd = -1;
        char seen[16] = "";

        (void) state;
        assert_int_equal(file_replace("a", "the old text", 12, false), 0);
        fd = open("a", O_RDONLY);
        assert_true(fd >= 0);
        assert_int_equal(file_replace("a", "new", 3, true), 0);
        assert_int_equal(read(fd, seen, sizeof seen), 12);
        assert_string_equal(seen, "the old text");
        assert_holds("a", "new");
        assert_int_equal(count_files(), 1);
}

static void replace_writes_bytes_not_strings(void **state)
{
        AUTO_FREE char *text = NULL;
        size_t size;

        (void) state;
        assert_int_equal(file_replace("a", "x\0y", 3, false), 0);
        assert_int_equal(file_read("a", 3, &text, &size, NULL), 0);
        assert_int_equal(size, 3);
        assert_memory_equal(text, "x\0y", 3);
        assert_int_equal(file_replace("a", "", 0, false), 0);
        assert_holds("a", "");
}

/* A limit on the size of files stands in for a full disk: both fail in the middle of writing. */
static void failure_leaves_the_old_file_and_nothing_else(void **state)
{
        static const char large[100000] = "x";
        struct rlimit before, limit;
        int r;

        (void) state;
        assert_int_equal(file_replace("a", "old", 3, true), 0);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        limit = (struct rlimit){ 4096, before.rlim_max };
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        r = file_replace("a", large, sizeof large, true);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        signal(SIGXFSZ, SIG_DFL);
        assert_int_equal(r, -EFBIG);
        assert_holds("a", "old");
        assert_int_equal(count_files(), 1);
}

static void failure_to_rename_leaves_no_temporary_file(void **state)
{
        (void) state;
        assert_int_equal(mkdir("folder", 0700), 0);
        assert_int_equal(file_replace("folder", "x", 1, true), -EISDIR);
        assert_int_equal(count_files(), 1);
        assert_int_equal(file_replace("missing/a", "x", 1, true), -ENOENT);
        assert_int_equal(count_files(), 1);
}

static void leftover_temporary_file_is_no_obstacle(void **state)
{
        (void) state;
        put("a.tmp", "from a write that was cut off, longer than the new text");
        assert_int_equal(file_replace("a", "new", 3, false), 0);
        assert_holds("a", "new");
        assert_int_equal(count_files(), 1);
}

static void replace_does_not_write_through_a_link(void **state)
{
        (void) state;
        put("victim", "precious");
        assert_int_equal(symlink("victim", "a.tmp"), 0);
        assert_int_equal(file_replace("a", "new", 3, false), -ELOOP);
        assert_holds("victim", "precious");
}

static void join_puts_a_slash_between(void **state)
{
        AUTO_FREE char *path = path_join("/a/b", "c");

        (void) state;
        assert_string_equal(path, "/a/b/c");
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, enter_folder, leave_folder)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                in_folder(read_gives_the_whole_file_and_its_mode),
                in_folder(read_stops_at_its_limit),
                in_folder(read_takes_an_empty_file),
                in_folder(read_says_why_it_failed),
                in_folder(read_does_not_wait_for_a_fifo),
                in_folder(replace_makes_a_file_of_mode_0600),
                in_folder(replace_never_changes_a_file_in_place),
                in_folder(replace_writes_bytes_not_strings),
                in_folder(failure_leaves_the_old_file_and_nothing_else),
                in_folder(failure_to_rename_leaves_no_temporary_file),
                in_folder(leftover_temporary_file_is_no_obstacle),
                in_folder(replace_does_not_write_through_a_link),
                cmocka_unit_test(join_puts_a_slash_between),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
