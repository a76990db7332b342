/* SPDX-License-Identifier: BSD-3-Clause */

#include "load.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"

const ConfigContext host = { .hostname = "web1.example.com" };

void assert_wrong_with(const ConfigContext *context, const char *what, const char *expected)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO_FREE char *text = NULL;
        Config *config = NULL;
        int r = config_load(&config, "c.json", context, &errors);

        text = errors_text(&errors);
        if (r != -EINVAL)
                fail_msg("%s: %d\n%s", what, r, text);
        assert_null(config);
        if (strcmp(text, expected) != 0)
                fail_msg("%s\nis told as\n%sbut should be\n%s", what, text, expected);
}

void assert_wrong(const char *what, const char *expected)
{
        assert_wrong_with(&host, what, expected);
}

static void quote(char *text)
{
        for (char *p = strchr(text, '\''); p; p = strchr(p, '\''))
                *p = '"';
}

void check_rows(const Row *rows, size_t count, const char *before, const char *after, const char *place)
{
        for (size_t i = 0; i < count; i++) {
                char text[2048], error[1024];

                snprintf(text, sizeof text, "%s%s%s", before, rows[i].text, after);
                quote(text);
                snprintf(error, sizeof error, "c.json: %s%s\n", place, rows[i].error);
                folder_put("c.json", text);
                assert_wrong(text, error);
        }
}

Config *load_with(const char *path, const ConfigContext *context)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        Config *config = NULL;
        int r = config_load(&config, path, context, &errors);

        if (r < 0) {
                AUTO_FREE char *text = errors_text(&errors);

                fail_msg("%d\n%s", r, text);
        }
        assert_int_equal(errors.count, 0);
        return config;
}

Config *load(const char *text)
{
        folder_put("c.json", text);
        return load_with("c.json", &host);
}

Config *load_pools(const char *text)
{
        AUTO_FREE char *whole = NULL;

        assert_true(
                asprintf(&whole, "{'providers':{'p':{'type':'rfc2136','zone':'z'}},'pools':{%s}}", text) > 0);
        quote(whole);
        return load(whole);
}

void assert_name(const Name *name, const char *text)
{
        char buffer[NAME_TEXT_MAX];

        assert_string_equal(name_to_text(name, buffer), text);
}

void assert_texts(char *const *texts, const char *expected)
{
        char joined[256] = "";

        for (size_t i = 0; texts[i]; i++)
                sprintf(joined + strlen(joined), "%s%s", i == 0 ? "" : " ", texts[i]);
        assert_string_equal(joined, expected);
}
