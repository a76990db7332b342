/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dns/server-address.h"
#include "util/clock.h"

/* What resolv.conf(5) says, as far as absolute names need it. A value: copy it freely. */

enum {
        RESOLV_CONF_SERVERS_MAX = 3, /* MAXNS of resolv.conf(5) */
};

typedef struct ResolvConf {
        size_t n_servers; /* at least 1: without any, this host itself is asked */
        ServerAddress servers[RESOLV_CONF_SERVERS_MAX];
        usec_t timeout_usec; /* for one try at one server */
        unsigned attempts;   /* rounds through all servers */
        bool tcp;
} ResolvConf;

/* Takes the text of the file; lines that it does not understand do not count. */
void resolv_conf_parse(ResolvConf *ret, const char *text);
