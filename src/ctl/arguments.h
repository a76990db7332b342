/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "ctl/command.h"

/* 1: there is a command to run; 0: nothing is left to do (--help, --version); -EINVAL after it has said what
 * is wrong. */
int arguments_parse(Arguments *ret, int argc, char *argv[]);
