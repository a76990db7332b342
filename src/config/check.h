/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/config.h"

/* A check, while the configuration is built. */

CheckConfig *check_config_free(CheckConfig *check);
DEFINE_FREEP(CheckConfig, check_config_free)

/* Some order in which only equal checks compare as 0. */
int check_config_compare(const CheckConfig *a, const CheckConfig *b);

/* For the schema: `check` is a CheckConfig. -EINVAL, -ENOMEM. */
int check_config_set_path(void *check, const char *text);
int check_config_set_method(void *check, const char *text);
int check_config_set_host(void *check, const char *text);
int check_config_add_header(void *check, const char *text);
int check_config_set_body(void *check, const char *text);
int check_config_add_status(void *check, const char *text);
int check_config_set_expect_body(void *check, const char *text);
int check_config_add_argument(void *check, const char *text);
