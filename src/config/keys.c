/* SPDX-License-Identifier: BSD-3-Clause */

/* Keys: from what the configuration says of a key, and the file that it names, to the key. */

#include "config/keys.h"

#include <errno.h>

#include "config/key-file.h"

TsigKey *tsig_key_free(TsigKey *key)
{
        if (!key)
                return NULL;
        secret_free(key->secret);
        free(key);
        return NULL;
}

/* A file of its own, or an algorithm and a file with just the secret. */
static bool check_parts(const KeyDraft *draft, Report *report)
{
        const Entry *entry = &draft->entry;
        size_t errors_before = report->n_errors;

        if (draft->file && draft->secret_file)
                report_entry_error(report, entry, "secret_file", "must be left out: \"file\" has the secret");
        if (draft->file && draft->algorithm >= 0)
                report_entry_error(
                        report, entry, "algorithm", "must be left out: \"file\" has the algorithm");
        if (!draft->file && draft->secret_file && draft->algorithm < 0)
                report_entry_error(report, entry, "algorithm", "must be given, such as \"hmac-sha256\"");
        if (!draft->file && !draft->secret_file && draft->algorithm >= 0)
                report_entry_error(report, entry, "secret_file",
                        "must be given: the name of a file with the secret in base64");
        if (!draft->file && !draft->secret_file && draft->algorithm < 0)
                report_entry_error(
                        report, entry, NULL, "must have \"file\", or \"algorithm\" and \"secret_file\"");
        return report->n_errors == errors_before;
}

static int load_secret(TsigKey *key, const KeyDraft *draft, const SecretText *text, Report *report)
{
        int r = secret_from_base64(&key->secret, text->text, text->size);

        if (r == -EINVAL)
                report_entry_error(report, &draft->entry, "secret_file",
                        "%s must have 1 to %d bytes in base64", text->path, SECRET_MAX);
        return r;
}

static int load_key_file(TsigKey *key, const KeyDraft *draft, const SecretText *text, Report *report)
{
        KeyFileError error;
        int r = key_file_parse(text->text, text->size, &draft->name, &key->algorithm, &key->secret, &error);

        if (r == -EINVAL && error.line > 0)
                report_entry_error(report, &draft->entry, "file", "%s:%u:%u: %s", text->path, error.line,
                        error.column, error.text);
        else if (r == -EINVAL)
                report_entry_error(report, &draft->entry, "file", "%s %s", text->path, error.text);
        return r;
}

static int load(TsigKey *key, const KeyDraft *draft, const SecretPlaces *places, Report *report)
{
        AUTO(secret_text_done) SecretText text = { 0 };
        AUTO_FREE char *wrong = NULL;
        int r = secret_text_read(&text, draft->file ? draft->file : draft->secret_file, places, &wrong);

        if (r == -EINVAL)
                report_entry_error(report, &draft->entry, draft->file ? "file" : "secret_file", "%s", wrong);
        if (r < 0)
                return r;
        return draft->file ? load_key_file(key, draft, &text, report)
                           : load_secret(key, draft, &text, report);
}

int key_load(TsigKey **ret, const KeyDraft *draft, const SecretPlaces *places, Report *report)
{
        AUTO(tsig_key_freep) TsigKey *key = NULL;
        int r;

        *ret = NULL;
        if (draft->entry.broken || !check_parts(draft, report))
                return 0;
        key = calloc(1, sizeof *key);
        if (!key)
                return -ENOMEM;
        key->name = draft->name;
        if (!draft->file)
                key->algorithm = (TsigAlgorithm) draft->algorithm;
        r = load(key, draft, places, report);
        if (r == -ENOMEM)
                return r;
        if (r >= 0)
                *ret = STEAL(key);
        return 0;
}
