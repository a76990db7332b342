/* SPDX-License-Identifier: BSD-3-Clause */

/* The text of resolv.conf(5), with glibc's defaults and limits. `search`, `ndots` and `sortlist` are for
 * names that people type; ours are absolute. */

#include "dns/resolv-conf.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "dns/words.h"

enum {
        PORT = 53,
        TIMEOUT_DEFAULT_SEC = 5,
        TIMEOUT_MAX_SEC = 30,
        ATTEMPTS_DEFAULT = 2,
        ATTEMPTS_MAX = 5,
};

/* "%eth0" or "%2" */
static unsigned scope_from_text(const char *text)
{
        unsigned index = if_nametoindex(text);

        return index != 0 ? index : (unsigned) strtoul(text, NULL, 10);
}

static void add_server(ResolvConf *conf, const char *word, size_t length)
{
        char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
        char *scope;
        Address address;
        ServerAddress *server;

        if (conf->n_servers == RESOLV_CONF_SERVERS_MAX || length >= sizeof text)
                return;
        memcpy(text, word, length);
        text[length] = '\0';
        scope = strchr(text, '%');
        if (scope)
                *scope++ = '\0';
        if (address_from_text(&address, text) < 0)
                return;
        server = &conf->servers[conf->n_servers++];
        server_address_set(server, &address, PORT);
        if (scope && address.family == AF_INET6)
                server->ipv6.sin6_scope_id = scope_from_text(scope);
}

static unsigned bounded(const char *digits, unsigned min, unsigned max)
{
        unsigned long value = strtoul(digits, NULL, 10);

        if (value < min)
                return min;
        return value > max ? max : (unsigned) value;
}

static void set_option(ResolvConf *conf, const char *word, size_t length)
{
        if (strncmp(word, "timeout:", strlen("timeout:")) == 0)
                conf->timeout_usec = bounded(word + strlen("timeout:"), 1, TIMEOUT_MAX_SEC) * USEC_PER_SEC;
        else if (strncmp(word, "attempts:", strlen("attempts:")) == 0)
                conf->attempts = bounded(word + strlen("attempts:"), 1, ATTEMPTS_MAX);
        else if (word_is(word, length, "use-vc"))
                conf->tcp = true;
}

static void parse_line(ResolvConf *conf, const char *line)
{
        size_t length;
        const char *word = words_next(&line, "", &length);

        if (!word)
                return;
        if (word_is(word, length, "nameserver")) {
                word = words_next(&line, "", &length);
                if (word)
                        add_server(conf, word, length);
        } else if (word_is(word, length, "options")) {
                while ((word = words_next(&line, "", &length)))
                        set_option(conf, word, length);
        }
}

void resolv_conf_parse(ResolvConf *ret, const char *text)
{
        ResolvConf conf = {
                .timeout_usec = TIMEOUT_DEFAULT_SEC * USEC_PER_SEC,
                .attempts = ATTEMPTS_DEFAULT,
        };

        for (const char *line = text; *line; line += strcspn(line, "\n")) {
                line += *line == '\n';
                parse_line(&conf, line);
        }
        if (conf.n_servers == 0)
                add_server(&conf, "127.0.0.1", strlen("127.0.0.1"));
        *ret = conf;
}
