/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/config.h"

/* A source of addresses, while the configuration is built. */

SourceConfig *source_free(SourceConfig *source);
DEFINE_FREEP(SourceConfig, source_free)

/* Some order in which only equal sources compare as 0. */
int source_compare(const SourceConfig *a, const SourceConfig *b);

/* For the schema: `source` is a SourceConfig with its family set. -EINVAL, -ENOMEM. */
void source_prepare_ipv4(void *source);
void source_prepare_ipv6(void *source);
int source_add_interface(void *source, const char *text);
int source_add_include(void *source, const char *text);
int source_add_exclude(void *source, const char *text);
int source_add_address(void *source, const char *text);
int source_set_suffix(void *source, const char *text);
