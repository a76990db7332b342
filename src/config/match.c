/* SPDX-License-Identifier: BSD-3-Clause */

/* Match: which provider has a name. */

#include "config/match.h"

#include <stdio.h>

#include "config/shown.h"

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
static const ProviderConfig *match_zone(
        const Config *config, const Draft *draft, const RecordDraft *record, Report *report)
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

const ProviderConfig *match_provider(
        const Config *config, const Draft *draft, const RecordDraft *record, Report *report)
{
        const ProviderConfig *provider;
        char zone[NAME_TEXT_MAX];

        if (!record->provider)
                return record->entry.broken ? NULL : match_zone(config, draft, record, report);
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
