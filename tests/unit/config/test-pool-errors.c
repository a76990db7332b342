/* SPDX-License-Identifier: BSD-3-Clause */

/* Pools, checks, the observer and hooks, wrong in each way: what the user is told, word for word. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"
#include "folder.h"
#include "load.h"

#define PROVIDER "'providers':{'p':{'type':'rfc2136','zone':'z'}}"
#define ADDRESS  "must be an IPv4 or IPv6 address of a host, not "
#define MEMBERS  "'members':{'a':'192.0.2.1'}"

static void wrong_pools_are_told(void **state)
{
        static const Row rows[] = {
                { "true", ": must be an object, not true" },
                { "{}", ": must have one of \"members\", \"self\" and \"discover\"" },
                { "{'members':{},'self':false,'discover':false}",
                        ": must have one of \"members\", \"self\" and \"discover\"" },
                { "{" MEMBERS ",'provider':'q'}",
                        "/provider: must be one of the providers \"p\", not \"q\"" },
                { "{" MEMBERS ",'ttl':0}", "/ttl: must be an integer from 1 to 2147483647, not 0" },
                { "{" MEMBERS ",'policy':'weighted'}",
                        "/policy: must be \"all\" or \"priority\", not \"weighted\"" },
                { "{" MEMBERS ",'minimum':1001}", "/minimum: must be an integer from 0 to 1000, not 1001" },
                { "{" MEMBERS ",'minimum':-1}", "/minimum: must be an integer from 0 to 1000, not -1" },
                { "{" MEMBERS ",'failback':true}", "/failback: must be \"auto\" or \"manual\", not true" },
                { "{" MEMBERS ",'removal_percent':0}",
                        "/removal_percent: must be an integer from 1 to 100, not 0" },
                { "{" MEMBERS ",'removal_interval':0}",
                        "/removal_interval: must be a number of seconds from 0.1 to 86400, not 0" },
                { "{" MEMBERS ",'verify':0.5}",
                        "/verify: must be 0 or a number of seconds from 1 to 2592000, not 0.5" },
                { "{" MEMBERS ",'self':1}", "/self: must be true, false or an object, not 1" },
                { "{" MEMBERS ",'check':'icmp'}", "/check: must be an object, not \"icmp\"" },
                { "{" MEMBERS ",'check':null}", "/check: must be an object, not null" },
                { "{'members':['192.0.2.1']}", "/members: must be an object, not a list" },
                { "{" MEMBERS ",'ownership':'shared'}",
                        "/ownership: unknown key, there are \"provider\", \"ttl\", \"members\", \"self\", "
                        "\"discover\", "
                        "\"check\", \"policy\", \"minimum\", \"all_down\", \"failback\", \"failback_delay\", "
                        "\"removal_percent\", \"removal_interval\", \"hold_down\", \"hold_down_max\", "
                        "\"verify\", "
                        "\"withdraw_on_stop\"" },
                { "{" MEMBERS ",'holddown':1}", "/holddown: unknown key, did you mean \"hold_down\"?" },
                { "{'self':{'ipv4':false,'ipv6':false}}",
                        "/self: must have one of \"ipv4\" and \"ipv6\": both are false" },
                { "{'self':{'ipv4':1}}", "/self/ipv4: must be true, false or an object, not 1" },
                { "{'self':{'priority':0}}", "/self/priority: must be an integer from 1 to 65535, not 0" },
                { "{'self':{'address':'192.0.2.1'}}",
                        "/self/address: unknown key, there are \"priority\", \"check\", \"ipv4\", \"ipv6\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{" PROVIDER ",'pools':{'h.z':", "}}", "pools/h.z");
}

#define ALL_DOWN "must be one of \"hold\", \"all\", \"empty\", or a list of 1 to 1000 texts, not "

static void wrong_fallbacks_are_told(void **state)
{
        static const Row rows[] = {
                { "'none'", ": " ALL_DOWN "\"none\"" },
                { "true", ": " ALL_DOWN "true" },
                { "null", ": " ALL_DOWN "null" },
                { "[]", ": " ALL_DOWN "of 0" },
                { "['hold']", "/0: " ADDRESS "\"hold\"" },
                { "['192.0.2.9',9]", "/1: " ADDRESS "9" },
                { "['192.0.2.9','192.0.2.9']", "/1: is there twice" },
                { "['192.0.2.9','192.0.2.1']",
                        ": must have other addresses than the members, not 192.0.2.1, which \"a\" has" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{" PROVIDER ",'pools':{'h.z':{" MEMBERS ",'all_down':", "}}}",
                "pools/h.z/all_down");
}

#define MEMBER_NAME "must have a name of at most 64 bytes, without control characters, that is no address"
#define LONG_NAME   "aaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbbaaaaaaaabbbbbbbbc"

static void wrong_members_are_told(void **state)
{
        static const Row rows[] = {
                { "'a':1", "/a: must be an IPv4 or IPv6 address of a host, or an object, not 1" },
                { "'a':['192.0.2.1']",
                        "/a: must be an IPv4 or IPv6 address of a host, or an object, not a list" },
                { "'a':'web1'", "/a: " ADDRESS "\"web1\"" },
                { "'a':''", "/a: " ADDRESS "\"\"" },
                { "'a':'192.0.2.1:80'", "/a: " ADDRESS "\"192.0.2.1:80\"" },
                { "'a':'192.0.2.0/24'", "/a: " ADDRESS "\"192.0.2.0/24\"" },
                { "'a':'0.0.0.0'", "/a: " ADDRESS "\"0.0.0.0\"" },
                { "'a':'::'", "/a: " ADDRESS "\"::\"" },
                { "'a':'224.0.0.1'", "/a: " ADDRESS "\"224.0.0.1\"" },
                { "'a':'255.255.255.255'", "/a: " ADDRESS "\"255.255.255.255\"" },
                { "'a':'ff02::1'", "/a: " ADDRESS "\"ff02::1\"" },
                { "'a':'fe80::1'", "/a: " ADDRESS "\"fe80::1\"" },
                { "'a':'169.254.0.1'", "/a: " ADDRESS "\"169.254.0.1\"" },
                { "'a':'::ffff:192.0.2.1'", "/a: " ADDRESS "\"::ffff:192.0.2.1\"" },
                { "'a':{}", "/a/address: must be given: an IPv4 or IPv6 address of a host" },
                { "'a':{'address':true}", "/a/address: " ADDRESS "true" },
                { "'a':{'address':'192.0.2.1','priority':65536}",
                        "/a/priority: must be an integer from 1 to 65535, not 65536" },
                { "'a':{'address':'192.0.2.1','weight':1}",
                        "/a/weight: unknown key, there are \"address\", \"priority\", \"check\"" },
                { "'a':{'address':'192.0.2.1','check':{}}", "/a/check/type: must be given: one of \"icmp\", "
                                                            "\"tcp\", \"http\", \"https\", \"exec\"" },
                { "'':'192.0.2.1'", "/: " MEMBER_NAME },
                { "'a\\nb':'192.0.2.1'", "/a?b: " MEMBER_NAME },
                { "'192.0.2.7':'192.0.2.1'", "/192.0.2.7: " MEMBER_NAME },
                { "'2001:DB8::':'192.0.2.1'", "/2001:DB8::: " MEMBER_NAME },
                { "'" LONG_NAME "':'192.0.2.1'", "/" LONG_NAME ": " MEMBER_NAME },
                { "'b':'2001:db8::1','c':'192.0.2.1','a':{'address':'2001:DB8:0::1'}",
                        ": must have different addresses, but both \"a\" and \"b\" have 2001:db8::1" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{" PROVIDER ",'pools':{'h.z':{'members':{", "}}}}",
                "pools/h.z/members");
}

#define SECONDS(from, to) "must be a number of seconds from " from " to " to ", not "
#define ONE_TO_100        "must be an integer from 1 to 100, not "
#define ONE_TO_65535      "must be an integer from 1 to 65535, not "

static void wrong_timings_of_checks_are_told(void **state)
{
        static const Row rows[] = {
                { "'interval':0", "/interval: " SECONDS("0.1", "86400") "0" },
                { "'interval':86401", "/interval: " SECONDS("0.1", "86400") "86401" },
                { "'interval':'10s'", "/interval: " SECONDS("0.1", "86400") "\"10s\"" },
                { "'fast_interval':0.09", "/fast_interval: " SECONDS("0.1", "86400") "0.09" },
                { "'timeout':0.009", "/timeout: " SECONDS("0.01", "60") "0.009" },
                { "'timeout':60.1", "/timeout: " SECONDS("0.01", "60") "60.1" },
                { "'rise':0", "/rise: " ONE_TO_100 "0" },
                { "'fall':101", "/fall: " ONE_TO_100 "101" },
                { "'fall':1.5", "/fall: " ONE_TO_100 "1.5" },
                { "'fal':1", "/fal: unknown key, did you mean \"fall\"?" },
                { "'port':80", "/port: unknown key here: it belongs to \"type\": \"tcp\"" },
                { "'verify_tls':true", "/verify_tls: unknown key here: it belongs to \"type\": \"https\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows),
                "{" PROVIDER ",'pools':{'h.z':{'discover':true,'check':{'type':'icmp',", "}}}}",
                "pools/h.z/check");
}

#define HOST   "/host: must be a host name or an IPv4 address, without a port, not "
#define PATH   "/path: must be a path that begins with \"/\", in ASCII, without spaces and \"#\", not "
#define METHOD "/method: must be a method of HTTP, such as \"GET\" or \"HEAD\", not "
#define HEADER_0 \
        "/headers/0: must be a header such as \"Accept: text/html\", but not Host (that is \"host\"), not "
#define STATUS_0                                                                                            \
        "/expect_status/0: must be a status from 100 to 599, such as 200, or a range such as \"300-399\", " \
        "not "

static void wrong_requests_are_told(void **state)
{
        static const Row rows[] = {
                { "'port':0", "/port: " ONE_TO_65535 "0" },
                { "'host':''", HOST "\"\"" },
                { "'host':'a:80'", HOST "\"a:80\"" },
                { "'host':'a b'", HOST "\"a b\"" },
                { "'host':'192.0.2.300'", HOST "\"192.0.2.300\"" },
                { "'host':'::1'", HOST "\"::1\"" },
                { "'host':'a\\r\\nX: y'", HOST "\"a\\r\\nX: y\"" },
                { "'path':''", PATH "\"\"" },
                { "'path':'health'", PATH "\"health\"" },
                { "'path':'http://a/'", PATH "\"http://a/\"" },
                { "'path':'/a b'", PATH "\"/a b\"" },
                { "'path':'/a\\nb'", PATH "\"/a\\nb\"" },
                { "'path':'/a#b'", PATH "\"/a#b\"" },
                { "'path':'/\xc3\xa4'", PATH "\"/\xc3\xa4\"" },
                { "'method':''", METHOD "\"\"" },
                { "'method':'GET '", METHOD "\"GET \"" },
                { "'method':'GET\\r\\n'", METHOD "\"GET\\r\\n\"" },
                { "'method':'G\xc3\xa4T'", METHOD "\"G\xc3\xa4T\"" },
                { "'headers':'A: b'", "/headers: must be a list of 0 to 100 texts, not \"A: b\"" },
                { "'headers':['']", HEADER_0 "\"\"" },
                { "'headers':['A']", HEADER_0 "\"A\"" },
                { "'headers':['A:']", HEADER_0 "\"A:\"" },
                { "'headers':['A:  ']", HEADER_0 "\"A:  \"" },
                { "'headers':[': b']", HEADER_0 "\": b\"" },
                { "'headers':['A : b']", HEADER_0 "\"A : b\"" },
                { "'headers':['A: b\\r\\nC: d']", HEADER_0 "\"A: b\\r\\nC: d\"" },
                { "'headers':['A: b\\u007f']", HEADER_0 "\"A: b?\"" },
                { "'headers':['hOSt: b']", HEADER_0 "\"hOSt: b\"" },
                { "'headers':[1]", HEADER_0 "1" },
                { "'body':1", "/body: must be a text, not 1" },
                { "'expect_status':200",
                        "/expect_status: must be a list of 1 to 100 integers or texts, not 200" },
                { "'expect_status':[]",
                        "/expect_status: must be a list of 1 to 100 integers or texts, not of 0" },
                { "'expect_status':[99]", STATUS_0 "99" },
                { "'expect_status':[600]", STATUS_0 "600" },
                { "'expect_status':[-200]", STATUS_0 "-200" },
                { "'expect_status':[1000]", STATUS_0 "1000" },
                { "'expect_status':[200.0]", STATUS_0 "200.0" },
                { "'expect_status':['2xx']", STATUS_0 "\"2xx\"" },
                { "'expect_status':['200-']", STATUS_0 "\"200-\"" },
                { "'expect_status':['200-20']", STATUS_0 "\"200-20\"" },
                { "'expect_status':['200-600']", STATUS_0 "\"200-600\"" },
                { "'expect_status':['399-300']", STATUS_0 "\"399-300\"" },
                { "'expect_status':['0200']", STATUS_0 "\"0200\"" },
                { "'expect_status':['200,300']", STATUS_0 "\"200,300\"" },
                { "'expect_body':''", "/expect_body: must be a text that is not empty, not \"\"" },
                { "'verify_tls':'no'", "/verify_tls: must be true or false, not \"no\"" },
                { "'command':['/x']", "/command: unknown key here: it belongs to \"type\": \"exec\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows),
                "{" PROVIDER ",'pools':{'h.z':{'discover':true,'check':{'type':'https',", "}}}}",
                "pools/h.z/check");
}

#define COMMAND "/command: must be a list of 1 to 1000 texts, not "
#define ITEM    ": must be the absolute path of a program, then any texts, not "

static void wrong_types_of_checks_are_told(void **state)
{
        static const Row rows[] = {
                { "'type':'ping'", "/type: must be one of \"icmp\", \"tcp\", \"http\", \"https\", \"exec\", "
                                   "not \"ping\"" },
                { "'type':'tcp'", "/port: must be given: an integer from 1 to 65535" },
                { "'type':'tcp','port':65536", "/port: " ONE_TO_65535 "65536" },
                { "'type':'tcp','port':80,'path':'/'",
                        "/path: unknown key here: it belongs to \"type\": \"http\"" },
                { "'type':'http','verify_tls':true",
                        "/verify_tls: unknown key here: it belongs to \"type\": \"https\"" },
                { "'type':'exec'", "/command: must be given: a list of 1 to 1000 texts" },
                { "'type':'exec','command':'/x'", COMMAND "\"/x\"" },
                { "'type':'exec','command':[]", COMMAND "of 0" },
                { "'type':'exec','command':['x','y']", "/command/0" ITEM "\"x\"" },
                { "'type':'exec','command':['']", "/command/0" ITEM "\"\"" },
                { "'type':'exec','command':['/a\\nb']", "/command/0" ITEM "\"/a\\nb\"" },
                { "'type':'exec','command':['/x',1]", "/command/1" ITEM "1" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{" PROVIDER ",'pools':{'h.z':{'discover':true,'check':{",
                "}}}}", "pools/h.z/check");
}

static void pools_that_do_not_fit_are_told(void **state)
{
        static const Row rows[] = {
                { "'pools':{'h.y':{'discover':true}}", "pools/h.y/provider: must be given, or the name must "
                                                       "lie within one of the zones z (\"p\")" },
                { "'pools':{'a..z':{'discover':true}}", "pools/a..z: must be a domain name, not \"a..z\"" },
                { "'pools':{'a.z':{'discover':true},'A.Z.':{'discover':true}}",
                        "pools/A.Z.: is there already, as \"a.z\" in c.json" },
                { "'records':{'a.z':{}},'pools':{'A.Z':{'discover':true}}",
                        "pools/A.Z: must not be the name of one of \"records\" too" },
                { "'pools':{'*.z':{'discover':true,'check':{'type':'http'}}}",
                        "pools/*.z: must be a host name, or its HTTP checks must have a \"host\"" },
                { "'pools':{'*.z':{'members':{'a':{'address':'::1','check':{'type':'https'}}}}}",
                        "pools/*.z: must be a host name, or its HTTP checks must have a \"host\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{" PROVIDER ",", "}", "");
}

#define EVENTS                                                                               \
        "one of \"published\", \"member-down\", \"member-up\", \"failover\", \"failback\", " \
        "\"observer-lost\", "                                                                \
        "\"observer-ok\", \"parked\""

static void wrong_observers_and_hooks_are_told(void **state)
{
        static const Row rows[] = {
                { "'observer':[]", "observer: must be an object, not a list" },
                { "'observer':{'references':'::1'}",
                        "observer/references: must be a list of 0 to 64 texts, not \"::1\"" },
                { "'observer':{'references':['::1','gw']}", "observer/references/1: " ADDRESS "\"gw\"" },
                { "'observer':{'references':['::1','0::1']}", "observer/references/1: is there twice" },
                { "'observer':{'reference':[]}",
                        "observer/reference: unknown key, did you mean \"references\"?" },
                { "'hooks':{}", "hooks: must be a list of 0 to 1000 objects, not an object" },
                { "'hooks':[[]]", "hooks/0: must be an object, not a list" },
                { "'hooks':[{'command':['/x']}]", "hooks/0/events: must be given: a list of 1 to 8 texts" },
                { "'hooks':[{'events':['parked']}]",
                        "hooks/0/command: must be given: a list of 1 to 1000 texts" },
                { "'hooks':[{'events':[],'command':['/x']}]",
                        "hooks/0/events: must be a list of 1 to 8 texts, not of 0" },
                { "'hooks':[{'events':['up'],'command':['/x']}]",
                        "hooks/0/events/0: must be " EVENTS ", not \"up\"" },
                { "'hooks':[{'events':[7],'command':['/x']}]",
                        "hooks/0/events/0: must be " EVENTS ", not 7" },
                { "'hooks':[{'events':['parked','parked'],'command':['/x']}]",
                        "hooks/0/events/1: is there twice" },
                { "'hooks':[{'events':['parked'],'command':['/x']},{'events':['parked'],'command':['x']}]",
                        "hooks/1/command/0" ITEM "\"x\"" },
                { "'hooks':[{'events':['parked'],'command':['/x'],'timeout':601}]",
                        "hooks/0/timeout: " SECONDS("0.1", "600") "601" },
                { "'hooks':[{'events':['parked'],'command':['/x'],'event':1}]",
                        "hooks/0/event: unknown key, did you mean \"events\"?" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{", "}", "");
}

/* What is wrong is told once; what follows from it is not told at all. */
static void every_error_of_a_pool_is_told_at_once(void **state)
{
        (void) state;
        folder_put("c.json",
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"a.z\":{}},"
                "\"pools\":{\"h.z\":{\"ttl\":0,\"check\":{\"type\":\"http\",\"host\":\"\",\"path\":\"x\"},"
                "\"members\":{\"a\":\"x\",\"b\":\"y\",\"c\":\"::1\",\"d\":\"::1\",\"e\":\"2001:db8::2\"},"
                "\"all_down\":[\"2001:db8::2\",\"?"
                "\"]},"
                "\"a..z\":{\"members\":{\"1.2.3.4\":{}},\"check\":{\"type\":\"http\"}},"
                "\"a.z\":{\"members\":{},\"discover\":0}}}");
        assert_wrong("pools",
                "c.json: pools/h.z/ttl: must be an integer from 1 to 2147483647, not 0\n"
                "c.json: pools/h.z/members/a: " ADDRESS "\"x\"\n"
                "c.json: pools/h.z/members/b: " ADDRESS "\"y\"\n"
                "c.json: pools/h.z/check" HOST "\"\"\n"
                "c.json: pools/h.z/check" PATH "\"x\"\n"
                "c.json: pools/h.z/all_down/1: " ADDRESS "\"?\"\n"
                "c.json: pools/a..z: must be a domain name, not \"a..z\"\n"
                "c.json: pools/a..z/members/1.2.3.4: " MEMBER_NAME "\n"
                "c.json: pools/a..z/members/1.2.3.4/address: must be given: an IPv4 or IPv6 "
                "address of a host\n"
                "c.json: pools/a.z/discover: must be true or false, not 0\n"
                "c.json: pools/h.z/members: must have different addresses, but both \"c\" and "
                "\"d\" have ::1\n"
                "c.json: pools/h.z/all_down: must have other addresses than the members, not 2001:db8::2, "
                "which \"e\" has\n"
                "c.json: pools/a.z: must not be the name of one of \"records\" too\n");
}

static void pools_in_two_files_are_told_with_both(void **state)
{
        (void) state;
        folder_put("c.json",
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},"
                "\"pools\":{\"h.z\":{\"members\":{\"a\":\"192.0.2.1\"}}},\"observer\":{\"references\":[]}}");
        folder_put("conf.d/a.json",
                "{\"pools\":{\"h.z\":{\"members\":{\"a\":\"192.0.2.1\"}}},\"observer\":{\"references\":[]}}");
        assert_wrong("files", "conf.d/a.json: pools/h.z: is there already, as \"h.z\" in c.json\n"
                              "conf.d/a.json: observer/references: is there already, in c.json\n");
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                in_folder(wrong_pools_are_told),
                in_folder(wrong_fallbacks_are_told),
                in_folder(wrong_members_are_told),
                in_folder(wrong_timings_of_checks_are_told),
                in_folder(wrong_requests_are_told),
                in_folder(wrong_types_of_checks_are_told),
                in_folder(pools_that_do_not_fit_are_told),
                in_folder(wrong_observers_and_hooks_are_told),
                in_folder(every_error_of_a_pool_is_told_at_once),
                in_folder(pools_in_two_files_are_told_with_both),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
