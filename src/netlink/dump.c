/* SPDX-License-Identifier: BSD-3-Clause */

/* Dump: asks the kernel for all links, then for all addresses. It has a socket of its own and only as long
 * as it lasts: a dump and the events do not mix, and a dump that is given up leaves nothing to clean away. */

#include "netlink/dump.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>

struct Dump {
        Channel *channel;
        ChannelMessage message;
        DumpDone done;
        void *userdata;
        int type; /* what was asked for: RTM_GETLINK, RTM_GETADDR */
        bool interrupted;
        bool ended; /* this type's last message came */
        int error;  /* it came with a negative errno, else 0 */
};

/* Both NLMSG_DONE and NLMSG_ERROR begin with a negative errno or 0. */
static int read_error(const struct nlmsghdr *message)
{
        int error = 0;

        if (nlmsg_datalen(message) >= (int) sizeof error)
                memcpy(&error, nlmsg_data(message), sizeof error);
        return error < 0 ? error : 0;
}

static void on_message(const struct nlmsghdr *message, void *userdata)
{
        Dump *dump = userdata;

        if (message->nlmsg_flags & NLM_F_DUMP_INTR)
                dump->interrupted = true;
        if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
                dump->ended = true;
                dump->error = read_error(message);
                return;
        }
        dump->message(message, dump->userdata);
}

/* 1: all has come; 0: more will; negative errno. */
static int step(Dump *dump)
{
        int r = channel_receive(dump->channel, on_message, dump);

        if (r < 0)
                return r;
        if (!dump->ended)
                return 0;
        if (dump->error < 0)
                return dump->error;
        if (dump->type == RTM_GETADDR)
                return 1;
        dump->type = RTM_GETADDR;
        dump->ended = false;
        return channel_send_dump_request(dump->channel, dump->type);
}

static void on_ready(void *userdata)
{
        Dump *dump = userdata;
        int r = step(dump);

        if (r == 0)
                return;
        if (r > 0)
                r = dump->interrupted ? -EINTR : 0;
        dump->done(r, dump->userdata);
}

int dump_new(Dump **ret, sd_event *event, ChannelMessage message, DumpDone done, void *userdata)
{
        static const int no_groups[] = { 0 };
        AUTO(dump_freep) Dump *dump = calloc(1, sizeof *dump);
        int r;

        if (!dump)
                return -ENOMEM;
        dump->message = message;
        dump->done = done;
        dump->userdata = userdata;
        dump->type = RTM_GETLINK;
        r = channel_new(&dump->channel, event, no_groups, on_ready, dump);
        if (r < 0)
                return r;
        r = channel_send_dump_request(dump->channel, dump->type);
        if (r < 0)
                return r;
        *ret = STEAL(dump);
        return 0;
}

Dump *dump_free(Dump *dump)
{
        if (!dump)
                return NULL;
        channel_free(dump->channel);
        free(dump);
        return NULL;
}
