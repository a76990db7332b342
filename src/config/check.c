/* SPDX-License-Identifier: BSD-3-Clause */

/* Checks: what a pool's "check" says, and when two of them say the same. Whatever goes into a request is
 * judged here, so that nothing can smuggle a line into it. */

#include "config/check.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "config/command.h"
#include "config/hostnames.h"
#include "config/texts.h"

#define DIGITS     "0123456789"
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKEN      LETTERS DIGITS "!#$%&'*+-.^_`|~" /* RFC 9110 section 5.6.2 */
#define STATUS_MIN 100
#define STATUS_MAX 599

CheckConfig *check_config_free(CheckConfig *check)
{
        if (!check)
                return NULL;
        free(check->host);
        free(check->method);
        free(check->path);
        texts_free(check->headers);
        free(check->body);
        free(check->expect_status);
        free(check->expect_body);
        texts_free(check->command);
        free(check);
        return NULL;
}

/* In ASCII and without a space, which would end it; a fragment is never sent. */
int check_config_set_path(void *check, const char *text)
{
        for (const char *p = text; *p != '\0'; p++)
                if (*p <= ' ' || *p >= 127 || *p == '#')
                        return -EINVAL;
        if (text[0] != '/')
                return -EINVAL;
        return text_replace(&((CheckConfig *) check)->path, text);
}

int check_config_set_method(void *check, const char *text)
{
        if (text[0] == '\0' || text[strspn(text, TOKEN)] != '\0')
                return -EINVAL;
        return text_replace(&((CheckConfig *) check)->method, text);
}

int check_config_set_host(void *check, const char *text)
{
        Address address;

        if (!hostname_is_valid(text) && (address_from_text(&address, text) < 0 || address.family != AF_INET))
                return -EINVAL;
        return text_replace(&((CheckConfig *) check)->host, text);
}

/* A value has to be there: without one libcurl takes the header out. */
int check_config_add_header(void *check, const char *text)
{
        size_t length = strspn(text, TOKEN);

        if (length == 0 || text[length] != ':' || text[length + 1 + strspn(text + length + 1, " ")] == '\0')
                return -EINVAL;
        if (length == strlen("Host") && strncasecmp(text, "Host", length) == 0)
                return -EINVAL;
        return texts_add(&((CheckConfig *) check)->headers, text);
}

int check_config_set_body(void *check, const char *text)
{
        return text_replace(&((CheckConfig *) check)->body, text);
}

/* Three digits, or -1. */
static int status_from_text(const char *text)
{
        int status = 0;

        if (strspn(text, DIGITS) < 3)
                return -1;
        for (size_t i = 0; i < 3; i++)
                status = status * 10 + (text[i] - '0');
        return status >= STATUS_MIN && status <= STATUS_MAX ? status : -1;
}

/* "200" or "300-399". */
static int status_range_from_text(StatusRange *ret, const char *text)
{
        size_t length = strlen(text);
        int first = status_from_text(text), last = first;

        if (length == strlen("300-399") && text[3] == '-')
                last = status_from_text(text + 4);
        else if (length != strlen("200"))
                return -EINVAL;
        if (first < 0 || last < first)
                return -EINVAL;
        *ret = (StatusRange){ (uint16_t) first, (uint16_t) last };
        return 0;
}

int check_config_add_status(void *object, const char *text)
{
        CheckConfig *check = object;
        StatusRange *larger, range;

        if (status_range_from_text(&range, text) < 0)
                return -EINVAL;
        larger = reallocarray(check->expect_status, check->n_expect_status + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        larger[check->n_expect_status++] = range;
        check->expect_status = larger;
        return 0;
}

int check_config_set_expect_body(void *check, const char *text)
{
        if (text[0] == '\0')
                return -EINVAL;
        return text_replace(&((CheckConfig *) check)->expect_body, text);
}

int check_config_add_argument(void *check, const char *text)
{
        return command_add(&((CheckConfig *) check)->command, text);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
        return (a > b) - (a < b);
}

static int compare_timing(const CheckConfig *a, const CheckConfig *b)
{
        int order = compare_numbers(a->interval_usec, b->interval_usec);

        if (order == 0)
                order = compare_numbers(a->fast_interval_usec, b->fast_interval_usec);
        if (order == 0)
                order = compare_numbers(a->timeout_usec, b->timeout_usec);
        if (order == 0)
                order = compare_numbers(a->rise, b->rise);
        if (order == 0)
                order = compare_numbers(a->fall, b->fall);
        return order;
}

static int compare_statuses(const CheckConfig *a, const CheckConfig *b)
{
        int order = compare_numbers(a->n_expect_status, b->n_expect_status);

        for (size_t i = 0; order == 0 && i < a->n_expect_status; i++) {
                order = compare_numbers(a->expect_status[i].first, b->expect_status[i].first);
                if (order == 0)
                        order = compare_numbers(a->expect_status[i].last, b->expect_status[i].last);
        }
        return order;
}

static int compare_http(const CheckConfig *a, const CheckConfig *b)
{
        int order = text_compare(a->host, b->host);

        if (order == 0)
                order = text_compare(a->method, b->method);
        if (order == 0)
                order = text_compare(a->path, b->path);
        if (order == 0)
                order = texts_compare(a->headers, b->headers);
        if (order == 0)
                order = text_compare(a->body, b->body);
        if (order == 0)
                order = compare_statuses(a, b);
        if (order == 0)
                order = text_compare(a->expect_body, b->expect_body);
        if (order == 0)
                order = compare_numbers(a->verify_tls, b->verify_tls);
        return order;
}

int check_config_compare(const CheckConfig *a, const CheckConfig *b)
{
        int order = compare_numbers(a->type, b->type);

        if (order == 0)
                order = compare_timing(a, b);
        if (order == 0)
                order = compare_numbers(a->port, b->port);
        if (order == 0)
                order = compare_http(a, b);
        if (order == 0)
                order = texts_compare(a->command, b->command);
        return order;
}
