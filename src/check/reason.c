/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/reason.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

typedef struct Reason {
        int error;
        const char *text;
} Reason;

static const Reason reasons[] = {
        { ECONNREFUSED, "connection refused" },
        { ECONNRESET, "connection reset" },
        { ETIMEDOUT, "no answer" },
        { EHOSTUNREACH, "host unreachable" },
        { ENETUNREACH, "network unreachable" },
        { EACCES, "prohibited" },
        { EPERM, "this host does not let the packet out" },
        { EMFILE, "no file descriptor is left to this process" },
        { ENFILE, "no file descriptor is left on this host" },
        { ENOBUFS, "no network buffer is left on this host" },
        { ENOMEM, "out of memory" },
        { EADDRNOTAVAIL, "no local address or port is free" },
        { ENETDOWN, "the network of this host is down" },
        { EAFNOSUPPORT, "this host does not speak this protocol" },
};

bool reason_is_ours(int error)
{
        switch (error) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
        case EADDRNOTAVAIL:
        case ENETDOWN:
                return true;
        default:
                return false;
        }
}

const char *reason_of_error(int error)
{
        for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++)
                if (reasons[i].error == error)
                        return reasons[i].text;
        return strerror(error);
}

const char *reason_of_timeout(usec_t timeout_usec, char buffer[static REASON_TIMEOUT_MAX])
{
        if (timeout_usec % USEC_PER_SEC == 0)
                snprintf(buffer, REASON_TIMEOUT_MAX, "no answer within %" PRIu64 " s",
                        timeout_usec / USEC_PER_SEC);
        else
                snprintf(buffer, REASON_TIMEOUT_MAX, "no answer within %" PRIu64 " ms",
                        timeout_usec / USEC_PER_MSEC);
        return buffer;
}
