/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks by ICMP: one socket a family, whatever the number of targets.
 *
 * The sequence number leads to the probe. A reply counts if address, sequence number and cookie are right:
 * what comes too late belongs to nobody, and who did not see the request cannot forge the cookie.
 *
 * Requests wait until the checker has begun all that is due, and then go out in batches. */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "check/icmp-socket.h"
#include "check/probe.h"
#include "check/reason.h"
#include "check/schedule.h"
#include "check/sequence.h"
#include "util/log.h"
#include "util/message-id.h"

#define REASON_FORBIDDEN                                                                \
        "this process may open no ICMP socket: give it CAP_NET_RAW, or let the sysctl " \
        "net.ipv4.ping_group_range include its group"

/* Time-outs come after sockets: if the loop was held up, an answer that waits to be read counts. */
#define DEADLINE_PRIORITY (SD_EVENT_PRIORITY_NORMAL + 10)

#define REOPEN_USEC (5 * USEC_PER_SEC)

enum {
        BATCHES_A_TURN = 16, /* read before the loop gets its turn */
        ERRORS_A_TURN = 256,
        REASON_MAX = 128,
};

typedef struct Icmp Icmp;
typedef TAILQ_HEAD(ProbeQueue, Probe) ProbeQueue;

typedef struct Family {
        Icmp *icmp;
        IcmpSocket socket;
        int error; /* why it is not open: negative errno; 0: nobody tried yet */
        usec_t failed_usec;
        sd_event_source *io;
        SequenceTable table; /* of probes */
        ProbeQueue unsent;
} Family;

struct Probe {
        ScheduleEntry deadline; /* first */
        Family *family;
        IcmpEcho echo;
        bool unsent;
        TAILQ_ENTRY(Probe) entry; /* of those */
        usec_t timeout_usec;
        ProbeDone done;
        void *userdata;
};

struct Icmp {
        Prober prober; /* first */
        sd_event *event;
        Schedule *deadlines;
        sd_event_source *flush;
        bool forbidden; /* and that was said */
        Family families[2];
};

static void set_sent(Probe *probe)
{
        if (probe->unsent)
                TAILQ_REMOVE(&probe->family->unsent, probe, entry);
        probe->unsent = false;
}

static void probe_free(Probe *probe)
{
        Family *family = probe->family;

        set_sent(probe);
        sequence_remove(&family->table, probe->echo.sequence);
        schedule_remove(family->icmp->deadlines, &probe->deadline);
        free(probe);
}

static void finish(Probe *probe, CheckResult result, const char *reason)
{
        ProbeDone done = probe->done;
        void *userdata = probe->userdata;

        probe_free(probe);
        done(userdata, result, reason);
}

static void on_deadline(void *userdata, ScheduleEntry *entry)
{
        Probe *probe = (Probe *) entry;
        char reason[REASON_TIMEOUT_MAX];

        (void) userdata;
        if (probe->unsent)
                finish(probe, CHECK_INDETERMINATE, reason_of_error(ENOBUFS));
        else
                finish(probe, CHECK_FAIL, reason_of_timeout(probe->timeout_usec, reason));
}

static void take_reply(Family *family, const IcmpEcho *reply)
{
        Probe *probe = sequence_find(&family->table, reply->sequence);

        if (probe && !probe->unsent && probe->echo.cookie == reply->cookie &&
                address_equal(&probe->echo.address, &reply->address))
                finish(probe, CHECK_OK, NULL);
}

/* Old routers quote no more than the header; then the sequence number has to do, as it does for TCP. */
static void take_error(Family *family, const IcmpError *error)
{
        Probe *probe = sequence_find(&family->table, error->echo.sequence);
        char reason[REASON_MAX], from[ADDRESS_TEXT_MAX];

        if (!error->text || !probe || probe->unsent ||
                !address_equal(&probe->echo.address, &error->echo.address) ||
                (error->has_cookie && probe->echo.cookie != error->echo.cookie))
                return;
        snprintf(reason, sizeof reason, "%s, says %s", error->text, address_to_text(&error->from, from));
        finish(probe, CHECK_FAIL, reason);
}

/* Returns how many there were. */
static unsigned read_errors(Family *family)
{
        IcmpError error;
        unsigned n = 0;

        while (n < ERRORS_A_TURN && icmp_socket_receive_error(&family->socket, &error)) {
                take_error(family, &error);
                n++;
        }
        return n;
}

static void read_replies(Family *family)
{
        IcmpEcho replies[ICMP_BATCH];
        size_t count;

        for (unsigned i = 0; i < BATCHES_A_TURN; i++) {
                int r = icmp_socket_receive(&family->socket, replies, &count);

                if (r < 0)
                        return;
                for (size_t j = 0; j < count; j++)
                        take_reply(family, &replies[j]);
                if (r < ICMP_BATCH)
                        return;
        }
}

static void send_all(Family *family);

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Family *family = userdata;

        (void) fd;
        if (events & EPOLLERR)
                read_errors(family);
        read_replies(family);
        if (events & EPOLLOUT) {
                sd_event_source_set_io_events(source, EPOLLIN);
                send_all(family);
        }
        return 0;
}

static void tell_forbidden(Icmp *icmp)
{
        if (!icmp->forbidden)
                log_message(LOG_ERR, MESSAGE_CHECK_IMPOSSIBLE, NULL, "checks by ICMP are impossible: %s",
                        REASON_FORBIDDEN);
        icmp->forbidden = true;
}

static int open_family(Family *family)
{
        int r = icmp_socket_open(&family->socket, family->socket.family);

        if (r < 0)
                return r;
        r = sd_event_add_io(family->icmp->event, &family->io, family->socket.fd, EPOLLIN, on_io, family);
        if (r < 0)
                icmp_socket_close(&family->socket);
        return r;
}

/* Tries again now and then: the system's administrator may have changed something. */
static int ensure_open(Family *family)
{
        usec_t now_usec = clock_now_usec(CLOCK_MONOTONIC);

        if (family->socket.fd >= 0)
                return 0;
        if (family->error != 0 && now_usec < family->failed_usec + REOPEN_USEC)
                return family->error;
        family->error = open_family(family);
        family->failed_usec = now_usec;
        if (family->error == -EPERM || family->error == -EACCES)
                tell_forbidden(family->icmp);
        else if (family->error == 0)
                family->icmp->forbidden = false;
        return family->error;
}

static void fail_unsent(Family *family, int error)
{
        const char *reason = error == -EPERM || error == -EACCES ? REASON_FORBIDDEN : reason_of_error(-error);
        Probe *probe;

        while ((probe = TAILQ_FIRST(&family->unsent)))
                finish(probe, CHECK_INDETERMINATE, reason);
}

static size_t collect(Family *family, IcmpEcho echoes[static ICMP_BATCH])
{
        uint64_t cookies[ICMP_BATCH];
        size_t count = 0;
        Probe *probe;
        /* Up to 256 bytes are never short once the generator is seeded (getrandom(2)). */
        ssize_t n = getrandom(cookies, sizeof cookies, 0);

        assert(n == sizeof cookies);
        (void) n;
        TAILQ_FOREACH(probe, &family->unsent, entry) {
                if (count == ICMP_BATCH)
                        break;
                probe->echo.cookie = cookies[count];
                echoes[count++] = probe->echo;
        }
        return count;
}

/* Returns how many were sent; negative errno. */
static int send_batch(Family *family)
{
        IcmpEcho echoes[ICMP_BATCH];
        size_t count = collect(family, echoes);
        int r = icmp_socket_send(&family->socket, echoes, count);

        for (int i = 0; i < r; i++)
                set_sent(TAILQ_FIRST(&family->unsent));
        return r;
}

/* What somebody said of an earlier packet is returned by the next call, whatever that is about: only what
 * comes twice, and without such a message in between, is about the packet itself. Replies are read meanwhile,
 * else hundreds would wait for room. */
static void send_all(Family *family)
{
        bool again = false;

        while (!TAILQ_EMPTY(&family->unsent)) {
                int r = send_batch(family);

                if (r == -EAGAIN) {
                        sd_event_source_set_io_events(family->io, EPOLLIN | EPOLLOUT);
                        return;
                }
                if (r >= 0 || read_errors(family) > 0) {
                        again = false;
                        read_replies(family);
                } else if (!again) {
                        again = true;
                } else {
                        again = false;
                        finish(TAILQ_FIRST(&family->unsent), CHECK_INDETERMINATE, reason_of_error(-r));
                }
        }
}

static int on_flush(sd_event_source *source, void *userdata)
{
        Icmp *icmp = userdata;

        (void) source;
        for (size_t i = 0; i < ARRAY_LENGTH(icmp->families); i++) {
                Family *family = &icmp->families[i];
                int r = TAILQ_EMPTY(&family->unsent) ? 0 : ensure_open(family);

                if (r < 0)
                        fail_unsent(family, r);
                else
                        send_all(family);
        }
        return 0;
}

static int start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        Icmp *icmp = (Icmp *) prober;
        Family *family = &icmp->families[address->family == AF_INET ? 0 : 1];
        AUTO_FREE Probe *probe = calloc(1, sizeof *probe);
        int r;

        if (!probe)
                return -ENOMEM;
        r = schedule_reserve(
                icmp->deadlines, icmp->families[0].table.count + icmp->families[1].table.count + 1);
        if (r < 0)
                return r;
        r = sequence_add(&family->table, probe, &probe->echo.sequence);
        if (r < 0)
                return r;
        probe->family = family;
        probe->echo.address = *address;
        probe->timeout_usec = config->timeout_usec;
        probe->done = done;
        probe->userdata = userdata;
        probe->unsent = true;
        TAILQ_INSERT_TAIL(&family->unsent, probe, entry);
        schedule_set(
                icmp->deadlines, &probe->deadline, clock_now_usec(CLOCK_MONOTONIC) + config->timeout_usec);
        sd_event_source_set_enabled(icmp->flush, SD_EVENT_ONESHOT);
        *ret = STEAL(probe);
        return 0;
}

static void cancel(Prober *prober, Probe *probe)
{
        (void) prober;
        probe_free(probe);
}

static Prober *icmp_free(Prober *prober)
{
        Icmp *icmp = (Icmp *) prober;

        for (size_t i = 0; i < ARRAY_LENGTH(icmp->families); i++) {
                Family *family = &icmp->families[i];

                assert(family->table.count == 0);
                sd_event_source_disable_unref(family->io);
                icmp_socket_close(&family->socket);
                sequence_table_done(&family->table);
        }
        sd_event_source_disable_unref(icmp->flush);
        schedule_free(icmp->deadlines);
        sd_event_unref(icmp->event);
        free(icmp);
        return NULL;
}

static const ProberOps ops = { .start = start, .cancel = cancel, .free = icmp_free };

int icmp_prober_new(Prober **ret, sd_event *event)
{
        static const int families[] = { AF_INET, AF_INET6 };
        ScheduleOptions options = { .priority = DEADLINE_PRIORITY, .due = on_deadline };
        AUTO(prober_freep) Prober *prober = NULL;
        Icmp *icmp = calloc(1, sizeof *icmp);
        int r;

        if (!icmp)
                return -ENOMEM;
        prober = &icmp->prober;
        prober->ops = &ops;
        icmp->event = sd_event_ref(event);
        for (size_t i = 0; i < ARRAY_LENGTH(icmp->families); i++) {
                icmp->families[i].icmp = icmp;
                icmp->families[i].socket = (IcmpSocket){ .family = families[i], .fd = -1 };
                TAILQ_INIT(&icmp->families[i].unsent);
        }
        r = schedule_new(&icmp->deadlines, event, &options);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &icmp->flush, on_flush, icmp);
        if (r < 0)
                return r;
        sd_event_source_set_enabled(icmp->flush, SD_EVENT_OFF);
        *ret = STEAL(prober);
        return 0;
}
