/* SPDX-License-Identifier: BSD-3-Clause */

/* Drafts: the structs that the schema's tables fill in, and the texts that need more than a table. */

#include "config/draft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "config/source.h"
#include "util/log.h"

static void entry_done(Entry *entry)
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
                entry_done(&key->entry);
        }
        free(list->items);
}

static void providers_done(EntryList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                ProviderDraft *provider = (ProviderDraft *) list->items[i];

                free(provider->config.server);
                entry_done(&provider->entry);
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
                entry_done(&record->entry);
        }
        free(list->items);
}

void draft_done(Draft *draft)
{
        keys_done(&draft->keys);
        providers_done(&draft->providers);
        records_done(&draft->records);
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

static int set_text(char **target, const char *text)
{
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;
        free(*target);
        *target = copy;
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
        return set_text(&((KeyDraft *) key)->secret_file, text);
}

int key_draft_set_file(void *key, const char *text)
{
        return set_text(&((KeyDraft *) key)->file, text);
}

/* A last label of digits only makes it a mistyped IPv4 address, not a name (RFC 1123 section 2.1). */
static bool is_host_name(const char *text)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
        size_t length = strlen(text);
        const char *last;
        Name name;

        if (name_from_text(&name, text) < 0 || name.length <= 1)
                return false;
        for (size_t i = 0; i < length; i++)
                if (!strchr(letters, text[i]) && !strchr("0123456789.", text[i]))
                        return false;
        if (text[length - 1] == '.')
                length--;
        last = memrchr(text, '.', length);
        last = last ? last + 1 : text;
        return strcspn(last, letters) < (size_t) (text + length - last);
}

int provider_draft_set_server(void *provider, const char *text)
{
        Address address;

        if (address_from_text(&address, text) < 0 && !is_host_name(text))
                return -EINVAL;
        return set_text(&((ProviderDraft *) provider)->config.server, text);
}

int record_draft_set_provider(void *record, const char *text)
{
        return set_text(&((RecordDraft *) record)->provider, text);
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
