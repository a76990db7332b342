/* SPDX-License-Identifier: BSD-3-Clause */

/* Each key, wrong in each way: what the user is told, word for word. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/config.h"
#include "folder.h"
#include "load.h"

#define TOP_KEYS                                                                                           \
        "\"keys\", \"providers\", \"records\", \"pools\", \"observer\", \"hooks\", \"gateway\", \"log\", " \
        "\"$schema\""
#define ALGORITHMS \
        "\"hmac-md5\", \"hmac-sha1\", \"hmac-sha224\", \"hmac-sha256\", \"hmac-sha384\", \"hmac-sha512\""
#define LEVELS "\"emerg\", \"alert\", \"crit\", \"err\", \"warning\", \"notice\", \"info\", \"debug\""

static void wrong_keys_are_told(void **state)
{
        static const Row rows[] = {
                { "1", ": must be an object, not 1" },
                { "null", ": must be an object, not null" },
                { "{}", ": must have \"file\", or \"algorithm\" and \"secret_file\"" },
                { "{\"algorithm\":\"hmac-md5\"}",
                        "/secret_file: must be given: the name of a file with the secret in base64" },
                { "{\"secret_file\":\"good\"}", "/algorithm: must be given, such as \"hmac-sha256\"" },
                { "{\"file\":\"good.key\",\"secret_file\":\"good\"}",
                        "/secret_file: must be left out: \"file\" has the secret" },
                { "{\"file\":\"good.key\",\"algorithm\":\"hmac-md5\"}",
                        "/algorithm: must be left out: \"file\" has the algorithm" },
                { "{\"algorithm\":\"hmac-sha3\",\"secret_file\":\"good\"}",
                        "/algorithm: must be one of " ALGORITHMS ", not \"hmac-sha3\"" },
                { "{\"algorithm\":256,\"secret_file\":\"good\"}",
                        "/algorithm: must be one of " ALGORITHMS ", not 256" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"missing\"}",
                        "/secret_file: must be the name of a file that exists in ." },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"\"}",
                        "/secret_file: must be the name of a file" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":[\"YWJj\"]}",
                        "/secret_file: must be the name of a file" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"a\\nb\"}",
                        "/secret_file: must be the name of a file" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"bad\"}",
                        "/secret_file: ./bad must have 1 to 512 bytes in base64" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"empty\"}",
                        "/secret_file: ./empty must have 1 to 512 bytes in base64" },
                { "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"open\"}",
                        "/secret_file: ./open must be for its owner only, not of mode 0644: chmod 600 "
                        "./open" },
                { "{\"file\":\"missing\"}", "/file: must be the name of a file that exists in ." },
                { "{\"file\":7}", "/file: must be the name of a file" },
                { "{\"file\":\"other.key\"}", "/file: ./other.key has the key \"other\", not \"k\"" },
                { "{\"file\":\"bad.key\"}",
                        "/file: ./bad.key:2:10: the secret must be 1 to 512 bytes in base64" },
                { "{\"file\":\"open.key\"}", "/file: ./open.key must be for its owner only, not of mode "
                                             "0660: chmod 600 ./open.key" },
                { "{\"secret\":\"YWJj\"}", "/secret: unknown key, did you mean \"secret_file\"?" },
                { "{\"file\":\"good.key\",\"secretfile\":\"x\"}",
                        "/secretfile: unknown key, did you mean \"secret_file\"?" },
        };

        (void) state;
        folder_put("good", "YWJj");
        folder_put("bad", "c2Vjcm V0!");
        folder_put("empty", "\n");
        folder_put("open", "YWJj");
        assert_int_equal(chmod("open", 0644), 0);
        folder_put("good.key", "key k { algorithm hmac-md5; secret YWJj; };");
        folder_put("open.key", "key k { algorithm hmac-md5; secret YWJj; };");
        assert_int_equal(chmod("open.key", 0660), 0);
        folder_put("other.key", "key other { algorithm hmac-md5; secret YWJj; };");
        folder_put("bad.key", "key k { algorithm hmac-md5;\n  secret \"c2Vjcm\"; };");
        check_rows(rows, ARRAY_LENGTH(rows), "{\"keys\":{\"k\":", "}}", "keys/k");
}

#define SECONDS_VERIFY  "/verify: must be 0 or a number of seconds from 10 to 2592000, not "
#define SECONDS_TIMEOUT "/timeout: must be a number of seconds from 0.1 to 60, not "
#define SERVER          "/server: must be a host name or an address, without a port (that is \"port\"), not "

static void wrong_providers_are_told(void **state)
{
        static const Row rows[] = {
                { "[]", ": must be an object, not a list" },
                { "{}", "/type: must be given: \"rfc2136\" or \"embedded\"" },
                { "{\"type\":\"route53\"}", "/type: must be \"rfc2136\" or \"embedded\", not \"route53\"" },
                { "{\"type\":\"RFC2136\"}", "/type: must be \"rfc2136\" or \"embedded\", not \"RFC2136\"" },
                { "{\"type\":null}", "/type: must be \"rfc2136\" or \"embedded\", not null" },
                { "{\"type\":\"rfc2136\",\"zone\":\"a..b\"}", "/zone: must be a domain name, not \"a..b\"" },
                { "{\"type\":\"rfc2136\",\"zone\":\"\"}", "/zone: must be a domain name, not \"\"" },
                { "{\"type\":\"rfc2136\",\"zone\":5}", "/zone: must be a domain name, not 5" },
                { "{\"type\":\"rfc2136\",\"zone\":\"a b\"}",
                        "/zone: must be a domain name without spaces, not \"a b\"" },
                { "{\"type\":\"rfc2136\",\"zone\":\"%x\"}",
                        "/zone: must have only H, l or % after a percent sign, not \"%x\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"192.0.2.1:53\"}", SERVER "\"192.0.2.1:53\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"[::1]\"}", SERVER "\"[::1]\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"[::1]:53\"}", SERVER "\"[::1]:53\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"ns1:53\"}", SERVER "\"ns1:53\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"192.0.2.300\"}", SERVER "\"192.0.2.300\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"192.0.2.1.\"}", SERVER "\"192.0.2.1.\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"ns1 \"}", SERVER "\"ns1 \"" },
                { "{\"type\":\"rfc2136\",\"server\":\".\"}", SERVER "\".\"" },
                { "{\"type\":\"rfc2136\",\"server\":\"\"}", SERVER "\"\"" },
                { "{\"type\":\"rfc2136\",\"server\":[\"ns1\"]}", SERVER "a list" },
                { "{\"type\":\"rfc2136\",\"port\":0}", "/port: must be an integer from 1 to 65535, not 0" },
                { "{\"type\":\"rfc2136\",\"port\":65536}",
                        "/port: must be an integer from 1 to 65535, not 65536" },
                { "{\"type\":\"rfc2136\",\"port\":-1}", "/port: must be an integer from 1 to 65535, not -1" },
                { "{\"type\":\"rfc2136\",\"port\":53.0}",
                        "/port: must be an integer from 1 to 65535, not 53.0" },
                { "{\"type\":\"rfc2136\",\"port\":\"53\"}",
                        "/port: must be an integer from 1 to 65535, not \"53\"" },
                { "{\"type\":\"rfc2136\",\"port\":18446744073709551669}",
                        "/port: must be an integer from 1 to 65535, not 18446744073709551669" },
                { "{\"type\":\"rfc2136\",\"key\":\"k\"}",
                        "/key: must be the name of one of \"keys\", where there are none, not \"k\"" },
                { "{\"type\":\"rfc2136\",\"key\":true}", "/key: must be a domain name, not true" },
                { "{\"type\":\"rfc2136\",\"tcp\":1}", "/tcp: must be true or false, not 1" },
                { "{\"type\":\"rfc2136\",\"tcp\":\"yes\"}", "/tcp: must be true or false, not \"yes\"" },
                { "{\"type\":\"rfc2136\",\"timeout\":0}", SECONDS_TIMEOUT "0" },
                { "{\"type\":\"rfc2136\",\"timeout\":0.09}", SECONDS_TIMEOUT "0.09" },
                { "{\"type\":\"rfc2136\",\"timeout\":60.001}", SECONDS_TIMEOUT "60.001" },
                { "{\"type\":\"rfc2136\",\"timeout\":\"5\"}", SECONDS_TIMEOUT "\"5\"" },
                { "{\"type\":\"rfc2136\",\"timeout\":\"5s\"}", SECONDS_TIMEOUT "\"5s\"" },
                { "{\"type\":\"rfc2136\",\"timeout\":true}", SECONDS_TIMEOUT "true" },
                { "{\"type\":\"rfc2136\",\"verify\":-1}", SECONDS_VERIFY "-1" },
                { "{\"type\":\"rfc2136\",\"verify\":9.9}", SECONDS_VERIFY "9.9" },
                { "{\"type\":\"rfc2136\",\"verify\":2592001}", SECONDS_VERIFY "2592001" },
                { "{\"type\":\"rfc2136\",\"verify\":1e999}", SECONDS_VERIFY "1e999" },
                { "{\"type\":\"rfc2136\",\"verify\":false}", SECONDS_VERIFY "false" },
                { "{\"type\":\"rfc2136\",\"dry_run\":null}", "/dry_run: must be true or false, not null" },
                { "{\"type\":\"rfc2136\",\"sever\":\"x\"}", "/sever: unknown key, did you mean \"server\"?" },
                { "{\"type\":\"embedded\"}", "/zone: must be given: a domain name" },
                { "{\"type\":\"embedded\",\"zone\":\"z\",\"verify\":0}",
                        "/verify: unknown key here: it belongs to \"type\": \"rfc2136\"" },
                { "{\"type\":\"embedded\",\"zone\":\"z\",\"token\":0}",
                        "/token: unknown key, there are \"type\", \"dry_run\", \"zone\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "{\"providers\":{\"p\":", "}}", "providers/p");
}

static void wrong_records_are_told(void **state)
{
        static const Row rows[] = {
                { "true", ": must be an object, not true" },
                { "{\"provider\":\"q\"}", "/provider: must be one of the providers \"p\", not \"q\"" },
                { "{\"provider\":\"P\"}", "/provider: must be one of the providers \"p\", not \"P\"" },
                { "{\"provider\":\"\"}", "/provider: must be the name of one of \"providers\", not \"\"" },
                { "{\"provider\":1}", "/provider: must be the name of one of \"providers\", not 1" },
                { "{\"ttl\":\"abc\"}", "/ttl: must be an integer from 1 to 2147483647, not \"abc\"" },
                { "{\"ttl\":0}", "/ttl: must be an integer from 1 to 2147483647, not 0" },
                { "{\"ttl\":2147483648}", "/ttl: must be an integer from 1 to 2147483647, not 2147483648" },
                { "{\"ttl\":4294967297}", "/ttl: must be an integer from 1 to 2147483647, not 4294967297" },
                { "{\"ttl\":60.5}", "/ttl: must be an integer from 1 to 2147483647, not 60.5" },
                { "{\"ttl\":{}}", "/ttl: must be an integer from 1 to 2147483647, not an object" },
                { "{\"ipv4\":false,\"ipv6\":false}",
                        ": must have one of \"ipv4\" and \"ipv6\": both are false" },
                { "{\"ipv4\":1}", "/ipv4: must be true, false or an object, not 1" },
                { "{\"ipv4\":\"true\"}", "/ipv4: must be true, false or an object, not \"true\"" },
                { "{\"ipv6\":null}", "/ipv6: must be true, false or an object, not null" },
                { "{\"ipv6\":[\"2001:db8::1\"]}", "/ipv6: must be true, false or an object, not a list" },
                { "{\"ownership\":\"ours\"}",
                        "/ownership: must be \"exclusive\" or \"shared\", not \"ours\"" },
                { "{\"ownership\":true}", "/ownership: must be \"exclusive\" or \"shared\", not true" },
                { "{\"withdraw_delay\":-0.1}",
                        "/withdraw_delay: must be a number of seconds from 0 to 86400, not -0.1" },
                { "{\"withdraw_delay\":86401}",
                        "/withdraw_delay: must be a number of seconds from 0 to 86400, not 86401" },
                { "{\"withdraw_delay\":\"10\"}",
                        "/withdraw_delay: must be a number of seconds from 0 to 86400, not \"10\"" },
                { "{\"withdraw_on_stop\":\"no\"}", "/withdraw_on_stop: must be true or false, not \"no\"" },
                { "{\"withdraw_onstop\":true}",
                        "/withdraw_onstop: unknown key, did you mean \"withdraw_on_stop\"?" },
                { "{\"tll\":60}", "/tll: unknown key, did you mean \"ttl\"?" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows),
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"h.z\":", "}}",
                "records/h.z");
}

#define PATTERN  "must be a pattern for names of interfaces, such as \"eth*\" or \"!docker*\", not "
#define NETWORK6 "must be an IPv6 network such as \"fc00::/7\", not "
#define NETWORK4 "must be an IPv4 network such as \"10.0.0.0/8\", not "
#define SUFFIX                                                                              \
        "/ipv6/suffix: must be an IPv6 address and a prefix length from 1 to 127, such as " \
        "\"::211:32ff:fe12:3456/64\", not "
#define INTERFACES4 "\"ipv4\":{\"from\":\"interfaces\","
#define INTERFACES6 "\"ipv6\":{\"from\":\"interfaces\","

static void wrong_sources_are_told(void **state)
{
        static const Row rows[] = {
                { "\"ipv4\":{\"addresses\":[\"192.0.2.1\"]}",
                        "/ipv4/addresses: unknown key here: it belongs to \"from\": \"static\"" },
                { "\"ipv6\":{\"from\":\"http\"}",
                        "/ipv6/from: must be \"interfaces\" or \"static\", not \"http\"" },
                { INTERFACES6 "\"interfaces\":\"eth0\"}",
                        "/ipv6/interfaces: must be a list of 1 to 1000 texts, not \"eth0\"" },
                { INTERFACES6 "\"interfaces\":[]}",
                        "/ipv6/interfaces: must be a list of 1 to 1000 texts, not of 0" },
                { INTERFACES6 "\"interfaces\":[\"eth0\",\"\"]}", "/ipv6/interfaces/1: " PATTERN "\"\"" },
                { INTERFACES6 "\"interfaces\":[\"!\"]}", "/ipv6/interfaces/0: " PATTERN "\"!\"" },
                { INTERFACES6 "\"interfaces\":[\"a b\"]}", "/ipv6/interfaces/0: " PATTERN "\"a b\"" },
                { INTERFACES6 "\"interfaces\":[\"a/b\"]}", "/ipv6/interfaces/0: " PATTERN "\"a/b\"" },
                { INTERFACES6 "\"interfaces\":[4]}", "/ipv6/interfaces/0: " PATTERN "4" },
                { INTERFACES6 "\"include\":\"fc00::/7\"}",
                        "/ipv6/include: must be a list of 0 to 1000 texts, not \"fc00::/7\"" },
                { INTERFACES6 "\"include\":[\"10.0.0.0/8\"]}",
                        "/ipv6/include/0: " NETWORK6 "\"10.0.0.0/8\"" },
                { INTERFACES6 "\"exclude\":[\"::/129\"]}", "/ipv6/exclude/0: " NETWORK6 "\"::/129\"" },
                { INTERFACES6 "\"exclude\":[\"fc00::/7\",null]}", "/ipv6/exclude/1: " NETWORK6 "null" },
                { INTERFACES4 "\"include\":[\"fc00::/7\"]}", "/ipv4/include/0: " NETWORK4 "\"fc00::/7\"" },
                { INTERFACES4 "\"exclude\":[\"10/8\"]}", "/ipv4/exclude/0: " NETWORK4 "\"10/8\"" },
                { INTERFACES6 "\"temporary\":0}", "/ipv6/temporary: must be true or false, not 0" },
                { INTERFACES6 "\"deprecated\":\"\"}", "/ipv6/deprecated: must be true or false, not \"\"" },
                { INTERFACES6 "\"teredo\":[]}", "/ipv6/teredo: must be true or false, not a list" },
                { INTERFACES6 "\"unique_local\":{}}",
                        "/ipv6/unique_local: must be true or false, not an object" },
                { INTERFACES4 "\"private\":1.5}", "/ipv4/private: must be true or false, not 1.5" },
                { INTERFACES6 "\"limit\":0}", "/ipv6/limit: must be an integer from 1 to 1000, not 0" },
                { INTERFACES6 "\"limit\":1001}", "/ipv6/limit: must be an integer from 1 to 1000, not 1001" },
                { INTERFACES6 "\"suffix\":\"::1\"}", SUFFIX "\"::1\"" },
                { INTERFACES6 "\"suffix\":\"::1/0\"}", SUFFIX "\"::1/0\"" },
                { INTERFACES6 "\"suffix\":\"::1/128\"}", SUFFIX "\"::1/128\"" },
                { INTERFACES6 "\"suffix\":\"0.0.0.1/24\"}", SUFFIX "\"0.0.0.1/24\"" },
                { INTERFACES6 "\"suffix\":64}", SUFFIX "64" },
                { INTERFACES4 "\"suffix\":\"0.0.0.1/24\"}", "/ipv4/suffix: unknown key, there are \"from\", "
                                                            "\"include\", \"exclude\", \"interfaces\", "
                                                            "\"temporary\", \"deprecated\", \"teredo\", "
                                                            "\"unique_local\", \"private\", \"limit\"" },
                { INTERFACES6 "\"interface\":\"eth0\"}",
                        "/ipv6/interface: unknown key, did you mean \"interfaces\"?" },
                { INTERFACES6 "\"addresses\":[]}",
                        "/ipv6/addresses: unknown key here: it belongs to \"from\": \"static\"" },
                { "\"ipv4\":{\"from\":\"static\"}",
                        "/ipv4/addresses: must be given: a list of 1 to 1000 texts" },
                { "\"ipv4\":{\"from\":\"static\",\"addresses\":[]}",
                        "/ipv4/addresses: must be a list of 1 to 1000 texts, not of 0" },
                { "\"ipv4\":{\"from\":\"static\",\"addresses\":[\"2001:db8::1\"]}",
                        "/ipv4/addresses/0: must be an IPv4 address, not \"2001:db8::1\"" },
                { "\"ipv6\":{\"from\":\"static\",\"addresses\":[\"2001:db8::1\",\"192.0.2.1\"]}",
                        "/ipv6/addresses/1: must be an IPv6 address, not \"192.0.2.1\"" },
                { "\"ipv6\":{\"from\":\"static\",\"addresses\":[\"2001:db8::1/64\"]}",
                        "/ipv6/addresses/0: must be an IPv6 address, not \"2001:db8::1/64\"" },
                { "\"ipv6\":{\"from\":\"static\",\"addresses\":[\"::1\"],\"limit\":1}",
                        "/ipv6/limit: unknown key here: it belongs to \"from\": \"interfaces\"" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows),
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"h.z\":{", "}}}",
                "records/h.z");
}

#define LISTEN "must be an address and a port, such as \"127.0.0.1:53\" or \"[::1]:53\", not "

static void wrong_top_levels_are_told(void **state)
{
        static const Row rows[] = {
                { "[]", "must be an object, not a list" },
                { "null", "must be an object, not null" },
                { "\"x\"", "must be an object, not \"x\"" },
                { "{\"records\":[]}", "records: must be an object, not a list" },
                { "{\"providers\":null}", "providers: must be an object, not null" },
                { "{\"keys\":\"k\"}", "keys: must be an object, not \"k\"" },
                { "{\"record\":{}}", "record: unknown key, did you mean \"records\"?" },
                { "{\"zzz\":{}}", "zzz: unknown key, there are " TOP_KEYS },
                { "{\"pool\":{}}", "pool: unknown key, did you mean \"pools\"?" },
                { "{\"$schema\":1}", "$schema: must be a text, not 1" },
                { "{\"log\":{\"$schema\":\"x\"}}", "log/$schema: unknown key, there are \"level\"" },
                { "{\"gateway\":5}", "gateway: must be an object, not 5" },
                { "{\"gateway\":{\"listen\":\"127.0.0.1:53\"}}",
                        "gateway/listen: must be a list of 0 to 64 texts, not \"127.0.0.1:53\"" },
                { "{\"gateway\":{\"listen\":[\"127.0.0.1\"]}}", "gateway/listen/0: " LISTEN "\"127.0.0.1\"" },
                { "{\"gateway\":{\"listen\":[\"127.0.0.1:0\"]}}",
                        "gateway/listen/0: " LISTEN "\"127.0.0.1:0\"" },
                { "{\"gateway\":{\"listen\":[\"127.0.0.1:65536\"]}}",
                        "gateway/listen/0: " LISTEN "\"127.0.0.1:65536\"" },
                { "{\"gateway\":{\"listen\":[\"127.0.0.1:+53\"]}}",
                        "gateway/listen/0: " LISTEN "\"127.0.0.1:+53\"" },
                { "{\"gateway\":{\"listen\":[\"127.0.0.1:\"]}}",
                        "gateway/listen/0: " LISTEN "\"127.0.0.1:\"" },
                { "{\"gateway\":{\"listen\":[\":53\"]}}", "gateway/listen/0: " LISTEN "\":53\"" },
                { "{\"gateway\":{\"listen\":[\"[]:53\"]}}", "gateway/listen/0: " LISTEN "\"[]:53\"" },
                { "{\"gateway\":{\"listen\":[\"::1:53\"]}}", "gateway/listen/0: " LISTEN "\"::1:53\"" },
                { "{\"gateway\":{\"listen\":[\"[::1]\"]}}", "gateway/listen/0: " LISTEN "\"[::1]\"" },
                { "{\"gateway\":{\"listen\":[\"[127.0.0.1]:53\"]}}",
                        "gateway/listen/0: " LISTEN "\"[127.0.0.1]:53\"" },
                { "{\"gateway\":{\"listen\":[\"[fe80::1%eth0]:53\"]}}",
                        "gateway/listen/0: " LISTEN "\"[fe80::1%eth0]:53\"" },
                { "{\"gateway\":{\"listen\":[\"localhost:53\"]}}",
                        "gateway/listen/0: " LISTEN "\"localhost:53\"" },
                { "{\"gateway\":{\"listen\":[53]}}", "gateway/listen/0: " LISTEN "53" },
                { "{\"gateway\":{\"listen\":[\"[::1]:53\",\"127.0.0.1:53\",\"[0::1]:53\"]}}",
                        "gateway/listen/2: is there twice" },
                { "{\"gateway\":{\"zones\":{}}}", "gateway/zones: unknown key, there are \"listen\"" },
                { "{\"log\":{\"level\":\"loud\"}}", "log/level: must be one of " LEVELS ", not \"loud\"" },
                { "{\"log\":{\"level\":7}}", "log/level: must be one of " LEVELS ", not 7" },
                { "{\"log\":{\"levle\":\"info\"}}", "log/levle: unknown key, did you mean \"level\"?" },
                { "{\"log\":true}", "log: must be an object, not true" },
                { "{\"providers\":{\"\":{\"type\":\"rfc2136\"}}}",
                        "providers/: must have a name, without control characters" },
                { "{\"providers\":{\"a\\nb\":{\"type\":\"rfc2136\"}}}",
                        "providers/a?b: must have a name, without control characters" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "", "", "");
}

#define LABEL_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void wrong_names_are_told(void **state)
{
        static const Row rows[] = {
                { "\"\":{}", "records/: must be a domain name, not \"\"" },
                { "\"a..z\":{}", "records/a..z: must be a domain name, not \"a..z\"" },
                { "\".z\":{}", "records/.z: must be a domain name, not \".z\"" },
                { "\"my host.z\":{}",
                        "records/my host.z: must be a domain name without spaces, not \"my host.z\"" },
                { "\"a\\tb.z\":{}", "records/a?b.z: must be a domain name without spaces, not \"a?b.z\"" },
                { "\"b\xc3\xbc"
                  "cher.z\":{}",
                        "records/b\xc3\xbc"
                        "cher.z: must be in ASCII, with international names in their xn-- form, not "
                        "\"b\xc3\xbc"
                        "cher.z\"" },
                { "\"" LABEL_64 ".z\":{}",
                        "records/" LABEL_64
                        ".z: must be a domain name of at most 253 characters, 63 between dots, "
                        "not \"" LABEL_64 ".z\"" },
                { "\"%x.z\":{}",
                        "records/%x.z: must have only H, l or % after a percent sign, not \"%x.z\"" },
                { "\"a.z.%\":{}",
                        "records/a.z.%: must have only H, l or % after a percent sign, not \"a.z.%\"" },
                { "\"web1.z\":{},\"%l.z\":{}", "records/%l.z: is there already, as \"web1.z\" in c.json" },
                { "\"%l.z\":{},\"WEB1.Z.\":{}", "records/WEB1.Z.: is there already, as \"%l.z\" in c.json" },
                { "\"h.y\":{}",
                        "records/h.y/provider: must be given, or the name must lie within one of the zones z "
                        "(\"p\"), sub.z (\"s\")" },
                { "\"%H\":{}",
                        "records/%H/provider: must be given, or the name must lie within one of the zones z "
                        "(\"p\"), sub.z (\"s\")" },
                { "\"h.y\":{\"provider\":\"p\"}",
                        "records/h.y: must lie within the zone of its provider \"p\", which is z" },
                { "\"h.z\":{\"provider\":\"s\"}",
                        "records/h.z: must lie within the zone of its provider \"s\", which is sub.z" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows),
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"},\"any\":{\"type\":\"rfc2136\"},"
                "\"s\":{\"type\":\"embedded\",\"zone\":\"sub.z\"}},\"records\":{",
                "}}", "");
}

static void missing_providers_are_told(void **state)
{
        static const Row rows[] = {
                { "{\"records\":{\"h.z\":{}}}", "records/h.z/provider: must be given: no provider has a zone "
                                                "that the name could be matched with" },
                { "{\"records\":{\"h.z\":{\"provider\":\"p\"}}}",
                        "records/h.z/provider: must be the name of one of \"providers\", where there are "
                        "none, not \"p\"" },
                { "{\"providers\":{\"p\":{\"type\":\"rfc2136\"}},\"records\":{\"h.z\":{}}}",
                        "records/h.z/provider: must be given: no provider has a zone that the name could be "
                        "matched with" },
                { "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"},"
                  "\"q\":{\"type\":\"rfc2136\",\"zone\":\"Z.\"}},\"records\":{\"h.z\":{}}}",
                        "records/h.z/provider: must be given: \"p\" and \"q\" both have the zone z" },
        };

        (void) state;
        check_rows(rows, ARRAY_LENGTH(rows), "", "", "");
}

static void unknown_key_names_the_known_ones(void **state)
{
        (void) state;
        folder_put("s", "YWJj");
        folder_put("c.json", "{\"keys\":{\"home.\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"},"
                             "\"b\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}},"
                             "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"key\":\"hom.\"}}}");
        assert_wrong(
                "key", "c.json: providers/p/key: must be one of the keys \"home.\", \"b\", not \"hom\"\n");
}

/* What is wrong is told once; what follows from it is not told at all. */
static void every_error_is_told_at_once(void **state)
{
        static const char text[] =
                "{\"keys\":{\"k\":{\"algorithm\":\"x\"}},"
                "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"a..b\",\"port\":0,\"key\":\"k\","
                "\"zap\":1},"
                "\"q\":{\"type\":\"embedded\",\"zone\":\"z\"}},"
                "\"records\":{\"h.b\":{\"ttl\":0,\"ipv4\":{\"from\":\"interfaces\",\"limit\":0,\"exclude\":["
                "\"x\",\"y\"]}},"
                "\"i.b\":{\"provider\":\"p\"},\"j.b\":{},"
                "\"l.b\":{\"ttl\":0,\"provider\":\"nobody\"},\"m.b\":{\"ttl\":0,\"provider\":\"q\"},"
                "\"a..b\":{\"provider\":\"p\",\"ipv4\":false,\"ipv6\":false}},"
                "\"gateway\":{\"listen\":[1]},\"log\":{\"level\":\"x\"},\"zzz\":1}";

        (void) state;
        folder_put("c.json", text);
        assert_wrong(text,
                "c.json: keys/k/algorithm: must be one of " ALGORITHMS ", not \"x\"\n"
                "c.json: providers/p/zone: must be a domain name, not \"a..b\"\n"
                "c.json: providers/p/port: must be an integer from 1 to 65535, not 0\n"
                "c.json: providers/p/zap: unknown key, there are \"type\", \"dry_run\", \"zone\", "
                "\"server\", \"port\", "
                "\"key\", \"tcp\", \"timeout\", \"verify\"\n"
                "c.json: records/h.b/ttl: must be an integer from 1 to 2147483647, not 0\n"
                "c.json: records/h.b/ipv4/exclude/0: " NETWORK4 "\"x\"\n"
                "c.json: records/h.b/ipv4/exclude/1: " NETWORK4 "\"y\"\n"
                "c.json: records/h.b/ipv4/limit: must be an integer from 1 to 1000, not 0\n"
                "c.json: records/l.b/ttl: must be an integer from 1 to 2147483647, not 0\n"
                "c.json: records/m.b/ttl: must be an integer from 1 to 2147483647, not 0\n"
                "c.json: records/a..b: must be a domain name, not \"a..b\"\n"
                "c.json: gateway/listen/0: " LISTEN "1\n"
                "c.json: log/level: must be one of " LEVELS ", not \"x\"\n"
                "c.json: zzz: unknown key, there are " TOP_KEYS "\n"
                "c.json: records/l.b/provider: must be one of the providers \"p\", \"q\", not \"nobody\"\n"
                "c.json: records/m.b: must lie within the zone of its provider \"q\", which is z\n");
}

static void syntax_errors_of_all_files_are_told_at_once(void **state)
{
        (void) state;
        folder_put("c.json", "{\"records\":{\"h.z\":{\"provider\":\"p\",\"ttl\":0}}}");
        folder_put("conf.d/a.json", "{\n  \"providers\": {\n    \"p\": }\n}\n");
        folder_put("conf.d/b.json", "{\"log\":{},\n \"log\":{}}");
        folder_put("conf.d/c.json", "");
        assert_wrong("files",
                "c.json: records/h.z/ttl: must be an integer from 1 to 2147483647, not 0\n"
                "conf.d/a.json:3:10: expected a value (a text stands in double quotation marks), found '}'\n"
                "conf.d/b.json:2:2: this key is there twice in one object\n"
                "conf.d/c.json:1:1: expected a value (a text stands in double quotation marks), found the "
                "end of the "
                "file\n");
}

static void duplicate_key_alone_is_an_error(void **state)
{
        (void) state;
        folder_put("c.json", "{\"log\":{\"level\":\"info\",\"level\":\"debug\"}}");
        assert_wrong("files", "c.json:1:24: this key is there twice in one object\n");
}

static void entries_in_two_files_are_told_with_both(void **state)
{
        (void) state;
        folder_put("s", "YWJj");
        folder_put("c.json",
                "{\"keys\":{\"k\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}},"
                "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},"
                "\"records\":{\"%l.z\":{}},\"gateway\":{\"listen\":[]},\"log\":{\"level\":\"info\"}}");
        folder_put("conf.d/a.json",
                "{\"keys\":{\"K.\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}},"
                "\"providers\":{\"p\":{\"type\":\"rfc2136\"},\"P\":{\"type\":\"rfc2136\"}}}");
        folder_put("conf.d/b.json",
                "{\"records\":{\"web1.z\":{}},\"gateway\":{\"listen\":[]},\"log\":{\"level\":\"info\"}}");
        assert_wrong("files", "conf.d/a.json: keys/K.: is there already, as \"k\" in c.json\n"
                              "conf.d/a.json: providers/p: is there already, as \"p\" in c.json\n"
                              "conf.d/b.json: records/web1.z: is there already, as \"%l.z\" in c.json\n"
                              "conf.d/b.json: gateway/listen: is there already, in c.json\n"
                              "conf.d/b.json: log/level: is there already, in c.json\n");
}

static void files_that_cannot_be_read_are_told(void **state)
{
        AUTO_FREE char *large = malloc(10 * 1024 * 1024);

        (void) state;
        assert_wrong("no file", "c.json: cannot be read: No such file or directory\n");
        assert_int_equal(mkdir("c.json", 0700), 0);
        assert_wrong("a folder", "c.json: cannot be read: Is a directory\n");
        assert_int_equal(rmdir("c.json"), 0);
        memset(large, ' ', 10 * 1024 * 1024);
        folder_put_bytes("c.json", large, 10 * 1024 * 1024);
        assert_wrong("10 MB", "c.json: must not be larger than 8 MB\n");
        folder_put("c.json", "{}");
        folder_put("conf.d", "a file");
        assert_wrong("no folder", "conf.d: cannot be listed: Not a directory\n");
        assert_int_equal(unlink("conf.d"), 0);
        assert_int_equal(mkdir("conf.d", 0700), 0);
        assert_int_equal(symlink("missing", "conf.d/x.json"), 0);
        assert_wrong("dangling link", "conf.d/x.json: cannot be read: No such file or directory\n");
}

static void bytes_that_are_no_text_are_told(void **state)
{
        (void) state;
        folder_put_bytes("c.json", "{\n\"a\":\0 1}", 10);
        assert_wrong("NUL", "c.json:2:5: there is a NUL byte: this is no text file\n");
        folder_put("c.json", "{\"records\":{\"\xff\":{}}}");
        assert_wrong("UTF-8", "c.json:1:14: this is not UTF-8\n");
}

/* What a user wrote is shown cut, in whole characters and in one line. */
static void long_values_are_cut(void **state)
{
        char text[4096], value[2049], error[512];

        (void) state;
        for (size_t i = 0; i < 2048; i += 2)
                memcpy(value + i, "\xc3\xa4", 2);
        value[2048] = '\0';
        snprintf(text, sizeof text, "{\"log\":{\"level\":\"%s\"}}", value);
        folder_put("c.json", text);
        snprintf(
                error, sizeof error, "c.json: log/level: must be one of " LEVELS ", not \"%.58s...\n", value);
        assert_wrong("long value", error);
        snprintf(text, sizeof text, "{\"%s\":1}", value);
        folder_put("c.json", text);
        snprintf(error, sizeof error, "c.json: %.252s...: unknown key, there are " TOP_KEYS "\n", value);
        assert_wrong("long key", error);
}

static void no_secret_is_in_any_error(void **state)
{
        static const char *const texts[] = {
                "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"aHVzaA==\"}",
                "{\"algorithm\":\"hmac-md5\",\"secret_file\":{\"x\":\"aHVzaA==\"}}",
                "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"aHVzaA==\\n\"}",
                "{\"algorithm\":\"hmac-md5\",\"secret\":\"aHVzaA==\"}",
                "{\"file\":\"aHVzaA==\"}",
                "{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}",
                "{\"file\":\"k1\"}",
                "{\"file\":\"k2\"}",
                "{\"file\":\"k3\"}",
                "{\"file\":\"s\"}",
        };

        (void) state;
        folder_put("s", "aHVzaA== x!");
        folder_put("k1", "key k { algorithm hmac-md5; secret \"aHVzaA==!\"; };");
        folder_put("k2", "key k { algorithm aHVzaA==; };");
        folder_put("k3", "key k { aHVzaA==; };");
        for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                AUTO_FREE char *told = NULL;
                Config *config = NULL;
                char text[256];

                snprintf(text, sizeof text, "{\"keys\":{\"k\":%s}}", texts[i]);
                folder_put("c.json", text);
                assert_int_equal(config_load(&config, "c.json", &host, &errors), -EINVAL);
                told = errors_text(&errors);
                assert_true(strlen(told) > 0);
                if (strstr(told, "aHVz"))
                        fail_msg("%s\n%s", text, told);
        }
}

static void host_without_a_name_cannot_expand_it(void **state)
{
        static const ConfigContext nameless = { .hostname = "" };

        (void) state;
        folder_put("c.json",
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"%l.z\":{}}}");
        assert_wrong_with(&nameless, "no host name",
                "c.json: records/%l.z: must be a name without %H and %l, as this host has no usable one, not "
                "\"%l.z\"\n");
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                in_folder(wrong_keys_are_told),
                in_folder(wrong_providers_are_told),
                in_folder(wrong_records_are_told),
                in_folder(wrong_sources_are_told),
                in_folder(wrong_top_levels_are_told),
                in_folder(wrong_names_are_told),
                in_folder(missing_providers_are_told),
                in_folder(unknown_key_names_the_known_ones),
                in_folder(every_error_is_told_at_once),
                in_folder(syntax_errors_of_all_files_are_told_at_once),
                in_folder(duplicate_key_alone_is_an_error),
                in_folder(entries_in_two_files_are_told_with_both),
                in_folder(files_that_cannot_be_read_are_told),
                in_folder(bytes_that_are_no_text_are_told),
                in_folder(long_values_are_cut),
                in_folder(no_secret_is_in_any_error),
                in_folder(host_without_a_name_cannot_expand_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
