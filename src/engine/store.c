/* SPDX-License-Identifier: BSD-3-Clause */

/* Store: a sorted table and its file. When to save is the engine's to decide. */

#include "engine/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "util/file.h"
#include "util/log.h"
#include "util/message-id.h"

enum {
        STORE_VERSION = 1,
        STORE_FILE_MAX = 64 * 1024 * 1024,
};

/* An entry as we own it. */
typedef struct Owned {
        StoreEntry entry;
        bool unlogged; /* neither file nor log say all of it */
        char *provider;
        RRset *ours, *pending;
} Owned;

struct Store {
        char *path, *log_path;
        int log_fd;    /* -1: not opened yet */
        bool logged;   /* there is something in the log */
        bool dirty;    /* the file says something else */
        bool unlogged; /* some entry is */
        bool urgent;   /* … and has to be logged before it goes out */
        bool failing;  /* the last attempt to write failed, and that was said */
        size_t count;
        Owned *entries; /* sorted by name, type, provider; room for a power of two */
};

static void owned_done(Owned *owned)
{
        free(owned->provider);
        rrset_free(owned->ours);
        rrset_free(owned->pending);
}

static int copy_set(const RRset *set, RRset **ret)
{
        *ret = NULL;
        if (rrset_is_empty(set))
                return 0;
        *ret = rrset_copy(set);
        return *ret ? 0 : -ENOMEM;
}

static int owned_init(Owned *ret, const StoreEntry *entry)
{
        AUTO(owned_done) Owned owned = { .entry = *entry, .provider = strdup(entry->provider) };

        if (!owned.provider || copy_set(entry->ours, &owned.ours) < 0 ||
                copy_set(entry->pending, &owned.pending) < 0)
                return -ENOMEM;
        owned.entry.provider = owned.provider;
        owned.entry.ours = owned.ours;
        owned.entry.pending = owned.pending;
        *ret = owned;
        owned = (Owned){ 0 };
        return 0;
}

static int compare(const StoreEntry *entry, const char *provider, const Name *name, uint16_t type)
{
        int order = name_compare(&entry->name, name);

        if (order != 0)
                return order;
        if (entry->type != type)
                return (int) entry->type - (int) type;
        return strcmp(entry->provider, provider);
}

static size_t find(const Store *store, const char *provider, const Name *name, uint16_t type, bool *ret_found)
{
        size_t low = 0, high = store->count;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = compare(&store->entries[middle].entry, provider, name, type);

                if (order == 0) {
                        *ret_found = true;
                        return middle;
                }
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const StoreEntry *store_find(const Store *store, const char *provider, const Name *name, uint16_t type)
{
        bool found;
        size_t at = find(store, provider, name, type, &found);

        return found ? &store->entries[at].entry : NULL;
}

static bool covers(const StoreEntry *entry, const RRset *values)
{
        for (size_t i = 0; values && i < values->count; i++)
                if (!rrset_contains(entry->ours, values->rdata[i]) &&
                        !rrset_contains(entry->pending, values->rdata[i]))
                        return false;
        return true;
}

static bool same(const StoreEntry *a, const StoreEntry *b)
{
        return rrset_equal(a->ours, b->ours) && rrset_equal(a->pending, b->pending) &&
               a->pending_until_usec == b->pending_until_usec && a->changed_usec == b->changed_usec &&
               a->inherited == b->inherited;
}

static void remove_at(Store *store, size_t at)
{
        owned_done(&store->entries[at]);
        store->count--;
        memmove(store->entries + at, store->entries + at + 1, (store->count - at) * sizeof *store->entries);
        store->dirty = true;
}

static int make_room_at(Store *store, size_t at)
{
        if (store->count == 0 || (store->count & (store->count - 1)) == 0) {
                size_t room = store->count == 0 ? 1 : store->count * 2;
                Owned *larger = reallocarray(store->entries, room, sizeof *larger);

                if (!larger)
                        return -ENOMEM;
                store->entries = larger;
        }
        memmove(store->entries + at + 1, store->entries + at, (store->count - at) * sizeof *store->entries);
        store->count++;
        return 0;
}

int store_put(Store *store, const StoreEntry *entry, bool any_value)
{
        bool found;
        size_t at = find(store, entry->provider, &entry->name, entry->type, &found);
        const StoreEntry *old = found ? &store->entries[at].entry : NULL;
        Owned owned;

        if (rrset_is_empty(entry->ours) && rrset_is_empty(entry->pending)) {
                if (found)
                        remove_at(store, at);
                return found;
        }
        if (old && same(old, entry))
                return 0;
        if (owned_init(&owned, entry) < 0)
                return -ENOMEM;
        if (!old || !covers(old, entry->ours) || !covers(old, entry->pending)) {
                owned.unlogged = store->unlogged = true;
                store->urgent = store->urgent || !old || !any_value;
        } else {
                owned.unlogged = store->entries[at].unlogged;
        }
        if (old) {
                owned_done(&store->entries[at]);
        } else if (make_room_at(store, at) < 0) {
                owned_done(&owned);
                return -ENOMEM;
        }
        store->entries[at] = owned;
        store->dirty = true;
        return 1;
}

void store_clear(Store *store)
{
        while (store->count > 0)
                remove_at(store, store->count - 1);
}

bool store_is_urgent(const Store *store)
{
        return store->urgent;
}

bool store_is_dirty(const Store *store)
{
        return store->dirty || store->logged;
}

/* Reading: one entry as the file has it,
 * {"name": …, "type": "A", "provider": …, "ttl": 60, "changed": 1700000000000000, "values": ["192.0.2.1"],
 *  "pending": [], "pending_until": 0} */

static const char *string_member(json_object *object, const char *key)
{
        json_object *value;

        if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
                return NULL;
        return json_object_get_string(value);
}

static int64_t number_member(json_object *object, const char *key)
{
        json_object *value;

        if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_int))
                return -1;
        return json_object_get_int64(value);
}

static int read_values(RRset *set, json_object *object, const char *key)
{
        json_object *values;

        if (!json_object_object_get_ex(object, key, &values) || !json_object_is_type(values, json_type_array))
                return -EBADMSG;
        for (size_t i = 0; i < json_object_array_length(values); i++) {
                json_object *value = json_object_array_get_idx(values, i);
                Address address;
                int r;

                if (!json_object_is_type(value, json_type_string) ||
                        address_from_text(&address, json_object_get_string(value)) < 0 ||
                        rrset_type_of_family(address.family) != set->type)
                        return -EBADMSG;
                r = rrset_add_address(set, &address);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_entry(Store *store, json_object *object)
{
        AUTO(rrset_freep) RRset *ours = NULL, *pending = NULL;
        int64_t ttl, changed, pending_until;
        const char *owner, *type;
        StoreEntry entry;
        int r;

        if (!json_object_is_type(object, json_type_object))
                return -EBADMSG;
        owner = string_member(object, "name");
        type = string_member(object, "type");
        entry = (StoreEntry){ .provider = string_member(object, "provider") };
        ttl = number_member(object, "ttl");
        changed = number_member(object, "changed");
        pending_until = number_member(object, "pending_until");
        if (!owner || !type || !entry.provider || ttl < 0 || ttl > TTL_MAX || changed < 0 ||
                pending_until < 0 || name_from_text(&entry.name, owner) < 0 ||
                (strcmp(type, "A") != 0 && strcmp(type, "AAAA") != 0))
                return -EBADMSG;
        entry.type = strcmp(type, "A") == 0 ? TYPE_A : TYPE_AAAA;
        entry.changed_usec = (usec_t) changed;
        entry.pending_until_usec = (usec_t) pending_until;
        entry.inherited = true;
        entry.ours = ours = rrset_new(&entry.name, entry.type, (uint32_t) ttl);
        entry.pending = pending = rrset_new(&entry.name, entry.type, (uint32_t) ttl);
        if (!ours || !pending)
                return -ENOMEM;
        r = read_values(ours, object, "values");
        if (r >= 0)
                r = read_values(pending, object, "pending");
        if (r >= 0)
                r = store_put(store, &entry, false);
        return r < 0 ? r : 0;
}

static int read_text(Store *store, const char *text, size_t size)
{
        json_tokener *tokener = json_tokener_new();
        json_object *root, *entries;
        int r = 0;

        if (!tokener)
                return -ENOMEM;
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
        /* The NUL behind the text counts: it is how the parser learns that a number has ended. */
        root = size < INT32_MAX ? json_tokener_parse_ex(tokener, text, (int) size + 1) : NULL;
        json_tokener_free(tokener);
        if (!json_object_is_type(root, json_type_object) || number_member(root, "version") != STORE_VERSION ||
                !json_object_object_get_ex(root, "published", &entries) ||
                !json_object_is_type(entries, json_type_array))
                r = -EBADMSG;
        for (size_t i = 0; r >= 0 && i < json_object_array_length(entries); i++)
                r = read_entry(store, json_object_array_get_idx(entries, i));
        json_object_put(root);
        return r;
}

/* One entry a line. The last line may have been cut off by a power cut: what it would have said was not sent. */
static int read_log_text(Store *store, char *text)
{
        char *line = text;

        for (char *end; (end = strchr(line, '\n')); line = end + 1) {
                json_object *object;
                int r;

                *end = '\0';
                object = json_tokener_parse(line);
                r = read_entry(store, object);
                json_object_put(object);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        log_warning(
                                "%s: has a line that cannot be read, which is passed over", store->log_path);
        }
        return 0;
}

static int load_log(Store *store)
{
        AUTO_FREE char *text = NULL;
        size_t size = 0;
        int r = file_read(store->log_path, STORE_FILE_MAX, &text, &size, NULL);

        if (r == -ENOMEM)
                return r;
        if (r < 0 && r != -ENOENT)
                log_warning("%s: cannot be read: %s; what was sent last may not be known", store->log_path,
                        strerror(-r));
        if (r < 0 || size == 0)
                return 0;
        store->logged = true;
        return read_log_text(store, text);
}

static void all_is_logged(Store *store)
{
        for (size_t i = 0; store->unlogged && i < store->count; i++)
                store->entries[i].unlogged = false;
        store->unlogged = store->urgent = false;
}

/* Nobody's data is thrown away: an administrator may want to look at it. */
static void set_aside(Store *store, int error)
{
        AUTO_FREE char *aside = NULL;

        store_clear(store);
        if (asprintf(&aside, "%s.damaged-%" PRIu64, store->path,
                    clock_now_usec(CLOCK_REALTIME) / USEC_PER_SEC) < 0) {
                aside = NULL;
                return;
        }
        if (rename(store->path, aside) < 0)
                log_message(LOG_ERR, MESSAGE_STATE_FILE, LOG_FIELDS({ "SIGNPOST_FILE", store->path }),
                        "%s: cannot be used (%s) nor set aside: %m; what was published before is not known",
                        store->path, strerror(-error));
        else
                log_message(LOG_ERR, MESSAGE_STATE_FILE, LOG_FIELDS({ "SIGNPOST_FILE", store->path }),
                        "%s: is damaged and was set aside as %s; what was published before is not known",
                        store->path, aside);
}

static int load(Store *store)
{
        AUTO_FREE char *text = NULL;
        size_t size = 0;
        int r = file_read(store->path, STORE_FILE_MAX, &text, &size, NULL);

        if (r >= 0)
                r = read_text(store, text, size);
        if (r == -ENOMEM)
                return r;
        if (r < 0 && r != -ENOENT)
                set_aside(store, r);
        store->dirty = false;
        r = load_log(store);
        all_is_logged(store);
        return r;
}

int store_open(Store **ret, const char *path)
{
        AUTO(store_freep) Store *store = calloc(1, sizeof *store);
        int r;

        if (!store)
                return -ENOMEM;
        store->log_fd = -1;
        if (path) {
                store->path = strdup(path);
                if (!store->path)
                        return -ENOMEM;
                if (asprintf(&store->log_path, "%s.log", path) < 0) {
                        store->log_path = NULL;
                        return -ENOMEM;
                }
                r = load(store);
                if (r < 0)
                        return r;
        }
        *ret = STEAL(store);
        return 0;
}

Store *store_free(Store *store)
{
        if (!store)
                return NULL;
        for (size_t i = 0; i < store->count; i++)
                owned_done(&store->entries[i]);
        free(store->entries);
        close_fd(store->log_fd);
        free(store->log_path);
        free(store->path);
        free(store);
        return NULL;
}

static json_object *write_values(const RRset *set)
{
        json_object *values = json_object_new_array_ext(set ? (int) set->count : 0);

        for (size_t i = 0; set && i < set->count; i++) {
                char text[ADDRESS_TEXT_MAX];
                Address address;

                if (rdata_to_address(set->rdata[i], set->type, &address) == 0)
                        json_object_array_add(
                                values, json_object_new_string(address_to_text(&address, text)));
        }
        return values;
}

static json_object *write_entry(const StoreEntry *entry)
{
        const RRset *set = entry->ours ?: entry->pending;
        json_object *object = json_object_new_object();
        char name[NAME_TEXT_MAX], type[10];

        json_object_object_add(object, "name", json_object_new_string(name_to_text(&entry->name, name)));
        json_object_object_add(object, "type", json_object_new_string(rrtype_to_text(entry->type, type)));
        json_object_object_add(object, "provider", json_object_new_string(entry->provider));
        json_object_object_add(object, "ttl", json_object_new_int64(set->ttl));
        json_object_object_add(object, "changed", json_object_new_int64((int64_t) entry->changed_usec));
        json_object_object_add(object, "values", write_values(entry->ours));
        json_object_object_add(object, "pending", write_values(entry->pending));
        json_object_object_add(
                object, "pending_until", json_object_new_int64((int64_t) entry->pending_until_usec));
        return object;
}

static int write_file(const Store *store)
{
        json_object *root = json_object_new_object(),
                    *entries = json_object_new_array_ext((int) store->count);
        const char *text;
        size_t size;
        int r;

        json_object_object_add(root, "version", json_object_new_int(STORE_VERSION));
        for (size_t i = 0; i < store->count; i++)
                json_object_array_add(entries, write_entry(&store->entries[i].entry));
        json_object_object_add(root, "published", entries);
        text = json_object_to_json_string_length(root, JSON_C_TO_STRING_PRETTY, &size);
        r = text ? file_replace(store->path, text, size, true) : -ENOMEM;
        json_object_put(root);
        return r;
}

/* Says that writing fails, or works again, once. */
static int say(Store *store, int r)
{
        if (r < 0 && !store->failing)
                log_message(LOG_ERR, MESSAGE_STATE_FILE, LOG_FIELDS({ "SIGNPOST_FILE", store->path }),
                        "%s: cannot be written: %s; publishing goes on, but after a restart it will not be "
                        "known "
                        "what was published",
                        store->path, strerror(-r));
        else if (r >= 0 && store->failing)
                log_notice("%s: can be written again", store->path);
        store->failing = r < 0;
        return r;
}

int store_save(Store *store)
{
        int r;

        if (!store->path || !store_is_dirty(store))
                return 0;
        r = say(store, write_file(store));
        if (r < 0)
                return r;
        store->dirty = store->logged = false;
        all_is_logged(store);
        /* What is left in the log by an end right here is older than the file, and no harm: the next look at
         * the server tells what of it is there. */
        if (truncate(store->log_path, 0) < 0 && errno != ENOENT)
                store->logged = true;
        return 0;
}

/* Lines of what the log does not say. malloc'ed. */
static int format_unlogged(const Store *store, char **ret_text, size_t *ret_size)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return -ENOMEM;
        for (size_t i = 0; i < store->count; i++) {
                json_object *object;

                if (!store->entries[i].unlogged)
                        continue;
                object = write_entry(&store->entries[i].entry);
                fprintf(stream, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
                json_object_put(object);
        }
        if (fclose(stream) != 0)
                return -ENOMEM;
        *ret_text = STEAL(text);
        *ret_size = size;
        return 0;
}

static int append_to_log(Store *store, const char *text, size_t size)
{
        ssize_t n;

        if (store->log_fd < 0)
                store->log_fd =
                        open(store->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (store->log_fd < 0)
                return -errno;
        n = write(store->log_fd, text, size);
        if (n < 0)
                return -errno;
        return (size_t) n == size ? 0 : -ENOSPC;
}

int store_log(Store *store)
{
        AUTO_FREE char *text = NULL;
        size_t size;
        int r;

        if (!store->path || !store->unlogged)
                return 0;
        r = format_unlogged(store, &text, &size);
        if (r >= 0)
                r = append_to_log(store, text, size);
        if (say(store, r) < 0)
                return r;
        store->logged = true;
        all_is_logged(store);
        return 0;
}
