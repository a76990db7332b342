/* SPDX-License-Identifier: BSD-3-Clause */

/* Master files as anybody may write them: ldns reads the records, we say whether they make a zone. $INCLUDE
 * is refused: a zone is one file. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "dns/rr.h"
#include "dns/wire.h"
#include "dns/zonefile.h"

/* Brackets and quotes that do not end where they should: ldns does not notice, and takes what follows into
 * the record. */
typedef struct Scanner {
        int line;
        int bracket_line; /* where one was opened; 0: none is open */
        bool quoted;
        bool comment;
} Scanner;

static const char *scan_plain(Scanner *scanner, int c)
{
        switch (c) {
        case ';':
                scanner->comment = true;
                return NULL;
        case '(':
                if (scanner->bracket_line != 0)
                        return "a bracket within brackets";
                scanner->bracket_line = scanner->line;
                return NULL;
        case ')':
                if (scanner->bracket_line == 0)
                        return "a closing bracket without an opening one";
                scanner->bracket_line = 0;
                return NULL;
        default:
                return NULL;
        }
}

static const char *scan(Scanner *scanner, int c, FILE *in)
{
        if (c == '\0')
                return "a NUL byte";
        if (c == '\n') {
                if (scanner->quoted)
                        return "a quote without its end";
                scanner->comment = false;
                scanner->line++;
                return NULL;
        }
        if (scanner->comment)
                return NULL;
        if (c == '\\')
                return getc(in) == '\n' ? "a backslash without its character" : NULL;
        if (c == '"') {
                scanner->quoted = !scanner->quoted;
                return NULL;
        }
        return scanner->quoted ? NULL : scan_plain(scanner, c);
}

/* Looks through the file; NULL: its brackets and quotes are in order. */
static const char *scan_all(FILE *in, int *ret_line)
{
        Scanner scanner = { .line = 1 };
        const char *problem = NULL;
        int c;

        while (!problem && (c = getc(in)) != EOF)
                problem = scan(&scanner, c, in);
        if (!problem && scanner.quoted)
                problem = "a quote without its end";
        *ret_line = scanner.line;
        if (problem || scanner.bracket_line == 0)
                return problem;
        *ret_line = scanner.bracket_line;
        return "a bracket without its end";
}

typedef struct Loader {
        Zone *zone;
        RRset *set; /* being collected: records of one RRset mostly follow each other */
        int line;   /* where the record begins; 0: it is not a matter of one line */
        const char *problem;
} Loader;

static int reject(Loader *loader, const char *problem)
{
        loader->problem = problem;
        return -EBADMSG;
}

/* Puts what was collected into the zone, beside what an earlier part of the file may have put there. */
static int store_collected(Loader *loader)
{
        RRset *set = STEAL(loader->set);
        const RRset *earlier;
        int r;

        if (!set)
                return 0;
        earlier = zone_find(loader->zone, &set->name, set->type);
        if (earlier) {
                r = rrset_add_all(set, earlier);
                if (r < 0) {
                        rrset_free(set);
                        return r;
                }
                if (earlier->ttl < set->ttl)
                        set->ttl = earlier->ttl;
        }
        r = zone_replace(loader->zone, set);
        return r == -ERANGE ? reject(loader, "a name outside the zone") : r;
}

/* ldns takes hexadecimal digits (RFC 3597) for any type as they are. We load only what we could write. */
static int check_rdata(Loader *loader, const RData *rdata, uint16_t type)
{
        AUTO_FREE char *text = NULL;
        int r = rdata_to_text(rdata, type, &text);

        return r == -EINVAL ? reject(loader, "data that is not of its type") : r;
}

static int collect(Loader *loader, const Name *name, const ldns_rr *rr)
{
        uint16_t type = (uint16_t) ldns_rr_get_type(rr);
        AUTO_FREE RData *rdata = NULL;
        int r;

        if (loader->set && (loader->set->type != type || !name_equal(&loader->set->name, name))) {
                r = store_collected(loader);
                if (r < 0)
                        return r;
        }
        if (!loader->set)
                loader->set = rrset_new(name, type, ldns_rr_ttl(rr));
        if (!loader->set)
                return -ENOMEM;
        r = rr_get_rdata(rr, &rdata);
        if (r < 0)
                return r;
        r = check_rdata(loader, rdata, type);
        if (r < 0)
                return r;
        /* One TTL for an RRset (RFC 2181 section 5.2): the smallest that any of its records says. */
        if (ldns_rr_ttl(rr) < loader->set->ttl)
                loader->set->ttl = ldns_rr_ttl(rr);
        return rrset_add(loader->set, rdata->bytes, rdata->length);
}

static int load_record(Loader *loader, const ldns_rr *rr)
{
        const Name *apex = zone_apex(loader->zone);
        Name name;

        if (rr_get_name(rr, &name) < 0)
                return reject(loader, "a bad name");
        if (!name_is_within(&name, apex))
                return reject(loader, "a name outside the zone");
        if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
                return reject(loader, "a class that is not IN");
        if (ldns_rr_ttl(rr) > TTL_MAX)
                return reject(loader, "a TTL over 2147483647");
        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA && !name_equal(&name, apex))
                return reject(loader, "an SOA that is not the zone's");
        return collect(loader, &name, rr);
}

/* How ldns goes through a file. */
typedef struct Reader {
        FILE *in;
        ldns_rdf *origin;
        ldns_rdf *previous; /* owner name */
        uint32_t ttl;
        int next_line;
} Reader;

/* 1: a record or a directive; 0: the end of the file. */
static int load_next(Loader *loader, Reader *reader)
{
        AUTO(rr_freep) ldns_rr *rr = NULL;
        ldns_status status = ldns_rr_new_frm_fp_l(
                &rr, reader->in, &reader->ttl, &reader->origin, &reader->previous, &reader->next_line);
        int r;

        switch (status) {
        case LDNS_STATUS_OK:
                r = load_record(loader, rr);
                return r < 0 ? r : 1;
        case LDNS_STATUS_SYNTAX_TTL:
        case LDNS_STATUS_SYNTAX_ORIGIN:
        case LDNS_STATUS_SYNTAX_EMPTY:
                return feof(reader->in) ? 0 : 1;
        case LDNS_STATUS_MEM_ERR:
                return -ENOMEM;
        case LDNS_STATUS_SYNTAX_INCLUDE:
                return reject(loader, "$INCLUDE is not allowed");
        default:
                return reject(loader, ldns_get_errorstr_by_id(status));
        }
}

static int load_records(Loader *loader, FILE *in)
{
        const Name *apex = zone_apex(loader->zone);
        Reader reader = {
                .in = in,
                .origin = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, apex->length, apex->wire),
                .ttl = LDNS_DEFAULT_TTL,
                .next_line = 1,
        };
        int r = reader.origin ? 1 : -ENOMEM;

        while (r > 0) {
                loader->line = reader.next_line;
                r = load_next(loader, &reader);
        }
        ldns_rdf_deep_free(reader.origin);
        ldns_rdf_deep_free(reader.previous);
        return r < 0 ? r : store_collected(loader);
}

/* What only the zone as a whole can show. */
static int check_soa(Loader *loader)
{
        const RRset *soa = zone_find(loader->zone, zone_apex(loader->zone), TYPE_SOA);

        loader->line = 0;
        if (!soa)
                return reject(loader, "no SOA record");
        return soa->count > 1 ? reject(loader, "more than one SOA record") : 0;
}

static int load(Loader *loader, FILE *in)
{
        int r;

        loader->problem = scan_all(in, &loader->line);
        if (loader->problem)
                return -EBADMSG;
        rewind(in);
        r = load_records(loader, in);
        return r < 0 ? r : check_soa(loader);
}

static char *describe(const Loader *loader)
{
        char *text;
        int r = loader->line > 0 ? asprintf(&text, "line %d: %s", loader->line, loader->problem)
                                 : asprintf(&text, "%s", loader->problem);

        return r < 0 ? NULL : text;
}

int zonefile_load(Zone **ret, const Name *apex, const char *path, char **ret_reason)
{
        AUTO_FCLOSE FILE *in = fopen(path, "re");
        AUTO(zone_freep) Zone *zone = NULL;
        Loader loader = { 0 };
        char *reason;
        int r;

        if (!in)
                return -errno;
        loader.zone = zone = zone_new(apex);
        if (!zone)
                return -ENOMEM;
        r = load(&loader, in);
        rrset_free(loader.set);
        if (r == -EBADMSG) {
                reason = describe(&loader);
                if (!reason)
                        return -ENOMEM;
                *ret_reason = reason;
        }
        if (r < 0)
                return r;
        *ret = STEAL(zone);
        return 0;
}
