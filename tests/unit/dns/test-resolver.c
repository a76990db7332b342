/* SPDX-License-Identifier: BSD-3-Clause */

/* The resolver, with name servers at port 53 in a network namespace of the test's own. */

#include "dns/resolver.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "dns/hosts.h"
#include "dns/resolv-conf.h"

#define PATIENCE (10 * USEC_PER_SEC)
#define SILENT   100U /* an RCODE that means: no answer */
#define SOME     100U /* how many questions: it is a matter of timing */

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

/* Adds "OWNER TTL TYPE DATA"; for an SOA, DATA is the primary's name. */
static RRset *set_of(const char *text)
{
        char owner_text[256], type[10], data[256];
        unsigned ttl;
        RRset *set;
        Name owner, target;
        Address address;
        uint8_t soa[NAME_WIRE_MAX + 21] = { 0 };

        assert_int_equal(sscanf(text, "%255s %u %9s %255s", owner_text, &ttl, type, data), 4);
        owner = name_of(owner_text);
        if (address_from_text(&address, data) >= 0) {
                set = rrset_new(&owner, rrset_type_of_family(address.family), ttl);
                assert_int_equal(rrset_add_address(set, &address), 1);
                return set;
        }
        target = name_of(data);
        memcpy(soa, target.wire, target.length);
        set = rrset_new(&owner, strcmp(type, "SOA") == 0 ? TYPE_SOA : TYPE_CNAME, ttl);
        /* root's mail address, five numbers */
        assert_int_equal(
                rrset_add(set, soa, (uint16_t) (target.length + (set->type == TYPE_SOA ? 21 : 0))), 1);
        return set;
}

/* What a server says to one question. */
typedef struct Reply {
        const char *name; /* NULL: all others */
        uint16_t type;    /* 0: all */
        unsigned rcode;
        const char *answer[20];
        const char *authority;
} Reply;

enum {
        SERVERS = 4,
};

static const char *const server_addresses[SERVERS] = { "127.0.0.1", "127.0.0.2", "127.0.0.3", "::1" };

typedef struct Server {
        int fd;
        sd_event_source *source;
        const Reply *replies; /* the last has no name */
        unsigned asked;
} Server;

typedef struct World {
        sd_event *event;
        Server servers[SERVERS];
        char resolv_conf[40], hosts[40];
        Resolver *resolver;
} World;

static const Reply *find_reply(const Reply *reply, const WireRecord *question)
{
        for (; reply->name; reply++) {
                Name name = name_of(reply->name);

                if (name_equal(&name, &question->name) && (reply->type == 0 || reply->type == question->type))
                        return reply;
        }
        return reply;
}

static Message *compose(const WireMessage *request, const Reply *reply)
{
        RRset *answer[20] = { 0 }, *authority[1] = { 0 };
        MessageAnswer sections = {
                .rcode = reply->rcode,
                .flags = FLAG_RA,
                .answer = (const RRset **) answer,
                .authority = (const RRset **) authority,
        };
        Message *message = NULL;

        for (; sections.n_answer < ARRAY_LENGTH(answer) && reply->answer[sections.n_answer];
                sections.n_answer++)
                answer[sections.n_answer] = set_of(reply->answer[sections.n_answer]);
        if (reply->authority)
                authority[sections.n_authority++] = set_of(reply->authority);
        assert_int_equal(message_new_answer(&message, request, &sections, 1232), 0);
        for (size_t i = 0; i < sections.n_answer; i++)
                rrset_free(answer[i]);
        rrset_free(authority[0]);
        return message;
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        AUTO(message_freep) Message *message = NULL;
        Server *server = userdata;
        uint8_t data[2000];
        ServerAddress from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, &from.sa, &length);
        WireMessage request;
        WireRecord question;
        const Reply *reply;

        (void) source;
        (void) events;
        assert_true(n > 0);
        assert_int_equal(wire_parse(&request, data, (size_t) n, NULL), 0);
        assert_true(wire_question(&request, &question));
        assert_true(request.flags & FLAG_RD);
        server->asked++;
        reply = find_reply(server->replies, &question);
        if (reply->rcode == SILENT)
                return 0;
        message = compose(&request, reply);
        assert_int_equal(sendto(fd, message->data, message->size, 0, &from.sa, length), message->size);
        return 0;
}

static void write_file(const char *path, const char *text)
{
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static void make_file(char path[static 40])
{
        strcpy(path, "/tmp/test-resolver-XXXXXX");
        close(mkstemp(path));
}

static int world_setup(void **state)
{
        World *world = calloc(1, sizeof *world);

        assert_int_equal(sd_event_new(&world->event), 0);
        for (unsigned i = 0; i < SERVERS; i++) {
                Server *server = &world->servers[i];
                ServerAddress bound;
                Address address;

                assert_int_equal(address_from_text(&address, server_addresses[i]), 0);
                server_address_set(&bound, &address, 53);
                server->fd = socket(bound.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
                assert_int_equal(bind(server->fd, &bound.sa, server_address_size(&bound)), 0);
                assert_int_equal(sd_event_add_io(world->event, &server->source, server->fd, EPOLLIN,
                                         on_request, server),
                        0);
        }
        make_file(world->resolv_conf);
        make_file(world->hosts);
        assert_int_equal(resolver_new(&world->resolver, world->event, world->resolv_conf, world->hosts), 0);
        *state = world;
        return 0;
}

static int world_teardown(void **state)
{
        World *world = *state;

        for (unsigned i = 0; i < SERVERS; i++) {
                sd_event_source_disable_unref(world->servers[i].source);
                close_fd(world->servers[i].fd);
        }
        resolver_free(world->resolver);
        sd_event_unref(world->event);
        unlink(world->resolv_conf);
        unlink(world->hosts);
        free(world);
        return 0;
}

/* What a query came to, as text. */
typedef struct Result {
        ResolverQuery *query;
        unsigned calls;
        char text[400];
        uint32_t ttl;
} Result;

static void on_addresses(void *userdata, const ResolvedAddresses *resolved)
{
        Result *result = userdata;
        char text[ADDRESS_TEXT_MAX];

        /* What it found must outlive the query. */
        result->query = resolver_query_free(result->query);
        result->calls++;
        result->ttl = resolved->ttl;
        if (resolved->error)
                snprintf(result->text, sizeof result->text, "%s", resolved->error);
        for (size_t i = 0; i < resolved->count; i++)
                snprintf(result->text + strlen(result->text), sizeof result->text - strlen(result->text),
                        "%s%s", i > 0 ? " " : "", address_to_text(&resolved->addresses[i], text));
}

static void on_zone(void *userdata, const ResolvedZone *resolved)
{
        Result *result = userdata;
        char zone[NAME_TEXT_MAX], mname[NAME_TEXT_MAX];

        result->query = resolver_query_free(result->query);
        result->calls++;
        if (resolved->error)
                snprintf(result->text, sizeof result->text, "%s", resolved->error);
        else
                snprintf(result->text, sizeof result->text, "%.100s %.100s",
                        name_to_text(&resolved->zone, zone), name_to_text(&resolved->mname, mname));
}

static void run(World *world, Result *result)
{
        usec_t end_usec = clock_now_usec(CLOCK_MONOTONIC) + PATIENCE;

        assert_int_equal(result->calls, 0); /* never from within the call that began it */
        while (result->calls == 0) {
                assert_true(clock_now_usec(CLOCK_MONOTONIC) < end_usec);
                assert_true(sd_event_run(world->event, USEC_PER_SEC) >= 0);
        }
        /* The servers get to see what was sent in vain. */
        while (sd_event_run(world->event, 0) > 0)
                continue;
}

static void find_addresses(World *world, const char *host, Result *ret)
{
        Name name = name_of(host);

        *ret = (Result){ 0 };
        assert_int_equal(resolver_find_addresses(&ret->query, world->resolver, &name, on_addresses, ret), 0);
        run(world, ret);
}

#define MANY_CNAMES                                                                                    \
        "c0. 9 CNAME c1.", "c1. 9 CNAME c2.", "c2. 9 CNAME c3.", "c3. 9 CNAME c4.", "c4. 9 CNAME c5.", \
                "c5. 9 CNAME c6.", "c6. 9 CNAME c7.", "c7. 9 CNAME c8.", "c8. 9 CNAME c9.",            \
                "c9. 9 CNAME c10.", "c10. 9 CNAME c11.", "c11. 9 CNAME c12.", "c12. 9 CNAME c13.",     \
                "c13. 9 CNAME c14.", "c14. 9 CNAME c15.", "c15. 9 CNAME c16."

#define NXDOMAIN                        \
        {                               \
                .rcode = RCODE_NXDOMAIN \
        }
#define SERVFAIL                        \
        {                               \
                .rcode = RCODE_SERVFAIL \
        }
#define REFUSED                        \
        {                              \
                .rcode = RCODE_REFUSED \
        }
#define NODATA                         \
        {                              \
                .rcode = RCODE_NOERROR \
        }
#define NOTHING                 \
        {                       \
                .rcode = SILENT \
        }

/* Everybody's answer when it is all well. */
#define HOST                                                     \
        { "host", TYPE_A, .answer = { "host 60 A 192.0.2.1" } }, \
                { "host", TYPE_AAAA, .answer = { "host 50 AAAA 2001:db8::1" } }, NXDOMAIN

// clang-format off
static const struct {
        const char *title, *resolv_conf, *hosts, *host;
        Reply replies[SERVERS][5];
        const char *result;
        uint32_t ttl;
        unsigned asked[SERVERS];
} address_rows[] = {
        { "both families, IPv6 first, the smallest TTL", "", "", "host", { { HOST } },
          "2001:db8::1 192.0.2.1", 50, { 2 } },
        { "one family", "", "", "host", { { { "host", TYPE_A, .answer = { "host 60 A 192.0.2.1" } }, NODATA } },
          "192.0.2.1", 60, { 2 } },
        { "letters of either case", "", "", "HOST", { { HOST } }, "2001:db8::1 192.0.2.1", 50, { 2 } },
        { "no address", "", "", "host", { { NODATA } }, "host: has no address", 0, { 2 } },
        { "no such name is final", "nameserver 127.0.0.1\nnameserver 127.0.0.2\n", "", "host", { { NXDOMAIN }, { HOST } },
          "host: no such name (NXDOMAIN)", 0, { 2, 0 } },
        { "the next server after SERVFAIL", "nameserver 127.0.0.1\nnameserver 127.0.0.2\n", "", "host",
          { { SERVFAIL }, { HOST } }, "2001:db8::1 192.0.2.1", 50, { 2, 2 } },
        { "the next server after REFUSED", "nameserver 127.0.0.1\nnameserver 127.0.0.2\n", "", "host",
          { { REFUSED }, { HOST } }, "2001:db8::1 192.0.2.1", 50, { 2, 2 } },
        { "the next server after silence", "nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1\n", "", "host",
          { { NOTHING }, { HOST } }, "2001:db8::1 192.0.2.1", 50, { SOME, 2 } },
        { "the next server after nobody", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n", "", "host", { { NXDOMAIN }, { HOST } },
          "2001:db8::1 192.0.2.1", 50, { 0, 2 } },
        { "IPv6 server", "nameserver ::1\n", "", "host", { [3] = { HOST } }, "2001:db8::1 192.0.2.1", 50, { [3] = 2 } },
        { "all servers fail", "nameserver 127.0.0.3\nnameserver 127.0.0.2\noptions attempts:2", "", "host",
          { { NXDOMAIN }, { SERVFAIL }, { REFUSED } }, "host: SERVFAIL from 127.0.0.2", 0, { 0, 4, 4 } },
        { "nobody anywhere", "nameserver 127.0.0.9\n", "", "host", { { NXDOMAIN } },
          "host: cannot reach 127.0.0.9: Connection refused", 0, { 0 } },
        { "one family fails, the other does not", "", "", "host",
          { { { "host", TYPE_A, .answer = { "host 60 A 192.0.2.1" } }, SERVFAIL } }, "192.0.2.1", 60, { 3 } },
        { "one family fails, the other is not there", "", "", "host", { { { "host", TYPE_A }, SERVFAIL } },
          "host: SERVFAIL from 127.0.0.1", 0, { 3 } },
        { "one family is silent: not waited for", "", "", "host",
          { { { "host", TYPE_A, .answer = { "host 60 A 192.0.2.1" } }, NOTHING } }, "192.0.2.1", 60, { SOME } },
        { "aliases", "", "", "a",
          { { { "a", TYPE_A, .answer = { "a 40 CNAME b", "b 30 CNAME c", "c 60 A 192.0.2.1" } }, NODATA } },
          "192.0.2.1", 30, { 2 } },
        { "aliases in any order", "", "", "a",
          { { { "a", TYPE_A, .answer = { "c 60 A 192.0.2.1", "b 30 CNAME c", "a 40 CNAME b" } }, NODATA } },
          "192.0.2.1", 30, { 2 } },
        { "others' addresses do not count", "", "", "a",
          { { { "a", TYPE_A, .answer = { "b 60 A 192.0.2.1" } }, NODATA } }, "a: has no address", 0, { 2 } },
        { "alias of itself", "", "", "a", { { { "a", 0, .answer = { "a 40 CNAME b", "b 40 CNAME a" } }, NODATA } },
          "a: its aliases (CNAME) have no end", 0, { 2 } },
        { "sixteen aliases", "", "", "c0", { { { "c0", TYPE_A, .answer = { MANY_CNAMES, "c16. 9 A 192.0.2.1" } }, NODATA } },
          "192.0.2.1", 9, { 2 } },
        { "seventeen are too many", "", "", "c0", { { { "c0", 0, .answer = { MANY_CNAMES, "c16. 9 CNAME c17.", "c17. 9 A 192.0.2.1" } }, NODATA } },
          "c0: its aliases (CNAME) have no end", 0, { 2 } },
        { "hosts comes first", "", "192.0.2.7 host\n2001:db8::7 other Host.\n", "host", { { HOST } },
          "2001:db8::7 192.0.2.7", 60, { 0 } },
        { "hosts does not have it", "", "192.0.2.7 host2\n", "host", { { HOST } }, "2001:db8::1 192.0.2.1", 50, { 2 } },
};
// clang-format on

static void host_is_found(void **state)
{
        World *world = *state;

        for (size_t i = 0; i < ARRAY_LENGTH(address_rows); i++) {
                Result result;

                print_message("           %s\n", address_rows[i].title);
                for (unsigned j = 0; j < SERVERS; j++) {
                        world->servers[j].replies = address_rows[i].replies[j];
                        world->servers[j].asked = 0;
                }
                write_file(world->resolv_conf, address_rows[i].resolv_conf);
                write_file(world->hosts, address_rows[i].hosts);
                find_addresses(world, address_rows[i].host, &result);
                assert_string_equal(result.text, address_rows[i].result);
                assert_int_equal(result.ttl, address_rows[i].ttl);
                for (unsigned j = 0; j < SERVERS; j++)
                        if (address_rows[i].asked[j] != SOME)
                                assert_int_equal(world->servers[j].asked, address_rows[i].asked[j]);
        }
}

static void resolv_conf_is_read_again(void **state)
{
        static const Reply first[] = { { NULL, 0, .answer = { "host 60 A 192.0.2.1" } } };
        static const Reply second[] = { { NULL, 0, .answer = { "host 60 A 192.0.2.2" } } };
        World *world = *state;
        char other[44];
        Result result;

        world->servers[0].replies = first;
        world->servers[1].replies = second;
        write_file(world->hosts, "");
        write_file(world->resolv_conf, "nameserver 127.0.0.1\n");
        find_addresses(world, "host", &result);
        assert_string_equal(result.text, "192.0.2.1");
        /* As most programs do it: another file in its place, of the same size. */
        snprintf(other, sizeof other, "%s.new", world->resolv_conf);
        write_file(other, "nameserver 127.0.0.2\n");
        assert_int_equal(rename(other, world->resolv_conf), 0);
        find_addresses(world, "host", &result);
        assert_string_equal(result.text, "192.0.2.2");
        /* None at all: this host. */
        assert_int_equal(unlink(world->resolv_conf), 0);
        find_addresses(world, "host", &result);
        assert_string_equal(result.text, "192.0.2.1");
}

// clang-format off
static const struct {
        const char *title, *name;
        Reply replies[5];
        const char *result;
        unsigned asked;
} zone_rows[] = {
        { "the zone itself", "example.com",
          { { "example.com", TYPE_SOA, .answer = { "example.com 60 SOA ns.example.com" } }, SERVFAIL },
          "example.com ns.example.com", 1 },
        { "a name that is there", "host.example.com",
          { { "host.example.com", TYPE_SOA, .authority = "example.com 60 SOA ns.example.com" }, SERVFAIL },
          "example.com ns.example.com", 1 },
        { "a name that is not there", "no.example.com",
          { { "no.example.com", TYPE_SOA, RCODE_NXDOMAIN, .authority = "example.com 60 SOA ns.example.com" }, SERVFAIL },
          "example.com ns.example.com", 1 },
        { "no authority section: a label up", "a.host.example.com",
          { { "example.com", TYPE_SOA, .answer = { "example.com 60 SOA ns.example.com" } }, NXDOMAIN },
          "example.com ns.example.com", 3 },
        { "an alias: its zone, not the target's", "www.sub.example.com",
          { { "www.sub.example.com", TYPE_SOA, .answer = { "www.sub.example.com 60 CNAME host.example.com" },
              .authority = "example.com 60 SOA wrong.example.com" },
            { "sub.example.com", TYPE_SOA, .answer = { "sub.example.com 60 SOA ns.sub.example.com" } }, SERVFAIL },
          "sub.example.com ns.sub.example.com", 2 },
        { "an alias of a zone", "www.example.com",
          { { "www.example.com", TYPE_SOA,
              .answer = { "www.example.com 60 CNAME example.net", "example.net 60 SOA ns.example.net" } },
            { "example.com", TYPE_SOA, .answer = { "example.com 60 SOA ns.example.com" } }, SERVFAIL },
          "example.com ns.example.com", 2 },
        { "an SOA that does not hold the name", "host.example.com",
          { { "host.example.com", TYPE_SOA, .authority = "example.net 60 SOA ns.example.net" },
            { "example.com", TYPE_SOA, .answer = { "example.com 60 SOA ns.example.com" } }, SERVFAIL },
          "example.com ns.example.com", 2 },
        { "the root is no zone of ours", "host.lan", { { NULL, 0, RCODE_NXDOMAIN, .authority = ". 60 SOA a.root-servers.net" } },
          "host.lan: no zone holds this name", 2 },
        { "the servers fail", "host.example.com", { SERVFAIL }, "host.example.com: SERVFAIL from 127.0.0.1", 2 },
        { "the servers fail on the way up", "host.example.com",
          { { "host.example.com", TYPE_SOA }, REFUSED }, "host.example.com: REFUSED from 127.0.0.1", 3 },
};
// clang-format on

static void zone_is_found(void **state)
{
        World *world = *state;

        write_file(world->resolv_conf, "nameserver 127.0.0.1\n");
        for (size_t i = 0; i < ARRAY_LENGTH(zone_rows); i++) {
                Name name = name_of(zone_rows[i].name);
                Result result = { 0 };

                print_message("           %s\n", zone_rows[i].title);
                world->servers[0].replies = zone_rows[i].replies;
                world->servers[0].asked = 0;
                assert_int_equal(
                        resolver_find_zone(&result.query, world->resolver, &name, on_zone, &result), 0);
                run(world, &result);
                assert_string_equal(result.text, zone_rows[i].result);
                assert_int_equal(world->servers[0].asked, zone_rows[i].asked);
        }
}

static void freed_query_never_calls(void **state)
{
        static const Reply replies[] = { { NULL, 0, .answer = { "host 60 A 192.0.2.1" } } };
        World *world = *state;
        Name name = name_of("host");
        Result result = { 0 };

        world->servers[0].replies = replies;
        write_file(world->resolv_conf, "nameserver 127.0.0.1\n");
        for (unsigned i = 0; i < 2; i++) {
                write_file(world->hosts, i == 0 ? "" : "192.0.2.1 host\n");
                assert_int_equal(
                        resolver_find_addresses(&result.query, world->resolver, &name, on_addresses, &result),
                        0);
                result.query = resolver_query_free(result.query);
        }
        assert_int_equal(resolver_find_zone(&result.query, world->resolver, &name, on_zone, &result), 0);
        result.query = resolver_query_free(result.query);
        while (sd_event_run(world->event, 20 * USEC_PER_MSEC) > 0)
                continue;
        assert_int_equal(world->servers[0].asked, 3);
        assert_int_equal(result.calls, 0);
}

static void resolv_conf_is_understood(void **state)
{
        // clang-format off
        static const struct {
                const char *text;
                const char *servers;
                unsigned timeout_sec, attempts;
                bool tcp;
        } rows[] = {
                { "", "127.0.0.1:53", 5, 2, false },
                { "\n\n# nameserver 192.0.2.1\n;nameserver 192.0.2.1\n#nameserver 192.0.2.1\n", "127.0.0.1:53", 5, 2, false },
                { "nameserver 192.0.2.1", "192.0.2.1:53", 5, 2, false },
                { "search example.com\n\tnameserver\t2001:db8::1  # ours\r\nnameserver 192.0.2.1\r\n",
                  "[2001:db8::1]:53 192.0.2.1:53", 5, 2, false },
                { "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
                  "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53", 5, 2, false },
                { "nameserver fe80::1%lo\nnameserver fe80::2%7\n", "[fe80::1%1]:53 [fe80::2%7]:53", 5, 2, false },
                { "nameserver\nnameserver host.example\nnameserver 192.0.2\nnameservers 192.0.2.1\nnameserver 192.0.2.9\n",
                  "192.0.2.9:53", 5, 2, false },
                { "options timeout:3 attempts:4 use-vc rotate\n", "127.0.0.1:53", 3, 4, true },
                { "options ndots:3 timeout:0 attempts:0\n", "127.0.0.1:53", 1, 1, false },
                { "options timeout:99999999999999999999 attempts:100\n", "127.0.0.1:53", 30, 5, false },
                { "options timeout:3\noptions attempts:1\n", "127.0.0.1:53", 3, 1, false },
        };
        // clang-format on

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                char text[300] = "", server[SERVER_ADDRESS_TEXT_MAX];
                ResolvConf conf;

                resolv_conf_parse(&conf, rows[i].text);
                for (size_t j = 0; j < conf.n_servers; j++) {
                        strcat(text, j > 0 ? " " : "");
                        strcat(text, server_address_to_text(&conf.servers[j], server));
                }
                assert_string_equal(text, rows[i].servers);
                assert_int_equal(conf.timeout_usec, rows[i].timeout_sec * USEC_PER_SEC);
                assert_int_equal(conf.attempts, rows[i].attempts);
                assert_int_equal(conf.tcp, rows[i].tcp);
        }
}

static void hosts_is_understood(void **state)
{
        static const char text[] = "# 192.0.2.9 a\n127.0.0.1\tlocalhost\n"
                                   "192.0.2.1 one.example one # a\n"
                                   "  2001:db8::1\tONE.example. \r\n"
                                   "not-an-address a\n192.0.2.2#a\n\nfe80::1%eth0 a\n192.0.2.3 b\\097 a";
        static const struct {
                const char *name;
                unsigned count;
        } rows[] = {
                { "localhost", 1 },
                { "one.example", 2 },
                { "one", 1 },
                { "a", 1 },
                { "example", 0 },
                { "one.example.com", 0 },
        };

        (void) state;
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
                AUTO_FREE Address *addresses = NULL;
                Name name = name_of(rows[i].name);
                size_t count;

                assert_int_equal(hosts_find(text, &name, &addresses, &count), 0);
                assert_int_equal(count, rows[i].count);
        }
}

/* A network of our own, with nothing but a loopback interface that is up. */
static bool enter_namespace(void)
{
        struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
        AUTO_CLOSE int fd = -1;

        if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
                return false;
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) >= 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(resolv_conf_is_understood),
                cmocka_unit_test(hosts_is_understood),
                cmocka_unit_test_setup_teardown(host_is_found, world_setup, world_teardown),
                cmocka_unit_test_setup_teardown(resolv_conf_is_read_again, world_setup, world_teardown),
                cmocka_unit_test_setup_teardown(zone_is_found, world_setup, world_teardown),
                cmocka_unit_test_setup_teardown(freed_query_never_calls, world_setup, world_teardown),
        };

        if (!enter_namespace()) {
                fprintf(stderr, "Skipped: cannot make a network namespace: %s\n", strerror(errno));
                return 77;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
