/* SPDX-License-Identifier: BSD-3-Clause */

/* RDATA as presentation text. ldns knows how the types look, but it takes 64 KB of memory for each string of
 * a large TXT record, so types that are a list of strings are written here; and so is what has no form but
 * RFC 3597's. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dns/rr.h"
#include "dns/wire.h"
#include "dns/zonefile.h"

static bool is_list_of_strings(const ldns_rr_descriptor *descriptor)
{
        return descriptor->_variable == LDNS_RDF_TYPE_STR &&
               ldns_rr_descriptor_field_type(descriptor, 0) == LDNS_RDF_TYPE_STR;
}

static void print_string(FILE *out, const uint8_t *bytes, unsigned length)
{
        fputc('"', out);
        for (unsigned i = 0; i < length; i++) {
                if (bytes[i] < ' ' || bytes[i] >= 127)
                        fprintf(out, "\\%03u", bytes[i]);
                else if (bytes[i] == '"' || bytes[i] == '\\')
                        fprintf(out, "\\%c", bytes[i]);
                else
                        fputc(bytes[i], out);
        }
        fputc('"', out);
}

static int print_strings(FILE *out, const RData *rdata)
{
        size_t at = 0;

        if (rdata->length == 0)
                return -EINVAL;
        while (at < rdata->length) {
                unsigned length = rdata->bytes[at];

                if (at + 1 + length > rdata->length)
                        return -EINVAL;
                if (at > 0)
                        fputc(' ', out);
                print_string(out, rdata->bytes + at + 1, length);
                at += 1 + length;
        }
        return 0;
}

/* RFC 3597 section 5 */
static int print_unknown(FILE *out, const RData *rdata)
{
        fprintf(out, "\\# %u", rdata->length);
        if (rdata->length > 0)
                fputc(' ', out);
        for (size_t i = 0; i < rdata->length; i++)
                fprintf(out, "%02x", rdata->bytes[i]);
        return 0;
}

/* By our own means: ldns leaves characters as they are which end a word in a zone file. */
static int print_name(FILE *out, const ldns_rdf *field)
{
        char text[NAME_TEXT_MAX];
        Name name;

        if (name_from_wire(&name, ldns_rdf_data(field), ldns_rdf_size(field)) < 0)
                return -EINVAL;
        name_to_text(&name, text);
        fprintf(out, "%s%s", text, name.length > 1 ? "." : "");
        return 0;
}

static int print_field(FILE *out, const ldns_rdf *field)
{
        AUTO(rr_buffer_freep) ldns_buffer *buffer = NULL;

        if (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME)
                return print_name(out, field);
        buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);
        if (!buffer)
                return -ENOMEM;
        if (ldns_rdf2buffer_str(buffer, field) != LDNS_STATUS_OK)
                return -EINVAL;
        fwrite(ldns_buffer_begin(buffer), 1, ldns_buffer_position(buffer), out);
        return 0;
}

static int print_known(FILE *out, uint16_t type, const RData *rdata)
{
        RRHead head = { .name = &name_root, .type = type, .class = CLASS_IN };
        AUTO(rr_freep) ldns_rr *rr = NULL;
        int r = rr_new_parsed(&rr, &head, rdata);

        for (size_t i = 0; r >= 0 && i < ldns_rr_rd_count(rr); i++) {
                if (i > 0)
                        fputc(' ', out);
                r = print_field(out, ldns_rr_rdf(rr, i));
        }
        return r;
}

static int print_rdata(FILE *out, uint16_t type, const RData *rdata)
{
        const ldns_rr_descriptor *descriptor = ldns_rr_descript(type);

        if (!descriptor->_name)
                return print_unknown(out, rdata);
        if (is_list_of_strings(descriptor))
                return print_strings(out, rdata);
        return print_known(out, type, rdata);
}

int rdata_to_text(const RData *rdata, uint16_t type, char **ret)
{
        AUTO_FREE char *text = NULL;
        AUTO_FCLOSE FILE *out = NULL;
        size_t size = 0;
        Address address;
        int r;

        /* By far the most common, in zones of 10,000 addresses. */
        if (rdata_to_address(rdata, type, &address) >= 0) {
                char buffer[ADDRESS_TEXT_MAX];

                *ret = strdup(address_to_text(&address, buffer));
                return *ret ? 0 : -ENOMEM;
        }
        out = open_memstream(&text, &size);
        if (!out)
                return -ENOMEM;
        r = print_rdata(out, type, rdata);
        if (fclose(STEAL(out)) != 0)
                return -ENOMEM;
        if (r < 0)
                return r;
        *ret = STEAL(text);
        return 0;
}
