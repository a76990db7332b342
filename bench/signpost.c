/* SPDX-License-Identifier: BSD-3-Clause */

/* What signpostd finds when it starts: a configuration and an empty state. */

#include "signpost.h"

#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "responder.h"
#include "util/cleanup.h"

/* The same 32 bytes twice. */
#define SECRET        "0123456789abcdef0123456789abcdef"
#define SECRET_BASE64 "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

TsigKey *signpost_key_new(void)
{
        TsigKey *key = calloc(1, sizeof *key);

        if (!key || name_from_text(&key->name, "bench") < 0 ||
                !(key->secret = secret_new(SECRET, strlen(SECRET))))
                errx(EXIT_FAILURE, "out of memory");
        key->algorithm = TSIG_HMAC_SHA256;
        return key;
}

TsigKey *signpost_key_free(TsigKey *key)
{
        if (!key)
                return NULL;
        secret_free(key->secret);
        free(key);
        return NULL;
}

static FILE *create(const char *directory, const char *name)
{
        AUTO_FREE char *path = NULL;
        FILE *file;

        if (asprintf(&path, "%s/%s", directory, name) < 0)
                errx(EXIT_FAILURE, "out of memory");
        file = fopen(path, "wxe");
        if (!file)
                err(EXIT_FAILURE, "%s", path);
        return file;
}

static void write_secret(const char *directory)
{
        AUTO_FCLOSE FILE *file = create(directory, "bench.secret");

        fchmod(fileno(file), 0600);
        fputs(SECRET_BASE64 "\n", file);
}

static void write_configuration(const char *directory, const SignpostOptions *options)
{
        AUTO_FCLOSE FILE *file = create(directory, "signpost.json");

        fprintf(file,
                "{\n"
                "  \"keys\": { \"bench\": { \"algorithm\": \"hmac-sha256\", \"secret_file\": "
                "\"bench.secret\" } },\n"
                "  \"providers\": { \"bench\": { \"type\": \"rfc2136\", \"zone\": \"" RESPONDER_ZONE "\", "
                "\"server\": \"" RESPONDER_ADDRESS "\"%s%s } },\n"
                "  \"records\": {\n",
                options->is_signed ? ", \"key\": \"bench\"" : "", options->verify ? "" : ", \"verify\": 0");
        for (unsigned i = 0; i < options->still; i++)
                fprintf(file,
                        "    \"still%u." RESPONDER_ZONE "\": { \"ipv6\": false,"
                        " \"ipv4\": { \"from\": \"static\", \"addresses\": [\"198.18.255.1\"] } },\n",
                        i);
        for (unsigned i = 0; i < options->records; i++) {
                fprintf(file, "    \"host%u." RESPONDER_ZONE "\": { \"ttl\": 60", i);
                if (options->limit > 0)
                        fprintf(file, ", \"ipv4\": { \"from\": \"interfaces\", \"limit\": %u }",
                                options->limit);
                fprintf(file, " }%s\n", i + 1 < options->records ? "," : "");
        }
        fputs("  }\n}\n", file);
}

char *signpost_directory_new(const SignpostOptions *options)
{
        const char *parent = getenv("TMPDIR");
        char *directory = NULL;

        if (asprintf(&directory, "%s/signpost-bench-XXXXXX", parent ? parent : "/tmp") < 0)
                errx(EXIT_FAILURE, "out of memory");
        if (!mkdtemp(directory))
                err(EXIT_FAILURE, "%s", directory);
        write_secret(directory);
        write_configuration(directory, options);
        return directory;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
        (void) status;
        (void) type;
        (void) place;
        return remove(path);
}

void signpost_directory_remove(const char *directory)
{
        nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
