/* SPDX-License-Identifier: BSD-3-Clause */

/* Messages are made and read without a bus. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ctl/json.h"
#include "ctl/objects.h"
#include "ctl/snapshot.h"
#include "ctl/string-list.h"

/* Somebody who is never spoken to. */
static sd_bus *new_bus(void)
{
        sd_bus *bus;
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_fd(bus, fds[0], fds[0]) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        close(fds[1]);
        return bus;
}

static void sd_bus_donep(sd_bus **bus)
{
        sd_bus_close_unref(*bus);
}

static sd_bus_message *new_message(sd_bus *bus)
{
        sd_bus_message *message;

        assert_true(sd_bus_message_new_signal(bus, &message, "/", "a.b", "C") >= 0);
        return message;
}

static void seal(sd_bus_message *message)
{
        assert_true(sd_bus_message_seal(message, 1, 0) >= 0);
        assert_true(sd_bus_message_rewind(message, true) >= 0);
}

#define read_record(bus, ...) read_object(bus, OBJECT_RECORD, "/r", __VA_ARGS__)

static Object *read_object(sd_bus *bus, ObjectKind kind, const char *path, const char *signature, ...)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *message = new_message(bus);
        Object *object = object_new(kind, path);
        va_list arguments;

        va_start(arguments, signature);
        assert_true(sd_bus_message_appendv(message, signature, arguments) >= 0);
        va_end(arguments);
        seal(message);
        assert_true(object_read(object, message) >= 0);
        return object;
}

static void properties_are_read(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO(object_freep)
        Object *object = read_record(bus, "a{sv}", 6, "Name", "s", "host.example.com", "Ttl", "u", 60,
                "State", "s", "in-sync", "Published", "as", 2, "192.0.2.1", "2001:db8::1", "LastChange", "t",
                (uint64_t) 1795242552000042, "Wanted", "as", 0);
        AUTO(json_putp) json_object *json = json_from_object(object, NULL);

        (void) state;
        assert_string_equal(object->record.name, "host.example.com");
        assert_int_equal(object->record.ttl, 60);
        assert_int_equal(string_list_count(object->record.published), 2);
        assert_int_equal(string_list_count(object->record.wanted), 0);
        assert_string_equal(object->record.last_error, ""); /* not named: as it was */
        assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE),
                "{\"name\":\"host.example.com\",\"provider\":\"\",\"ttl\":60,\"state\":\"in-sync\","
                "\"wanted\":[],"
                "\"published\":[\"192.0.2.1\",\"2001:db8::1\"],\"last_error\":null,"
                "\"last_change\":\"2026-11-21T06:29:12.000042Z\",\"next_retry\":null}");
}

static void another_version_does_no_harm(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO(object_freep)
        Object *object = read_record(bus, "a{sv}", 4, "Colour", "(su)", "blue", 7, "Ttl", "s", "sixty",
                "Wanted", "s", "all", "State", "s", "parked");

        (void) state;
        assert_int_equal(object->record.ttl, 0);
        assert_null(object->record.wanted);
        assert_string_equal(object->record.state, "parked");
}

static void pool_is_read(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO(object_freep)
        Object *object = read_object(bus, OBJECT_POOL, "/org/signpost1/pool/www_2eexample", "a{sv}", 4,
                "Name", "s", "www.example", "Condition", "s", "overridden", "MembersUp", "u", 2, "Overrides",
                "a(stss)", 1, "web2", (uint64_t) 1795242552000042, "root", "");
        AUTO(object_freep) Object *copy = object_copy(object);
        AUTO(json_putp) json_object *json = json_from_object(object, NULL);

        (void) state;
        assert_true(object_equal(object, copy));
        assert_string_equal(object->pool.overrides.overrides[0].member, "web2");
        assert_string_equal(object_state(object), "overridden");
        assert_ptr_equal(object_publication(object), &object->pool.publication);
        assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE),
                "{\"name\":\"www.example\",\"provider\":\"\",\"ttl\":0,\"state\":\"\",\"wanted\":[],"
                "\"published\":[],\"last_error\":null,\"last_change\":null,\"next_retry\":null,\"policy\":"
                "\"\","
                "\"condition\":\"overridden\",\"priority\":null,\"members_up\":2,\"members_total\":0,"
                "\"overrides\":[{\"member\":\"web2\",\"until\":\"2026-11-21T06:29:12.000042Z\",\"user\":"
                "\"root\","
                "\"reason\":null}]}");
        free(copy->pool.overrides.overrides[0].reason);
        copy->pool.overrides.overrides[0].reason = strdup("why not");
        assert_false(object_equal(object, copy));
}

static void member_knows_its_pool(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO_FREE char *path = object_member_path("/org/signpost1/pool/www_2eexample", "192.0.2.1");
        AUTO(object_freep)
        Object *object = read_object(bus, OBJECT_MEMBER, path, "a{sv}", 3, "Name", "s", "192.0.2.1",
                "Latency", "t", (uint64_t) 412, "Published", "b", 1);
        const Pool pool = { .publication = { .name = (char *) "WWW.example" } };

        (void) state;
        assert_string_equal(path, "/org/signpost1/pool/www_2eexample/_3192_2e0_2e2_2e1");
        assert_string_equal(object->member.pool, "www.example");
        assert_true(pool_has_member(&pool, &object->member));
        assert_int_equal(object->member.latency, 412);
        assert_true(object->member.published);
        assert_string_equal(object->member.admin, "");
}

static void copy_shares_nothing(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        Object *object =
                read_record(bus, "a{sv}", 2, "Name", "s", "a.example", "Wanted", "as", 1, "192.0.2.1");
        AUTO(object_freep) Object *copy = object_copy(object);

        (void) state;
        assert_true(object_equal(object, copy));
        object_free(object);
        assert_string_equal(copy->record.name, "a.example");
        assert_string_equal(copy->record.wanted[0], "192.0.2.1");
}

/* Each field of each type counts, the first as well as the last. */
static void objects_that_differ_anywhere_are_not_equal(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO(object_freep) Object *plain = read_record(bus, "a{sv}", 0);
        Object *const others[] = {
                read_record(bus, "a{sv}", 1, "Name", "s", "a.example"),
                read_record(bus, "a{sv}", 1, "Ttl", "u", 60),
                read_record(bus, "a{sv}", 1, "Published", "as", 1, "192.0.2.1"),
                read_record(bus, "a{sv}", 1, "NextRetry", "t", (uint64_t) 1),
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
                assert_false(object_equal(plain, others[i]));
                object_free(others[i]);
        }
}

static void difference_has_what_differs(void **state)
{
        AUTO(sd_bus_donep) sd_bus *bus = new_bus();
        AUTO(object_freep)
        Object *before = read_record(bus, "a{sv}", 2, "Ttl", "u", 60, "LastError", "s", "");
        AUTO(object_freep)
        Object *after = read_record(bus, "a{sv}", 2, "Ttl", "u", 60, "LastError", "s", "no answer");
        AUTO(json_putp) json_object *json = json_from_object(after, before);

        (void) state;
        assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
                "{\"last_error\":\"no answer\"}");
}

static void put(Snapshot *snapshot, ObjectKind kind, const char *name)
{
        Object *object = object_new(kind, name);
        char **place = kind == OBJECT_RECORD ? &object->record.name : &object->provider.name;

        free(*place);
        *place = strdup(name);
        assert_int_equal(snapshot_put(snapshot, object), 0);
}

static void snapshot_is_in_order(void **state)
{
        static const char *const expected[] = { "a.example", "h2.example", "h10.example" };
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const Object *record;
        size_t index = 0, n = 0;

        (void) state;
        put(&snapshot, OBJECT_PROVIDER, "home");
        put(&snapshot, OBJECT_RECORD, "h10.example");
        put(&snapshot, OBJECT_RECORD, "a.example");
        put(&snapshot, OBJECT_RECORD, "h2.example");
        put(&snapshot, OBJECT_RECORD, "a.example"); /* again: in the place of the first */
        while ((record = snapshot_next(&snapshot, OBJECT_RECORD, &index)))
                assert_string_equal(object_name(record), expected[n++]);
        assert_int_equal(n, 3);
        assert_int_equal(snapshot_count(&snapshot, OBJECT_PROVIDER), 1);
        assert_non_null(snapshot_find_publication(&snapshot, "H2.Example."));
        assert_null(snapshot_find_publication(&snapshot, "h2.exampl"));
        snapshot_remove(&snapshot, snapshot_find(&snapshot, "h2.example", OBJECT_RECORD));
        assert_null(snapshot_find_publication(&snapshot, "h2.example"));
        assert_int_equal(snapshot_count(&snapshot, OBJECT_RECORD), 2);
}

static void put_member(Snapshot *snapshot, const char *path, const char *name, uint32_t priority)
{
        AUTO_FREE char *member_path = object_member_path(path, name);
        Object *object = object_new(OBJECT_MEMBER, member_path);

        free(object->member.name);
        object->member.name = strdup(name);
        object->member.priority = priority;
        assert_int_equal(snapshot_put(snapshot, object), 0);
}

static void members_stand_by_their_pool(void **state)
{
        static const char *const expected[] = { "web2", "web10", "backup" };
        const Pool www = { .publication = { .name = (char *) "www.example" } };
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const Member *member;
        size_t index = 0, n = 0;

        (void) state;
        put_member(&snapshot, "/org/signpost1/pool/www_2eexample", "backup", 20);
        put_member(&snapshot, "/org/signpost1/pool/db_2eexample", "web3", 10);
        put_member(&snapshot, "/org/signpost1/pool/www_2eexample", "web10", 10);
        put_member(&snapshot, "/org/signpost1/pool/www_2eexample", "web2", 10);
        while ((member = snapshot_next_member(&snapshot, &www, &index)))
                assert_string_equal(member->name, expected[n++]);
        assert_int_equal(n, 3);
}

static void lists_are_compared_as_sets(void **state)
{
        char *ab[] = { (char *) "a", (char *) "b", NULL }, *ba[] = { (char *) "b", (char *) "a", NULL };
        char *a[] = { (char *) "a", NULL }, *none[] = { NULL };
        AUTO_FREE char *joined = string_list_join(ab, ", "), *empty = string_list_join(NULL, ", ");

        (void) state;
        assert_true(string_list_same_set(ab, ba));
        assert_false(string_list_same_set(ab, a));
        assert_false(string_list_same_set(a, ab));
        assert_true(string_list_same_set(NULL, none));
        assert_false(string_list_same_set(NULL, a));
        assert_string_equal(joined, "a, b");
        assert_string_equal(empty, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(properties_are_read),
                cmocka_unit_test(another_version_does_no_harm),
                cmocka_unit_test(pool_is_read),
                cmocka_unit_test(member_knows_its_pool),
                cmocka_unit_test(members_stand_by_their_pool),
                cmocka_unit_test(copy_shares_nothing),
                cmocka_unit_test(objects_that_differ_anywhere_are_not_equal),
                cmocka_unit_test(difference_has_what_differs),
                cmocka_unit_test(snapshot_is_in_order),
                cmocka_unit_test(lists_are_compared_as_sets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
