/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "ctl/client.h"
#include "ctl/output.h"

/* The commands: what each is called, takes and does. */

typedef struct Ctl Ctl;

typedef enum CommandOptions {
        OPTION_JSON = 1 << 0,
        OPTION_LEGEND = 1 << 1,
        OPTION_FORCE = 1 << 2,
        OPTION_TIMEOUT = 1 << 3,
        OPTION_FOR = 1 << 4,
        OPTION_REASON = 1 << 5,
} CommandOptions;

enum {
        OPERANDS_MAX = 2,
};

typedef struct Command {
        const char *name;
        const char *operands;   /* "POOL [MEMBER]", those in brackets may be left out; NULL: takes none */
        const char *help;       /* what it does, in one line */
        const char *action;     /* polkit's name of what it may need; NULL: everybody may */
        const char *doing;      /* "publish", for "you may not …" */
        bool never_asks;        /* for a password, whoever runs it where */
        const char *admin;      /* "drain": the state of a member that it sets; NULL: it sets none */
        CommandOptions options; /* those that it takes beside the common ones */
        /* A negative errno with *error set where there are words for it: what main says and exits with 1. */
        int (*run)(Ctl *ctl, sd_bus_error *error);
} Command;

/* Ends with a name that is NULL. The first is the default. */
const Command *command_table(void);
const Command *command_find(const char *name);

typedef struct Arguments {
        const Command *command;
        const char *operands[OPERANDS_MAX]; /* NULL: not given */
        ColourWhen colour;
        bool json, no_legend, force;
        usec_t timeout_usec;
        usec_t for_usec;    /* 0: until somebody says otherwise */
        const char *reason; /* NULL: none */
} Arguments;

struct Ctl {
        Arguments arguments;
        Client *client;
        Output output;
};

/* One file each, or one for several that are alike. */
int status_run(Ctl *ctl, sd_bus_error *error);
int list_run(Ctl *ctl, sd_bus_error *error);
int explain_run(Ctl *ctl, sd_bus_error *error);
int publish_run(Ctl *ctl, sd_bus_error *error);
int refresh_run(Ctl *ctl, sd_bus_error *error);
int reload_run(Ctl *ctl, sd_bus_error *error);
int monitor_run(Ctl *ctl, sd_bus_error *error);
int log_level_run(Ctl *ctl, sd_bus_error *error);
int withdraw_run(Ctl *ctl, sd_bus_error *error);
int failover_run(Ctl *ctl, sd_bus_error *error);
int failback_run(Ctl *ctl, sd_bus_error *error);
int admin_run(Ctl *ctl, sd_bus_error *error); /* drain, maintenance, up, down, auto */
int check_run(Ctl *ctl, sd_bus_error *error);
