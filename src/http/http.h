/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "model/address.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* HTTP requests on the event loop. Each has a connection of its own to an address that is given: no name is
 * resolved, no proxy asked, no redirect followed, nothing kept from one to the next. */
typedef struct HttpClient HttpClient;
typedef struct HttpRequest HttpRequest;

/* All borrowed for the call alone. */
typedef struct HttpOptions {
        bool tls;
        bool verify_tls;        /* the certificate: who signed it, until when, for `host` */
        const Address *address; /* where to connect to */
        uint16_t port;
        const char *host;     /* for the Host header, SNI and the certificate */
        const char *method;   /* "GET" */
        const char *path;     /* sent as it stands, with its query */
        char *const *headers; /* "Name: value", ended by NULL, over ours of the same name; NULL: none */
        const char *body;     /* NULL: none */
        usec_t timeout_usec;  /* until the last byte */
        size_t body_limit;    /* of the answer's body no more is read; what is longer is no error */
        bool keep_body;       /* else it is read and thrown away */
} HttpOptions;

typedef enum HttpResult {
        HTTP_ANSWERED,
        HTTP_TIMED_OUT,
        HTTP_FAILED,     /* the server, or the network, did not do its part */
        HTTP_IMPOSSIBLE, /* because of this host: no certificates to verify with, out of memory, … */
} HttpResult;

typedef struct HttpAnswer {
        HttpResult result;
        unsigned status;    /* 0: none came. Also when the answer broke off after it */
        int error;          /* FAILED, IMPOSSIBLE: errno when it was the kernel that said no, else 0 */
        const char *reason; /* FAILED, IMPOSSIBLE: in words */
        const char *body;   /* NUL-terminated, though it may hold others; NULL: none, or not kept */
        size_t body_size;
        bool body_cut; /* there was more than the limit */
} HttpAnswer;

/* Called once, from the loop; the request is gone then. Borrowed. May start and cancel requests, but not free
 * the client. */
typedef void (*HttpDone)(void *userdata, const HttpAnswer *answer);

/* Loads nothing before the first request. */
int http_client_new(HttpClient **ret, sd_event *event);
/* After its requests. */
HttpClient *http_client_free(HttpClient *client);
DEFINE_FREEP(HttpClient, http_client_free)

/* -ELIBACC when there is no libcurl (logged once; looked for again each time); -ENOMEM, -EINVAL, … */
int http_start(
        HttpClient *client, HttpRequest **ret, const HttpOptions *options, HttpDone done, void *userdata);
void http_cancel(HttpRequest *request);
