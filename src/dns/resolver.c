/* SPDX-License-Identifier: BSD-3-Clause */

/* What the system's resolvers know of names: a host's addresses, the zone that holds a name. Caches nothing:
 * the resolvers do, and their callers know how long an answer is good for. */

#include "dns/resolver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dns/resolv-conf.h"
#include "dns/resolver-query.h"
#include "util/file.h"

#define FILE_SIZE_MAX ((size_t) 16 << 20) /* people block advertisers with huge hosts files */

struct Resolver {
        sd_event *event;
        char *resolv_conf;
        char *hosts;
        ResolvConf conf;
        struct stat conf_stat; /* of the file that `conf` was read from; all zero: none */
};

Resolver *resolver_free(Resolver *resolver)
{
        if (!resolver)
                return NULL;
        free(resolver->resolv_conf);
        free(resolver->hosts);
        sd_event_unref(resolver->event);
        free(resolver);
        return NULL;
}

int resolver_new(Resolver **ret, sd_event *event, const char *resolv_conf, const char *hosts)
{
        AUTO(resolver_freep) Resolver *resolver = calloc(1, sizeof *resolver);

        if (!resolver)
                return -ENOMEM;
        resolver->event = sd_event_ref(event);
        resolver->resolv_conf = strdup(resolv_conf ? resolv_conf : "/etc/resolv.conf");
        resolver->hosts = strdup(hosts ? hosts : "/etc/hosts");
        if (!resolver->resolv_conf || !resolver->hosts)
                return -ENOMEM;
        *ret = STEAL(resolver);
        return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
               a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* resolv.conf as it is now. A file that cannot be read is one that says nothing. */
static const ResolvConf *current_conf(Resolver *resolver)
{
        AUTO_FREE char *text = NULL;
        struct stat st = { 0 };

        if (stat(resolver->resolv_conf, &st) >= 0 && same_file(&st, &resolver->conf_stat))
                return &resolver->conf;
        resolver->conf_stat = st;
        if (file_read(resolver->resolv_conf, FILE_SIZE_MAX, &text, NULL, NULL) < 0)
                resolver->conf_stat = (struct stat){ 0 };
        resolv_conf_parse(&resolver->conf, text ? text : "");
        return &resolver->conf;
}

char *resolver_read_hosts(const Resolver *resolver)
{
        char *text;

        return file_read(resolver->hosts, FILE_SIZE_MAX, &text, NULL, NULL) < 0 ? NULL : text;
}

void resolver_query_stop(ResolverQuery *query)
{
        query->timer = sd_event_source_disable_unref(query->timer);
        for (size_t i = 0; i < ARRAY_LENGTH(query->parts); i++)
                query->parts[i].lookup = lookup_free(query->parts[i].lookup);
}

ResolverQuery *resolver_query_free(ResolverQuery *query)
{
        if (!query)
                return NULL;
        resolver_query_stop(query);
        free(query->addresses);
        free(query);
        return NULL;
}

ResolverQuery *resolver_query_new(Resolver *resolver, const Name *name, void *userdata)
{
        ResolverQuery *query = calloc(1, sizeof *query);

        if (!query)
                return NULL;
        query->resolver = resolver;
        query->name = *name;
        query->userdata = userdata;
        return query;
}

sd_event *resolver_query_event(const ResolverQuery *query)
{
        return query->resolver->event;
}

int resolver_query_ask(
        ResolverQuery *query, QueryPart *part, const Name *name, uint16_t type, LookupDone done)
{
        part->query = query;
        part->type = type;
        return lookup_start(
                &part->lookup, query->resolver->event, current_conf(query->resolver), name, type, done, part);
}

void resolver_query_note_failure(ResolverQuery *query, FailureRank rank, const char *what)
{
        char name[NAME_TEXT_MAX];

        if (rank <= query->failure_rank)
                return;
        query->failure_rank = rank;
        snprintf(query->failure, sizeof query->failure, "%.140s: %.170s", name_to_text(&query->name, name),
                what);
}
