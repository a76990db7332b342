/* SPDX-License-Identifier: BSD-3-Clause */

/* keepalived checks nothing where the kernel has no load balancer (ip_vs), which measuring its checks does
 * not take. Preloaded, this says yes to all that keepalived asks of that. */

#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
        IPVS_FIRST = 64 + 1024 + 64, /* <linux/ip_vs.h>: IP_VS_BASE_CTL, + 63 at most */
        IPVS_LAST = IPVS_FIRST + 63,
};

static int is_ipvs(int level, int option)
{
        return level == IPPROTO_IP && option >= IPVS_FIRST && option <= IPVS_LAST;
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
        int (*real)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");

        if (!is_ipvs(level, option))
                return real(fd, level, option, value, size);
        memset(value, 0, *size);
        return 0;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
        int (*real)(int, int, int, const void *, socklen_t) = dlsym(RTLD_NEXT, "setsockopt");

        return is_ipvs(level, option) ? 0 : real(fd, level, option, value, size);
}
