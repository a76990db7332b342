/* SPDX-License-Identifier: BSD-3-Clause */

/* Http: asks the target for a page and judges status and text. The page is read to its end (or to BODY_MAX)
 * also when nobody looks for a text in it: a server that begins to answer but cannot end is not well. */

#include "http/http.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "check/probe.h"
#include "check/reason.h"

enum {
        BODY_MAX = 64 * 1024,
        REASON_MAX = 320,
};

typedef struct HttpProber {
        Prober prober;
        HttpClient *client;
} HttpProber;

struct Probe {
        HttpRequest *request;
        const CheckConfig *config;
        Address address;
        ProbeDone done;
        void *userdata;
};

static bool is_expected_status(const CheckConfig *config, unsigned status)
{
        for (size_t i = 0; i < config->n_expect_status; i++)
                if (config->expect_status[i].first <= status && status <= config->expect_status[i].last)
                        return true;
        return false;
}

static bool has_expected_text(const CheckConfig *config, const HttpAnswer *answer)
{
        if (!config->expect_body)
                return true;
        return answer->body &&
               memmem(answer->body, answer->body_size, config->expect_body, strlen(config->expect_body));
}

/* Is there a way to this address, as far as this host knows? To connect a datagram socket sends nothing. */
static bool has_route(const Address *address)
{
        AUTO_CLOSE int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = address->ipv4 };
        struct sockaddr_in6 ipv6 = {
                .sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = address->ipv6
        };

        if (address->family == AF_INET)
                return fd >= 0 && connect(fd, (struct sockaddr *) &ipv4, sizeof ipv4) == 0;
        return fd >= 0 && connect(fd, (struct sockaddr *) &ipv6, sizeof ipv6) == 0;
}

/* libcurl does not tell whether it was this host's kernel that said no, or somebody on the way. */
static bool is_error_ours(const Probe *probe, int error)
{
        switch (error) {
        case 0:
                return false;
        case EPERM: /* a filter of this host */
                return true;
        case ENETUNREACH:
        case EHOSTUNREACH:
        case EACCES:
        case EINVAL:
                return !has_route(&probe->address);
        default:
                return reason_is_ours(error);
        }
}

static CheckResult judge_answered(
        const CheckConfig *config, const HttpAnswer *answer, char reason[static REASON_MAX])
{
        if (!is_expected_status(config, answer->status)) {
                snprintf(reason, REASON_MAX, "status %u", answer->status);
                return CHECK_FAIL;
        }
        if (has_expected_text(config, answer))
                return CHECK_OK;
        snprintf(reason, REASON_MAX, "status %u, but the text that is expected is not in %s", answer->status,
                answer->body_cut ? "the first 64 KiB of the body" : "the body");
        return CHECK_FAIL;
}

static CheckResult judge_timed_out(
        const CheckConfig *config, const HttpAnswer *answer, char reason[static REASON_MAX])
{
        char within[REASON_TIMEOUT_MAX];

        reason_of_timeout(config->timeout_usec, within);
        if (answer->status != 0)
                snprintf(reason, REASON_MAX, "status %u, but the answer does not end: %s", answer->status,
                        within);
        else
                snprintf(reason, REASON_MAX, "%s", within);
        return CHECK_FAIL;
}

/* What is after the codes of "OpenSSL/3.0.11: error:0A00010B:SSL routines::wrong version number" and of "OpenSSL
 * SSL_connect: Connection reset by peer in connection to …"; NULL: it is no error of that library. */
static const char *find_tls_reason(const char *reason)
{
        const char *routines = strstr(reason, " routines:");
        const char *colon;

        if (strncasecmp(reason, "OpenSSL", strlen("OpenSSL")) != 0)
                return NULL;
        if (routines) {
                colon = strrchr(routines, ':');
                return colon + strspn(colon, ": ");
        }
        colon = strstr(reason, ": ");
        return colon ? colon + strlen(": ") : NULL;
}

static void explain(const HttpAnswer *answer, char reason[static REASON_MAX])
{
        const char *text = answer->error != 0 ? reason_of_error(answer->error) : answer->reason;
        const char *tls = find_tls_reason(text);
        const char *end = tls ? strstr(tls, " in connection to ") : NULL;

        if (!tls || !*tls)
                snprintf(reason, REASON_MAX, "%s", text);
        else
                snprintf(reason, REASON_MAX, "TLS: %.*s", (int) (end ? end - tls : (ptrdiff_t) strlen(tls)),
                        tls);
}

static CheckResult judge(const Probe *probe, const HttpAnswer *answer, char reason[static REASON_MAX])
{
        switch (answer->result) {
        case HTTP_ANSWERED:
                return judge_answered(probe->config, answer, reason);
        case HTTP_TIMED_OUT:
                return judge_timed_out(probe->config, answer, reason);
        case HTTP_FAILED:
        case HTTP_IMPOSSIBLE:
                break;
        }
        explain(answer, reason);
        return answer->result == HTTP_IMPOSSIBLE || is_error_ours(probe, answer->error) ? CHECK_INDETERMINATE
                                                                                        : CHECK_FAIL;
}

static void on_answer(void *userdata, const HttpAnswer *answer)
{
        Probe *probe = userdata;
        ProbeDone done = probe->done;
        char reason[REASON_MAX];
        CheckResult result = judge(probe, answer, reason);

        userdata = probe->userdata;
        free(probe);
        done(userdata, result, result == CHECK_OK ? NULL : reason);
}

static int http_prober_start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        HttpProber *http = (HttpProber *) prober;
        AUTO_FREE Probe *probe = calloc(1, sizeof *probe);
        HttpOptions options = {
                .tls = config->type == CHECK_HTTPS,
                .verify_tls = config->verify_tls,
                .address = address,
                .port = config->port,
                .host = config->host,
                .method = config->method,
                .path = config->path,
                .headers = config->headers,
                .body = config->body,
                .timeout_usec = config->timeout_usec,
                .body_limit = BODY_MAX,
                .keep_body = config->expect_body,
        };
        int r;

        if (!probe)
                return -ENOMEM;
        *probe = (Probe){ .config = config, .address = *address, .done = done, .userdata = userdata };
        r = http_start(http->client, &probe->request, &options, on_answer, probe);
        if (r < 0)
                return r;
        *ret = STEAL(probe);
        return 0;
}

static void http_prober_cancel(Prober *prober, Probe *probe)
{
        (void) prober;
        http_cancel(probe->request);
        free(probe);
}

static Prober *http_prober_free(Prober *prober)
{
        HttpProber *http = (HttpProber *) prober;

        http_client_free(http->client);
        free(http);
        return NULL;
}

int http_prober_new(Prober **ret, sd_event *event)
{
        static const ProberOps ops = {
                .start = http_prober_start, .cancel = http_prober_cancel, .free = http_prober_free
        };
        AUTO_FREE HttpProber *http = calloc(1, sizeof *http);
        int r;

        if (!http)
                return -ENOMEM;
        http->prober.ops = &ops;
        r = http_client_new(&http->client, event);
        if (r < 0)
                return r;
        *ret = &STEAL(http)->prober;
        return 0;
}
