/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bus/kind.h"

/* What the objects of these tests are made of. */
typedef struct Parts {
        ProviderConfig home, away;
        RecordConfig record;
        PoolConfig pool;
        RRset *a, *aaaa;
} Parts;

static RRset *make_set(uint16_t type, const char *text)
{
        Address address;
        RRset *set = rrset_new(&name_root, type, 60);

        assert_int_equal(address_from_text(&address, text), 0);
        assert_int_equal(rrset_add_address(set, &address), 1);
        return set;
}

static int make_parts(void **state)
{
        Parts *parts = calloc(1, sizeof *parts);

        parts->home.id = (char *) "home";
        parts->away = (ProviderConfig){ .id = (char *) "away", .type = PROVIDER_EMBEDDED, .has_zone = true };
        name_from_text(&parts->away.zone, "example.com");
        parts->record = (RecordConfig){ .provider = &parts->home, .ttl = 60 };
        name_from_text(&parts->record.name, "www.example.com");
        parts->pool.record = parts->record;
        parts->a = make_set(TYPE_A, "192.0.2.1");
        parts->aaaa = make_set(TYPE_AAAA, "2001:db8::1");
        *state = parts;
        return 0;
}

static int free_parts(void **state)
{
        Parts *parts = *state;

        rrset_free(parts->a);
        rrset_free(parts->aaaa);
        free(parts);
        return 0;
}

static Object make_object(const Parts *parts, const Kind *kind)
{
        Object object = { .manager = { .online = true } };

        if (kind == &provider_kind)
                object.provider = (ProviderStatus){ .config = &parts->home, .next_usec = 5 };
        if (kind == &record_kind)
                object.record = (RecordStatus){ .config = &parts->record,
                        .wanted = { parts->a },
                        .published = { parts->a },
                        .next_usec = 5 };
        if (kind == &pool_kind)
                object.pool = (PoolStatus){ .config = &parts->pool,
                        .wanted = { parts->a },
                        .published = { parts->a },
                        .next_usec = 5,
                        .overrides = { { .member = "web1", .user = "root", .reason = "" } } };
        if (kind == &member_kind)
                object.member = (MemberStatus){
                        .pool = &parts->pool, .name = "web1", .admin_user = "", .admin_reason = ""
                };
        return object;
}

/* Each kind says twice what its properties are: to sd-bus, and in its list. */
static void a_kinds_vtable_and_its_list_say_the_same(void **state)
{
        for (size_t i = 0; i < KINDS; i++) {
                Object object = make_object(*state, kinds[i]);
                PropertyList list = kinds[i]->list(&object);
                const Property *property = list.properties;

                for (const sd_bus_vtable *entry = kinds[i]->vtable; entry->type != _SD_BUS_VTABLE_END;
                        entry++) {
                        bool told = entry->flags & SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;

                        if (entry->type != _SD_BUS_VTABLE_PROPERTY)
                                continue;
                        assert_non_null(property->name);
                        assert_string_equal(property->name, entry->x.property.member);
                        assert_int_equal(property->silent, !told);
                        property++;
                }
                assert_null(property->name);
        }
}

static void a_kinds_vtable_and_its_methods_say_the_same(void **state)
{
        (void) state;
        for (size_t i = 0; i < KINDS; i++) {
                const Method *method = kinds[i]->methods;

                for (const sd_bus_vtable *entry = kinds[i]->vtable; entry->type != _SD_BUS_VTABLE_END;
                        entry++) {
                        if (entry->type != _SD_BUS_VTABLE_METHOD)
                                continue;
                        assert_non_null(method);
                        assert_non_null(method->member);
                        assert_string_equal(method->member, entry->x.method.member);
                        method++;
                }
                assert_true(!method || !method->member);
        }
}

/* Of the two objects exactly this property differs; NULL: none. */
static void check_difference(const Kind *kind, const Object *before, const Object *after, const char *changed)
{
        PropertyList old = kind->list(before), new = kind->list(after);

        for (size_t i = 0; old.properties[i].name; i++) {
                const char *name = old.properties[i].name;
                bool differs = property_digest(&old.properties[i]) != property_digest(&new.properties[i]);

                if (differs != (changed && strcmp(name, changed) == 0))
                        fail_msg("%s of %s %s although %s changed", name, kind->interface,
                                differs ? "differs" : "is the same", changed ?: "nothing");
        }
}

static void each_property_of_a_provider_is_noticed(void **state)
{
        const Parts *parts = *state;
        const Object base = make_object(parts, &provider_kind);
        ProviderConfig configs[3] = { parts->home, parts->home, parts->home };
        const struct {
                const char *changed;
                ProviderStatus status;
        } rows[] = {
                { "Name", { .config = &configs[0], .next_usec = 5 } },
                { "Type", { .config = &configs[1], .next_usec = 5 } },
                { "Zone", { .config = &configs[2], .next_usec = 5 } },
                { "State", { .config = &parts->home, .next_usec = 5, .state = PROVIDER_OK } },
                { "LastError", { .config = &parts->home, .next_usec = 5, .problem = "refused" } },
                { "QueueLength", { .config = &parts->home, .next_usec = 5, .queue_length = 1 } },
                { "RetryAfter", { .config = &parts->home, .next_usec = 6 } },
        };

        configs[0].id = (char *) "away";
        configs[1].type = PROVIDER_EMBEDDED;
        configs[2].has_zone = true;
        configs[2].zone = name_root;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                Object object = { .provider = rows[i].status };

                check_difference(&provider_kind, &base, &object, rows[i].changed);
        }
}

static void each_property_of_a_record_is_noticed(void **state)
{
        const Parts *parts = *state;
        const Object base = make_object(parts, &record_kind);
        RecordConfig configs[3] = { parts->record, parts->record, parts->record };
        Object changed[9];
        static const char *const names[] = { "Name", "Provider", "Ttl", "State", "Wanted", "Published",
                "LastError", "LastChange", "NextRetry" };

        name_from_text(&configs[0].name, "WWW.example.com");
        configs[1].provider = &parts->away;
        configs[2].ttl = 61;
        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                changed[i] = base;
        for (size_t i = 0; i < 3; i++)
                changed[i].record.config = &configs[i];
        changed[3].record.state = PUBLICATION_PARKED;
        changed[4].record.wanted[1] = parts->aaaa;
        changed[5].record.published[0] = NULL;
        changed[6].record.problem = "refused";
        changed[7].record.changed_usec = 1;
        changed[8].record.next_usec = USEC_INFINITY;
        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                check_difference(&record_kind, &base, &changed[i], names[i]);
}

static void each_property_of_a_pool_is_noticed(void **state)
{
        const Parts *parts = *state;
        const Object base = make_object(parts, &pool_kind);
        PoolConfig configs[4] = { parts->pool, parts->pool, parts->pool, parts->pool };
        static const OverrideStatus overrides[][2] = {
                { { 0 }, { 0 } },
                { { .member = "web2", .user = "root", .reason = "" } },
                { { .member = "web1", .user = "root", .reason = "", .until_usec = 1 } },
                { { .member = "web1", .user = "alice", .reason = "" } },
                { { .member = "web1", .user = "root", .reason = "test" } },
                { { 0 }, { .member = "web1", .user = "root", .reason = "" } },
                { { .member = "web1", .user = "root", .reason = "" },
                        { .member = "web1", .user = "root", .reason = "" } },
        };
        Object changed[14];
        static const char *const names[] = { "Name", "Provider", "Ttl", "Policy", "State", "Condition",
                "Wanted", "Published", "LastError", "LastChange", "NextRetry", "Priority", "MembersUp",
                "MembersTotal" };

        name_from_text(&configs[0].record.name, "web.example.com");
        configs[1].record.provider = &parts->away;
        configs[2].record.ttl = 61;
        configs[3].policy = POOL_PRIORITY;
        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                changed[i] = base;
        for (size_t i = 0; i < 4; i++)
                changed[i].pool.config = &configs[i];
        changed[4].pool.state = PUBLICATION_PARKED;
        changed[5].pool.condition = POOL_HELD;
        changed[6].pool.wanted[1] = parts->aaaa;
        changed[7].pool.published[0] = NULL;
        changed[8].pool.problem = "refused";
        changed[9].pool.changed_usec = 1;
        changed[10].pool.next_usec = 6;
        changed[11].pool.priority = 10;
        changed[12].pool.n_up = 1;
        changed[13].pool.n_members = 1;
        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                check_difference(&pool_kind, &base, &changed[i], names[i]);
        for (size_t i = 0; i < ARRAY_LENGTH(overrides); i++) {
                Object object = base;

                memcpy(object.pool.overrides, overrides[i], sizeof overrides[i]);
                check_difference(&pool_kind, &base, &object, "Overrides");
        }
}

static void each_property_of_a_member_is_noticed_but_those_that_always_change(void **state)
{
        const Object base = make_object(*state, &member_kind);
        Object changed[14];
        static const char *const names[] = { "Name", "Address", "Priority", "Origin", "Health", "Published",
                "Admin", "AdminReason", "AdminUser", "AdminUntil", NULL, NULL, "LastChange", "LastError" };

        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                changed[i] = base;
        changed[0].member.name = "web2";
        changed[1].member.address.bytes[3] = 1;
        changed[2].member.priority = 10;
        changed[3].member.origin = MEMBER_SELF;
        changed[4].member.health = HEALTH_UP;
        changed[5].member.published = true;
        changed[6].member.admin = ADMIN_DRAIN;
        changed[7].member.admin_reason = "test";
        changed[8].member.admin_user = "root";
        changed[9].member.admin_until_usec = 1;
        changed[10].member.latency_usec = 1;
        changed[11].member.checked_usec = 1;
        changed[12].member.changed_usec = 1;
        changed[13].member.problem = "refused";
        for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
                check_difference(&member_kind, &base, &changed[i], names[i]);
}

/* 192.0.2.1 and c000:201:: have the same bytes. */
static void the_family_of_an_address_is_part_of_its_digest(void **state)
{
        Address addresses[2];
        Property properties[2];

        (void) state;
        assert_int_equal(address_from_text(&addresses[0], "192.0.2.1"), 0);
        assert_int_equal(address_from_text(&addresses[1], "c000:201::"), 0);
        for (size_t i = 0; i < 2; i++)
                properties[i] = (Property){ "Address", PROPERTY_ADDRESS, .address = &addresses[i] };
        assert_true(property_digest(&properties[0]) != property_digest(&properties[1]));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_kinds_vtable_and_its_list_say_the_same),
                cmocka_unit_test(a_kinds_vtable_and_its_methods_say_the_same),
                cmocka_unit_test(each_property_of_a_provider_is_noticed),
                cmocka_unit_test(each_property_of_a_record_is_noticed),
                cmocka_unit_test(each_property_of_a_pool_is_noticed),
                cmocka_unit_test(each_property_of_a_member_is_noticed_but_those_that_always_change),
                cmocka_unit_test(the_family_of_an_address_is_part_of_its_digest),
        };

        return cmocka_run_group_tests(tests, make_parts, free_parts);
}
