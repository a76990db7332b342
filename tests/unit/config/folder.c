/* SPDX-License-Identifier: BSD-3-Clause */

#include "folder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

int folder_enter(void **state)
{
        char template[] = "/tmp/signpost-test-XXXXXX";

        if (!mkdtemp(template))
                return -1;
        *state = strdup(template);
        return chdir(template);
}

int folder_leave(void **state)
{
        char command[64];

        snprintf(command, sizeof command, "rm -r '%s'", (char *) *state);
        free(*state);
        return chdir("/") < 0 ? -1 : system(command);
}

void folder_put_bytes(const char *path, const void *bytes, size_t size)
{
        const char *slash = strrchr(path, '/');
        AUTO_FCLOSE FILE *file = NULL;

        if (slash) {
                AUTO_FREE char *folder = strndup(path, (size_t) (slash - path));

                assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
        }
        file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fchmod(fileno(file), 0600), 0);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
}

void folder_put(const char *path, const char *text)
{
        folder_put_bytes(path, text, strlen(text));
}

char *errors_text(const ConfigErrors *errors)
{
        size_t size;
        char *text;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        for (size_t i = 0; i < errors->count; i++)
                fprintf(out, "%s\n", errors->texts[i]);
        assert_int_equal(fclose(out), 0);
        return text;
}
