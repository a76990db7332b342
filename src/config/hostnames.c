/* SPDX-License-Identifier: BSD-3-Clause */

/* Host names in names: one configuration for many hosts. */

#include "config/hostnames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/name.h"
#include "util/cleanup.h"

#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/* The kernel takes any bytes for a host name; in a zone only these are good. */
bool hostname_is_usable(const char *hostname)
{
        size_t first = hostname ? strspn(hostname, HOST_CHARACTERS) : 0;
        Name name;

        if (first == 0 || (hostname[first] != '.' && hostname[first] != '\0'))
                return false;
        return strspn(hostname, HOST_CHARACTERS ".") == strlen(hostname) &&
               name_from_text(&name, hostname) >= 0;
}

static const char *find_wrong(const char *text, const char *hostname)
{
        for (const char *p = strchr(text, '%'); p; p = strchr(p + 2, '%')) {
                if (p[1] == '\0' || !strchr("Hl%", p[1]))
                        return "must have only H, l or % after a percent sign";
                if (p[1] != '%' && !hostname_is_usable(hostname))
                        return "must be a name without %H and %l, as this host has no usable one";
        }
        return NULL;
}

int hostname_expand(char **ret, const char *text, const char *hostname, const char **ret_wrong)
{
        const char *why = find_wrong(text, hostname);
        AUTO_FREE char *result = NULL;
        AUTO_FCLOSE FILE *out = NULL;
        size_t size;

        if (why) {
                *ret_wrong = why;
                return -EINVAL;
        }
        out = open_memstream(&result, &size);
        if (!out)
                return -ENOMEM;
        for (const char *p = text; *p != '\0'; p++) {
                if (*p != '%')
                        fputc(*p, out);
                else if (*++p == '%')
                        fputc('%', out);
                else if (*p == 'H')
                        fputs(hostname, out);
                else
                        fwrite(hostname, 1, strcspn(hostname, "."), out);
        }
        if (fclose(STEAL(out)) != 0)
                return -ENOMEM;
        *ret = STEAL(result);
        return 0;
}

bool hostname_is_valid(const char *text)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
        size_t length = strlen(text);
        const char *last;
        Name name;

        if (name_from_text(&name, text) < 0 || name.length <= 1)
                return false;
        if (strspn(text, HOST_CHARACTERS ".") != length)
                return false;
        if (text[length - 1] == '.')
                length--;
        last = memrchr(text, '.', length);
        last = last ? last + 1 : text;
        return strcspn(last, letters) < (size_t) (text + length - last);
}
