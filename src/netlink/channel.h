/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

/* A netlink socket in the event loop. */
typedef struct Channel Channel;

/* Something can be received. May free the channel. */
typedef void (*ChannelReady)(void *userdata);

/* One message of the kernel; must not free the channel. */
typedef void (*ChannelMessage)(const struct nlmsghdr *message, void *userdata);

/* groups: RTNLGRP_*, ended by 0; none for a socket that only asks. Negative errno. */
int channel_new(Channel **ret, sd_event *event, const int *groups, ChannelReady ready, void *userdata);
Channel *channel_free(Channel *channel);
DEFINE_FREEP(Channel, channel_free)

/* While off, `ready` is not called and what comes is kept in the socket's buffer. */
int channel_enable(Channel *channel, bool on);

/* Asks for all objects: `type` is RTM_GETLINK or RTM_GETADDR. */
int channel_send_dump_request(Channel *channel, int type);

/* Takes one datagram from the socket and passes on its messages. 1: there was one; 0: nothing waits;
 * -ENOBUFS: the kernel had to drop messages, but there may be more; another negative errno: the socket is
 * of no more use. */
int channel_receive(Channel *channel, ChannelMessage message, void *userdata);
