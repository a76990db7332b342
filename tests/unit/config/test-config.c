/* SPDX-License-Identifier: BSD-3-Clause */

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include <cmocka.h>

#include "config/config.h"
#include "folder.h"
#include "load.h"

static const RecordConfig *record_of(const Config *config, const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        for (size_t i = 0; i < config->n_records; i++)
                if (name_equal(&config->records[i]->name, &name))
                        return config->records[i];
        fail_msg("no record %s", text);
        return NULL;
}

static void assert_prefix(const Prefix *prefix, const char *text)
{
        char address[ADDRESS_TEXT_MAX], joined[64];

        snprintf(joined, sizeof joined, "%s/%u", address_to_text(&prefix->address, address), prefix->length);
        assert_string_equal(joined, text);
}

static void assert_listen(const ListenConfig *listen, const char *text)
{
        char address[INET6_ADDRSTRLEN], joined[64];
        const struct sockaddr_in *in = (const struct sockaddr_in *) &listen->storage;
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) &listen->storage;

        if (listen->sa.sa_family == AF_INET) {
                assert_int_equal(listen->size, sizeof *in);
                inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
                snprintf(joined, sizeof joined, "%s:%u", address, ntohs(in->sin_port));
        } else {
                assert_int_equal(listen->sa.sa_family, AF_INET6);
                assert_int_equal(listen->size, sizeof *in6);
                inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof address);
                snprintf(joined, sizeof joined, "[%s]:%u", address, ntohs(in6->sin6_port));
        }
        assert_string_equal(joined, text);
}

static void assert_default_source(const SourceConfig *source, int family)
{
        assert_non_null(source);
        assert_int_equal(source->type, SOURCE_INTERFACES);
        assert_int_equal(source->family, family);
        assert_texts(source->interfaces, "* !docker* !br-* !virbr* !veth*");
        assert_int_equal(source->n_include, 0);
        assert_int_equal(source->n_exclude, 0);
        assert_false(source->temporary);
        assert_false(source->deprecated);
        assert_false(source->teredo);
        assert_true(source->unique_local);
        assert_true(source->private);
        assert_int_equal(source->limit, 100);
        assert_false(source->has_suffix);
        assert_int_equal(source->n_addresses, 0);
}

static void an_empty_object_configures_nothing(void **state)
{
        AUTO(config_freep) Config *config = load("{}");

        (void) state;
        assert_int_equal(config->n_keys + config->n_providers + config->n_sources, 0);
        assert_int_equal(config->n_records + config->n_listen, 0);
        assert_int_equal(config->log_level, LOG_INFO);
        assert_null(config_provider(config, "home"));
}

static void rfc2136_has_its_defaults(void **state)
{
        AUTO(config_freep) Config *config = load("{\"providers\":{\"p\":{\"type\":\"rfc2136\"}}}");
        const ProviderConfig *p = config_provider(config, "p");

        (void) state;
        assert_string_equal(p->id, "p");
        assert_int_equal(p->type, PROVIDER_RFC2136);
        assert_false(p->has_zone);
        assert_null(p->server);
        assert_int_equal(p->port, 53);
        assert_null(p->key);
        assert_false(p->tcp);
        assert_int_equal(p->timeout_usec, 5 * USEC_PER_SEC);
        assert_int_equal(p->verify_usec, 3600 * USEC_PER_SEC);
        assert_false(p->dry_run);
        assert_int_equal(config->n_listen, 0);
}

static void rfc2136_takes_all_its_keys(void **state)
{
        AUTO(config_freep) Config *config = NULL;
        const ProviderConfig *p;

        (void) state;
        folder_put("s", "c2VjcmV0\n");
        config = load(
                "{\"keys\":{\"K.\":{\"algorithm\":\"hmac-sha512\",\"secret_file\":\"s\"}},"
                "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"Example.com.\",\"server\":\"2001:db8::"
                "53\","
                "\"port\":5353,\"key\":\"k\",\"tcp\":true,\"timeout\":0.25,\"verify\":0,\"dry_run\":true}}}");
        p = config_provider(config, "p");
        assert_true(p->has_zone);
        assert_name(&p->zone, "Example.com");
        assert_string_equal(p->server, "2001:db8::53");
        assert_int_equal(p->port, 5353);
        assert_ptr_equal(p->key, config->keys[0]);
        assert_true(p->tcp);
        assert_int_equal(p->timeout_usec, 250000);
        assert_int_equal(p->verify_usec, 0);
        assert_true(p->dry_run);
        assert_name(&config->keys[0]->name, "K");
        assert_int_equal(config->keys[0]->algorithm, TSIG_HMAC_SHA512);
        assert_int_equal(config->keys[0]->secret->size, 6);
        assert_memory_equal(config->keys[0]->secret->bytes, "secret", 6);
}

static void bounds_of_numbers_are_good(void **state)
{
        AUTO(config_freep)
        Config *config =
                load("{\"providers\":{\"a\":{\"type\":\"rfc2136\",\"zone\":\"z\",\"port\":1,\"timeout\":0.1,"
                     "\"verify\":10},"
                     "\"b\":{\"type\":\"rfc2136\",\"port\":65535,\"timeout\":60,\"verify\":2592000}},"
                     "\"records\":{\"a.z\":{\"ttl\":1,\"withdraw_delay\":0,\"ipv4\":{\"from\":\"interfaces\","
                     "\"limit\":1}},"
                     "\"b.z\":{\"ttl\":2147483647,\"withdraw_delay\":86400,\"ipv4\":{\"from\":\"interfaces\","
                     "\"limit\":1000}}}}");
        const ProviderConfig *a = config_provider(config, "a"), *b = config_provider(config, "b");

        (void) state;
        assert_int_equal(a->port, 1);
        assert_int_equal(b->port, 65535);
        assert_int_equal(a->timeout_usec, 100000);
        assert_int_equal(b->timeout_usec, 60000000);
        assert_int_equal(a->verify_usec, 10000000);
        assert_true(b->verify_usec == 2592000ULL * USEC_PER_SEC);
        assert_int_equal(record_of(config, "a.z")->ttl, 1);
        assert_int_equal(record_of(config, "b.z")->ttl, 2147483647);
        assert_int_equal(record_of(config, "a.z")->withdraw_delay_usec, 0);
        assert_true(record_of(config, "b.z")->withdraw_delay_usec == 86400ULL * USEC_PER_SEC);
        assert_int_equal(record_of(config, "a.z")->ipv4->limit, 1);
        assert_int_equal(record_of(config, "b.z")->ipv4->limit, 1000);
}

static void servers_are_names_or_addresses(void **state)
{
        static const char *const servers[] = {
                "192.0.2.53",
                "::1",
                "ns1.example.com",
                "ns1.example.com.",
                "localhost",
                "ns-1_x",
                "10.example",
                "1a",
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(servers); i++) {
                AUTO(config_freep) Config *config = NULL;
                char text[128];

                snprintf(text, sizeof text,
                        "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"server\":\"%s\"}}}", servers[i]);
                config = load(text);
                assert_string_equal(config->providers[0]->server, servers[i]);
        }
}

static void records_have_their_defaults(void **state)
{
        AUTO(config_freep)
        Config *config = load("{\"providers\":{\"p\":{\"type\":\"embedded\",\"zone\":\"home.arpa\"}},"
                              "\"records\":{\"h.home.arpa\":{}}}");
        const RecordConfig *r = config->records[0];

        (void) state;
        assert_int_equal(config->n_records, 1);
        assert_name(&r->name, "h.home.arpa");
        assert_ptr_equal(r->provider, config->providers[0]);
        assert_int_equal(r->ttl, 300);
        assert_int_equal(r->ownership, OWNERSHIP_EXCLUSIVE);
        assert_int_equal(r->withdraw_delay_usec, 10 * USEC_PER_SEC);
        assert_false(r->withdraw_on_stop);
        assert_default_source(r->ipv4, AF_INET);
        assert_default_source(r->ipv6, AF_INET6);
        assert_int_equal(config->n_sources, 2);
        assert_int_equal(config->providers[0]->type, PROVIDER_EMBEDDED);
        assert_true(config->providers[0]->has_zone);
}

static void records_take_all_their_keys(void **state)
{
        AUTO(config_freep)
        Config *config = load(
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"},\"q\":{\"type\":\"rfc2136\"}},"
                "\"records\":{\"h.z\":{\"provider\":\"q\",\"ttl\":60,\"ownership\":\"shared\",\"withdraw_"
                "delay\":1.5,"
                "\"withdraw_on_stop\":true,"
                "\"ipv4\":{\"from\":\"static\",\"addresses\":[\"192.0.2.1\",\"192.0.2.2\"]},"
                "\"ipv6\":{\"from\":\"interfaces\",\"interfaces\":[\"eth*\",\"!eth9\"],\"include\":[\"2000::/"
                "3\"],"
                "\"exclude\":[\"2001:db8::/"
                "32\",\"2002::1\"],\"temporary\":true,\"deprecated\":true,\"teredo\":true,"
                "\"unique_local\":false,\"private\":false,\"limit\":3,\"suffix\":\"::211:32ff:fe12:3456/"
                "64\"}}}}");
        const RecordConfig *r = config->records[0];
        char buffer[ADDRESS_TEXT_MAX];

        (void) state;
        assert_string_equal(r->provider->id, "q");
        assert_int_equal(r->ttl, 60);
        assert_int_equal(r->ownership, OWNERSHIP_SHARED);
        assert_int_equal(r->withdraw_delay_usec, 1500000);
        assert_true(r->withdraw_on_stop);

        assert_int_equal(r->ipv4->type, SOURCE_STATIC);
        assert_int_equal(r->ipv4->family, AF_INET);
        assert_int_equal(r->ipv4->n_addresses, 2);
        assert_string_equal(address_to_text(&r->ipv4->addresses[1], buffer), "192.0.2.2");
        assert_null(r->ipv4->interfaces);

        assert_int_equal(r->ipv6->family, AF_INET6);
        assert_texts(r->ipv6->interfaces, "eth* !eth9");
        assert_int_equal(r->ipv6->n_include, 1);
        assert_prefix(&r->ipv6->include[0], "2000::/3");
        assert_int_equal(r->ipv6->n_exclude, 2);
        assert_prefix(&r->ipv6->exclude[0], "2001:db8::/32");
        assert_prefix(&r->ipv6->exclude[1], "2002::1/128");
        assert_true(r->ipv6->temporary);
        assert_true(r->ipv6->deprecated);
        assert_true(r->ipv6->teredo);
        assert_false(r->ipv6->unique_local);
        assert_false(r->ipv6->private);
        assert_int_equal(r->ipv6->limit, 3);
        assert_true(r->ipv6->has_suffix);
        assert_prefix(&r->ipv6->suffix, "::211:32ff:fe12:3456/64");
}

static void true_means_all_interfaces_and_false_none(void **state)
{
        AUTO(config_freep)
        Config *config =
                load("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},"
                     "\"records\":{\"a.z\":{\"ipv4\":true,\"ipv6\":false},\"b.z\":{\"ipv4\":false}}}");

        (void) state;
        assert_default_source(record_of(config, "a.z")->ipv4, AF_INET);
        assert_null(record_of(config, "a.z")->ipv6);
        assert_null(record_of(config, "b.z")->ipv4);
        assert_default_source(record_of(config, "b.z")->ipv6, AF_INET6);
}

static void longest_zone_takes_the_record(void **state)
{
        AUTO(config_freep)
        Config *config = load(
                "{\"providers\":{\"found\":{\"type\":\"rfc2136\"},\"com\":{\"type\":\"rfc2136\",\"zone\":"
                "\"com\"},"
                "\"sub\":{\"type\":\"rfc2136\",\"zone\":\"Sub.Example.com\"},"
                "\"ex\":{\"type\":\"rfc2136\",\"zone\":\"example.com\"}},"
                "\"records\":{\"a.com\":{},\"a.example.com\":{},\"example.com\":{},\"sub.example.com\":{},"
                "\"a.sub.example.com\":{},\"asub.example.com\":{},"
                "\"b.sub.example.com\":{\"provider\":\"com\"}}}");
        static const struct {
                const char *name, *provider;
        } rows[] = {
                { "a.com", "com" },
                { "a.example.com", "ex" },
                { "example.com", "ex" },
                { "sub.example.com", "sub" },
                { "a.sub.example.com", "sub" },
                { "asub.example.com", "ex" },
                { "b.sub.example.com", "com" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
                assert_string_equal(record_of(config, rows[i].name)->provider->id, rows[i].provider);
}

static void records_are_in_canonical_order(void **state)
{
        AUTO(config_freep)
        Config *config = load("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\".\"}},"
                              "\"records\":{\"z.b\":{},\"b\":{},\"Z.A\":{},\"y.a\":{},\"a\":{},\"*.b\":{}}}");
        static const char *const sorted[] = { "a", "y.a", "Z.A", "b", "*.b", "z.b" };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++)
                assert_name(&config->records[i]->name, sorted[i]);
}

static void equal_sources_are_one_object(void **state)
{
        AUTO(config_freep)
        Config *config = load("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{"
                              "\"a.z\":{},"
                              "\"b.z\":{\"ipv4\":{\"limit\":100},\"ipv6\":{\"from\":"
                              "\"interfaces\",\"teredo\":true}},"
                              "\"c.z\":{\"ipv4\":{\"from\":\"static\",\"addresses\":[\"192.0.2.1\"]}},"
                              "\"d.z\":{\"ipv4\":{\"from\":\"static\",\"addresses\":[\"192.0.2.1\"]}},"
                              "\"e.z\":{\"ipv4\":{\"from\":\"static\",\"addresses\":[\"192.0.2.2\"]}}}}");
        const RecordConfig *a = record_of(config, "a.z"), *b = record_of(config, "b.z"),
                           *c = record_of(config, "c.z");
        const RecordConfig *d = record_of(config, "d.z"), *e = record_of(config, "e.z");

        (void) state;
        assert_ptr_equal(a->ipv4, b->ipv4);
        assert_ptr_not_equal(a->ipv6, b->ipv6);
        assert_ptr_equal(c->ipv4, d->ipv4);
        assert_ptr_not_equal(c->ipv4, e->ipv4);
        assert_ptr_equal(a->ipv6, e->ipv6);
        assert_int_equal(config->n_sources, 5);
}

/* One row for each thing that a source can say: each must keep it apart from the plain one. */
static void each_difference_makes_another_source(void **state)
{
        static const char *const parts[] = {
                "\"interfaces\":[\"eth0\"]",
                "\"interfaces\":[\"eth1\"]",
                "\"interfaces\":[\"eth0\",\"eth1\"]",
                "\"include\":[\"2000::/3\"]",
                "\"include\":[\"2000::/4\"]",
                "\"include\":[\"2000::/3\",\"fc00::/7\"]",
                "\"exclude\":[\"2000::/3\"]",
                "\"temporary\":true",
                "\"deprecated\":true",
                "\"teredo\":true",
                "\"unique_local\":false",
                "\"private\":false",
                "\"limit\":1",
                "\"suffix\":\"::1/64\"",
                "\"suffix\":\"::1/63\"",
                "\"suffix\":\"::2/64\"",
        };
        char text[8192];
        int n = snprintf(text, sizeof text,
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{\"plain.z\":{"
                "\"ipv4\":false}");
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        for (int round = 0; round < 2; round++)
                for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
                        n += snprintf(text + n, sizeof text - (size_t) n,
                                ",\"r%d-%zu.z\":{\"ipv4\":false,\"ipv6\":{\"from\":\"interfaces\",%s}}",
                                round, i, parts[i]);
        snprintf(text + n, sizeof text - (size_t) n, "}}");
        config = load(text);
        assert_int_equal(config->n_records, 1 + 2 * ARRAY_LENGTH(parts));
        assert_int_equal(config->n_sources, 1 + ARRAY_LENGTH(parts));
}

static void names_are_expanded(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("s", "c2VjcmV0");
        config = load(
                "{\"keys\":{\"%l.key\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}},"
                "\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"example.com\",\"key\":\"%l.key\"},"
                "\"q\":{\"type\":\"rfc2136\",\"zone\":\"%l.arpa\"}},"
                "\"records\":{\"%H\":{},\"%l-mail.example.com\":{},\"x.%l.arpa\":{},\"50%%.example.com\":{}}"
                "}");
        assert_name(&config->keys[0]->name, "web1.key");
        assert_ptr_equal(config_provider(config, "p")->key, config->keys[0]);
        assert_name(&config_provider(config, "q")->zone, "web1.arpa");
        assert_string_equal(record_of(config, "web1.example.com")->provider->id, "p");
        assert_string_equal(record_of(config, "web1-mail.example.com")->provider->id, "p");
        assert_string_equal(record_of(config, "x.web1.arpa")->provider->id, "q");
        record_of(config, "50%.example.com");
}

static void embedded_zones_are_served_on_loopback(void **state)
{
        AUTO(config_freep)
        Config *config = load(
                "{\"providers\":{\"p\":{\"type\":\"embedded\",\"zone\":\"home.arpa\",\"dry_run\":true}}}");

        (void) state;
        assert_int_equal(config->n_listen, 2);
        assert_listen(&config->listen[0], "127.0.0.1:5300");
        assert_listen(&config->listen[1], "[::1]:5300");
        assert_true(config->providers[0]->dry_run);
        assert_int_equal(config->providers[0]->verify_usec, 0);
}

static void listening_addresses_are_taken_as_given(void **state)
{
        AUTO(config_freep)
        Config *some = load("{\"gateway\":{\"listen\":[\"0.0.0.0:53\",\"[2001:db8::1]:65535\","
                            "\"[::]:1\",\"0.0.0.0:54\"]},\"log\":{\"level\":\"debug\"}}");
        AUTO(config_freep)
        Config *none = load(
                "{\"providers\":{\"p\":{\"type\":\"embedded\",\"zone\":\"z\"}},\"gateway\":{\"listen\":[]}}");

        (void) state;
        assert_int_equal(some->n_listen, 4);
        assert_listen(&some->listen[0], "0.0.0.0:53");
        assert_listen(&some->listen[1], "[2001:db8::1]:65535");
        assert_listen(&some->listen[2], "[::]:1");
        assert_listen(&some->listen[3], "0.0.0.0:54");
        assert_int_equal(some->log_level, LOG_DEBUG);
        assert_int_equal(none->n_listen, 0);
}

/* What the documentation shows, as far as there is something behind it. */
static void documented_example_is_good(void **state)
{
        static const char text[] =
                "{\n"
                "  // comments are allowed\n"
                "  \"keys\": {\n"
                "    \"home.\": { \"algorithm\": \"hmac-sha256\", \"secret_file\": \"home.secret\" },\n"
                "    \"acme.\": { \"file\": \"acme.key\" }\n"
                "  },\n"
                "  \"providers\": {\n"
                "    \"home\":  { \"type\": \"rfc2136\", \"zone\": \"example.com\", \"server\": "
                "\"192.0.2.53\", \"key\": "
                "\"home.\" },\n"
                "    \"here\":  { \"type\": \"embedded\", \"zone\": \"home.arpa\" }\n"
                "  },\n"
                "  \"records\": {\n"
                "    \"%l.example.com\": {\n"
                "      \"provider\": \"home\", \"ttl\": 60,\n"
                "      \"ipv4\": { \"from\": \"interfaces\", \"interfaces\": [\"eth*\", \"!docker*\"] },\n"
                "      \"ipv6\": { \"from\": \"interfaces\", \"exclude\": [\"fc00::/7\"], \"temporary\": "
                "false, \"teredo\": "
                "false }\n"
                "    },\n"
                "    \"nas.example.com\": { \"provider\": \"home\", \"ipv4\": false, \"ipv6\": { \"from\": "
                "\"interfaces\", "
                "\"interfaces\": [\"lan0\"], \"suffix\": \"::211:32ff:fe12:3456/64\" } }\n"
                "  },\n"
                "  \"gateway\": { \"listen\": [\"127.0.0.1:53\", \"[::1]:53\"] }, /* the local zone */\n"
                "  \"log\": { \"level\": \"info\" }\n"
                "}\n";
        AUTO(config_freep) Config *config = NULL;
        const RecordConfig *web, *nas;

        (void) state;
        folder_put("home.secret", "aG9tZQ==\n");
        folder_put("acme.key", "key \"acme.\" {\n\talgorithm hmac-sha512;\n\tsecret \"YWNtZQ==\";\n};\n");
        config = load(text);

        assert_int_equal(config->n_keys, 2);
        assert_name(&config->keys[0]->name, "home");
        assert_int_equal(config->keys[0]->algorithm, TSIG_HMAC_SHA256);
        assert_memory_equal(config->keys[0]->secret->bytes, "home", 4);
        assert_name(&config->keys[1]->name, "acme");
        assert_int_equal(config->keys[1]->algorithm, TSIG_HMAC_SHA512);
        assert_memory_equal(config->keys[1]->secret->bytes, "acme", 4);

        assert_int_equal(config->n_providers, 2);
        assert_string_equal(config_provider(config, "home")->server, "192.0.2.53");
        assert_ptr_equal(config_provider(config, "home")->key, config->keys[0]);

        assert_int_equal(config->n_records, 2);
        web = record_of(config, "web1.example.com");
        nas = record_of(config, "nas.example.com");
        assert_int_equal(web->ttl, 60);
        assert_texts(web->ipv4->interfaces, "eth* !docker*");
        assert_prefix(&web->ipv6->exclude[0], "fc00::/7");
        assert_texts(web->ipv6->interfaces, "* !docker* !br-* !virbr* !veth*");
        assert_null(nas->ipv4);
        assert_true(nas->ipv6->has_suffix);
        assert_prefix(&nas->ipv6->suffix, "::211:32ff:fe12:3456/64");
        assert_int_equal(nas->ttl, 300);

        assert_int_equal(config->n_listen, 2);
        assert_listen(&config->listen[1], "[::1]:53");
}

static void fragments_join_the_same_maps(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("a.secret", "YQ==");
        folder_put("signpost.json", "{\"records\":{\"a.z\":{}},\"log\":{}}");
        folder_put("conf.d/10-keys.json",
                "{\"keys\":{\"k\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"a.secret\"}}}");
        folder_put("conf.d/20-more.json",
                "{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\",\"key\":\"k\"}},"
                "\"records\":{\"c.z\":{},\"b.z\":{}}}");
        folder_put("conf.d/30-log.json",
                "{\"log\":{\"level\":\"warning\"},\"gateway\":{\"listen\":[\"127.0.0.1:9\"]}}");
        folder_put("conf.d/.hidden.json", "not read");
        folder_put("conf.d/backup.json~", "not read");
        folder_put("conf.d/readme", "not read");
        folder_put("conf.d/.json", "not read");
        config = load_with("signpost.json", &host);
        assert_int_equal(config->n_keys, 1);
        assert_int_equal(config->n_providers, 1);
        assert_int_equal(config->n_records, 3);
        assert_ptr_equal(config->providers[0]->key, config->keys[0]);
        assert_int_equal(config->log_level, LOG_WARNING);
        assert_int_equal(config->n_listen, 1);
}

static void each_file_may_name_its_json_schema(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("conf.d/a.json", "{\"log\":{\"level\":\"debug\"},\"$schema\":\"./x\"}");
        config = load("{\"$schema\":\"/usr/share/signpost/signpost.schema.json\"}");
        assert_int_equal(config->log_level, LOG_DEBUG);
}

static void fragments_are_read_in_the_order_of_their_names(void **state)
{
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("c.json", "{\"providers\":{\"first\":{\"type\":\"rfc2136\"}}}");
        folder_put("conf.d/b.json", "{\"providers\":{\"fourth\":{\"type\":\"rfc2136\"}}}");
        folder_put("conf.d/a.json", "{\"providers\":{\"third\":{\"type\":\"rfc2136\"}}}");
        folder_put("conf.d/Z.json", "{\"providers\":{\"second\":{\"type\":\"rfc2136\"}}}");
        config = load_with("c.json", &host);
        assert_string_equal(config->providers[0]->id, "first");
        assert_string_equal(config->providers[1]->id, "second");
        assert_string_equal(config->providers[2]->id, "third");
        assert_string_equal(config->providers[3]->id, "fourth");
}

/* Beside the configuration, also for those whom a fragment names, and wherever the daemon runs. */
static void secrets_are_beside_the_configuration(void **state)
{
        AUTO(config_freep) Config *config = NULL;
        char path[128];

        folder_put("etc/c.json", "{}");
        folder_put(
                "etc/conf.d/k.json", "{\"keys\":{\"k\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"}}}");
        folder_put("etc/s", "cmlnaHQ=");
        folder_put("etc/conf.d/s", "d3Jvbmc=");
        folder_put("s", "d3Jvbmc=");
        snprintf(path, sizeof path, "%s/etc/c.json", (char *) *state);
        assert_int_equal(chdir("/"), 0);
        config = load_with(path, &host);
        assert_int_equal(config->keys[0]->secret->size, 5);
        assert_memory_equal(config->keys[0]->secret->bytes, "right", 5);
}

static void credentials_come_before_files(void **state)
{
        ConfigContext context = { .hostname = "h", .credentials_directory = "creds" };
        AUTO(config_freep) Config *config = NULL;

        (void) state;
        folder_put("c.json", "{\"keys\":{\"a\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"s\"},\"b\":{"
                             "\"file\":\"b.key\"},"
                             "\"c\":{\"algorithm\":\"hmac-md5\",\"secret_file\":\"t\"}}}");
        folder_put("s", "d3Jvbmc=");
        folder_put("t", "cmlnaHQ=");
        folder_put("creds/s", "cmlnaHQ=");
        folder_put("creds/b.key", "key b { algorithm hmac-sha1; secret \"cmlnaHQ=\"; };");
        assert_int_equal(chmod("creds/s", 0440), 0); /* as an access list makes it look */
        assert_int_equal(chmod("creds/b.key", 0440), 0);
        config = load_with("c.json", &context);
        for (size_t i = 0; i < 3; i++)
                assert_memory_equal(config->keys[i]->secret->bytes, "right", 5);
}

static void no_configuration_publishes_this_host(void **state)
{
        static const struct {
                const char *hostname, *name;
        } rows[] = {
                { "web1", "web1.home.arpa" },
                { "web1.example.com", "web1.home.arpa" },
                { "Web-1", "Web-1.home.arpa" },
                { "", "signpost.home.arpa" },
                { NULL, "signpost.home.arpa" },
                { "bad name", "signpost.home.arpa" },
                { ".example.com", "signpost.home.arpa" },
                { "a\"b", "signpost.home.arpa" },
                { "an-extraordinarily-long-host-name-that-has-more-than-63-characters-in-it",
                        "signpost.home.arpa" },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                ConfigContext context = { .hostname = rows[i].hostname };
                AUTO(config_errors_done) ConfigErrors errors = { 0 };
                AUTO(config_freep) Config *config = NULL;

                assert_int_equal(config_default(&config, &context, &errors), 0);
                assert_int_equal(config->n_records, 1);
                assert_name(&config->records[0]->name, rows[i].name);
                assert_ptr_equal(config->records[0]->provider, config_provider(config, "embedded"));
                assert_int_equal(config->records[0]->provider->type, PROVIDER_EMBEDDED);
                assert_name(&config->records[0]->provider->zone, "home.arpa");
                assert_default_source(config->records[0]->ipv4, AF_INET);
                assert_default_source(config->records[0]->ipv6, AF_INET6);
                assert_int_equal(config->n_listen, 2);
                assert_int_equal(config->n_keys, 0);
                assert_int_equal(config->log_level, LOG_INFO);
        }
}

static void ten_thousand_records_are_read(void **state)
{
        AUTO(config_freep) Config *config = NULL;
        FILE *out = fopen("c.json", "w");

        (void) state;
        assert_non_null(out);
        fputs("{\"providers\":{\"p\":{\"type\":\"rfc2136\",\"zone\":\"z\"}},\"records\":{", out);
        for (unsigned i = 0; i < 10000; i++)
                fprintf(out, "%s\"h%u.z\":{\"ipv4\":{\"from\":\"static\",\"addresses\":[\"10.0.%u.%u\"]}}",
                        i == 0 ? "" : ",", i, i % 5000 >> 8, i % 5000 & 255);
        fputs("}}", out);
        assert_int_equal(fclose(out), 0);
        config = load_with("c.json", &host);
        assert_int_equal(config->n_records, 10000);
        assert_int_equal(config->n_sources, 5001);
}

#define in_folder(function) cmocka_unit_test_setup_teardown(function, folder_enter, folder_leave)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                in_folder(an_empty_object_configures_nothing),
                in_folder(rfc2136_has_its_defaults),
                in_folder(rfc2136_takes_all_its_keys),
                in_folder(bounds_of_numbers_are_good),
                in_folder(servers_are_names_or_addresses),
                in_folder(records_have_their_defaults),
                in_folder(records_take_all_their_keys),
                in_folder(true_means_all_interfaces_and_false_none),
                in_folder(longest_zone_takes_the_record),
                in_folder(records_are_in_canonical_order),
                in_folder(equal_sources_are_one_object),
                in_folder(each_difference_makes_another_source),
                in_folder(names_are_expanded),
                in_folder(embedded_zones_are_served_on_loopback),
                in_folder(listening_addresses_are_taken_as_given),
                in_folder(documented_example_is_good),
                in_folder(fragments_join_the_same_maps),
                in_folder(each_file_may_name_its_json_schema),
                in_folder(fragments_are_read_in_the_order_of_their_names),
                in_folder(secrets_are_beside_the_configuration),
                in_folder(credentials_come_before_files),
                in_folder(no_configuration_publishes_this_host),
                in_folder(ten_thousand_records_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
