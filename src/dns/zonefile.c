/* SPDX-License-Identifier: BSD-3-Clause */

/* Master files as we write them: with nothing that a reader could take in two ways (absolute names, a TTL and
 * a class on each line). */

#include "dns/zonefile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dns/rr.h"
#include "dns/wire.h"

/* What ldns can read back: its buffer for a record's data is this small. */
#define DATA_TEXT_MAX 65000

static const char *type_to_text(uint16_t type, char buffer[static 10])
{
        const ldns_rr_descriptor *descriptor = ldns_rr_descript(type);

        return descriptor->_name ? descriptor->_name : rrtype_to_text(type, buffer);
}

static int print_record(FILE *out, const RRset *set, const RData *rdata)
{
        char name[NAME_TEXT_MAX], type[10];
        AUTO_FREE char *data = NULL;
        int r = rdata_to_text(rdata, set->type, &data);

        if (r < 0)
                return r;
        if (strlen(data) > DATA_TEXT_MAX)
                return -EINVAL;
        name_to_text(&set->name, name);
        fprintf(out, "%s%s\t%u\tIN\t%s\t%s\n", name, strcmp(name, ".") == 0 ? "" : ".", set->ttl,
                type_to_text(set->type, type), data);
        return 0;
}

static int print_set(FILE *out, const RRset *set)
{
        for (size_t i = 0; i < set->count; i++) {
                int r = print_record(out, set, set->rdata[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

typedef struct Printer {
        FILE *out;
        const RRset *soa; /* printed already */
        int error;
} Printer;

static bool print_visited(const RRset *set, void *userdata)
{
        Printer *printer = userdata;

        if (set != printer->soa)
                printer->error = print_set(printer->out, set);
        return printer->error >= 0;
}

static int print_zone(FILE *out, const Zone *zone)
{
        Printer printer = { .out = out, .soa = zone_find(zone, zone_apex(zone), TYPE_SOA) };
        int r;

        if (printer.soa) {
                r = print_set(out, printer.soa);
                if (r < 0)
                        return r;
        }
        zone_each(zone, print_visited, &printer);
        return printer.error;
}

int zonefile_format(const Zone *zone, char **ret_text, size_t *ret_size)
{
        AUTO_FREE char *text = NULL;
        AUTO_FCLOSE FILE *out = NULL;
        size_t size = 0;
        int r;

        out = open_memstream(&text, &size);
        if (!out)
                return -ENOMEM;
        r = print_zone(out, zone);
        if (fclose(STEAL(out)) != 0)
                return -ENOMEM;
        if (r < 0)
                return r;
        *ret_text = STEAL(text);
        *ret_size = size;
        return 0;
}
