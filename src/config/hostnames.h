/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

/* %H: the full host name, %l: its first label, %%: a percent sign. `hostname` may be NULL or empty.
 * -EINVAL: `ret_wrong` says what it must be ("must …"); -ENOMEM. */
int hostname_expand(char **ret, const char *text, const char *hostname, const char **ret_wrong);

/* Could its first label stand in a domain name as it is? */
bool hostname_is_usable(const char *hostname);

/* Is it a host name as others can write it? A last label of digits only makes it a mistyped IPv4 address, and
 * no name (RFC 1123 section 2.1). */
bool hostname_is_valid(const char *text);
