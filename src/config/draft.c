/* SPDX-License-Identifier: BSD-3-Clause */

/* Drafts: the structs that the schema's tables fill in, and the texts that need more than a table. */

#include "config/draft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "config/addresses.h"
#include "config/hook.h"
#include "config/hostnames.h"
#include "config/pool.h"
#include "config/source.h"
#include "config/texts.h"
#include "util/log.h"

void entry_free(Entry *entry)
{
        free(entry->key);
        free(entry);
}

static void keys_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                KeyDraft *key = (KeyDraft *) list->items[i];

                free(key->secret_file);
                free(key->file);
                entry_free(&key->entry);
        }
        free(list->items);
}

static void providers_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                ProviderDraft *provider = (ProviderDraft *) list->items[i];

                free(provider->config.server);
                entry_free(&provider->entry);
        }
        free(list->items);
}

static void records_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                RecordDraft *record = (RecordDraft *) list->items[i];

                free(record->provider);
                source_free(record->ipv4);
                source_free(record->ipv6);
                entry_free(&record->entry);
        }
        free(list->items);
}

static void pools_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++)
                pool_draft_free((PoolDraft *) list->items[i]);
        free(list->items);
}

static void hooks_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++)
                hook_draft_free((HookDraft *) list->items[i]);
        free(list->items);
}

void draft_done(Draft *draft)
{
        keys_done(&draft->keys);
        providers_done(&draft->providers);
        records_done(&draft->records);
        pools_done(&draft->pools);
        hooks_done(&draft->hooks);
        free(draft->observer.references);
        free(draft->gateway.listen);
        *draft = (Draft){ 0 };
}

/* The array grows in powers of two, so that `count` alone says how large it is. */
int entry_list_add(EntryList *list, Entry *entry)
{
        if ((list->count & (list->count - 1)) == 0) {
                Entry **larger =
                        reallocarray(list->items, list->count == 0 ? 1 : list->count * 2, sizeof *larger);

                if (!larger)
                        return -ENOMEM;
                list->items = larger;
        }
        list->items[list->count++] = entry;
        return 0;
}

void key_draft_prepare(void *key)
{
        ((KeyDraft *) key)->algorithm = -1;
}

int key_draft_set_algorithm(void *key, const char *text)
{
        int algorithm = tsig_algorithm_from_text(text);

        if (algorithm < 0)
                return -EINVAL;
        ((KeyDraft *) key)->algorithm = algorithm;
        return 0;
}

int key_draft_set_secret_file(void *key, const char *text)
{
        return text_replace(&((KeyDraft *) key)->secret_file, text);
}

int key_draft_set_file(void *key, const char *text)
{
        return text_replace(&((KeyDraft *) key)->file, text);
}

int provider_draft_set_server(void *provider, const char *text)
{
        Address address;

        if (address_from_text(&address, text) < 0 && !hostname_is_valid(text))
                return -EINVAL;
        return text_replace(&((ProviderDraft *) provider)->config.server, text);
}

int record_draft_set_provider(void *record, const char *text)
{
        return text_replace(&((RecordDraft *) record)->provider, text);
}

static int port_from_text(const char *text)
{
        int port = 0;

        if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 5)
                return -EINVAL;
        for (; *text != '\0'; text++)
                port = port * 10 + (*text - '0');
        return port >= 1 && port <= UINT16_MAX ? port : -EINVAL;
}

/* "192.0.2.1:53" or "[2001:db8::1]:53". */
static int listen_from_text(ListenConfig *ret, const char *text)
{
        const char *colon = strrchr(text, ':');
        size_t length = colon ? (size_t) (colon - text) : 0;
        int port = colon ? port_from_text(colon + 1) : -EINVAL;
        bool brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
        char host[ADDRESS_TEXT_MAX];
        Address address;

        if (port < 0 || length >= sizeof host)
                return -EINVAL;
        length -= brackets ? 2 : 0;
        memcpy(host, text + brackets, length);
        host[length] = '\0';
        if (address_from_text(&address, host) < 0 || brackets != (address.family == AF_INET6))
                return -EINVAL;
        memset(ret, 0, sizeof *ret);
        if (address.family == AF_INET) {
                struct sockaddr_in *in = (struct sockaddr_in *) &ret->storage;

                *in = (struct sockaddr_in){ AF_INET, htons((uint16_t) port), address.ipv4, { 0 } };
                ret->size = sizeof *in;
        } else {
                struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &ret->storage;

                *in6 = (struct sockaddr_in6){ AF_INET6, htons((uint16_t) port), 0, address.ipv6, 0 };
                ret->size = sizeof *in6;
        }
        return 0;
}

int gateway_draft_add_listen(void *object, const char *text)
{
        GatewayDraft *gateway = object;
        ListenConfig *larger, address;

        if (listen_from_text(&address, text) < 0)
                return -EINVAL;
        for (size_t i = 0; i < gateway->n_listen; i++)
                if (memcmp(&gateway->listen[i].storage, &address.storage, address.size) == 0)
                        return -EEXIST;
        larger = reallocarray(gateway->listen, gateway->n_listen + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        larger[gateway->n_listen++] = address;
        gateway->listen = larger;
        return 0;
}

int observer_draft_add_reference(void *object, const char *text)
{
        ObserverDraft *observer = object;

        return host_addresses_add(&observer->references, &observer->n_references, text);
}

int log_draft_set_level(void *log, const char *text)
{
        int level = log_level_from_text(text);

        if (level < 0)
                return -EINVAL;
        ((LogDraft *) log)->level = level;
        return 0;
}

int draft_ignore(void *draft, const char *text)
{
        (void) draft;
        (void) text;
        return 0;
}
