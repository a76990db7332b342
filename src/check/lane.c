/* SPDX-License-Identifier: BSD-3-Clause */

/* Lane: keeps checks from taking all that this process has. Sockets are what runs out first: thousands of
 * targets that do not answer hold one each until their time is over. Half of the descriptors are left to the
 * rest of the daemon. */

#include "check/lane.h"

#include <assert.h>
#include <sys/resource.h>

enum {
        USUAL_DESCRIPTORS = 1024, /* where the limit cannot be read */
        FIRST_MOST = 256,         /* more only when needed: to raise the limit concerns the whole process */
};

typedef struct LaneType {
        int (*new)(Prober **ret, sd_event *event);
        size_t most;           /* at once */
        bool takes_descriptor; /* each of them */
} LaneType;

static const LaneType types[LANE_KINDS] = {
        [LANE_ICMP] = { icmp_prober_new, 16384, false },
        [LANE_TCP] = { tcp_prober_new, 8192, true },
        [LANE_HTTP] = { http_prober_new, 256, true },
        [LANE_EXEC] = { exec_prober_new, 32, false },
};

LaneKind lane_kind(CheckType type)
{
        switch (type) {
        case CHECK_ICMP:
                return LANE_ICMP;
        case CHECK_TCP:
                return LANE_TCP;
        case CHECK_HTTP:
        case CHECK_HTTPS:
                return LANE_HTTP;
        case CHECK_EXEC:
                return LANE_EXEC;
        }
        assert(false);
        return LANE_ICMP;
}

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

/* How many descriptors may be taken, `wanted` at most. Asks for more where they are too few. */
static size_t find_descriptors(size_t wanted)
{
        struct rlimit limit = { .rlim_cur = USUAL_DESCRIPTORS, .rlim_max = USUAL_DESCRIPTORS };
        struct rlimit raised;

        getrlimit(RLIMIT_NOFILE, &limit);
        raised = (struct rlimit){ .rlim_cur = least(limit.rlim_max, 2 * wanted), .rlim_max = limit.rlim_max };
        if (raised.rlim_cur > limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0)
                limit = raised;
        return limit.rlim_cur < 4 ? 1 : least(limit.rlim_cur / 2, wanted);
}

static void widen(Lane *lane)
{
        const LaneType *type = &types[lane->kind];

        if (!type->takes_descriptor)
                lane->most = type->most;
        else if (lane->most < type->most)
                lane->most =
                        find_descriptors(least(lane->most > 0 ? 2 * lane->most : FIRST_MOST, type->most));
}

bool lane_is_full(Lane *lane)
{
        if (lane->running >= lane->most)
                widen(lane);
        return lane->running >= lane->most;
}

int lane_start(Lane *lane, sd_event *event, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        int r;

        if (!lane->prober) {
                r = types[lane->kind].new(&lane->prober, event);
                if (r < 0)
                        return r;
        }
        r = prober_start(lane->prober, ret, config, address, done, userdata);
        if (r >= 0)
                lane->running++;
        return r;
}

void lane_cancel(Lane *lane, Probe *probe)
{
        prober_cancel(lane->prober, probe);
        lane->running--;
}

void lane_leave(Lane *lane)
{
        lane->running--;
}

void lane_done(Lane *lane)
{
        lane->prober = prober_free(lane->prober);
}
