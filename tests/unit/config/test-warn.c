/* SPDX-License-Identifier: BSD-3-Clause */

/* What is good, but hardly meant. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/warn.h"
#include "folder.h"
#include "load.h"

static void assert_warnings(const Config *config, const char *expected)
{
        AUTO(config_errors_done) ConfigErrors warnings = { 0 };
        AUTO_FREE char *text = NULL;

        config_warn(config, &warnings);
        text = errors_text(&warnings);
        assert_string_equal(text, expected);
}

/* Of what stands in "pools". */
static void assert_pools(const char *pools, const char *expected)
{
        AUTO(config_freep) Config *config = load_pools(pools);

        assert_warnings(config, expected);
}

static void assert_whole(const char *text, const char *expected)
{
        AUTO(config_freep) Config *config = load(text);

        assert_warnings(config, expected);
}

static void nothing_is_said_of_what_is_meant(void **state)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        assert_int_equal(config_default(&config, &host, &errors), 0);
        assert_warnings(config, "");
        assert_pools("'a.z':{'members':{'a':'192.0.2.1'},'check':{'type':'exec','command':['/bin/sh']}},"
                     "'b.z':{'policy':'priority','members':{'a':{'address':'192.0.2.1','priority':1},'b':'"
                     "192.0.2.2'}},"
                     "'c.z':{'self':{'priority':3},'withdraw_on_stop':true},"
                     "'d.z':{'self':true,'minimum':5,'members':{'a':'192.0.2.1'}},"
                     "'e.z':{'discover':true,'minimum':5}",
                "");
}

static void programs_of_checks_that_cannot_be_run_are_told_with_their_place(void **state)
{
        (void) state;
        assert_pools("'a.z':{'members':{'a':'192.0.2.1'},'check':{'type':'exec','command':['/no/such','x']}}",
                "pools/a.z/check/command: /no/such cannot be run: No such file or directory\n");
        assert_pools("'a.z':{'self':{'check':{'type':'exec','command':['/etc/passwd']}}}",
                "pools/a.z/self/check/command: /etc/passwd cannot be run: Permission denied\n");
        assert_pools("'a.z':{'members':{'a':'192.0.2.1','b':{'address':'192.0.2.2','check':{'type':'exec',"
                     "'command':['/etc']}}}}",
                "pools/a.z/members/b/check/command: /etc cannot be run: Is a directory\n");
}

static void check_that_pools_share_is_told_of_each(void **state)
{
        (void) state;
        assert_pools("'a.z':{'self':true,'members':{'a':'192.0.2.1','b':'192.0.2.2'},'check':{'type':'exec','"
                     "command':["
                     "'/no/such']}},"
                     "'b.z':{'members':{'a':'192.0.2.1'},'check':{'type':'exec','command':['/no/such']}}",
                "pools/a.z/check/command: /no/such cannot be run: No such file or directory\n"
                "pools/b.z/check/command: /no/such cannot be run: No such file or directory\n");
}

static void programs_of_hooks_that_cannot_be_run_are_told_with_their_number(void **state)
{
        (void) state;
        assert_whole("{\"hooks\":[{\"events\":[\"parked\"],\"command\":[\"/bin/sh\"]},"
                     "{\"events\":[\"parked\"],\"command\":[\"/no/such\",\"/bin/sh\"]}]}",
                "hooks/1/command: /no/such cannot be run: No such file or directory\n");
}

static void priorities_that_do_not_count_are_told(void **state)
{
        static const char expected[] = "pools/a.z/policy: the members have different priorities, which count "
                                       "only with \"priority\" here\n";

        (void) state;
        assert_pools(
                "'a.z':{'members':{'a':'192.0.2.1','b':{'address':'192.0.2.2','priority':20}}}", expected);
        assert_pools("'a.z':{'self':{'priority':1},'members':{'a':'192.0.2.1'}}", expected);
        assert_pools("'a.z':{'members':{'a':{'address':'192.0.2.1','priority':5},'b':{'address':'192.0.2.2',"
                     "'priority':5}}}",
                "");
}

static void minimum_that_is_never_reached_is_told_of_each_family(void **state)
{
        (void) state;
        assert_pools("'a.z':{'minimum':3,'members':{'a':'192.0.2.1'}}",
                "pools/a.z/minimum: there are never 3 IPv4 members, as only 1 is configured: \"all_down\" "
                "always "
                "decides\n");
        assert_pools("'a.z':{'minimum':2,'members':{'a':'192.0.2.1','b':'192.0.2.2','c':'2001:db8::1'}}",
                "pools/a.z/minimum: there are never 2 IPv6 members, as only 1 is configured: \"all_down\" "
                "always "
                "decides\n");
        assert_pools("'a.z':{'minimum':2,'members':{'a':'192.0.2.1','b':'192.0.2.2'}}", "");
}

static void withdrawal_of_nothing_is_told(void **state)
{
        (void) state;
        assert_pools("'a.z':{'withdraw_on_stop':true,'members':{'a':'192.0.2.1'}}",
                "pools/a.z/withdraw_on_stop: has no effect without \"self\"\n");
}

static void reference_that_is_a_member_is_told(void **state)
{
        (void) state;
        assert_whole("{\"observer\":{\"references\":[\"192.0.2.9\",\"192.0.2.1\"]},"
                     "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},"
                     "\"pools\":{\"a.z\":{\"members\":{\"web1\":\"192.0.2.1\"}}}}",
                "observer/references: 192.0.2.1 is also the member \"web1\" of a.z, but should be another "
                "host\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(nothing_is_said_of_what_is_meant),
                TEST(programs_of_checks_that_cannot_be_run_are_told_with_their_place),
                TEST(check_that_pools_share_is_told_of_each),
                TEST(programs_of_hooks_that_cannot_be_run_are_told_with_their_number),
                TEST(priorities_that_do_not_count_are_told),
                TEST(minimum_that_is_never_reached_is_told_of_each_family),
                TEST(withdrawal_of_nothing_is_told),
                TEST(reference_that_is_a_member_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
