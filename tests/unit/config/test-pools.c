/* SPDX-License-Identifier: BSD-3-Clause */

/* Pools, checks, the observer and hooks: what they say, and what they mean where they say nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "folder.h"
#include "load.h"

static void assert_address(const Address *address, const char *text)
{
        char buffer[ADDRESS_TEXT_MAX];

        assert_string_equal(address_to_text(address, buffer), text);
}

static void assert_default_timing(const CheckConfig *check)
{
        assert_int_equal(check->interval_usec, 10 * USEC_PER_SEC);
        assert_int_equal(check->fast_interval_usec, 2 * USEC_PER_SEC);
        assert_int_equal(check->timeout_usec, 2 * USEC_PER_SEC);
        assert_int_equal(check->rise, 3);
        assert_int_equal(check->fall, 3);
}

static void pools_have_their_defaults(void **state)
{
        AUTO(config_freep) Config *config = load_pools("'www.z':{'members':{'a':'192.0.2.1'}}");
        const PoolConfig *pool = config->pools[0];

        (void) state;
        assert_int_equal(config->n_pools, 1);
        assert_name(&pool->record.name, "www.z");
        assert_ptr_equal(pool->record.provider, config_provider(config, "p"));
        assert_int_equal(pool->record.ttl, 30);
        assert_null(pool->record.ipv4);
        assert_null(pool->record.ipv6);
        assert_int_equal(pool->record.ownership, OWNERSHIP_SHARED);
        assert_int_equal(pool->record.withdraw_delay_usec, 0);
        assert_false(pool->record.withdraw_on_stop);
        assert_int_equal(pool->policy, POOL_ALL);
        assert_int_equal(pool->minimum, 1);
        assert_int_equal(pool->all_down, ALL_DOWN_HOLD);
        assert_int_equal(pool->n_fallback, 0);
        assert_false(pool->manual_failback);
        assert_int_equal(pool->failback_delay_usec, 60 * USEC_PER_SEC);
        assert_int_equal(pool->removal_percent, 25);
        assert_int_equal(pool->removal_interval_usec, 10 * USEC_PER_SEC);
        assert_int_equal(pool->hold_down_usec, 30 * USEC_PER_SEC);
        assert_int_equal(pool->hold_down_max_usec, 600 * USEC_PER_SEC);
        assert_int_equal(pool->verify_usec, 30 * USEC_PER_SEC);
        assert_false(pool->discover);
        assert_int_equal(config->n_checks, 1);
        assert_ptr_equal(pool->check, config->checks[0]);
        assert_ptr_equal(pool->self_check, pool->check);
        assert_int_equal(pool->check->type, CHECK_ICMP);
        assert_default_timing(pool->check);
        assert_int_equal(pool->n_members, 1);
        assert_string_equal(pool->members[0].name, "a");
        assert_address(&pool->members[0].address, "192.0.2.1");
        assert_int_equal(pool->members[0].priority, 10);
        assert_ptr_equal(pool->members[0].check, pool->check);
        assert_int_equal(config->n_references + config->n_hooks + config->n_sources, 0);
}

static void pools_take_all_their_keys(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools(
                "'www.z':{'provider':'p','ttl':5,'policy':'priority','minimum':0,'all_down':['192.0.2.9','"
                "2001:db8::9'],"
                "'failback':'manual','failback_delay':0,'removal_percent':100,'removal_interval':0.1,'hold_"
                "down':1.5,"
                "'hold_down_max':2,'verify':0,'discover':true,'self':{'priority':1,'check':{'type':'tcp','"
                "port':80},"
                "'ipv4':{'from':'static','addresses':['192.0.2.3']},'ipv6':false},'withdraw_on_stop':true,"
                "'check':{'type':'tcp','port':443},'members':{'b':{'address':'2001:db8::2','priority':65535,"
                "'check':{'type':'icmp','interval':1}},'a':{'address':'192.0.2.1'}}}");
        const PoolConfig *pool = config->pools[0];

        (void) state;
        assert_int_equal(pool->record.ttl, 5);
        assert_true(pool->record.withdraw_on_stop);
        assert_int_equal(pool->policy, POOL_PRIORITY);
        assert_int_equal(pool->minimum, 0);
        assert_int_equal(pool->all_down, ALL_DOWN_FALLBACK);
        assert_int_equal(pool->n_fallback, 2);
        assert_address(&pool->fallback[0], "192.0.2.9");
        assert_address(&pool->fallback[1], "2001:db8::9");
        assert_true(pool->manual_failback);
        assert_int_equal(pool->failback_delay_usec, 0);
        assert_int_equal(pool->removal_percent, 100);
        assert_int_equal(pool->removal_interval_usec, 100000);
        assert_int_equal(pool->hold_down_usec, 1500000);
        assert_int_equal(pool->hold_down_max_usec, 2000000);
        assert_int_equal(pool->verify_usec, 0);
        assert_true(pool->discover);
        assert_int_equal(pool->check->port, 443);
        assert_int_equal(pool->self_check->port, 80);
        assert_int_equal(pool->self_priority, 1);
        assert_address(&pool->record.ipv4->addresses[0], "192.0.2.3");
        assert_null(pool->record.ipv6);
        assert_int_equal(pool->n_members, 2);
        assert_string_equal(pool->members[0].name, "a");
        assert_int_equal(pool->members[0].priority, 10);
        assert_ptr_equal(pool->members[0].check, pool->check);
        assert_string_equal(pool->members[1].name, "b");
        assert_int_equal(pool->members[1].priority, 65535);
        assert_int_equal(pool->members[1].check->type, CHECK_ICMP);
        assert_int_equal(config->n_checks, 3);
}

static void every_word_for_all_down_is_known(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools(
                "'a.z':{'discover':true,'all_down':'hold'},'b.z':{'discover':true,'all_down':'all'},"
                "'c.z':{'discover':true,'all_down':'empty','failback':'auto','policy':'all'}");

        (void) state;
        assert_int_equal(config->pools[0]->all_down, ALL_DOWN_HOLD);
        assert_int_equal(config->pools[1]->all_down, ALL_DOWN_ALL);
        assert_int_equal(config->pools[2]->all_down, ALL_DOWN_EMPTY);
        assert_int_equal(config->pools[2]->policy, POOL_ALL);
        assert_false(config->pools[2]->manual_failback);
}

/* Each alone makes a pool. */
static void self_and_discover_need_no_members(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools("'a.z':{'self':true},'b.z':{'discover':true},'c.z':{'self':{}}");

        (void) state;
        assert_int_equal(config->n_pools, 3);
        assert_non_null(config->pools[0]->record.ipv4);
        assert_non_null(config->pools[0]->record.ipv6);
        assert_int_equal(config->pools[0]->self_priority, 10);
        assert_null(config->pools[1]->record.ipv4);
        assert_null(config->pools[1]->record.ipv6);
        assert_ptr_equal(config->pools[2]->record.ipv4, config->pools[0]->record.ipv4);
        assert_ptr_equal(config->pools[2]->record.ipv6, config->pools[0]->record.ipv6);
        assert_int_equal(config->n_sources, 2);
}

static void sources_of_pools_and_records_are_one_object(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        config = load("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"r.z\":{}},"
                      "\"pools\":{\"a.z\":{\"self\":true}}}");
        assert_int_equal(config->n_sources, 2);
        assert_ptr_equal(config->pools[0]->record.ipv4, config->records[0]->ipv4);
        assert_ptr_equal(config->pools[0]->record.ipv6, config->records[0]->ipv6);
}

static void pools_are_in_canonical_order(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools("'z':{'discover':true},'b.z':{'discover':true},'a.b.z':{'discover':true},"
                                    "'%l.z':{'discover':true},'A.z':{'discover':true}");
        static const char *const names[] = { "z", "A.z", "b.z", "a.b.z", "web1.z" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
                assert_name(&config->pools[i]->record.name, names[i]);
}

static void pools_of_several_files_are_joined(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("conf.d/a.json", "{\"pools\":{\"b.z\":{\"members\":{\"web1\":\"192.0.2.1\"}}},"
                                    "\"hooks\":[{\"events\":[\"parked\"],\"command\":[\"/2\"]}]}");
        folder_put("conf.d/b.json", "{\"observer\":{\"references\":[\"192.0.2.1\"]},"
                                    "\"hooks\":[{\"events\":[\"parked\"],\"command\":[\"/3\"]}]}");
        config = load("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},"
                      "\"pools\":{\"a.z\":{\"members\":{\"web1\":\"192.0.2.1\"}}},"
                      "\"hooks\":[{\"events\":[\"parked\"],\"command\":[\"/1\"]}]}");
        assert_int_equal(config->n_pools, 2);
        assert_string_equal(config->pools[0]->members[0].name, "web1");
        assert_string_equal(config->pools[1]->members[0].name, "web1");
        assert_int_equal(config->n_references, 1);
        assert_int_equal(config->n_hooks, 3);
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(config->hooks[i].command[0][1], '1' + (int) i);
}

static void members_may_have_any_name_that_is_no_address(void **state)
{
        AUTO(config_freep)
        Config *config =
                load_pools("'a.z':{'members':{'web 1':'192.0.2.1','w\xc3\xa4':'192.0.2.2','a/b':'192.0.2.3',"
                           "'192.0.2':'192.0.2.4','::g':'192.0.2.5',"
                           "'aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbb':'::1'}}");

        (void) state;
        assert_int_equal(config->pools[0]->n_members, 6);
        assert_string_equal(config->pools[0]->members[0].name, "192.0.2");
        assert_address(&config->pools[0]->members[0].address, "192.0.2.4");
        assert_address(&config->pools[0]->members[3].address, "::1");
        assert_string_equal(config->pools[0]->members[5].name, "w\xc3\xa4");
}

static void hold_down_can_always_reach_its_beginning(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools("'a.z':{'discover':true,'hold_down':1200},"
                                    "'b.z':{'discover':true,'hold_down':30,'hold_down_max':10}");

        (void) state;
        assert_int_equal(config->pools[0]->hold_down_max_usec, 1200 * USEC_PER_SEC);
        assert_int_equal(config->pools[1]->hold_down_max_usec, 30 * USEC_PER_SEC);
}

static void fast_interval_is_never_the_slower_one(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools("'a.z':{'discover':true,'check':{'type':'icmp','interval':0.5}}");

        (void) state;
        assert_int_equal(config->checks[0]->interval_usec, 500000);
        assert_int_equal(config->checks[0]->fast_interval_usec, 500000);
}

static void http_checks_have_their_defaults(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools("'A.z.':{'discover':true,'check':{'type':'http'}},"
                                    "'b.z':{'discover':true,'check':{'type':'https'}}");
        const CheckConfig *http = config->pools[0]->check, *https = config->pools[1]->check;

        (void) state;
        assert_int_equal(http->type, CHECK_HTTP);
        assert_default_timing(http);
        assert_int_equal(http->port, 80);
        assert_string_equal(http->host, "A.z");
        assert_string_equal(http->path, "/");
        assert_string_equal(http->method, "GET");
        assert_null(http->headers);
        assert_null(http->body);
        assert_int_equal(http->n_expect_status, 1);
        assert_int_equal(http->expect_status[0].first, 200);
        assert_int_equal(http->expect_status[0].last, 399);
        assert_null(http->expect_body);
        assert_null(http->command);
        assert_int_equal(https->type, CHECK_HTTPS);
        assert_int_equal(https->port, 443);
        assert_string_equal(https->host, "b.z");
        assert_true(https->verify_tls);
}

static void checks_take_all_their_keys(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools(
                "'a.z':{'check':{'type':'https','interval':86400,'fast_interval':0.1,'timeout':0.01,'rise':1,"
                "'fall':100,"
                "'port':8443,'verify_tls':false,'host':'192.0.2.7','path':'/a?b=%20c','method':'M-SEARCH',"
                "'headers':['Accept: text/html','X-A:b: "
                "c'],'body':'a\\nb','expect_status':[200,'300-399','404'],"
                "'expect_body':'\\n'},'members':{'x':{'address':'192.0.2.1','check':"
                "{'type':'exec','command':['/bin/true','','a\\nb','--x']}}}}");
        const CheckConfig *check = config->pools[0]->check, *exec = config->pools[0]->members[0].check;

        (void) state;
        assert_true(check->interval_usec == 86400 * USEC_PER_SEC);
        assert_int_equal(check->fast_interval_usec, 100000);
        assert_int_equal(check->timeout_usec, 10000);
        assert_int_equal(check->rise, 1);
        assert_int_equal(check->fall, 100);
        assert_int_equal(check->port, 8443);
        assert_false(check->verify_tls);
        assert_string_equal(check->host, "192.0.2.7");
        assert_string_equal(check->path, "/a?b=%20c");
        assert_string_equal(check->method, "M-SEARCH");
        assert_texts(check->headers, "Accept: text/html X-A:b: c");
        assert_string_equal(check->body, "a\nb");
        assert_int_equal(check->n_expect_status, 3);
        assert_int_equal(check->expect_status[0].first, 200);
        assert_int_equal(check->expect_status[0].last, 200);
        assert_int_equal(check->expect_status[1].last, 399);
        assert_int_equal(check->expect_status[2].first, 404);
        assert_string_equal(check->expect_body, "\n");
        assert_int_equal(exec->type, CHECK_EXEC);
        assert_texts(exec->command, "/bin/true  a\nb --x");
}

static void equal_checks_are_one_object(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools(
                "'a.z':{'check':{'type':'tcp','port':80},'members':{'x':'192.0.2.1',"
                "'y':{'address':'192.0.2.2','check':{'timeout':2,'port':80,'type':'tcp'}},"
                "'z':{'address':'192.0.2.3','check':{'type':'http'}}},'self':{'check':{'type':'icmp'}}},"
                "'b.z':{'check':{'type':'http','host':'a.z','expect_status':['200-399']},'discover':true},"
                "'c.z':{'discover':true}");
        const PoolConfig *a = config->pools[0], *b = config->pools[1], *c = config->pools[2];

        (void) state;
        assert_int_equal(config->n_checks, 3);
        assert_ptr_equal(a->members[0].check, a->check);
        assert_ptr_equal(a->members[1].check, a->check);
        assert_ptr_equal(a->members[2].check, b->check);
        assert_ptr_equal(a->self_check, c->check);
        assert_ptr_not_equal(a->check, b->check);
}

static void each_difference_makes_another_check(void **state)
{
        static const char *const pairs[][2] = {
                { "'type':'icmp'", "'type':'tcp','port':1" },
                { "'type':'http','host':'h'", "'type':'https','port':80,'host':'h'" },
                { "'type':'icmp'", "'type':'icmp','interval':11" },
                { "'type':'icmp'", "'type':'icmp','fast_interval':3" },
                { "'type':'icmp'", "'type':'icmp','timeout':3" },
                { "'type':'icmp'", "'type':'icmp','rise':2" },
                { "'type':'icmp'", "'type':'icmp','fall':2" },
                { "'type':'tcp','port':1", "'type':'tcp','port':2" },
                { "'type':'http'", "'type':'http','host':'h'" },
                { "'type':'http'", "'type':'http','path':'/x'" },
                { "'type':'http'", "'type':'http','method':'HEAD'" },
                { "'type':'http'", "'type':'http','headers':['A: b']" },
                { "'type':'http','headers':['A: b']", "'type':'http','headers':['A: c']" },
                { "'type':'http','headers':['A: b']", "'type':'http','headers':['A: b','A: c']" },
                { "'type':'http'", "'type':'http','body':''" },
                { "'type':'http','body':'x'", "'type':'http','body':'y'" },
                { "'type':'http'", "'type':'http','expect_status':['200-398']" },
                { "'type':'http'", "'type':'http','expect_status':['201-399']" },
                { "'type':'http'", "'type':'http','expect_status':['200-399',404]" },
                { "'type':'http'", "'type':'http','expect_body':'x'" },
                { "'type':'https'", "'type':'https','verify_tls':false" },
                { "'type':'exec','command':['/a']", "'type':'exec','command':['/b']" },
                { "'type':'exec','command':['/a']", "'type':'exec','command':['/a','b']" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
                for (size_t j = 0; j < 3; j++) {
                        AUTO(config_freep) Config *config = NULL;
                        char text[512];

                        /* Both, in either order; and the second twice. */
                        snprintf(text, sizeof text, "'a.z':{'check':{%s},'self':{'check':{%s}}}",
                                pairs[i][j != 0], pairs[i][j != 1]);
                        config = load_pools(text);
                        if (config->n_checks != (j == 2 ? 1 : 2))
                                fail_msg("%s: %zu", text, config->n_checks);
                        assert_int_equal(config->pools[0]->check == config->pools[0]->self_check, j == 2);
                }
}

static void bounds_of_pools_are_good(void **state)
{
        AUTO(config_freep)
        Config *config = load_pools(
                "'a.z':{'discover':true,'ttl':1,'minimum':1000,'failback_delay':86400,'removal_percent':1,"
                "'removal_interval':86400,'hold_down':0,'hold_down_max':86400,'verify':1,'check':{'type':'"
                "tcp',"
                "'port':65535,'interval':0.1,'fast_interval':86400,'timeout':60,'rise':100,'fall':1}}");
        const PoolConfig *pool = config->pools[0];

        (void) state;
        assert_int_equal(pool->minimum, 1000);
        assert_true(pool->failback_delay_usec == 86400 * USEC_PER_SEC);
        assert_int_equal(pool->removal_percent, 1);
        assert_int_equal(pool->hold_down_usec, 0);
        assert_int_equal(pool->verify_usec, USEC_PER_SEC);
        assert_int_equal(pool->check->port, 65535);
        assert_int_equal(pool->check->interval_usec, 100000);
        assert_int_equal(pool->check->timeout_usec, 60 * USEC_PER_SEC);
}

static void references_are_hosts(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        config = load("{\"observer\":{\"references\":[\"2001:db8::1\",\"127.0.0.1\"]}}");
        assert_int_equal(config->n_references, 2);
        assert_address(&config->references[0], "2001:db8::1");
        assert_address(&config->references[1], "127.0.0.1");
}

static void hooks_take_all_their_keys(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        config = load("{\"hooks\":[{\"events\":[\"published\",\"parked\"],\"command\":[\"/a\",\"b "
                      "c\"],\"timeout\":0.5},"
                      "{\"events\":[\"observer-ok\"],\"command\":[\"/b\"]}]}");
        assert_int_equal(config->n_hooks, 2);
        assert_int_equal(config->hooks[0].events, 1U << EVENT_PUBLISHED | 1U << EVENT_PARKED);
        assert_texts(config->hooks[0].command, "/a b c");
        assert_int_equal(config->hooks[0].timeout_usec, 500000);
        assert_int_equal(config->hooks[1].events, 1U << EVENT_OBSERVER_OK);
        assert_int_equal(config->hooks[1].timeout_usec, 10 * USEC_PER_SEC);
}

static void every_event_has_its_word(void **state)
{
        static const char *const words[] = { "published", "member-down", "member-up", "failover", "failback",
                "observer-lost", "observer-ok", "parked" };

        (void) state;
        assert_int_equal(ARRAY_LENGTH(words), EVENT_KINDS);
        for (unsigned i = 0; i < EVENT_KINDS; i++) {
                AUTO(config_freep) Config *config = NULL;
                char text[128];

                assert_string_equal(event_kind_to_text(i), words[i]);
                snprintf(text, sizeof text, "{\"hooks\":[{\"events\":[\"%s\"],\"command\":[\"/a\"]}]}",
                        words[i]);
                config = load(text);
                assert_int_equal(config->hooks[0].events, 1U << i);
        }
}

static void ten_thousand_members_are_read(void **state)
{
        AUTO(config_freep) Config *config = NULL;
        FILE *out = fopen("c.json", "w");

        (void) state;
        assert_non_null(out);
        fputs("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"pools\":{\"a.z\":{\"members\":"
              "{",
                out);
        for (unsigned i = 0; i < 10000; i++)
                fprintf(out,
                        "%s\"m%u\":{\"address\":\"10.0.%u.%u\",\"check\":{\"type\":\"tcp\",\"port\":%u}}",
                        i == 0 ? "" : ",", i, i >> 8, i & 255, 1 + i % 10);
        fputs("}}}}", out);
        assert_int_equal(fclose(out), 0);
        config = load_with("c.json", &host);
        assert_int_equal(config->pools[0]->n_members, 10000);
        assert_int_equal(config->n_checks, 11);
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                in_folder(pools_have_their_defaults),
                in_folder(pools_take_all_their_keys),
                in_folder(every_word_for_all_down_is_known),
                in_folder(self_and_discover_need_no_members),
                in_folder(sources_of_pools_and_records_are_one_object),
                in_folder(pools_are_in_canonical_order),
                in_folder(pools_of_several_files_are_joined),
                in_folder(members_may_have_any_name_that_is_no_address),
                in_folder(hold_down_can_always_reach_its_beginning),
                in_folder(fast_interval_is_never_the_slower_one),
                in_folder(http_checks_have_their_defaults),
                in_folder(checks_take_all_their_keys),
                in_folder(equal_checks_are_one_object),
                in_folder(each_difference_makes_another_check),
                in_folder(bounds_of_pools_are_good),
                in_folder(references_are_hosts),
                in_folder(hooks_take_all_their_keys),
                in_folder(every_event_has_its_word),
                in_folder(ten_thousand_members_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
