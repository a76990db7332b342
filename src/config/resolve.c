/* SPDX-License-Identifier: BSD-3-Clause */

/* Resolve: what the values mean together. It judges only what is there: where the report has reported an
 * entry, nothing that may follow from that is reported again. */

#include "config/resolve.h"

#include <errno.h>
#include <string.h>

#include "config/hook.h"
#include "config/keys.h"
#include "config/match.h"
#include "config/resolve-pools.h"
#include "config/shown.h"
#include "config/unify.h"

static const KeyDraft *find_key_draft(const Draft *draft, const Name *name)
{
        for (size_t i = 0; i < draft->keys.count; i++) {
                const KeyDraft *key = (const KeyDraft *) draft->keys.items[i];

                if (name_equal(&key->name, name))
                        return key;
        }
        return NULL;
}

static void report_unknown_key(Report *report, const Draft *draft, const ProviderDraft *provider)
{
        char text[NAME_TEXT_MAX];
        Shown keys = { 0 };

        for (size_t i = 0; i < draft->keys.count; i++)
                show(&keys, "\"%.256s\"", draft->keys.items[i]->key);
        name_to_text(&provider->key, text);
        if (keys.length == 0)
                report_entry_error(report, &provider->entry, "key",
                        "must be the name of one of \"keys\", where there are none, not \"%s\"", text);
        else
                report_entry_error(report, &provider->entry, "key", "must be one of the keys %s, not \"%s\"",
                        keys.text, text);
}

static const TsigKey *find_key(const Config *config, const Name *name)
{
        for (size_t i = 0; i < config->n_keys; i++)
                if (name_equal(&config->keys[i]->name, name))
                        return config->keys[i];
        return NULL;
}

static int resolve_keys(Config *config, const Draft *draft, const SecretPlaces *places, Report *report)
{
        config->keys = calloc(draft->keys.count + 1, sizeof *config->keys);
        if (!config->keys)
                return -ENOMEM;
        for (size_t i = 0; i < draft->keys.count; i++) {
                TsigKey *key;
                int r = key_load(&key, (const KeyDraft *) draft->keys.items[i], places, report);

                if (r < 0)
                        return r;
                if (key)
                        config->keys[config->n_keys++] = key;
        }
        return 0;
}

static int resolve_provider(Config *config, const Draft *draft, ProviderDraft *from, Report *report)
{
        ProviderConfig *provider = calloc(1, sizeof *provider);

        if (!provider)
                return -ENOMEM;
        config->providers[config->n_providers++] = provider;
        *provider = from->config;
        from->config.server = NULL; /* taken over */
        provider->id = strdup(from->entry.key);
        if (!provider->id)
                return -ENOMEM;
        provider->has_zone = provider->zone.length > 0;
        if (from->key.length > 0 && !find_key_draft(draft, &from->key))
                report_unknown_key(report, draft, from);
        provider->key = find_key(config, &from->key);
        return 0;
}

static int resolve_providers(Config *config, const Draft *draft, Report *report)
{
        config->providers = calloc(draft->providers.count + 1, sizeof *config->providers);
        if (!config->providers)
                return -ENOMEM;
        for (size_t i = 0; i < draft->providers.count; i++) {
                int r = resolve_provider(config, draft, (ProviderDraft *) draft->providers.items[i], report);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int resolve_record(Config *config, const Draft *draft, RecordDraft *from, Report *report)
{
        RecordConfig *record = calloc(1, sizeof *record);

        if (!record)
                return -ENOMEM;
        config->records[config->n_records++] = record;
        *record = from->config;
        record->provider = match_provider(config, draft, from, report);
        if (!from->ipv4 && !from->ipv6 && !from->entry.broken)
                report_entry_error(
                        report, &from->entry, NULL, "must have one of \"ipv4\" and \"ipv6\": both are false");
        record->ipv4 = config_take_source(config, &from->ipv4);
        record->ipv6 = config_take_source(config, &from->ipv6);
        return 0;
}

static int compare_records(const void *a, const void *b)
{
        return name_compare(&(*(RecordConfig *const *) a)->name, &(*(RecordConfig *const *) b)->name);
}

static int resolve_records(Config *config, const Draft *draft, Report *report)
{
        size_t count = draft->records.count;

        config->records = calloc(count + 1, sizeof *config->records);
        if (!config->records)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                int r = resolve_record(config, draft, (RecordDraft *) draft->records.items[i], report);

                if (r < 0)
                        return r;
        }
        qsort(config->records, count, sizeof *config->records, compare_records);
        return 0;
}

static int resolve_hooks(Config *config, Draft *draft)
{
        config->hooks = calloc(draft->hooks.count + 1, sizeof *config->hooks);
        if (!config->hooks)
                return -ENOMEM;
        for (size_t i = 0; i < draft->hooks.count; i++) {
                HookConfig *from = &((HookDraft *) draft->hooks.items[i])->config;

                config->hooks[config->n_hooks++] = *from;
                from->command = NULL; /* taken over */
        }
        return 0;
}

static bool serves_a_zone(const Config *config)
{
        for (size_t i = 0; i < config->n_providers; i++)
                if (config->providers[i]->type == PROVIDER_EMBEDDED)
                        return true;
        return false;
}

static int resolve_gateway(Config *config, Draft *draft, const Reader *reader)
{
        if (!reader_has_seen(reader, "gateway/listen") && serves_a_zone(config)) {
                static const char *const addresses[] = { "127.0.0.1:5300", "[::1]:5300" };

                for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
                        int r = gateway_draft_add_listen(&draft->gateway, addresses[i]);

                        if (r < 0)
                                return r;
                }
        }
        config->n_listen = draft->gateway.n_listen;
        config->listen = STEAL(draft->gateway.listen);
        return 0;
}

int config_resolve(Config **ret, Draft *draft, const SecretPlaces *places, Reader *reader)
{
        AUTO(config_freep) Config *config = calloc(1, sizeof *config);
        int r;

        if (!config)
                return -ENOMEM;
        config->log_level = draft->log.level;
        config->n_references = draft->observer.n_references;
        config->references = STEAL(draft->observer.references);
        r = resolve_keys(config, draft, places, &reader->report);
        if (r < 0)
                return r;
        r = resolve_providers(config, draft, &reader->report);
        if (r < 0)
                return r;
        config->sources =
                calloc(2 * (draft->records.count + draft->pools.count) + 1, sizeof *config->sources);
        if (!config->sources)
                return -ENOMEM;
        r = resolve_records(config, draft, &reader->report);
        if (r < 0)
                return r;
        r = resolve_pools(config, draft, &reader->report);
        if (r < 0)
                return r;
        r = resolve_hooks(config, draft);
        if (r < 0)
                return r;
        r = resolve_gateway(config, draft, reader);
        if (r < 0)
                return r;
        if (reader->report.n_errors > 0)
                return -EINVAL;
        unify_sources(config);
        unify_checks(config);
        *ret = STEAL(config);
        return 0;
}
