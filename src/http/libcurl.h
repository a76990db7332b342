/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Its type checks replace functions by macros that call them by name; ours go through a pointer. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* What we use of libcurl, which is not linked but loaded when it is needed: it brings some 25 libraries
 * along, and a daemon that checks nothing by HTTP has no use for their memory. */
typedef struct Libcurl {
        void *library;
        typeof(curl_global_init) *global_init;
        typeof(curl_multi_init) *multi_init;
        typeof(curl_multi_setopt) *multi_setopt;
        typeof(curl_multi_cleanup) *multi_cleanup;
        typeof(curl_multi_add_handle) *multi_add_handle;
        typeof(curl_multi_remove_handle) *multi_remove_handle;
        typeof(curl_multi_assign) *multi_assign;
        typeof(curl_multi_socket_action) *multi_socket_action;
        typeof(curl_multi_info_read) *multi_info_read;
        typeof(curl_easy_init) *easy_init;
        typeof(curl_easy_setopt) *easy_setopt;
        typeof(curl_easy_getinfo) *easy_getinfo;
        typeof(curl_easy_strerror) *easy_strerror;
        typeof(curl_easy_cleanup) *easy_cleanup;
        typeof(curl_slist_append) *slist_append;
        typeof(curl_slist_free_all) *slist_free_all;
} Libcurl;

/* Takes some 20 ms, from the disk even longer. -ELIBACC when it is missing or too old; *ret_reason (a
 * sentence, malloc'ed, perhaps NULL) says what is missing. It stays loaded for good: the libraries under it
 * do not bear to go. */
int libcurl_load(Libcurl *ret, char **ret_reason);
