/* SPDX-License-Identifier: BSD-3-Clause */

#include "http/libcurl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

#define LIBRARY "libcurl.so.4"

static const struct {
        const char *name;
        size_t offset;
} functions[] = {
        { "curl_global_init", offsetof(Libcurl, global_init) },
        { "curl_multi_init", offsetof(Libcurl, multi_init) },
        { "curl_multi_setopt", offsetof(Libcurl, multi_setopt) },
        { "curl_multi_cleanup", offsetof(Libcurl, multi_cleanup) },
        { "curl_multi_add_handle", offsetof(Libcurl, multi_add_handle) },
        { "curl_multi_remove_handle", offsetof(Libcurl, multi_remove_handle) },
        { "curl_multi_assign", offsetof(Libcurl, multi_assign) },
        { "curl_multi_socket_action", offsetof(Libcurl, multi_socket_action) },
        { "curl_multi_info_read", offsetof(Libcurl, multi_info_read) },
        { "curl_easy_init", offsetof(Libcurl, easy_init) },
        { "curl_easy_setopt", offsetof(Libcurl, easy_setopt) },
        { "curl_easy_getinfo", offsetof(Libcurl, easy_getinfo) },
        { "curl_easy_strerror", offsetof(Libcurl, easy_strerror) },
        { "curl_easy_cleanup", offsetof(Libcurl, easy_cleanup) },
        { "curl_slist_append", offsetof(Libcurl, slist_append) },
        { "curl_slist_free_all", offsetof(Libcurl, slist_free_all) },
};

static bool find_functions(Libcurl *curl)
{
        for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
                void *function = dlsym(curl->library, functions[i].name);

                if (!function)
                        return false;
                memcpy((char *) curl + functions[i].offset, &function, sizeof function);
        }
        return true;
}

int libcurl_load(Libcurl *ret, char **ret_reason)
{
        Libcurl curl = { .library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };

        if (!curl.library || !find_functions(&curl)) {
                *ret_reason = strdup(dlerror());
                return -ELIBACC;
        }
        if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
                *ret_reason = strdup(LIBRARY " cannot be initialised");
                return -ELIBACC;
        }
        *ret = curl;
        return 0;
}
