/* SPDX-License-Identifier: BSD-3-Clause */

#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

/* Reads to the end of the file; -EFBIG beyond `limit`. *ret_size counts what is in the buffer, also on
 * error. */
static int read_all(int fd, char *text, size_t limit, size_t *ret_size)
{
        *ret_size = 0;
        for (;;) {
                ssize_t n = read(fd, text + *ret_size, limit + 1 - *ret_size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return 0;
                *ret_size += (size_t) n;
                if (*ret_size > limit)
                        return -EFBIG;
        }
}

int file_read(const char *path, size_t limit, char **ret_text, size_t *ret_size, mode_t *ret_mode)
{
        AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        AUTO_FREE char *text = NULL;
        struct stat st;
        size_t size;
        int r;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        text = malloc(limit + 2);
        if (!text)
                return -ENOMEM;
        r = read_all(fd, text, limit, &size);
        if (r < 0) {
                explicit_bzero(text, size); /* it may be half a secret */
                return r;
        }
        text[size] = '\0';
        if (ret_mode)
                *ret_mode = st.st_mode;
        if (ret_size)
                *ret_size = size;
        *ret_text = STEAL(text);
        return 0;
}

static int write_all(int fd, const char *text, size_t size)
{
        while (size > 0) {
                ssize_t n = write(fd, text, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                text += n;
                size -= (size_t) n;
        }
        return 0;
}

static int sync_folder_of(const char *path)
{
        AUTO_FREE char *copy = strdup(path);
        AUTO_CLOSE int fd = -1;

        if (!copy)
                return -ENOMEM;
        fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

static int write_temporary(const char *temporary, const void *text, size_t size, bool durable)
{
        AUTO_CLOSE int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        int r;

        if (fd < 0)
                return -errno;
        r = write_all(fd, text, size);
        if (r < 0)
                return r;
        if (durable && fsync(fd) < 0)
                return -errno;
        /* A full disk may show only here (network file systems). */
        return close(steal_fd(&fd)) < 0 ? -errno : 0;
}

int file_replace(const char *path, const void *text, size_t size, bool durable)
{
        AUTO_FREE char *temporary = NULL;
        int r;

        if (asprintf(&temporary, "%s.tmp", path) < 0) {
                temporary = NULL;
                return -ENOMEM;
        }
        r = write_temporary(temporary, text, size, durable);
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0) {
                unlink(temporary);
                return r;
        }
        return durable ? sync_folder_of(path) : 0;
}

char *path_join(const char *directory, const char *name)
{
        char *path;

        return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}
