/* SPDX-License-Identifier: BSD-3-Clause */

/* Http: libcurl's multi handle on the event loop. libcurl says which sockets to watch and when to wake it,
 * and is told what happened; nothing is asked of it while it is calling us. */

#include "http/http.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "http/libcurl.h"
#include "http/request.h"
#include "util/log.h"

#define TIMER_ACCURACY_USEC USEC_PER_MSEC

struct HttpClient {
        sd_event *event;
        Libcurl curl;
        bool complained; /* that there is none */
        CURLM *multi;    /* NULL: not loaded yet */
        sd_event_source *timer;
};

static void finish(HttpRequest *request, CURLcode code)
{
        HttpAnswer answer;

        request->curl->multi_remove_handle(request->client->multi, request->easy);
        request_judge(request, code, &answer);
        request->done(request->userdata, &answer);
        request_free(request);
}

/* Tells of all that ended. */
static void collect(HttpClient *client)
{
        CURLMsg *message;
        int left;

        while ((message = client->curl.multi_info_read(client->multi, &left))) {
                HttpRequest *request = NULL;

                if (message->msg != CURLMSG_DONE)
                        continue;
                client->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
                finish(request, message->data.result);
        }
}

static void act(HttpClient *client, curl_socket_t fd, int what)
{
        int running;

        client->curl.multi_socket_action(client->multi, fd, what, &running);
        collect(client);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        int what = 0;

        (void) source;
        if (events & EPOLLIN)
                what |= CURL_CSELECT_IN;
        if (events & EPOLLOUT)
                what |= CURL_CSELECT_OUT;
        if (events & (EPOLLERR | EPOLLHUP))
                what |= CURL_CSELECT_ERR;
        act(userdata, fd, what);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        act(userdata, CURL_SOCKET_TIMEOUT, 0);
        return 0;
}

/* What libcurl wishes. To refuse it anything (-1) would end all transfers and the multi handle with them. */

static void watch(HttpClient *client, CURL *easy, curl_socket_t fd, uint32_t events)
{
        HttpRequest *request = NULL;
        sd_event_source *source = NULL;
        int r = sd_event_add_io(client->event, &source, fd, events, on_io, client);

        if (r >= 0) {
                client->curl.multi_assign(client->multi, fd, source);
                return;
        }
        /* It will time out, and is not the server's fault. */
        client->curl.easy_getinfo(easy, CURLINFO_PRIVATE, &request);
        request->own_error = -r;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data)
{
        HttpClient *client = userdata;
        sd_event_source *source = socket_data;
        uint32_t events = 0;

        if (what == CURL_POLL_REMOVE) {
                sd_event_source_disable_unref(source);
                return 0;
        }
        if (what & CURL_POLL_IN)
                events |= EPOLLIN;
        if (what & CURL_POLL_OUT)
                events |= EPOLLOUT;
        if (source)
                sd_event_source_set_io_events(source, events);
        else
                watch(client, easy, fd, events);
        return 0;
}

static int on_wish_for_timer(CURLM *multi, long timeout_msec, void *userdata)
{
        HttpClient *client = userdata;

        (void) multi;
        if (timeout_msec < 0) {
                sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
                return 0;
        }
        sd_event_source_set_time_relative(client->timer, (usec_t) timeout_msec * USEC_PER_MSEC);
        sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
        return 0;
}

/* The first request. */

static void complain(HttpClient *client, const char *reason)
{
        if (!client->complained)
                log_error("HTTP needs libcurl, which cannot be used: %s", reason ?: strerror(ENOMEM));
        client->complained = true;
}

static int open_multi(HttpClient *client)
{
        const Libcurl *curl = &client->curl;
        CURLM *multi = curl->multi_init();

        if (!multi)
                return -ENOMEM;
        if (curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) != CURLM_OK ||
                curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, client) != CURLM_OK ||
                curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_wish_for_timer) != CURLM_OK ||
                curl->multi_setopt(multi, CURLMOPT_TIMERDATA, client) != CURLM_OK) {
                curl->multi_cleanup(multi);
                return -EINVAL;
        }
        client->multi = multi;
        return 0;
}

static int prepare(HttpClient *client)
{
        AUTO_FREE char *reason = NULL;
        int r;

        if (client->multi)
                return 0;
        if (!client->curl.library) {
                r = libcurl_load(&client->curl, &reason);
                if (r < 0) {
                        complain(client, reason);
                        return r;
                }
        }
        return open_multi(client);
}

int http_start(
        HttpClient *client, HttpRequest **ret, const HttpOptions *options, HttpDone done, void *userdata)
{
        AUTO(request_freep) HttpRequest *request = NULL;
        int r = prepare(client);

        if (r < 0)
                return r;
        r = request_new(&request, &client->curl, options);
        if (r < 0)
                return r;
        request->client = client;
        request->done = done;
        request->userdata = userdata;
        /* Only asks for the timer: it begins in the loop. */
        if (client->curl.multi_add_handle(client->multi, request->easy) != CURLM_OK)
                return -ENOMEM;
        *ret = STEAL(request);
        return 0;
}

void http_cancel(HttpRequest *request)
{
        request->curl->multi_remove_handle(request->client->multi, request->easy);
        request_free(request);
}

int http_client_new(HttpClient **ret, sd_event *event)
{
        AUTO(http_client_freep) HttpClient *client = calloc(1, sizeof *client);
        int r;

        if (!client)
                return -ENOMEM;
        client->event = sd_event_ref(event);
        r = sd_event_add_time(
                event, &client->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_USEC, on_timer, client);
        if (r >= 0)
                r = sd_event_source_set_enabled(client->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret = STEAL(client);
        return 0;
}

HttpClient *http_client_free(HttpClient *client)
{
        if (!client)
                return NULL;
        if (client->multi)
                client->curl.multi_cleanup(client->multi);
        sd_event_source_disable_unref(client->timer);
        sd_event_unref(client->event);
        free(client);
        return NULL;
}
