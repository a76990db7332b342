/* SPDX-License-Identifier: BSD-3-Clause */

/* The border to ldns: records in, records out. ldns allocates a whole RDLENGTH for each string of a TXT
 * record and takes more data than a type has, so what it has parsed counts only when it gives back the same
 * bytes. */

#include "dns/rr.h"

#include <errno.h>
#include <string.h>

static ldns_rr *new_without_data(const RRHead *head)
{
        ldns_rr *rr = ldns_rr_new();
        ldns_rdf *owner;

        if (!rr)
                return NULL;
        owner = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, head->name->length, head->name->wire);
        if (!owner) {
                ldns_rr_free(rr);
                return NULL;
        }
        ldns_rr_set_owner(rr, owner);
        ldns_rr_set_type(rr, head->type);
        ldns_rr_set_class(rr, head->class);
        ldns_rr_set_ttl(rr, head->ttl);
        return rr;
}

ldns_rr *rr_new(const RRHead *head, const RData *rdata)
{
        AUTO(rr_freep) ldns_rr *rr = new_without_data(head);
        ldns_rdf *opaque;

        if (!rr || !rdata || rdata->length == 0)
                return STEAL(rr);
        opaque = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, rdata->length, rdata->bytes);
        if (!opaque)
                return NULL;
        if (!ldns_rr_push_rdf(rr, opaque)) {
                ldns_rdf_deep_free(opaque);
                return NULL;
        }
        return STEAL(rr);
}

static bool has_all_fields(const ldns_rr *rr)
{
        return ldns_rr_rd_count(rr) >= ldns_rr_descriptor_minimum(ldns_rr_descript(ldns_rr_get_type(rr)));
}

static bool gives_back(const ldns_rr *rr, const RData *rdata)
{
        AUTO_FREE RData *again = NULL;

        return rr_get_rdata(rr, &again) >= 0 && again->length == rdata->length &&
               memcmp(again->bytes, rdata->bytes, rdata->length) == 0;
}

int rr_new_parsed(ldns_rr **ret, const RRHead *head, const RData *rdata)
{
        AUTO(rr_freep) ldns_rr *rr = new_without_data(head);
        AUTO_FREE uint8_t *wire = malloc(2U + rdata->length);
        size_t at = 0;
        ldns_status status;

        if (!rr || !wire)
                return -ENOMEM;
        ldns_write_uint16(wire, rdata->length);
        memcpy(wire + 2, rdata->bytes, rdata->length);
        status = ldns_wire2rdf(rr, wire, 2U + rdata->length, &at);
        if (status == LDNS_STATUS_MEM_ERR)
                return -ENOMEM;
        if (status != LDNS_STATUS_OK || !has_all_fields(rr) || !gives_back(rr, rdata))
                return -EINVAL;
        *ret = STEAL(rr);
        return 0;
}

int rr_get_rdata(const ldns_rr *rr, RData **ret)
{
        AUTO(rr_buffer_freep) ldns_buffer *buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);
        size_t length;
        RData *rdata;

        if (!buffer || ldns_rr_rdata2buffer_wire(buffer, rr) != LDNS_STATUS_OK)
                return -ENOMEM;
        length = ldns_buffer_position(buffer);
        rdata = malloc(sizeof *rdata + length);
        if (!rdata)
                return -ENOMEM;
        rdata->length = (uint16_t) length;
        memcpy(rdata->bytes, ldns_buffer_begin(buffer), length);
        *ret = rdata;
        return 0;
}

int rr_get_name(const ldns_rr *rr, Name *ret)
{
        const ldns_rdf *owner = ldns_rr_owner(rr);

        if (!owner || name_from_wire(ret, ldns_rdf_data(owner), ldns_rdf_size(owner)) < 0)
                return -EBADMSG;
        return 0;
}
