/* SPDX-License-Identifier: BSD-3-Clause */

/* Pool store: what is known of pools, in memory and in a file. On disk moments are kept as ages at the time
 * of writing, because CLOCK_BOOTTIME begins anew at each boot. */

#include "engine/pool-store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "util/file.h"
#include "util/log.h"
#include "util/message-id.h"

enum {
        STORE_VERSION = 1,
        STORE_FILE_MAX = 64 * 1024 * 1024,
};

/* What is older says nothing about how a member is. */
#define HEALTH_MAX_AGE_USEC (600 * USEC_PER_SEC)

struct PoolStore {
        char *path;   /* NULL: nothing goes to disk */
        bool dirty;   /* the file says something else */
        bool failing; /* the last attempt to write failed, and that was said */
        size_t count;
        StoredPool **pools;
};

const char *member_origin_to_text(MemberOrigin origin)
{
        static const char *const texts[] = {
                [MEMBER_CONFIGURED] = "configured",
                [MEMBER_SELF] = "self",
                [MEMBER_DISCOVERED] = "discovered",
        };

        return texts[origin];
}

StoredPool *stored_pool_new(const Name *name, size_t n_members)
{
        StoredPool *pool = calloc(1, sizeof *pool);

        if (!pool)
                return NULL;
        pool->name = *name;
        pool->n_members = n_members;
        pool->members = calloc(n_members + 1, sizeof *pool->members);
        return pool->members ? pool : stored_pool_free(pool);
}

StoredPool *stored_pool_free(StoredPool *pool)
{
        if (!pool)
                return NULL;
        for (size_t i = 0; pool->members && i < pool->n_members; i++) {
                free(pool->members[i].name);
                stored_order_done(&pool->members[i].order);
        }
        for (unsigned family = 0; family < 2; family++) {
                free(pool->overrides[family]);
                stored_order_done(&pool->orders[family]);
        }
        free(pool->members);
        free(pool);
        return NULL;
}

/* Where the pool of that name is, or would go. */
static size_t find(const PoolStore *store, const Name *name, bool *ret_found)
{
        size_t low = 0, high = store->count;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = name_compare(&store->pools[middle]->name, name);

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

const StoredPool *pool_store_find(const PoolStore *store, const Name *name)
{
        bool found;
        size_t at = find(store, name, &found);

        return found ? store->pools[at] : NULL;
}

int pool_store_put(PoolStore *store, StoredPool *pool)
{
        AUTO(stored_pool_freep) StoredPool *owned = pool;
        bool found;
        size_t at = find(store, &pool->name, &found);

        store->dirty = true;
        if (found) {
                stored_pool_free(store->pools[at]);
                store->pools[at] = STEAL(owned);
                return 0;
        }
        if ((store->count & (store->count - 1)) == 0) {
                StoredPool **larger = reallocarray(
                        store->pools, store->count == 0 ? 1 : store->count * 2, sizeof(StoredPool *));

                if (!larger)
                        return -ENOMEM;
                store->pools = larger;
        }
        memmove(store->pools + at + 1, store->pools + at, (store->count - at) * sizeof(StoredPool *));
        store->pools[at] = STEAL(owned);
        store->count++;
        return 0;
}

void pool_store_prune(
        PoolStore *store, bool (*is_kept)(const void *userdata, const Name *name), const void *userdata)
{
        size_t kept = 0;

        for (size_t i = 0; i < store->count; i++) {
                if (is_kept(userdata, &store->pools[i]->name))
                        store->pools[kept++] = store->pools[i];
                else
                        stored_pool_free(store->pools[i]);
        }
        store->dirty = store->dirty || kept < store->count;
        store->count = kept;
}

/* Reading. What has not the type that it should have is as if it were not there. */

static const char *text_of(json_object *object, const char *key)
{
        json_object *value;

        if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
                return NULL;
        return json_object_get_string(value);
}

static uint64_t number_of(json_object *object, const char *key)
{
        json_object *value;

        if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_int) ||
                json_object_get_int64(value) < 0)
                return 0;
        return (uint64_t) json_object_get_int64(value);
}

static bool truth_of(json_object *object, const char *key)
{
        json_object *value;

        return json_object_object_get_ex(object, key, &value) && json_object_get_boolean(value);
}

static json_object *array_of(json_object *object, const char *key)
{
        json_object *value;

        return json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_array)
                       ? value
                       : NULL;
}

static size_t length_of(json_object *array)
{
        return array ? json_object_array_length(array) : 0;
}

/* The clocks at the time of reading, against the file's. */
typedef struct Clocks {
        usec_t boottime, realtime;
        usec_t file_age; /* how long ago it was written; USEC_INFINITY: that cannot be */
} Clocks;

/* An age as the file has it, plus one; 0: never. The moment of CLOCK_BOOTTIME, at least 1; 0: never. */
static usec_t moment_of(json_object *object, const char *key, const Clocks *clocks)
{
        usec_t age = number_of(object, key);

        if (age == 0)
                return 0;
        age += clocks->file_age - 1;
        return age < clocks->boottime ? clocks->boottime - age : 1;
}

static void read_health(Health *ret, json_object *object, const Clocks *clocks)
{
        const char *state = text_of(object, "health");

        if (!state || clocks->file_age > HEALTH_MAX_AGE_USEC)
                return;
        *ret = (Health){
                .fell_usec = moment_of(object, "fell", clocks),
                .hold_down_usec = number_of(object, "hold_down"),
                .up_since_usec = moment_of(object, "up_since", clocks),
        };
        for (HealthState s = HEALTH_UNKNOWN; s <= HEALTH_RISING; s++)
                if (strcmp(health_state_to_text(s), state) == 0)
                        ret->state = s;
        /* Whatever was about to change has to begin anew. */
        if (ret->state == HEALTH_FAILING)
                ret->state = HEALTH_UP;
        if (ret->state == HEALTH_RISING)
                ret->state = HEALTH_DOWN;
}

static int read_order(StoredOrder *ret, json_object *object)
{
        const StoredOrder order = {
                .user = (char *) (text_of(object, "user") ?: ""),
                .reason = (char *) (text_of(object, "reason") ?: ""),
                .until_usec = number_of(object, "until"),
                .forced = truth_of(object, "forced"),
        };

        return stored_order_copy(ret, &order);
}

static MemberOrigin origin_from_text(const char *text)
{
        for (MemberOrigin origin = MEMBER_CONFIGURED; text && origin <= MEMBER_DISCOVERED; origin++)
                if (strcmp(member_origin_to_text(origin), text) == 0)
                        return origin;
        return MEMBER_CONFIGURED;
}

static int read_member(StoredMember *ret, json_object *object, const Clocks *clocks)
{
        const char *name = text_of(object, "name"), *address = text_of(object, "address"),
                   *admin = text_of(object, "admin");

        if (!name || !address || address_from_text(&ret->address, address) < 0 ||
                (admin && member_admin_from_text(admin) < 0))
                return -EBADMSG;
        ret->name = strdup(name);
        if (!ret->name)
                return -ENOMEM;
        ret->origin = origin_from_text(text_of(object, "origin"));
        ret->admin = admin ? (MemberAdmin) member_admin_from_text(admin) : ADMIN_NONE;
        ret->changed_usec = number_of(object, "changed");
        ret->removed = truth_of(object, "removed");
        ret->absent_usec = moment_of(object, "absent", clocks);
        read_health(&ret->health, object, clocks);
        return ret->admin == ADMIN_NONE ? 0 : read_order(&ret->order, object);
}

static int read_family(StoredPool *pool, unsigned family, json_object *object)
{
        const char *member = text_of(object, "override");

        pool->priorities[family] = (uint32_t) number_of(object, "priority");
        if (!member)
                return 0;
        pool->overrides[family] = strdup(member);
        return pool->overrides[family] ? read_order(&pool->orders[family], object) : -ENOMEM;
}

static int read_pool(PoolStore *store, json_object *object, const Clocks *clocks)
{
        json_object *members = array_of(object, "members"), *families = array_of(object, "families");
        const char *text = text_of(object, "name");
        AUTO(stored_pool_freep) StoredPool *pool = NULL;
        Name name;
        int r = 0;

        if (!text || name_from_text(&name, text) < 0)
                return -EBADMSG;
        pool = stored_pool_new(&name, length_of(members));
        if (!pool)
                return -ENOMEM;
        for (unsigned family = 0; r >= 0 && family < 2 && family < length_of(families); family++)
                r = read_family(pool, family, json_object_array_get_idx(families, family));
        for (size_t i = 0; r >= 0 && i < pool->n_members; i++)
                r = read_member(&pool->members[i], json_object_array_get_idx(members, i), clocks);
        return r < 0 ? r : pool_store_put(store, STEAL(pool));
}

static int read_text(PoolStore *store, const char *text)
{
        Clocks clocks = {
                .boottime = clock_now_usec(CLOCK_BOOTTIME),
                .realtime = clock_now_usec(CLOCK_REALTIME),
        };
        json_object *root = json_tokener_parse(text), *pools = array_of(root, "pools");
        uint64_t saved = number_of(root, "saved");
        int r = pools && number_of(root, "version") == STORE_VERSION ? 0 : -EBADMSG;

        clocks.file_age = saved <= clocks.realtime ? clocks.realtime - saved : USEC_INFINITY / 2;
        for (size_t i = 0; r >= 0 && i < length_of(pools); i++)
                r = read_pool(store, json_object_array_get_idx(pools, i), &clocks);
        json_object_put(root);
        return r;
}

static void clear(PoolStore *store)
{
        for (size_t i = 0; i < store->count; i++)
                stored_pool_free(store->pools[i]);
        free(store->pools);
        store->pools = NULL;
        store->count = 0;
}

static int load(PoolStore *store)
{
        AUTO_FREE char *text = NULL, *aside = NULL;
        size_t size = 0;
        int r = file_read(store->path, STORE_FILE_MAX, &text, &size, NULL);

        if (r >= 0)
                r = read_text(store, text);
        if (r >= 0 || r == -ENOENT || r == -ENOMEM)
                return r == -ENOMEM ? r : 0;
        clear(store);
        if (asprintf(&aside, "%s.damaged-%" PRIu64, store->path,
                    clock_now_usec(CLOCK_REALTIME) / USEC_PER_SEC) < 0) {
                aside = NULL;
                return -ENOMEM;
        }
        log_message(LOG_ERR, MESSAGE_STATE_FILE, LOG_FIELDS({ "SIGNPOST_FILE", store->path }),
                "%s: is damaged (%s) and %s; what operators said of pools is not known", store->path,
                strerror(-r), rename(store->path, aside) < 0 ? "cannot be set aside" : "was set aside");
        return 0;
}

int pool_store_open(PoolStore **ret, const char *path)
{
        AUTO(pool_store_freep) PoolStore *store = calloc(1, sizeof *store);
        int r = 0;

        if (!store)
                return -ENOMEM;
        if (path) {
                store->path = strdup(path);
                r = store->path ? load(store) : -ENOMEM;
                store->dirty = false;
        }
        if (r < 0)
                return r;
        *ret = STEAL(store);
        return 0;
}

PoolStore *pool_store_free(PoolStore *store)
{
        if (!store)
                return NULL;
        clear(store);
        free(store->path);
        free(store);
        return NULL;
}

/* Writing. */

static void add_text(json_object *object, const char *key, const char *text)
{
        json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(json_object *object, const char *key, uint64_t number)
{
        if (number != 0)
                json_object_object_add(object, key, json_object_new_int64((int64_t) number));
}

static void add_age(json_object *object, const char *key, usec_t moment, usec_t now)
{
        if (moment != 0)
                add_number(object, key, now - moment + 1);
}

static void add_order(json_object *object, const StoredOrder *order)
{
        add_text(object, "user", order->user ?: "");
        add_text(object, "reason", order->reason ?: "");
        add_number(object, "until", order->until_usec);
        json_object_object_add(object, "forced", json_object_new_boolean(order->forced));
}

static json_object *write_member(const StoredMember *member, usec_t now)
{
        json_object *object = json_object_new_object();
        char address[ADDRESS_TEXT_MAX];

        add_text(object, "name", member->name);
        add_text(object, "address", address_to_text(&member->address, address));
        add_text(object, "origin", member_origin_to_text(member->origin));
        add_text(object, "health", health_state_to_text(member->health.state));
        add_age(object, "fell", member->health.fell_usec, now);
        add_number(object, "hold_down", member->health.hold_down_usec);
        add_number(object, "changed", member->changed_usec);
        if (member->removed)
                json_object_object_add(object, "removed", json_object_new_boolean(true));
        add_age(object, "absent", member->absent_usec, now);
        add_age(object, "up_since", member->health.up_since_usec, now);
        if (member->admin != ADMIN_NONE) {
                add_text(object, "admin", member_admin_to_text(member->admin));
                add_order(object, &member->order);
        }
        return object;
}

static json_object *write_family(const StoredPool *pool, unsigned family)
{
        json_object *object = json_object_new_object();

        add_number(object, "priority", pool->priorities[family]);
        if (pool->overrides[family]) {
                add_text(object, "override", pool->overrides[family]);
                add_order(object, &pool->orders[family]);
        }
        return object;
}

static json_object *write_pool(const StoredPool *pool, usec_t now)
{
        json_object *object = json_object_new_object(), *families = json_object_new_array(),
                    *members = json_object_new_array_ext((int) pool->n_members);
        char name[NAME_TEXT_MAX];

        add_text(object, "name", name_to_text(&pool->name, name));
        for (unsigned family = 0; family < 2; family++)
                json_object_array_add(families, write_family(pool, family));
        json_object_object_add(object, "families", families);
        for (size_t i = 0; i < pool->n_members; i++)
                json_object_array_add(members, write_member(&pool->members[i], now));
        json_object_object_add(object, "members", members);
        return object;
}

static int write_file(const PoolStore *store, bool durable)
{
        json_object *root = json_object_new_object(), *pools = json_object_new_array_ext((int) store->count);
        usec_t now = clock_now_usec(CLOCK_BOOTTIME);
        const char *text;
        size_t size;
        int r;

        json_object_object_add(root, "version", json_object_new_int(STORE_VERSION));
        add_number(root, "saved", clock_now_usec(CLOCK_REALTIME));
        for (size_t i = 0; i < store->count; i++)
                json_object_array_add(pools, write_pool(store->pools[i], now));
        json_object_object_add(root, "pools", pools);
        text = json_object_to_json_string_length(root, JSON_C_TO_STRING_PLAIN, &size);
        r = text ? file_replace(store->path, text, size, durable) : -ENOMEM;
        json_object_put(root);
        return r;
}

int pool_store_save(PoolStore *store, bool durable)
{
        int r;

        if (!store->path || !store->dirty)
                return 0;
        r = write_file(store, durable);
        if (r < 0 && !store->failing)
                log_message(LOG_ERR, MESSAGE_STATE_FILE, LOG_FIELDS({ "SIGNPOST_FILE", store->path }),
                        "%s: cannot be written: %s; after a restart it will not be known what operators said "
                        "of pools",
                        store->path, strerror(-r));
        else if (r >= 0 && store->failing)
                log_notice("%s: can be written again", store->path);
        store->failing = r < 0;
        store->dirty = r < 0;
        return r;
}
