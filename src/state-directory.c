/* SPDX-License-Identifier: BSD-3-Clause */

#include "state-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/file.h"
#include "util/log.h"
#include "version.h"

int state_directory_find(char **ret)
{
        const char *named = getenv("STATE_DIRECTORY");
        /* systemd may name several, with colons between: the first is ours. */
        char *directory =
                named && named[0] ? strndup(named, strcspn(named, ":")) : strdup(SIGNPOST_STATE_DIR);

        if (!directory)
                return -ENOMEM;
        if (mkdir(directory, 0700) < 0 && errno != EEXIST)
                log_warning("%s: cannot be made: %m; what is published will not be remembered", directory);
        *ret = directory;
        return 0;
}

int state_directory_lock(const char *directory, int *ret_fd)
{
        AUTO_FREE char *path = path_join(directory, "lock");
        AUTO_CLOSE int fd = -1;

        if (!path)
                return -ENOMEM;
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
                log_error("%s: another signpostd works with this state directory; give this one its own in "
                          "$STATE_DIRECTORY",
                        directory);
                return -EBUSY;
        }
        *ret_fd = steal_fd(&fd);
        return 0;
}
