/* SPDX-License-Identifier: BSD-3-Clause */
/* For LD_PRELOAD: lets keepalived believe that the kernel has IPVS, which takes every order. What keepalived
 * finds out about its servers, and what it orders then, is its own. */

#include <dlfcn.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* linux/ip_vs.h: IP_VS_BASE_CTL is 64 + 1024 + 64. */
static bool is_ipvs(int level, int option)
{
        return level == IPPROTO_IP && option >= 1152 && option < 1216;
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict size)
{
        int (*next)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");

        if (!is_ipvs(level, option))
                return next(fd, level, option, value, size);
        memset(value, 0, *size);
        return 0;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
        int (*next)(int, int, int, const void *, socklen_t) = dlsym(RTLD_NEXT, "setsockopt");

        return is_ipvs(level, option) ? 0 : next(fd, level, option, value, size);
}
