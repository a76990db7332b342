/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "http/http.h"
#include "http/libcurl.h"

/* One transfer: what libcurl is told of it, what comes in, and what came of it. */

struct HttpRequest {
        HttpClient *client;
        const Libcurl *curl;
        CURL *easy;
        struct curl_slist *headers, *connect_to;
        HttpDone done;
        void *userdata;

        char complaint[CURL_ERROR_SIZE];
        int own_error; /* errno of what failed on our side; 0: nothing did */
        size_t headers_size;
        char *body; /* what is kept */
        size_t body_size, body_limit;
        bool keep_body, body_cut;
};

/* easy: to be run by a multi handle. -ENOMEM, -EINVAL. */
int request_new(HttpRequest **ret, const Libcurl *curl, const HttpOptions *options);
/* After it was taken out of the multi handle. */
HttpRequest *request_free(HttpRequest *request);
DEFINE_FREEP(HttpRequest, request_free)

/* *ret borrows from the request. */
void request_judge(HttpRequest *request, CURLcode code, HttpAnswer *ret);
