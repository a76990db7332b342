/* SPDX-License-Identifier: BSD-3-Clause */

/* Request: what libcurl would do by itself for the sake of comfort (ask a resolver, a proxy, a cache; follow,
 * reuse, install signal handlers, read without end) is switched off here. */

#include "http/request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "util/text.h"
#include "version.h"

enum {
        HEADERS_MAX = 64 * 1024, /* bytes of an answer's head: libcurl keeps them all */
};

/* Setting options: after the first error no more are set. */

typedef struct Setup {
        const Libcurl *curl;
        CURL *easy;
        CURLcode code;
} Setup;

static void set_long(Setup *setup, CURLoption option, long value)
{
        if (setup->code == CURLE_OK)
                setup->code = setup->curl->easy_setopt(setup->easy, option, value);
}

static void set_text(Setup *setup, CURLoption option, const char *value)
{
        if (setup->code == CURLE_OK)
                setup->code = setup->curl->easy_setopt(setup->easy, option, value);
}

static void set_object(Setup *setup, CURLoption option, void *value)
{
        if (setup->code == CURLE_OK)
                setup->code = setup->curl->easy_setopt(setup->easy, option, value);
}

static void set_data_function(Setup *setup, CURLoption option, curl_write_callback function)
{
        if (setup->code == CURLE_OK)
                setup->code = setup->curl->easy_setopt(setup->easy, option, function);
}

static void set_socket_function(Setup *setup, CURLoption option, curl_opensocket_callback function)
{
        if (setup->code == CURLE_OK)
                setup->code = setup->curl->easy_setopt(setup->easy, option, function);
}

/* What comes in. */

static size_t on_header(char *data, size_t size, size_t n, void *userdata)
{
        HttpRequest *request = userdata;

        (void) data;
        request->headers_size += size * n;
        return request->headers_size <= HEADERS_MAX ? size * n : 0;
}

static bool keep(HttpRequest *request, const char *data, size_t size)
{
        char *longer = realloc(request->body, request->body_size + size + 1);

        if (!longer)
                return false;
        request->body = longer;
        memcpy(longer + request->body_size, data, size);
        longer[request->body_size + size] = '\0';
        return true;
}

/* Taking less than was offered ends the transfer. */
static size_t on_body(char *data, size_t one, size_t n, void *userdata)
{
        HttpRequest *request = userdata;
        size_t size = one * n, room = request->body_limit - request->body_size;

        if (size > room) {
                request->body_cut = true;
                size = room;
        }
        if (request->keep_body && !keep(request, data, size)) {
                request->own_error = ENOMEM;
                return 0;
        }
        request->body_size += size;
        return request->body_cut ? 0 : size;
}

/* As libcurl would, but it does not tell why it could not. */
static curl_socket_t on_open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
        HttpRequest *request = userdata;
        int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

        (void) purpose;
        if (fd < 0)
                request->own_error = errno;
        return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* What goes out. */

static bool is_header(const char *header, const char *name)
{
        size_t size = strlen(name);

        return strncasecmp(header, name, size) == 0 && (header[size] == ':' || header[size] == ';');
}

static bool has_header(char *const *headers, const char *name)
{
        for (; headers && *headers; headers++)
                if (is_header(*headers, name))
                        return true;
        return false;
}

static int append(const Libcurl *curl, struct curl_slist **list, const char *text)
{
        struct curl_slist *longer = curl->slist_append(*list, text);

        if (!longer)
                return -ENOMEM;
        *list = longer;
        return 0;
}

static int make_headers(HttpRequest *request, const HttpOptions *options)
{
        int r = 0;

        for (char *const *at = options->headers; at && *at && r >= 0; at++)
                r = append(request->curl, &request->headers, *at);
        if (r >= 0 && !has_header(options->headers, "Connection"))
                r = append(request->curl, &request->headers, "Connection: close");
        /* libcurl would call it a form. */
        if (r >= 0 && options->body && !has_header(options->headers, "Content-Type"))
                r = append(request->curl, &request->headers, "Content-Type:");
        return r;
}

/* "::192.0.2.1:8080": whatever the host and the port, connect there. CURLOPT_RESOLVE would not do: all
 * requests of a client share what it says of a name. */
static int make_connect_to(HttpRequest *request, const HttpOptions *options)
{
        char address[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX + 16];
        bool ipv6 = options->address->family == AF_INET6;

        snprintf(text, sizeof text, "::%s%s%s:%u", ipv6 ? "[" : "",
                address_to_text(options->address, address), ipv6 ? "]" : "", options->port);
        return append(request->curl, &request->connect_to, text);
}

/* Without the path, where libcurl would take "#" and ".." for its own. Malloc'ed; NULL: out of memory. */
static char *make_url(const HttpOptions *options)
{
        bool literal = strchr(options->host, ':'); /* an IPv6 address */
        char *url;

        if (asprintf(&url, "%s://%s%s%s:%u/", options->tls ? "https" : "http", literal ? "[" : "",
                    options->host, literal ? "]" : "", options->port) < 0)
                return NULL;
        return url;
}

static bool method_has_body(const char *method)
{
        return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

static void set_method(Setup *setup, const HttpOptions *options)
{
        const char *body = options->body;

        if (!body && method_has_body(options->method))
                body = ""; /* then its length has to be told all the same */
        if (body)
                set_text(setup, CURLOPT_COPYPOSTFIELDS, body);
        if (strcmp(options->method, "HEAD") == 0)
                set_long(setup, CURLOPT_NOBODY, 1);
        else
                set_text(setup, CURLOPT_CUSTOMREQUEST, options->method);
}

static void set_tls(Setup *setup, const HttpOptions *options)
{
        set_long(setup, CURLOPT_SSL_VERIFYPEER, options->verify_tls ? 1 : 0);
        set_long(setup, CURLOPT_SSL_VERIFYHOST, options->verify_tls ? 2 : 0);
        /* A session that is resumed shows no certificate. */
        set_long(setup, CURLOPT_SSL_SESSIONID_CACHE, 0);
}

static void set_transport(Setup *setup, HttpRequest *request, const HttpOptions *options)
{
        set_long(setup, CURLOPT_NOSIGNAL, 1);
        set_text(setup, CURLOPT_PROTOCOLS_STR, "http,https");
        set_text(setup, CURLOPT_PROXY, ""); /* whatever the environment says */
        set_long(setup, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        set_long(setup, CURLOPT_FRESH_CONNECT, 1);
        set_long(setup, CURLOPT_FORBID_REUSE, 1);
        /* Rounded up: 0 would be for ever. */
        set_long(setup, CURLOPT_TIMEOUT_MS,
                (long) ((options->timeout_usec + USEC_PER_MSEC - 1) / USEC_PER_MSEC));
        set_object(setup, CURLOPT_CONNECT_TO, request->connect_to);
        set_socket_function(setup, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
        set_object(setup, CURLOPT_OPENSOCKETDATA, request);
}

static CURLcode set_up(HttpRequest *request, const HttpOptions *options, const char *url)
{
        Setup setup = { .curl = request->curl, .easy = request->easy };

        set_text(&setup, CURLOPT_URL, url);
        set_text(&setup, CURLOPT_REQUEST_TARGET, options->path);
        set_text(&setup, CURLOPT_USERAGENT, "signpost/" SIGNPOST_VERSION);
        set_object(&setup, CURLOPT_HTTPHEADER, request->headers);
        set_object(&setup, CURLOPT_PRIVATE, request);
        set_object(&setup, CURLOPT_ERRORBUFFER, request->complaint);
        set_data_function(&setup, CURLOPT_HEADERFUNCTION, on_header);
        set_object(&setup, CURLOPT_HEADERDATA, request);
        set_data_function(&setup, CURLOPT_WRITEFUNCTION, on_body);
        set_object(&setup, CURLOPT_WRITEDATA, request);
        set_transport(&setup, request, options);
        set_tls(&setup, options);
        set_method(&setup, options);
        return setup.code;
}

HttpRequest *request_free(HttpRequest *request)
{
        if (!request)
                return NULL;
        if (request->easy)
                request->curl->easy_cleanup(request->easy);
        request->curl->slist_free_all(request->headers);
        request->curl->slist_free_all(request->connect_to);
        free(request->body);
        free(request);
        return NULL;
}

int request_new(HttpRequest **ret, const Libcurl *curl, const HttpOptions *options)
{
        AUTO(request_freep) HttpRequest *request = calloc(1, sizeof *request);
        AUTO_FREE char *url = make_url(options);
        CURLcode code;
        int r;

        if (!request)
                return -ENOMEM;
        request->curl = curl;
        request->body_limit = options->body_limit;
        request->keep_body = options->keep_body;
        request->easy = curl->easy_init();
        if (!request->easy || !url)
                return -ENOMEM;
        r = make_headers(request, options);
        if (r < 0)
                return r;
        r = make_connect_to(request, options);
        if (r < 0)
                return r;
        code = set_up(request, options, url);
        if (code != CURLE_OK)
                return code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
        *ret = STEAL(request);
        return 0;
}

/* What came of it. */

static unsigned get_long(const HttpRequest *request, CURLINFO info)
{
        long value = 0;

        request->curl->easy_getinfo(request->easy, info, &value);
        return value > 0 ? (unsigned) value : 0;
}

/* "Failed to connect" -> "failed to connect", but "SSL …" */
static void begin_small(char *text)
{
        if (!isupper((unsigned char) text[1]))
                text[0] = (char) tolower((unsigned char) text[0]);
}

static const char *explain(HttpRequest *request, CURLcode code)
{
        char *text = request->complaint;

        if (request->headers_size > HEADERS_MAX)
                return "the head of the answer is too long";
        if (!text[0])
                snprintf(text, sizeof request->complaint, "%s", request->curl->easy_strerror(code));
        text_scrub(text);
        begin_small(text);
        return text;
}

static bool is_ours(const HttpRequest *request, CURLcode code)
{
        switch (code) {
        case CURLE_UNSUPPORTED_PROTOCOL: /* of our URL, or of what the server says */
                return get_long(request, CURLINFO_NUM_CONNECTS) == 0;
        case CURLE_FAILED_INIT:
        case CURLE_URL_MALFORMAT:
        case CURLE_NOT_BUILT_IN:
        case CURLE_OUT_OF_MEMORY:
        case CURLE_ABORTED_BY_CALLBACK:
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_CACERT_BADFILE:
                return true;
        default:
                return false;
        }
}

void request_judge(HttpRequest *request, CURLcode code, HttpAnswer *ret)
{
        *ret = (HttpAnswer){
                .status = get_long(request, CURLINFO_RESPONSE_CODE),
                .body = request->body,
                .body_size = request->body ? request->body_size : 0,
                .body_cut = request->body_cut,
        };
        if (request->own_error != 0) {
                ret->result = HTTP_IMPOSSIBLE;
                ret->error = request->own_error;
                ret->reason = strerror(request->own_error);
        } else if (code == CURLE_OK || request->body_cut) {
                ret->result = HTTP_ANSWERED;
        } else if (code == CURLE_OPERATION_TIMEDOUT) {
                ret->result = HTTP_TIMED_OUT;
        } else {
                ret->result = is_ours(request, code) ? HTTP_IMPOSSIBLE : HTTP_FAILED;
                ret->error = code == CURLE_COULDNT_CONNECT ? (int) get_long(request, CURLINFO_OS_ERRNO) : 0;
                ret->reason = explain(request, code);
        }
}
