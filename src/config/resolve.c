/* SPDX-License-Identifier: BSD-3-Clause */

/* Resolve: what the values mean together. It judges only what is there: where the report has reported an
 * entry, nothing that may follow from that is reported again. */

#include "config/resolve.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "config/keys.h"
#include "config/source.h"

enum {
        LIST_MAX_SHOWN = 512
};

/* A list of names for an error, cut where it gets long. */
typedef struct Shown {
        char text[LIST_MAX_SHOWN];
        size_t length;
} Shown;

__attribute__((format(printf, 2, 3))) static void show(Shown *shown, const char *format, ...)
{
        va_list arguments;
        char item[300];
        const char *separator = shown->length == 0 ? "" : ", ";

        if (shown->length > LIST_MAX_SHOWN - sizeof item - sizeof ", ...") {
                strcpy(shown->text + shown->length, ", ...");
                return;
        }
        va_start(arguments, format);
        vsnprintf(item, sizeof item, format, arguments);
        va_end(arguments);
        shown->length += (size_t) snprintf(
                shown->text + shown->length, LIST_MAX_SHOWN - shown->length, "%s%s", separator, item);
}

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

static void report_unknown_provider(Report *report, const Draft *draft, const RecordDraft *record)
{
        Shown providers = { 0 };

        for (size_t i = 0; i < draft->providers.count; i++)
                show(&providers, "\"%.256s\"", draft->providers.items[i]->key);
        if (providers.length == 0)
                report_entry_error(report, &record->entry, "provider",
                        "must be the name of one of \"providers\", where there are none, not \"%.256s\"",
                        record->provider);
        else
                report_entry_error(report, &record->entry, "provider",
                        "must be one of the providers %s, not \"%.256s\"", providers.text, record->provider);
}

static bool any_provider_is_broken(const Draft *draft)
{
        for (size_t i = 0; i < draft->providers.count; i++)
                if (draft->providers.items[i]->broken)
                        return true;
        return false;
}

static void report_no_zone(Report *report, const Config *config, const RecordDraft *record)
{
        char zone[NAME_TEXT_MAX];
        Shown zones = { 0 };

        for (size_t i = 0; i < config->n_providers; i++)
                if (config->providers[i]->has_zone)
                        show(&zones, "%.256s (\"%.32s\")", name_to_text(&config->providers[i]->zone, zone),
                                config->providers[i]->id);
        if (zones.length == 0)
                report_entry_error(report, &record->entry, "provider",
                        "must be given: no provider has a zone that the name could be matched with");
        else
                report_entry_error(report, &record->entry, "provider",
                        "must be given, or the name must lie within one of the zones %s", zones.text);
}

/* The provider with the longest zone around the name. NULL: none, or not one only, which is reported. */
static const ProviderConfig *match_provider(
        Report *report, const Draft *draft, const Config *config, const RecordDraft *record)
{
        const ProviderConfig *best = NULL, *rival = NULL;
        char zone[NAME_TEXT_MAX];

        for (size_t i = 0; i < config->n_providers; i++) {
                const ProviderConfig *provider = config->providers[i];

                if (!provider->has_zone || !name_is_within(&record->config.name, &provider->zone))
                        continue;
                if (best && best->zone.length == provider->zone.length) {
                        rival = provider;
                } else if (!best || best->zone.length < provider->zone.length) {
                        best = provider;
                        rival = NULL;
                }
        }
        if (rival)
                report_entry_error(report, &record->entry, "provider",
                        "must be given: \"%.256s\" and \"%.256s\" both have the zone %s", best->id, rival->id,
                        name_to_text(&best->zone, zone));
        if (!best && !any_provider_is_broken(draft))
                report_no_zone(report, config, record);
        return rival ? NULL : best;
}

static const ProviderConfig *find_provider(
        Report *report, const Draft *draft, const Config *config, const RecordDraft *record)
{
        const ProviderConfig *provider;
        char zone[NAME_TEXT_MAX];

        if (!record->provider)
                return record->entry.broken ? NULL : match_provider(report, draft, config, record);
        provider = config_provider(config, record->provider);
        if (!provider) {
                report_unknown_provider(report, draft, record);
                return NULL;
        }
        if (record->config.name.length > 0 && provider->has_zone &&
                !name_is_within(&record->config.name, &provider->zone))
                report_entry_error(report, &record->entry, NULL,
                        "must lie within the zone of its provider \"%.256s\", which is %s", provider->id,
                        name_to_text(&provider->zone, zone));
        return provider;
}

/* Moves a source over, so that the configuration owns it in the end whatever else is wrong. */
static const SourceConfig *take_source(Config *config, SourceConfig **source)
{
        if (*source)
                config->sources[config->n_sources++] = *source;
        return STEAL(*source);
}

static int resolve_record(Config *config, const Draft *draft, RecordDraft *from, Report *report)
{
        RecordConfig *record = calloc(1, sizeof *record);

        if (!record)
                return -ENOMEM;
        config->records[config->n_records++] = record;
        *record = from->config;
        record->provider = find_provider(report, draft, config, from);
        if (!from->ipv4 && !from->ipv6 && !from->entry.broken)
                report_entry_error(
                        report, &from->entry, NULL, "must have one of \"ipv4\" and \"ipv6\": both are false");
        record->ipv4 = take_source(config, &from->ipv4);
        record->ipv6 = take_source(config, &from->ipv6);
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
        config->sources = calloc(2 * count + 1, sizeof *config->sources);
        if (!config->records || !config->sources)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                int r = resolve_record(config, draft, (RecordDraft *) draft->records.items[i], report);

                if (r < 0)
                        return r;
        }
        qsort(config->records, count, sizeof *config->records, compare_records);
        return 0;
}

static int compare_sources(const void *a, const void *b)
{
        return source_compare(*(SourceConfig *const *) a, *(SourceConfig *const *) b);
}

/* The first of the sorted sources that says what `source`, which is one of them, says. */
static const SourceConfig *first_equal(const Config *config, const SourceConfig *source)
{
        size_t low = 0, high = config->n_sources;

        if (!source)
                return NULL;
        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (source_compare(config->sources[middle], source) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return config->sources[low];
}

/* Leaves each distinct source once: what is selected for one record is selected for all that share it. */
static void unify_sources(Config *config)
{
        size_t kept = 0;

        qsort(config->sources, config->n_sources, sizeof *config->sources, compare_sources);
        for (size_t i = 0; i < config->n_records; i++) {
                config->records[i]->ipv4 = first_equal(config, config->records[i]->ipv4);
                config->records[i]->ipv6 = first_equal(config, config->records[i]->ipv6);
        }
        for (size_t i = 0; i < config->n_sources; i++) {
                if (kept > 0 && source_compare(config->sources[kept - 1], config->sources[i]) == 0)
                        source_free(config->sources[i]);
                else
                        config->sources[kept++] = config->sources[i];
        }
        config->n_sources = kept;
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
        r = resolve_keys(config, draft, places, &reader->report);
        if (r < 0)
                return r;
        r = resolve_providers(config, draft, &reader->report);
        if (r < 0)
                return r;
        r = resolve_records(config, draft, &reader->report);
        if (r < 0)
                return r;
        r = resolve_gateway(config, draft, reader);
        if (r < 0)
                return r;
        if (reader->report.n_errors > 0)
                return -EINVAL;
        unify_sources(config);
        *ret = STEAL(config);
        return 0;
}
