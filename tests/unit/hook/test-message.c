/* SPDX-License-Identifier: BSD-3-Clause */

#include "hook/message.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define TIME UINT64_C(1700000000123456) /* 2023-11-14T22:13:20.123456Z */

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static Address address_of(const char *text)
{
        Address address;

        assert_int_equal(address_from_text(&address, text), 0);
        return address;
}

static RRset *rrset_of(const Name *name, uint16_t type, const char *const *addresses)
{
        RRset *set = rrset_new(name, type, 60);

        for (; *addresses; addresses++) {
                Address address = address_of(*addresses);

                assert_int_equal(rrset_add_address(set, &address), 1);
        }
        return set;
}

static void assert_message(const Event *event, const char *json, const char *const *environment)
{
        AUTO(hook_message_unrefp) HookMessage *message = hook_message_new(event, "observer.example.com");
        const char *const *got;
        AUTO_FREE char *text = NULL;

        assert_non_null(message);
        text = hook_message_to_json(message, 0);
        assert_string_equal(text, json);
        got = hook_message_environment(message);
        for (size_t i = 0; environment[i]; i++) {
                assert_non_null(got[i]);
                assert_string_equal(got[i], environment[i]);
                assert_true(got[i + 1] || !environment[i + 1]);
        }
}

static void a_failover_says_everything(void **state)
{
        Name name = name_of("www.example.com");
        Address address = address_of("192.0.2.2");
        AUTO(rrset_freep)
        RRset *before = rrset_of(&name, TYPE_A, (const char *const[]){ "192.0.2.1", "192.0.2.3", NULL });
        AUTO(rrset_freep) RRset *after = rrset_of(&name, TYPE_A, (const char *const[]){ "192.0.2.2", NULL });
        Event event = { .kind = EVENT_FAILOVER,
                .time_usec = TIME,
                .name = &name,
                .pool = true,
                .type = TYPE_A,
                .provider = "home",
                .member = "web2",
                .address = &address,
                .user = "alice",
                .reason = "disk of \"web1\" is 100% full / really",
                .before = before,
                .after = after };

        (void) state;
        assert_message(&event,
                "{\"version\":1,\"event\":\"failover\",\"time\":\"2023-11-14T22:13:20.123456Z\","
                "\"host\":\"observer.example.com\",\"name\":\"www.example.com\",\"pool\":\"www.example.com\","
                "\"member\":\"web2\",\"address\":\"192.0.2.2\",\"provider\":\"home\",\"user\":\"alice\","
                "\"reason\":\"disk of \\\"web1\\\" is 100% full / really\",\"type\":\"A\","
                "\"before\":[\"192.0.2.1\",\"192.0.2.3\"],\"after\":[\"192.0.2.2\"]}\n",
                (const char *const[]){ "SIGNPOST_EVENT=failover", "SIGNPOST_TIME=2023-11-14T22:13:20.123456Z",
                        "SIGNPOST_HOST=observer.example.com", "SIGNPOST_NAME=www.example.com",
                        "SIGNPOST_POOL=www.example.com", "SIGNPOST_MEMBER=web2", "SIGNPOST_ADDRESS=192.0.2.2",
                        "SIGNPOST_PROVIDER=home", "SIGNPOST_USER=alice",
                        "SIGNPOST_REASON=disk of \"web1\" is 100% full / really", "SIGNPOST_TYPE=A",
                        "SIGNPOST_BEFORE=192.0.2.1 192.0.2.3", "SIGNPOST_AFTER=192.0.2.2", NULL });
}

static void what_a_record_held_may_be_nothing(void **state)
{
        Name name = name_of("host.example.com");
        AUTO(rrset_freep)
        RRset *after = rrset_of(&name, TYPE_AAAA, (const char *const[]){ "2001:db8::1", NULL });
        Event event = { .kind = EVENT_PUBLISHED,
                .time_usec = 0,
                .name = &name,
                .type = TYPE_AAAA,
                .provider = "home",
                .after = after };

        (void) state;
        assert_message(&event,
                "{\"version\":1,\"event\":\"published\",\"time\":\"1970-01-01T00:00:00.000000Z\","
                "\"host\":\"observer.example.com\",\"name\":\"host.example.com\",\"provider\":\"home\","
                "\"type\":\"AAAA\",\"before\":[],\"after\":[\"2001:db8::1\"]}\n",
                (const char *const[]){ "SIGNPOST_EVENT=published",
                        "SIGNPOST_TIME=1970-01-01T00:00:00.000000Z", "SIGNPOST_HOST=observer.example.com",
                        "SIGNPOST_NAME=host.example.com", "SIGNPOST_PROVIDER=home", "SIGNPOST_TYPE=AAAA",
                        "SIGNPOST_BEFORE=", "SIGNPOST_AFTER=2001:db8::1", NULL });
}

static void of_a_member_nothing_is_said_about_the_rrset(void **state)
{
        Name name = name_of("www.example.com");
        Address address = address_of("2001:db8::1");
        Event event = { .kind = EVENT_MEMBER_DOWN,
                .time_usec = TIME,
                .name = &name,
                .pool = true,
                .type = TYPE_AAAA,
                .provider = "home",
                .member = "web1",
                .address = &address,
                .reason = "no answer within 2 s" };

        (void) state;
        assert_message(&event,
                "{\"version\":1,\"event\":\"member-down\",\"time\":\"2023-11-14T22:13:20.123456Z\","
                "\"host\":\"observer.example.com\",\"name\":\"www.example.com\",\"pool\":\"www.example.com\","
                "\"member\":\"web1\",\"address\":\"2001:db8::1\",\"provider\":\"home\","
                "\"reason\":\"no answer within 2 s\",\"type\":\"AAAA\"}\n",
                (const char *const[]){ "SIGNPOST_EVENT=member-down",
                        "SIGNPOST_TIME=2023-11-14T22:13:20.123456Z", "SIGNPOST_HOST=observer.example.com",
                        "SIGNPOST_NAME=www.example.com", "SIGNPOST_POOL=www.example.com",
                        "SIGNPOST_MEMBER=web1", "SIGNPOST_ADDRESS=2001:db8::1", "SIGNPOST_PROVIDER=home",
                        "SIGNPOST_REASON=no answer within 2 s", "SIGNPOST_TYPE=AAAA", NULL });
}

static void what_does_not_apply_is_not_there(void **state)
{
        Event event = { .kind = EVENT_OBSERVER_LOST, .time_usec = TIME };

        (void) state;
        assert_message(&event,
                "{\"version\":1,\"event\":\"observer-lost\",\"time\":\"2023-11-14T22:13:20.123456Z\","
                "\"host\":\"observer.example.com\"}\n",
                (const char *const[]){ "SIGNPOST_EVENT=observer-lost",
                        "SIGNPOST_TIME=2023-11-14T22:13:20.123456Z", "SIGNPOST_HOST=observer.example.com",
                        NULL });
}

static void whatever_comes_in_goes_out_as_utf_8(void **state)
{
        Event event = { .kind = EVENT_PARKED, .time_usec = TIME, .reason = "caf\xe9 caf\xc3\xa9\n" };

        (void) state;
        assert_message(&event,
                "{\"version\":1,\"event\":\"parked\",\"time\":\"2023-11-14T22:13:20.123456Z\","
                "\"host\":\"observer.example.com\",\"reason\":\"caf? caf\xc3\xa9\\n\"}\n",
                (const char *const[]){ "SIGNPOST_EVENT=parked", "SIGNPOST_TIME=2023-11-14T22:13:20.123456Z",
                        "SIGNPOST_HOST=observer.example.com", "SIGNPOST_REASON=caf? caf\xc3\xa9\n", NULL });
}

static void only_who_lost_something_is_told_so(void **state)
{
        Event event = { .kind = EVENT_OBSERVER_OK, .time_usec = TIME };
        AUTO(hook_message_unrefp) HookMessage *message = hook_message_new(&event, "host");

        (void) state;
        for (unsigned lost = 0; lost < 3; lost++) {
                AUTO_FREE char *text = hook_message_to_json(message, 2 - lost);
                json_object *object = json_tokener_parse(text), *value = NULL;

                assert_non_null(object);
                assert_int_equal(json_object_object_get_ex(object, "lost", &value), lost < 2);
                assert_int_equal(json_object_get_int(value), 2 - lost);
                json_object_put(object);
        }
}

static void a_set_that_fits_no_variable_is_in_the_json_alone(void **state)
{
        enum {
                MANY = 5000
        };
        Name name = name_of("www.example.com");
        AUTO(rrset_freep) RRset *set = rrset_new(&name, TYPE_AAAA, 60);
        AUTO(hook_message_unrefp) HookMessage *message = NULL;
        AUTO_FREE char *text = NULL;
        Event event = { .kind = EVENT_PUBLISHED, .name = &name, .type = TYPE_AAAA, .after = set };
        bool has_before = false;

        (void) state;
        for (unsigned i = 0; i < MANY; i++) {
                Address address = address_of("2001:db8:1111:2222:3333:4444:5555:0");

                address.bytes[14] = (uint8_t) (i >> 8);
                address.bytes[15] = (uint8_t) i;
                assert_int_equal(rrset_add_address(set, &address), 1);
        }
        message = hook_message_new(&event, "host");
        text = hook_message_to_json(message, 0);
        assert_non_null(strstr(text, "2001:db8:1111:2222:3333:4444:5555:1387"));
        for (const char *const *at = hook_message_environment(message); *at; at++) {
                assert_int_not_equal(strncmp(*at, "SIGNPOST_AFTER", 14), 0);
                has_before |= strcmp(*at, "SIGNPOST_BEFORE=") == 0;
        }
        assert_true(has_before);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_failover_says_everything),
                cmocka_unit_test(what_a_record_held_may_be_nothing),
                cmocka_unit_test(of_a_member_nothing_is_said_about_the_rrset),
                cmocka_unit_test(what_does_not_apply_is_not_there),
                cmocka_unit_test(whatever_comes_in_goes_out_as_utf_8),
                cmocka_unit_test(only_who_lost_something_is_told_so),
                cmocka_unit_test(a_set_that_fits_no_variable_is_in_the_json_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
